"""Turns faults that strike one call into refused rows and planned replies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from connector.sandbox.dialect import Dialect
from connector.sandbox.exchange import Reply, Request, RowFault
from connector.sandbox.faults import Action, Fault

_HTML = "text/html;charset=UTF-8"
_JSON = "application/json;charset=UTF-8"


def row_positions(fault: Fault, default: Sequence[int]) -> tuple[int, ...]:
    """The fault's `rows`, one number or a list; `default` when it names none."""
    rows = fault.options.get("rows")
    if isinstance(rows, list):
        return tuple(int(row) for row in rows)
    return (rows,) if isinstance(rows, int) else tuple(default)


def rows_to_refuse(faults: Iterable[Fault]) -> tuple[RowFault, ...]:
    """What the `row_error` faults among these refuse."""
    return tuple(_row_fault(fault) for fault in faults if fault.action is Action.ROW_ERROR)


def _row_fault(fault: Fault) -> RowFault:
    rows = frozenset(row_positions(fault, ())) if fault.options.get("rows") is not None else None
    fields = fault.options.get("fields")
    return RowFault(
        rows=rows,
        code=fault.text("code", "UNKNOWN_EXCEPTION"),
        message=fault.text("message", "refused by the fault plan"),
        fields=tuple(fields) if isinstance(fields, list) else (),
    )


def planned_reply(fault: Fault, request: Request, dialect: Dialect | None, applied: Reply | None) -> Reply:
    """The reply of a `status`, `redirect` or `replace_body` fault.

    `applied` is what the call itself answered when it was carried out first.
    """
    if fault.action is Action.REDIRECT:
        return Reply(int(fault.number("status", 302)), b"", {"Location": fault.text("location")})
    status = int(fault.number("status", applied.status if applied else 200))
    if fault.options.get("body") is None and "body" not in fault.options and dialect is not None:
        reply = dialect.fault_reply(request, status)
    else:
        reply = _body_reply(status, fault.options.get("body"))
    return Reply(reply.status, reply.body, {**reply.headers, **_header_option(fault)})


def _body_reply(status: int, body: object) -> Reply:
    if isinstance(body, str):
        shaped = body.lstrip()[:1]
        content_type = _HTML if shaped == "<" and not body.lstrip().startswith("<?xml") else _JSON
        if body.lstrip().startswith("<?xml"):
            content_type = "text/xml;charset=UTF-8"
        return Reply(status, body.encode("utf-8"), {"Content-Type": content_type})
    return Reply(status, json.dumps(body).encode("utf-8"), {"Content-Type": _JSON})


def _header_option(fault: Fault) -> dict[str, str]:
    headers = fault.options.get("headers")
    return {name: str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}
