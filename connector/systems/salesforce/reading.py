"""Reads from an org: changes in order, rows by id, counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.errors import SessionExpired, Unreadable
from connector.model.progress import Fetching, Page, Watermark, Window
from connector.model.records import RawRecord
from connector.systems.bookmark import Bookmark
from connector.systems.salesforce.faults import LocatorLost, error_of, part_fault
from connector.systems.salesforce.session import READ, Part, SalesforceSession
from connector.systems.salesforce.soql import (
    LONGEST_QUERY,
    chunks,
    instant,
    is_id,
    listed,
    literal,
    quoted,
    raw_record,
    select,
    with_bookkeeping,
)

_QUERIES_PER_CALL = 5


class Pull:
    """One pull of one object: a keyset query on (SystemModstamp, Id), its pages followed to the end.

    A page that cannot be followed any more (the cursor died with the session) is asked for again from the
    last row that was read. Rows may be committed minutes after the second they are stamped with, so the
    query starts *overlap* seconds before the bookmark; `SystemModstamp` is what replication goes by
    (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/system_fields.htm).
    """

    def __init__(
        self,
        session: SalesforceSession,
        object_name: str,
        fields: Sequence[str],
        after: Watermark | None,
        until: datetime | None,
    ) -> None:
        """Ask nothing yet."""
        self._session = session
        self._object = object_name
        self._fields = tuple(fields)
        self._deleted = after is not None
        self._bookmark = Bookmark(session.name, after, until, session.options.overlap_seconds)
        self._last: tuple[str, str] | None = None
        self._seen: set[str] = set()
        self._got = 0

    def pages(self, first: Any = None) -> Iterator[Page]:
        """The pages; the last one reaches up to the org's present (or *until*). *first* is an answer to `question`."""
        answer = first or self._ask()
        while True:
            self.hear()
            rows = self._rows(answer)
            done = self._is_done(answer)
            yield Page(rows, self._bookmark.reach(rows, done=done))
            if done:
                return
            answer = self._next(str(answer["nextRecordsUrl"]))

    def hear(self) -> None:
        """Take the org's present from what it has answered: rows stamped later belong to the next pull."""
        if (present := self._session.wire.server_time.last) is not None:
            self._bookmark.bound(present)

    @property
    def question(self) -> Part:
        """The query as a part of a composite call."""
        return Part("GET", self._session.query_path(self._soql(), deleted=self._deleted))

    def _ask(self) -> Any:
        self._seen.clear()
        self._got = 0
        return self._session.query(self._soql(), deleted=self._deleted)

    def _soql(self) -> str:
        columns = with_bookkeeping(self._object, self._fields)
        return select(columns, self._object, *self._conditions(), tail="ORDER BY SystemModstamp, Id")

    def _conditions(self) -> list[str]:
        found = range_conditions(self._object, self._bookmark.lower, self._bookmark.upper, inclusive=True)
        if self._last is not None:
            stamp, record_id = literal(instant(self._last[0])), quoted(self._last[1])
            found.append(f"SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > {record_id})")
        return found

    def _rows(self, answer: Any) -> tuple[RawRecord, ...]:
        try:
            found = answer["records"]
            self._got += len(found)
            if found:
                self._last = (str(found[-1]["SystemModstamp"]), str(found[-1]["Id"]))
            return tuple(raw_record(self._session.name, self._object, row, self._fields) for row in found)
        except (KeyError, TypeError, ValueError):
            raise Unreadable("a page of rows cannot be read", system=self._session.name) from None

    def _is_done(self, answer: Any) -> bool:
        done = bool(answer.get("done")) or not answer.get("nextRecordsUrl")
        total = answer.get("totalSize")
        following = answer.get("nextRecordsUrl")
        if (isinstance(total, int) and (self._got > total or (done and self._got != total))) or (
            not done and following in self._seen
        ):
            raise Unreadable("the pages of a query repeat or do not add up", system=self._session.name)
        self._seen.add(str(following))
        return done

    def _next(self, next_url: str) -> Any:
        try:
            return self._session.more(next_url)
        except (LocatorLost, SessionExpired):
            return self._ask()
        except Unreadable as error:
            if error.code == "NOT_FOUND":
                return self._ask()
            raise


