"""One pull over the JSON:API: it sorts by one field only and shows minutes, so the order is made here.

A stretch of change stamps that holds no more rows than fit in memory is read by id, sorted and handed on. A
larger one is cut in half by time. A single minute cannot be cut; its rows all show the same stamp, and reading
them by id is the order itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from connector.errors import Unreadable
from connector.model.progress import ObjectShape, Page, Watermark, Window
from connector.model.records import RawRecord, RecordRef
from connector.systems.bookmark import Bookmark
from connector.systems.suitecrm.line import LEADS, Row, plain
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.v8_calls import V8Calls
from connector.systems.suitecrm.v8_rows import V8Rows, to_minute
from connector.systems.suitecrm.values import database_time

_PAGES_AT_ONCE = 20
_MINUTE = timedelta(minutes=1)


class V8Pull:
    """Reads stretches of change stamps, earliest first."""

    def __init__(
        self,
        calls: V8Calls,
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
        self._most = options.page_size * _PAGES_AT_ONCE

    def pages(self, module: str, fields: Sequence[str]) -> Iterator[Page]:
        """The pages; the last one reaches up to the CRM's present (or *until*)."""
        rows = V8Rows(self._calls, self._options, module, self._shape, fields)
        lower = self._bookmark.lower
        start = None if lower is None else to_minute(lower)
        waiting: list[Row] | None = None
        for found in self._stretch(rows, module, start, self._bound + timedelta(seconds=1)):
            if waiting is not None:
                yield self._page(module, fields, waiting, done=False)
            waiting = found
        yield self._page(module, fields, waiting or [], done=True)

    def _page(self, module: str, fields: Sequence[str], rows: Sequence[Row], *, done: bool) -> Page:
        records = tuple(
            RawRecord(RecordRef(self._calls.name, module, row.id), plain(row.values, fields), row.modified)
            for row in rows
        )
        return Page(records, self._bookmark.reach(records, done=done))

    def _stretch(self, rows: V8Rows, module: str, start: datetime | None, end: datetime) -> Iterator[list[Row]]:
        """The rows from *start* up to but without *end*, in order; *start* stands on a minute."""
        filters = self._filters(module, start, end)
        size = self._options.page_size
        first, pages = rows.page(filters, size)
        if len(first) < size:
            yield from self._sorted(first)
            return
        if start is not None and to_minute(end - timedelta(seconds=1)) == start:
            yield first
            yield from rows.stream({**filters, "filter[id][gt]": first[-1].id}, size)
            return
        fits = pages * size <= self._most
        found = self._gathered(rows, filters, first) if fits else None
        if found is not None:
            yield from self._sorted(found)
            return
        if start is None:
            start = self._oldest(rows, filters)
            yield from self._stretch(rows, module, start, end)
            return
        middle = max(to_minute(start + (end - start) / 2), start + _MINUTE)
        yield from self._stretch(rows, module, start, middle)
        yield from self._stretch(rows, module, middle, end)

    def _filters(self, module: str, start: datetime | None, end: datetime) -> dict[str, str]:
        found = {"filter[date_modified][lt]": database_time(end)}
        if start is not None:
            found["filter[date_modified][gte]"] = database_time(start)
        return found | (open_leads(module) if self._first else {})

    def _gathered(self, rows: V8Rows, filters: dict[str, str], first: list[Row]) -> list[Row] | None:
        """All rows of a stretch; None when there are more than the count of pages said."""
        found = list(first)
        for page in rows.stream({**filters, "filter[id][gt]": first[-1].id}, self._options.page_size):
            found += page
            if len(found) > self._most + self._options.page_size:
                return None
        return found

    def _oldest(self, rows: V8Rows, filters: dict[str, str]) -> datetime:
        found, _ = rows.page(filters, 1, sort="date_modified")
        if not found or found[0].modified is None:
            raise Unreadable("SuiteCRM's list changes while it is read", system=self._calls.name)
        return found[0].modified

    def _sorted(self, rows: list[Row]) -> Iterator[list[Row]]:
        if any(row.modified is None for row in rows):
            raise Unreadable("a row without a change stamp cannot be placed", system=self._calls.name)
        rows.sort(key=lambda row: (row.modified, row.id))
        size = self._options.page_size
        for begin in range(0, len(rows), size):
            yield rows[begin : begin + size]


def open_leads(module: str) -> dict[str, str]:
    """What a first pull of leads leaves out: those that are converted already."""
    return {"filter[converted][eq]": "0"} if module == LEADS else {}


def window_filters(module: str, window: Window) -> dict[str, str]:
    """The rows of a window, by the stamps that a pull shows: those are minutes."""
    found = {"filter[date_modified][lt]": database_time(to_minute(window.until) + _MINUTE)}
    if window.since is None:
        return found | open_leads(module)
    return found | {"filter[date_modified][gte]": database_time(to_minute(window.since) + _MINUTE)}
