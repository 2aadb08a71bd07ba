"""Reads from a SugarCRM: changes in order, rows by id, counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connector.errors import Unreadable
from connector.model.progress import Page, Watermark, Window
from connector.model.records import RawRecord
from connector.systems.bookmark import Bookmark
from connector.systems.sugarcrm.describing import Describer
from connector.systems.sugarcrm.faults import READ, SYSTEM
from connector.systems.sugarcrm.rows import Row, asked_fields, raw_record, shown
from connector.systems.sugarcrm.session import Part, SugarSession

Filter = Mapping[str, Any]
LEADS = "Leads"
_CHUNKS_PER_CALL = 5  # of up to `page_size` rows each: what memory allows, not what a bulk takes


@dataclass(frozen=True, slots=True)
class Query:
    """One filter call: conditions that all must hold, and what to bring."""

    object_name: str
    conditions: Sequence[Filter]
    fields: Sequence[str] = ()
    deleted: bool = False
    order: str = "id:ASC"
    most: int = 1000

    def part(self, offset: int = 0) -> Part:
        """The call; by POST, an address could grow too long."""
        body: dict[str, Any] = {
            "filter": [{"$and": list(self.conditions)}] if self.conditions else [],
            "fields": asked_fields(self.fields),
            "max_num": self.most,
            "offset": offset,
            "order_by": self.order,
        }
        if self.deleted:
            body["deleted"] = True
        return Part("POST", f"{self.object_name}/filter", body)


def page_of(body: object) -> tuple[list[Row], int]:
    """Rows of one answer and the next offset, -1 at the end. Raises Unreadable for what is no page."""
    rows = body.get("records") if isinstance(body, Mapping) else None
    following = body.get("next_offset") if isinstance(body, Mapping) else None
    try:
        offset = int(following)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise Unreadable("a page of rows cannot be read", system=SYSTEM) from None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) and row.get("id") for row in rows):
        raise Unreadable("a page of rows cannot be read", system=SYSTEM)
    return rows, offset


def tables(session: SugarSession, queries: Sequence[Query]) -> list[list[Row]]:
    """All rows of each query, five queries a call; where the server gives fewer at once, it is asked on."""
    found: list[list[Row]] = []
    for start in range(0, len(queries), _CHUNKS_PER_CALL):
        batch = queries[start : start + _CHUNKS_PER_CALL]
        bodies = session.answers([query.part() for query in batch])
        found += [_followed(session, query, body) for query, body in zip(batch, bodies, strict=True)]
    return found


def _followed(session: SugarSession, query: Query, body: object) -> list[Row]:
    rows, offset = page_of(body)
    found = {str(row["id"]): row for row in rows}
    while offset != -1:
        more, following = page_of(session.call(query.part(offset), READ))
        if following != -1 and following <= offset:
            raise Unreadable("the pages of a query repeat", system=SYSTEM)
        found |= {str(row["id"]): row for row in more}
        offset = following
    return list(found.values())


def among(name: str, values: Sequence[str]) -> Filter:
    """A condition: the field holds one of *values*."""
    return {name: {"$in": list(values)}}


def chunked(values: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    """Cut *values* into lists of at most *most*."""
    for start in range(0, len(values), most):
        yield values[start : start + most]


def by_ids(
    session: SugarSession, object_name: str, ids: Sequence[str], fields: Sequence[str], deleted: bool = True
) -> list[Query]:
    """The queries that bring rows by id, each id once; what cannot be an id is not asked for."""
    wanted = sorted({record_id for record_id in ids if 0 < len(record_id) <= 36})
    most = session.options.page_size
    return [
        Query(object_name, [among("id", chunk)], fields, deleted, most=len(chunk)) for chunk in chunked(wanted, most)
    ]


def range_conditions(
    object_name: str, since: datetime | None, until: datetime | None, *, inclusive: bool = False
) -> list[Filter]:
    """A stretch of change stamps, which count whole seconds; without *since* the first pull's filter."""
    found: list[Filter] = []
    if since is not None:
        found.append({"date_modified": {"$gte" if inclusive else "$gt": shown(since)}})
    elif object_name == LEADS:
        found.append({"converted": {"$equals": "0"}})
    if until is not None:
        found.append({"date_modified": {"$lte": shown(until)}})
    return found


