"""Answers with result rows missing: what a client sees that trusts positions and counts."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence

from connector.sandbox.exchange import Reply

_SOAP_RESULT = re.compile(r"<result>.*?</result>", re.S)


def without_rows(reply: Reply, rows: Sequence[int]) -> Reply:
    """The reply without these rows, counted from 0 over the whole answer; other answers stay as they are."""
    kind = reply.headers.get("Content-Type", "")
    if kind.startswith("text/xml"):
        text = reply.body.decode("utf-8")
        results = list(_SOAP_RESULT.finditer(text))
        for position in sorted({row for row in rows if row < len(results)}, reverse=True):
            text = text[: results[position].start()] + text[results[position].end() :]
        return Reply(reply.status, text.encode("utf-8"), reply.headers)
    if not kind.startswith("application/json"):
        return reply
    try:
        data = json.loads(reply.body)
    except ValueError:
        return reply
    thinned = _Thinner(frozenset(rows)).thin(data)
    return Reply(reply.status, json.dumps(thinned, ensure_ascii=False).encode("utf-8"), reply.headers)


class _Thinner:
    """Walks an answer and counts its result rows: list elements, records of a query, bodies of a composite."""

    def __init__(self, rows: Collection[int]) -> None:
        self._rows = rows
        self._next = 0

    def thin(self, data: object) -> object:
        if isinstance(data, list):
            return [item for item in data if not self._omitted()]
        if not isinstance(data, dict):
            return data
        for name in ("records", "searchRecords", "ids", "deletedRecords"):
            if isinstance(data.get(name), list):
                return {**data, name: self.thin(data[name])}
        parts = data.get("compositeResponse")
        if isinstance(parts, list):
            return {
                **data,
                "compositeResponse": [{**part, "body": self.thin(part["body"])} for part in parts],
            }
        return data

    def _omitted(self) -> bool:
        self._next += 1
        return self._next - 1 in self._rows
