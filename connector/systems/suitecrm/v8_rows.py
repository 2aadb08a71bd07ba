"""Rows of the JSON:API, and lists asked for so that nothing is cut off unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.errors import ConfigError, RemoteError, Unreadable
from connector.model.progress import ObjectShape
from connector.systems.suitecrm.line import Row
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.v8_calls import GONE, V8Calls
from connector.systems.suitecrm.values import decode, utc

_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)
_TRIES = 3


def data_of(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The resources of a document, in a list even where there is one or none. Raises Unreadable."""
    found = answer.get("data")
    listed = [found] if isinstance(found, dict) else found if isinstance(found, list) else []
    if not all(isinstance(each, dict) and each.get("id") for each in listed):
        raise Unreadable("a page of rows cannot be read", system=name)
    return listed


class V8Rows:
    """Asks for rows of one module."""

    def __init__(
        self, calls: V8Calls, options: SuiteOptions, module: str, shape: ObjectShape | None, fields: Sequence[str]
    ) -> None:
        """Ask nothing yet. Raises ConfigError for what is no name."""
        for name in (module, *fields):
            if not _NAME.match(name):
                raise ConfigError(
                    f"{name!r} cannot be the name of a SuiteCRM field", next_command="connector mapping lint"
                )
        self._calls = calls
        self._options = options
        self._module = module
        self._types = {name: known.type for name, known in shape.fields.items()} if shape else {}
        columns = dict.fromkeys(("date_modified", *(name for name in fields if name != "id")))
        self.fields = {f"fields[{module}]": ",".join(columns)}

    def page(self, filters: Mapping[str, str], size: int, *, sort: str = "id") -> tuple[list[Row], int]:
        """The first rows that pass *filters* (all of them), and in how many pages of that size all would come.

        Size and number always go along: without them twenty rows come and look like everything. A list is
        refused as a whole when one of its rows is deleted while it is made; then it is asked for again.
        """
        params = {**self.fields, "page[size]": str(size), "page[number]": "1", "sort": sort}
        params |= {"filter[operator]": "and", **filters} if filters else {}
        for attempt in range(_TRIES):
            try:
                answer = self._calls.call("GET", f"module/{self._module}", params=params)
                break
            except RemoteError as error:
                if error.code != GONE or attempt == _TRIES - 1:
                    raise
        meta = answer.get("meta")
        pages = meta.get("total-pages") if isinstance(meta, dict) else None
        count = int(pages) if isinstance(pages, int | str) and str(pages).isdigit() else 0
        return [self.row(each) for each in data_of(answer, self._calls.name)], count

    def stream(self, filters: Mapping[str, str], size: int) -> Iterator[list[Row]]:
        """All rows that pass *filters*, by id; each page starts after the last id of the one before.

        Page numbers are not counted up: a row that leaves the filter meanwhile would shift the pages.
        """
        last = ""
        while True:
            rows, _ = self.page({**filters, "filter[id][gt]": last} if last else filters, size)
            if rows and rows[-1].id == last:
                raise Unreadable("the pages of a list repeat", system=self._calls.name)
            yield rows
            if len(rows) < size:
                return
            last = rows[-1].id

    def row(self, resource: Mapping[str, Any]) -> Row:
        """One resource. Its stamp is cut to the minute: the API loses the seconds for most users."""
        told = resource.get("attributes")
        attributes: Mapping[str, Any] = told if isinstance(told, dict) else {}
        trusting = self._options.v8_datetime == "trust_offset"
        try:
            values = {
                name: decode(value, self._types.get(name, ""), trust_offset=trusting)
                for name, value in attributes.items()
            }
            stamp = attributes.get("date_modified")
            modified = to_minute(utc(str(stamp), trust_offset=trusting)) if stamp else None
        except ValueError:
            raise Unreadable("a row's date cannot be read", system=self._calls.name) from None
        return Row(str(resource["id"]), values, values.get("deleted") is True, modified)


def to_minute(moment: datetime) -> datetime:
    """The minute that an instant lies in."""
    return moment.replace(second=0, microsecond=0)