class Pull:
    """One pull of one object: pages by keyset on (date_modified, id), each asked for from the row before it.

    Offsets drift while people edit, so the offset is always 0. The server may give fewer rows than asked for;
    only ``next_offset`` -1 ends a pull.
    """

    def __init__(
        self,
        session: SugarSession,
        describer: Describer,
        object_name: str,
        fields: Sequence[str],
        bounds: tuple[Watermark | None, datetime | None],
    ) -> None:
        """Ask nothing yet; *bounds* are the bookmark to start after and the last change stamp wanted."""
        self._session = session
        self._object = object_name
        self._fields = tuple(fields)
        self._shapes = describer.fields(object_name)
        after, until = bounds
        self._deleted = after is not None
        self._bookmark = Bookmark(session.name, after, until, session.options.overlap_seconds)
        self._last: tuple[datetime, str] | None = None
        self._seen: set[tuple[str, str]] = set()

    def pages(self) -> Iterator[Page]:
        """The pages; the last one reaches up to the CRM's present (or *until*)."""
        while True:
            rows, offset = page_of(self._session.call(self._query().part(), READ))
            if (present := self._session.wire.server_time.last) is not None:
                self._bookmark.bound(present)
            before = self._last
            records = self._records(rows)
            done = offset == -1
            if not done and self._last == before:
                raise Unreadable("the pages of a query repeat or do not end", system=self._session.name)
            yield Page(records, self._bookmark.reach(records, done=done))
            if done:
                return

    def _query(self) -> Query:
        conditions = range_conditions(self._object, self._bookmark.lower, self._bookmark.upper, inclusive=True)
        if self._last is not None:
            stamp, record_id = shown(self._last[0]), self._last[1]
            # Without "equals": on date-times it may mean the whole day.
            conditions.append({"date_modified": {"$gte": stamp}})
            conditions.append({"$or": [{"date_modified": {"$gt": stamp}}, {"id": {"$gt": record_id}}]})
        order = "date_modified:ASC,id:ASC"
        return Query(self._object, conditions, self._fields, self._deleted, order, self._session.options.page_size)

    def _records(self, rows: Sequence[Row]) -> tuple[RawRecord, ...]:
        """The rows that this pull has not brought yet, in the order that the server says they have."""
        found: list[RawRecord] = []
        try:
            for row in rows:
                record = raw_record(self._session.name, self._object, row, self._fields, self._shapes)
                if self._is_news(record):
                    found.append(record)
        except (KeyError, TypeError, ValueError):
            raise Unreadable("a page of rows cannot be read", system=self._session.name) from None
        return tuple(found)

    def _is_news(self, record: RawRecord) -> bool:
        stamp = record.modified
        if stamp is None:
            return True  # a deleted row that tells nothing else
        if self._last is not None and stamp < self._last[0]:
            raise Unreadable("rows do not come in the order asked for", system=self._session.name)
        if self._last is None or stamp > self._last[0]:
            self._seen.clear()
        self._last = (stamp, record.ref.id)
        mark = (stamp.isoformat(), record.ref.id)
        new = mark not in self._seen
        self._seen.add(mark)
        return new


def fetch(
    session: SugarSession, describer: Describer, object_name: str, ids: Sequence[str], fields: Sequence[str]
) -> dict[str, RawRecord]:
    """Rows by id, deleted ones included; an id that is not found, or hidden from us, is absent."""
    shapes = describer.fields(object_name)
    wanted = set(ids)
    found: dict[str, RawRecord] = {}
    for rows in tables(session, by_ids(session, object_name, ids, fields)):
        for row in rows:
            try:
                record = raw_record(session.name, object_name, row, fields, shapes)
            except (KeyError, TypeError, ValueError):
                raise Unreadable("a row cannot be read", system=session.name) from None
            if record.ref.id in wanted:
                found[record.ref.id] = record
    return found


def census(session: SugarSession, object_name: str, windows: Sequence[Window]) -> list[int]:
    """How many rows that are not deleted each window holds, twenty windows a call."""
    parts = []
    for window in windows:
        conditions = range_conditions(object_name, window.since, window.until)
        parts.append(Part("POST", f"{object_name}/filter/count", {"filter": [{"$and": conditions}]}))
    return [_count(session, body) for body in session.answers(parts)]


def _count(session: SugarSession, body: object) -> int:
    told = body.get("record_count") if isinstance(body, Mapping) else None
    if isinstance(told, bool) or not str(told).isdigit():
        raise Unreadable("a count cannot be read", system=session.name)
    return int(str(told))
