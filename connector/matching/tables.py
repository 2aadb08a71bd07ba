"""Tables of people and companies: which column is what, and rows as canonical records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connector.errors import UsageError
from connector.matching.column_words import OWNERS, SPELLINGS
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.values import country, dates, email, phone

REGION = "region"
"""A column that is no field of the record and only tells in which country a phone number was written."""

_PERSON = (
    "first_name", "last_name", "full_name", "email", "phone", "mobile", "company", "website", "title", "street",
    "city", "state", "postal_code", "country", "created_at", "account_id",
)  # fmt: skip
_COMPANY = (
    "name", "website", "email", "phone", "street", "city", "state", "postal_code", "country", "created_at",
)  # fmt: skip

TELLING = frozenset(("first_name", "last_name", "full_name", "name", "email", "phone", "mobile", "company", "website"))
"""Without one of these nobody can be told from anybody."""

FIELDS: Mapping[Kind, tuple[str, ...]] = {Kind.LEAD: _PERSON, Kind.CONTACT: _PERSON, Kind.ACCOUNT: _COMPANY}
"""What a column may stand for. ``full_name`` is a name in one column."""

_NOT_WORD = re.compile(r"[\W_]+")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SITE = re.compile(r"(?:https?://|www\.)\S+|(?:[\w-]+\.)+[a-z]{2,}/?", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s()./\-]{7,}(?:\s*(?:x|ext\.?)\s*\d+)?", re.IGNORECASE)
_POSTAL = re.compile(r"\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2}")
_MOST = 0.7  # of the filled cells must look alike before their look tells what a column is


@dataclass(frozen=True, slots=True)
class Columns:
    """What a table holds: *chosen* maps canonical fields to column names, *unused* are the other columns."""

    kind: Kind
    chosen: Mapping[str, str]
    unused: tuple[str, ...]


def object_of(kind: Kind) -> str:
    """What records of *kind* are called where they come from a table."""
    return kind.value.capitalize()


def plain(heading: str) -> str:
    """A heading without case, accents, spaces and punctuation: ``E-Mail Adresse`` is ``emailadresse``."""
    spread = unicodedata.normalize("NFKD", heading).casefold().replace("ß", "ss").replace("ł", "l").replace("ø", "o")
    return _NOT_WORD.sub("", "".join(c for c in spread if not unicodedata.combining(c)))


def guess_columns(
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
    kind: Kind | None = None,
    given: Mapping[str, str] | None = None,
    key: str = "",
) -> Columns:
    """Tell by the headings, then by the cells of *sample*, which column is what.

    *kind* is guessed where it is None (people come as leads). *given* maps canonical fields to columns and wins;
    the column *key* counts only where its heading says that it is more than a key. Raises UsageError naming every
    field and column that does not exist.
    """
    given = dict(given or {})
    headings = {name: _meaning(name) for name in header if name not in given.values()}
    if not headings.get(key):
        headings.pop(key, None)
    kind = kind or _kind(headings, given)
    _refuse_unknown(given, header, kind)
    chosen = dict(given)
    for name, meaning in sorted(headings.items(), key=lambda item: plain(item[0]) != plain(item[1])):
        _take(chosen, _as_field(meaning, kind), name, kind)
    rest = [name for name in headings if name not in chosen.values()]
    cells = {name: [row[at].strip() for row in sample if row[at].strip()] for at, name in enumerate(header)}
    for name in rest:
        _take(chosen, _look(cells[name], kind), name, kind)
    unused = tuple(name for name in headings if name not in chosen.values())
    return Columns(kind, {name: chosen[name] for name in FIELDS[kind] if name in chosen}, unused)


def _meaning(heading: str) -> str:
    """The canonical field that a heading names, as it stands or without the word for whose it is; else empty."""
    word = plain(heading)
    if word in SPELLINGS:
        return SPELLINGS[word]
    if SPELLINGS.get(counted := word.rstrip("0123456789")) in ("phone", "mobile"):
        return SPELLINGS[counted]  # people have several; of other fields only the first counts
    bare = (word.removeprefix(owner) for owner in OWNERS if word.startswith(owner))
    return next((SPELLINGS[rest] for rest in bare if rest in SPELLINGS), "")


def _kind(headings: Mapping[str, str], given: Mapping[str, str]) -> Kind:
    meant = {*headings.values(), *given}
    if {"first_name", "last_name", "title"} & meant:
        return Kind.LEAD
    if "name" in given or "full_name" not in meant:
        return Kind.ACCOUNT if {"name", "company", "website"} & meant else Kind.LEAD
    return Kind.LEAD if {"email", "company", "mobile"} & meant else Kind.ACCOUNT


def _refuse_unknown(given: Mapping[str, str], header: Sequence[str], kind: Kind) -> None:
    problems = [f"there is no field `{name}`" for name in given if name not in FIELDS[kind]]
    problems += [f"there is no column `{column}`" for column in given.values() if column not in header]
    if problems:
        fields, columns = ", ".join(FIELDS[kind]), ", ".join(header)
        raise UsageError(f"{'; '.join(problems)}; fields are {fields}; columns are {columns}")


def _as_field(meaning: str, kind: Kind) -> str:
    if kind is Kind.ACCOUNT:
        return "name" if meaning in ("full_name", "company") else meaning
    return meaning


def _take(chosen: dict[str, str], meaning: str, column: str, kind: Kind) -> None:
    """Use *column*, unless the field has one already; a second phone is a mobile."""
    if meaning == "phone" and "phone" in chosen:
        meaning = "mobile"
    if meaning == "full_name" and {"first_name", "last_name"} & chosen.keys():
        return
    if meaning in FIELDS[kind] and meaning not in chosen:
        chosen[meaning] = column


def _look(cells: Sequence[str], kind: Kind) -> str:
    """What most cells look like; empty when they tell nothing."""
    if len(cells) < 3:
        return ""
    for name, looks in _LOOKS:
        if name in FIELDS[kind] and sum(map(looks, cells)) >= _MOST * len(cells):
            return name if name != "postal_code" or not _counts_up(cells) else ""
    return ""


def _is_phone(cell: str) -> bool:
    digits = sum(c.isdigit() for c in cell)
    return 7 <= digits <= 15 and not cell.isdigit() and bool(_PHONE.fullmatch(cell)) and not _DATE.fullmatch(cell)


def _is_country(cell: str) -> bool:
    return len(cell) > 2 and not cell.isdigit() and bool(country.code(cell))


def _counts_up(cells: Sequence[str]) -> bool:
    """Whether it is a running number and no postal code."""
    return list(cells) == sorted(set(cells))


_LOOKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("email", lambda cell: bool(_MAIL.fullmatch(cell))),
    ("website", lambda cell: bool(_SITE.fullmatch(cell))),
    ("phone", _is_phone),
    ("country", _is_country),
    ("postal_code", lambda cell: bool(_POSTAL.fullmatch(cell.upper()))),
)


def _instant(text: str) -> str:
    try:
        return dates.to_instant(text)
    except ValueError:
        return text


class RowReader:
    """Makes canonical records of the rows of one table."""

    def __init__(self, header: Sequence[str], columns: Columns, key: str, connection: str) -> None:
        """*header* are the names of the cells, *key* the column of the ids, *connection* where the records live.

        A column named `REGION` tells the country of a row that has none of its own.
        """
        self._kind, self._connection = columns.kind, connection
        self._key = header.index(key)
        self._places = [(name, header.index(column)) for name, column in columns.chosen.items()]
        self._region = header.index(REGION) if REGION in header else None

    def __call__(self, cells: Sequence[str]) -> Record:
        """One row; what cannot be normalised is kept as written."""
        raw = {name: text for name, place in self._places if (text := cells[place].strip())}
        values: dict[str, Scalar] = {**raw}
        if whole := raw.get("full_name"):
            del values["full_name"]
            values["last_name"] = whole
        if address := raw.get("email"):
            values["email"] = email.normal(address) or address
        land = country.code(raw.get("country", ""))
        if "country" in raw:
            values["country"] = land or raw["country"]
        self._number(values, raw, land or self._land(cells, raw))
        if "created_at" in raw:
            values["created_at"] = _instant(raw["created_at"])
        ref = RecordRef(self._connection, object_of(self._kind), cells[self._key].strip())
        return Record(self._kind, ref, values)

    def _land(self, cells: Sequence[str], raw: Mapping[str, str]) -> str:
        """The country told beside the record, else by the ending of its domain."""
        if self._region is not None and (land := country.code(cells[self._region])):
            return land
        host = email.domain(raw.get("email", "")) or email.host(raw.get("website", ""))
        return country.code(host.rpartition(".")[2])

    def _number(self, values: dict[str, Scalar], raw: Mapping[str, str], land: str) -> None:
        for name in ("phone", "mobile"):
            if text := raw.get(name):
                values[name] = phone.normal(text, land) or text
