"""One request, one reply, and what a call is called: the words every dialect shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import parse_qsl, unquote


class Kind(StrEnum):
    """What a call can do to the records: the `kind` of the access log."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as the access log names it.

    `aliases` are further names that a fault plan may use for it (`query` also means `queryAll`).
    """

    operation: str
    kind: Kind
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, its path not yet percent-decoded.

    Splitting comes before decoding, so that an encoded slash stays inside its segment.
    Header names are lower-case. `base_url` is how this server is to be addressed in answers.
    """

    method: str
    raw_path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""

    @property
    def segments(self) -> tuple[str, ...]:
        """Decoded path segments; a trailing slash adds none."""
        return tuple(unquote(part) for part in self.raw_path.split("/") if part)

    @property
    def query(self) -> dict[str, str]:
        """Query parameters, the last one winning where one is repeated."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    def header(self, name: str, default: str = "") -> str:
        """The header's value, whatever the case of its name."""
        return self.headers.get(name.lower(), default)

    @property
    def form(self) -> dict[str, str]:
        """The body read as `application/x-www-form-urlencoded`; bytes that are not UTF-8 are replaced."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: `body` is complete, `headers` lack only Date and Content-Length."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowFault:
    """Planned refusals of single rows; `rows` are 0-based positions in the call, None means every row."""

    rows: frozenset[int] | None
    code: str
    message: str
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Trace:
    """What one call touched, collected while it is answered.

    `admitted` says that the session was accepted earlier and is not asked again (a write applied late).
    Rows are numbered from 0 over the whole HTTP call, so a composite of three collections counts on.
    """

    row_faults: tuple[RowFault, ...] = ()
    admitted: bool = False
    records: int = 0
    rows_seen: int = 0
    written: list[tuple[str, str]] = field(default_factory=list)

    def refused_rows(self, count: int) -> dict[int, RowFault]:
        """Which of the next `count` rows are to be refused, by their position among these rows."""
        first = self.rows_seen
        self.rows_seen += count
        refused: dict[int, RowFault] = {}
        for position in range(count):
            for fault in self.row_faults:
                if fault.rows is None or first + position in fault.rows:
                    refused.setdefault(position, fault)
        return refused

    def wrote(self, object_name: str, ids: Iterable[str | None]) -> None:
        """Remember records that the call wrote."""
        self.written.extend((object_name, record_id) for record_id in ids if record_id)
