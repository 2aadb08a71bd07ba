"""Answers with result rows missing: what a client sees that trusts positions and counts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from connector.sandbox.exchange import Reply

_LISTS = ("records", "related_records", "modules")


def without_rows(reply: Reply, rows: Sequence[int]) -> Reply:
    """The reply without these rows, counted from 0: parts of a bulk, or records of a list; others stay as they are."""
    try:
        data = json.loads(reply.body)
    except ValueError:
        return reply
    thinned = _thin(data, frozenset(rows))
    if thinned is data:
        return reply
    body = json.dumps(thinned, ensure_ascii=False, separators=(",", ":"))
    return Reply(reply.status, body.encode("utf-8"), reply.headers)


def _thin(data: object, rows: frozenset[int]) -> object:
    if isinstance(data, list):
        return [item for position, item in enumerate(data) if position not in rows]
    if isinstance(data, dict):
        for name in _LISTS:
            if isinstance(data.get(name), list):
                return {**data, name: _thin(data[name], rows)}
    return data
