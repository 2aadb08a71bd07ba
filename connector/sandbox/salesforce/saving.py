"""Carries record writes to the org and back, with the rows that a fault plan refuses taken out and put back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from connector.sandbox.exchange import RowFault, Trace
from connector.sandbox.salesforce.org import RowError, SaveResult

ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)

Rows = Sequence[Mapping[str, object]]
Save = Callable[[Rows], list[SaveResult]]


def save_rows(trace: Trace, object_name: str, rows: Rows, save: Save) -> list[SaveResult]:
    """Save rows of one object and note them in the trace; one result per row, in order."""
    refused = trace.refused_rows(len(rows))
    trace.records += len(rows)
    accepted = [row for position, row in enumerate(rows) if position not in refused]
    results = iter(save(accepted) if accepted else [])
    merged = [refused_result(refused[n]) if n in refused else next(results) for n in range(len(rows))]
    trace.wrote(object_name, (result.id for result in merged if result.success))
    return merged


def refused_result(fault: RowFault) -> SaveResult:
    """The result of a row that the fault plan refuses."""
    return SaveResult(None, False, (RowError(fault.code, fault.message, fault.fields),))


def rolled_back() -> SaveResult:
    """The result of a good row whose siblings were refused under allOrNone."""
    return SaveResult(None, False, (ROLLED_BACK,))


def result_json(result: SaveResult) -> dict[str, object]:
    """One element of a collections answer; a failed one has no id, an upserted one says `created`."""
    shown: dict[str, object] = {"id": result.id} if result.success else {}
    shown["success"] = result.success
    shown["errors"] = [error_json(error) for error in result.errors]
    if result.success and result.created is not None:
        shown["created"] = result.created
    return shown


def error_json(error: RowError) -> dict[str, object]:
    """One error of a SaveResult: `statusCode` here, unlike `errorCode` of a refused call."""
    return {"statusCode": error.status_code, "message": error.message, "fields": list(error.fields)}
