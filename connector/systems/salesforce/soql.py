"""Builds the few SOQL statements that the connector asks.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from connector.errors import ConfigError
from connector.model.records import RawRecord, RecordRef, Scalar, canonical_json

LONGEST_QUERY = 90_000  # of the 100,000 characters that a query may have
MERGEABLE = frozenset({"Lead", "Account", "Contact"})
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?\Z")
_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*\Z", re.ASCII)
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)\Z")


def quoted(text: str) -> str:
    """A string literal."""
    from simple_salesforce.format import quote_soql_value

    return quote_soql_value(text)


def listed(texts: Iterable[str]) -> str:
    """The right side of an IN; *texts* must not be empty."""
    return f"({','.join(map(quoted, texts))})"


def literal(moment: datetime) -> str:
    """A dateTime literal in UTC; milliseconds only when there are any."""
    shown = moment.astimezone(UTC)
    spec = "milliseconds" if shown.microsecond else "seconds"
    return shown.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def instant(text: str) -> datetime:
    """A dateTime as Salesforce writes it (``2026-03-17T16:21:26.000+0000``); raises ValueError."""
    moment = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text))
    if moment.tzinfo is None:
        raise ValueError("a dateTime without a zone")
    return moment.astimezone(UTC)


def is_id(text: str) -> bool:
    """Whether *text* can be a record id (15 or 18 letters and digits)."""
    return _ID.match(text) is not None


def same_id(left: str, right: str) -> bool:
    """Whether two ids, 15 or 18 characters long, name one record."""
    return left[:15] == right[:15]


def with_bookkeeping(object_name: str, fields: Sequence[str]) -> tuple[str, ...]:
    """*fields* with those that every raw record needs, each once; raises ConfigError for what is no name."""
    for name in (object_name, *fields):
        if not _NAME.match(name):
            raise ConfigError(
                f"{name!r} cannot be the name of a Salesforce field", next_command="connector mapping lint"
            )
    own = ["Id", "SystemModstamp", "IsDeleted", *(["MasterRecordId"] if object_name in MERGEABLE else [])]
    return tuple(dict.fromkeys([*own, *fields]))


def select(fields: Sequence[str], object_name: str, *conditions: str, tail: str = "") -> str:
    """A whole statement; the conditions are joined by AND."""
    where = f" WHERE {' AND '.join(f'({condition})' for condition in conditions)}" if conditions else ""
    return " ".join(["SELECT", ", ".join(fields), f"FROM {object_name}{where}", tail]).rstrip()


def chunks(values: Sequence[str], most: int, room: int) -> Iterator[Sequence[str]]:
    """Cut *values* into lists of at most *most* whose quoted text stays below *room* characters."""
    start = size = 0
    for index, value in enumerate(values):
        cost = len(quoted(value)) + 1
        if index > start and (index - start >= most or size + cost > room):
            yield values[start:index]
            start, size = index, 0
        size += cost
    if start < len(values):
        yield values[start:]


def raw_record(connection: str, object_name: str, row: Mapping[str, object], fields: Sequence[str]) -> RawRecord:
    """One row of a query as a raw record: the fields that were asked for, dotted ones flattened.

    Raises KeyError or ValueError for a row that lacks what every row has.
    """
    merged = row.get("MasterRecordId")
    return RawRecord(
        ref=RecordRef(connection, object_name, str(row["Id"])),
        fields={name: _value(row, name) for name in fields},
        modified=instant(str(row["SystemModstamp"])),
        deleted=bool(row.get("IsDeleted")),
        merged_into=str(merged) if merged else None,
    )


def _value(row: Mapping[str, object], name: str) -> Scalar:
    found: object = row
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None or isinstance(found, str | int | float | bool):
        return found
    return canonical_json(found)
