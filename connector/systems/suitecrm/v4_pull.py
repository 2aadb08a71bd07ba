"""One pull over the legacy service: a keyset on (date_modified, id), each page asked for from its start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from connector.errors import Unreadable
from connector.model.progress import ObjectShape, Page, Watermark
from connector.model.records import RawRecord, RecordRef
from connector.systems.bookmark import Bookmark
from connector.systems.suitecrm.line import LEADS, Row, plain
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.v4_calls import V4Calls
from connector.systems.suitecrm.v4_rows import checked, entries, literal, moment, row_of

# Bare names only: with a table in front the service drops the whole sort without a word.
_ORDER = "date_modified asc, id asc"


class V4Pull:
    """Asks for the rows after the last one that was read, so that rows edited meanwhile shift no page."""

    def __init__(
        self,
        calls: V4Calls,
        options: SuiteOptions,
        shape: ObjectShape | None,
        after: Watermark | None,
        until: datetime | None,
    ) -> None:
        """Ask nothing yet."""
        self._calls = calls
        self._options = options
        self._shape = shape
        self._first = after is None
        self._bookmark = Bookmark(calls.name, after, until, options.overlap_seconds)
        self._bound = self._bookmark.bound(calls.now().replace(microsecond=0))

    def pages(self, module: str, fields: Sequence[str]) -> Iterator[Page]:
        """The pages; the last one reaches up to the CRM's present (or *until*)."""
        last: Row | None = None
        while True:
            answer = self._ask(module, checked(module, fields), last)
            rows = self._rows(answer, last)
            done = self._is_done(answer, len(rows))
            last = rows[-1] if rows else last
            records = tuple(raw_record(self._calls.name, module, row, fields) for row in rows)
            yield Page(records, self._bookmark.reach(records, done=done))
            if done:
                return

    def _ask(self, module: str, columns: Sequence[str], last: Row | None) -> Any:
        return self._calls.call(
            "get_entry_list",
            module_name=module,
            query=self._query(module, last),
            order_by=_ORDER,
            offset=0,
            select_fields=list(columns),
            link_name_to_fields_array=[],
            max_results=self._options.page_size,
            deleted=0 if self._first else 1,
        )

    def _query(self, module: str, last: Row | None) -> str:
        table = module.lower()
        lower = self._bookmark.lower
        parts = [f"{table}.date_modified <= {moment(self._bound)}"]
        if last is not None and last.modified is not None:
            stamp = moment(last.modified)
            later = f"({table}.date_modified = {stamp} AND {table}.id > {literal(last.id)})"
            parts.append(f"({table}.date_modified > {stamp} OR {later})")
        elif lower is not None:
            parts.append(f"{table}.date_modified >= {moment(lower)}")
        if self._first and module == LEADS:
            parts.append(open_leads(table))
        return f"({' AND '.join(parts)})"

    def _rows(self, answer: Any, last: Row | None) -> list[Row]:
        rows = [row_of(entry, self._shape, self._calls.name) for entry in entries(answer, self._calls.name)]
        found = [row for row in rows if row is not None]
        marks = [(row.modified, row.id) for row in ([last] if last else []) + found]
        if len(found) != len(rows) or any(mark[0] is None for mark in marks):
            raise Unreadable("a page of rows cannot be read", system=self._calls.name)
        stamps = [mark[0] for mark in marks if mark[0] is not None]
        if stamps != sorted(stamps) or len(set(marks)) != len(marks):
            raise Unreadable("SuiteCRM does not keep the order that was asked for", system=self._calls.name)
        return found

    def _is_done(self, answer: Any, got: int) -> bool:
        """``next_offset`` never tells the end; the total of what follows does, where there is one, else a short page.

        A server in front may cap pages. An empty page ends the pull all the same: what a total counts beyond it is
        hidden from our user.
        """
        total = str(answer.get("total_count", ""))
        if got and total.isdigit() and int(total) > 0:
            return int(total) <= got
        return got < self._options.page_size


def open_leads(table: str) -> str:
    """What a first pull of leads leaves out: those that are converted already."""
    return f"({table}.converted = 0 OR {table}.converted IS NULL)"


def window_query(module: str, since: datetime | None, until: datetime) -> str:
    """The rows of a window, by the same filter as the pull's."""
    table = module.lower()
    parts = [f"{table}.date_modified <= {moment(until)}"]
    if since is not None:
        parts.append(f"{table}.date_modified > {moment(since)}")
    elif module == LEADS:
        parts.append(open_leads(table))
    return f"({' AND '.join(parts)})"


def raw_record(connection: str, module: str, row: Row, fields: Sequence[str]) -> RawRecord:
    """A row as the house passes it on."""
    return RawRecord(RecordRef(connection, module, row.id), plain(row.values, fields), row.modified, row.deleted)
