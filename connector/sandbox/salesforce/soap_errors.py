"""Errors of single records in SOAP results, duplicates with their matches included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.sandbox.salesforce.org import RowError
from connector.sandbox.salesforce.soap_xml import tag, tags


def error_tags(errors: Sequence[RowError]) -> str:
    """One `errors` element for each error."""
    return "".join(_error(error) for error in errors)


def _error(error: RowError) -> str:
    content = tags("fields", error.fields) + tag("message", error.message) + tag("statusCode", error.status_code)
    # The JSON key is misspelt on the wire of the REST API; the WSDL spells it correctly.
    duplicates = (error.extra or {}).get("duplicateResut")
    if isinstance(duplicates, Mapping):
        details = f"<duplicateResult>{_duplicates(duplicates)}</duplicateResult>"
        return f'<errors xsi:type="DuplicateError">{details}{content}</errors>'
    return f"<errors>{content}</errors>"


def _duplicates(result: Mapping[str, object]) -> str:
    plain = ("allowSave", "duplicateRule", "duplicateRuleEntityType", "errorMessage")
    matches = result.get("matchResults")
    shown = "".join(tag(name, result[name]) for name in plain if name in result)
    return shown + "".join(_match(item) for item in (matches if isinstance(matches, list) else []))


def _match(result: Mapping[str, object]) -> str:
    records = result.get("matchRecords")
    inner = "".join(_match_record(item) for item in (records if isinstance(records, list) else []))
    return (
        f"<matchResults>{tag('entityType', result.get('entityType'))}{tag('matchEngine', result.get('matchEngine'))}"
        f"{inner}{tag('rule', result.get('rule'))}{tag('size', result.get('size'))}"
        f"{tag('success', result.get('success'))}</matchResults>"
    )


def _match_record(item: Mapping[str, object]) -> str:
    record = item.get("record")
    fields: Mapping[str, object] = record if isinstance(record, Mapping) else {}
    attributes = fields.get("attributes")
    kind = attributes.get("type") if isinstance(attributes, Mapping) else None
    values = "".join(
        tag(name, value) for name, value in fields.items() if name != "attributes" and not isinstance(value, Mapping)
    )
    return (
        f"<matchRecords>{tag('matchConfidence', item.get('matchConfidence'))}"
        f"<record>{tag('type', kind)}{values}</record></matchRecords>"
    )
