"""How opportunities moved, by SugarCRM's audit log.

The log tells what a save changed, not what the record was made with: it is walked from the newest row back, and what
is left in the end is what the opportunity began with (developer guide, ``GET /<module>/:record/audit``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from connector.errors import Unreadable
from connector.model.history import Origin, StageChange
from connector.model.records import RecordRef
from connector.systems.sugarcrm.describing import OPPORTUNITIES
from connector.systems.sugarcrm.reading import by_ids, tables
from connector.systems.sugarcrm.rows import Row, instant
from connector.systems.sugarcrm.session import Part, SugarSession

MOST = 200
"""Opportunities whose log is asked for at once: each is a request of its own within a bulk."""

_STAGE, _AMOUNT, _CLOSES, _PROBABILITY = "sales_stage", "amount", "date_closed", "probability"
_WATCHED = (_STAGE, _AMOUNT, _CLOSES, _PROBABILITY)
_WON, _LOST = "Closed Won", "Closed Lost"


def stage_history(session: SugarSession, opportunities: Sequence[str]) -> list[StageChange]:
    """What the log tells of the first `MOST` of *opportunities*; of those that our user may not see, nothing."""
    asked = list(dict.fromkeys(opportunities))[:MOST]
    if not asked:
        return []
    queries = by_ids(session, OPPORTUNITIES, asked, ["date_entered", *_WATCHED], deleted=False)
    rows = [row for found in tables(session, queries) for row in found]
    replies = session.looks([Part("GET", f"{OPPORTUNITIES}/{row['id']}/audit") for row in rows])
    found: list[StageChange] = []
    for row, reply in zip(rows, replies, strict=True):
        if reply.fault is None:
            found += _changes(session, row, reply.body)
    return found


def _changes(session: SugarSession, row: Row, body: Any) -> Iterator[StageChange]:
    log = body.get("records") if isinstance(body, Mapping) else None
    try:
        rows = [each for each in log or () if each["field_name"] in _WATCHED]
        rows.sort(key=_at, reverse=True)
        standing = {name: _plain(row.get(name)) for name in _WATCHED}
        for at, saved in groupby(rows, key=_at):
            yield _change(session, row, at, standing)
            standing |= {str(each["field_name"]): _plain(each["before"]) for each in saved}
        yield _change(session, row, instant(row["date_entered"]), standing)
    except (KeyError, TypeError, ValueError):
        raise Unreadable("an audit log cannot be read", system=session.name) from None


def _at(row: Mapping[str, Any]) -> datetime:
    return instant(row["date_created"])


def _plain(value: object) -> str:
    """A value as text; the log tells the words of dropdowns as a list."""
    if isinstance(value, list):
        return str(value[0]) if value else ""
    return "" if value is None else str(value)


def _change(session: SugarSession, row: Row, at: datetime, standing: Mapping[str, str]) -> StageChange:
    stage = standing[_STAGE]
    return StageChange(
        opportunity=RecordRef(session.name, OPPORTUNITIES, str(row["id"])),
        at=at,
        stage=stage,
        origin=Origin.HISTORY,
        amount=_number(standing[_AMOUNT]),
        close_date=standing[_CLOSES][:10],
        probability=_number(standing[_PROBABILITY]),
        closed=stage in (_WON, _LOST),
        won=stage == _WON,
    )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