def pulls_together(session: SalesforceSession, pulls: Sequence[Pull]) -> Iterator[Iterator[Page]]:
    """The pages of several pulls: the first page of five of them comes in one call."""
    for start in range(0, len(pulls), _QUERIES_PER_CALL):
        batch = pulls[start : start + _QUERIES_PER_CALL]
        if len(batch) == 1:
            yield batch[0].pages()
            continue
        answers = session.composite([pull.question for pull in batch], READ)
        for pull in batch:
            pull.hear()
        for pull, answer in zip(batch, answers, strict=True):
            yield _begun(session, pull, answer)


def _begun(session: SalesforceSession, pull: Pull, answer: Mapping[str, Any] | None) -> Iterator[Page]:
    if answer is None:
        raise Unreadable("a part of Salesforce's answer is missing", system=session.name)
    if fault := part_fault(answer):
        raise error_of(fault, READ)
    yield from pull.pages(answer.get("body"))


def range_conditions(
    object_name: str, since: datetime | None, until: datetime | None, *, inclusive: bool = False
) -> list[str]:
    """The filter of a stretch of change stamps; without *since* the first pull's filter."""
    found = []
    if since is not None:
        found.append(f"SystemModstamp {'>=' if inclusive else '>'} {literal(since)}")
    elif object_name == "Lead":
        found.append("IsConverted = false")
    if until is not None:
        found.append(f"SystemModstamp <= {literal(until)}")
    return found


def fetch(
    session: SalesforceSession, object_name: str, ids: Sequence[str], fields: Sequence[str]
) -> dict[str, RawRecord]:
    """Rows by id, deleted ones included, keyed by the id as it was asked for."""
    return fetch_together(session, [Fetching(object_name, tuple(ids), tuple(fields))])[0]


def fetch_together(session: SalesforceSession, wanted: Sequence[Fetching]) -> list[dict[str, RawRecord]]:
    """The same for several objects, five queries a call whatever they are for."""
    asked = [{record_id[:15]: record_id for record_id in one.ids if is_id(record_id)} for one in wanted]
    queries = [
        (number, soql)
        for number, one in enumerate(wanted)
        for soql in _by_id(session, one, sorted(asked[number].values()))
    ]
    found: list[dict[str, RawRecord]] = [{} for _ in wanted]
    answers = tables(session, [soql for _, soql in queries], deleted=True)
    for (number, _), rows in zip(queries, answers, strict=True):
        for row in rows:
            record = raw_record(session.name, wanted[number].object_name, row, wanted[number].fields)
            found[number][asked[number].get(record.ref.id[:15], record.ref.id)] = record
    return found


def _by_id(session: SalesforceSession, wanted: Fetching, ids: Sequence[str]) -> Iterator[str]:
    columns = with_bookkeeping(wanted.object_name, wanted.fields)
    room = LONGEST_QUERY - len(", ".join(columns))
    for chunk in chunks(ids, session.options.query_batch, room):
        yield select(columns, wanted.object_name, f"Id IN {listed(chunk)}")


def tables(
    session: SalesforceSession, queries: Sequence[str], *, deleted: bool
) -> Iterator[Iterator[Mapping[str, Any]]]:
    """The rows of each query in turn: five queries a call, further pages followed."""
    for start in range(0, len(queries), _QUERIES_PER_CALL):
        batch = queries[start : start + _QUERIES_PER_CALL]
        for answer in session.answers([Part("GET", session.query_path(soql, deleted=deleted)) for soql in batch]):
            yield _followed(session, answer)


def _followed(session: SalesforceSession, answer: Any) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    while True:
        try:
            yield from answer["records"]
            following = None if answer.get("done") else answer.get("nextRecordsUrl")
        except (KeyError, TypeError, AttributeError):
            raise Unreadable("the rows of a query cannot be read", system=session.name) from None
        if following is None:
            return
        if following in seen:
            raise Unreadable("the pages of a query repeat", system=session.name)
        seen.add(following)
        answer = session.more(following)


def census(session: SalesforceSession, object_name: str, windows: Sequence[Window]) -> list[int]:
    """How many rows that are not deleted each window holds, five windows a call."""
    counts: list[int] = []
    for start in range(0, len(windows), _QUERIES_PER_CALL):
        parts = []
        for window in windows[start : start + _QUERIES_PER_CALL]:
            soql = select(["COUNT()"], object_name, *range_conditions(object_name, window.since, window.until))
            parts.append(Part("GET", session.query_path(soql, deleted=False)))
        counts += [_count(session, answer) for answer in session.answers(parts)]
    return counts


def _count(session: SalesforceSession, answer: Any) -> int:
    total = answer.get("totalSize") if isinstance(answer, Mapping) else None
    if not isinstance(total, int):
        raise Unreadable("a count cannot be read", system=session.name)
    return total
