"""A lead and its candidates, field by field, with a sign where they agree, nearly agree or differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from connector.model.records import Kind, Record
from connector.values import company as company_values
from connector.values import country as country_values
from connector.values import email as email_values
from connector.values import names as name_values
from connector.values import phone as phone_values

_NEAR = 80.0  # rapidfuzz's ratio, 0 to 100: from here on two texts are told as nearly the same


class Sign(StrEnum):
    """How a candidate's value stands to the lead's; NONE where one of them has no value."""

    SAME = "="
    NEAR = "~"
    DIFFERENT = "≠"
    NONE = " "


@dataclass(frozen=True, slots=True)
class Cell:
    """A candidate's value and how it stands to the lead's."""

    text: str
    sign: Sign


@dataclass(frozen=True, slots=True)
class Line:
    """One field: the lead's value, and a cell for each candidate."""

    field: str
    lead: str
    cells: tuple[Cell, ...]


def side_by_side(lead: Record, candidates: Sequence[Record | None]) -> tuple[Line, ...]:
    """The fields in which a lead and its candidates can be compared, those that nobody fills left out.

    A candidate that is gone is None; its cells are empty.
    """
    lines = []
    for field, (read, compare) in _FIELDS.items():
        mine = read(lead)
        cells = tuple(_cell(mine, read(other) if other is not None else "", compare) for other in candidates)
        if mine or any(cell.text for cell in cells):
            lines.append(Line(field, mine, cells))
    return tuple(lines)


def _cell(mine: str, theirs: str, compare: Callable[[str, str], Sign]) -> Cell:
    return Cell(theirs, compare(mine, theirs) if mine and theirs else Sign.NONE)


def _name(record: Record) -> str:
    return " ".join(filter(None, (record.text("first_name"), record.text("last_name"))))


def _company(record: Record) -> str:
    return record.text("name" if record.kind is Kind.ACCOUNT else "company")


def _domain(record: Record) -> str:
    """The firm's domain: of the web site, else of the mailbox where that is the firm's own."""
    site = email_values.registrable(record.text("website"))
    if site:
        return site
    host = email_values.domain(record.text("email"))
    return "" if not host or email_values.is_free(host) else email_values.registrable(host)


def _field(name: str) -> Callable[[Record], str]:
    return lambda record: record.text(name)


def _names(mine: str, theirs: str) -> Sign:
    left, right = name_values.fold(mine), name_values.fold(theirs)
    if left == right:
        return Sign.SAME
    if not left or not right:
        return Sign.DIFFERENT
    if sorted(left.split()) == sorted(right.split()):
        return Sign.NEAR
    first, last = left.split()[0], left.split()[-1]
    alike = last == right.split()[-1] and name_values.may_be_same_first(first, right.split()[0])
    return Sign.NEAR if alike or fuzz.ratio(left, right) >= _NEAR else Sign.DIFFERENT


def _mails(mine: str, theirs: str) -> Sign:
    left, right = (email_values.delivery(text) or text for text in (mine, theirs))
    if left == right:
        return Sign.SAME
    host = email_values.domain(mine)
    near = email_values.registrable(mine) == email_values.registrable(theirs) and not email_values.is_free(host)
    return Sign.NEAR if near else Sign.DIFFERENT


def _phones(mine: str, theirs: str) -> Sign:
    left, right = (phone_values.tail(text) or phone_values.digits(text) for text in (mine, theirs))
    if left != right:
        return Sign.DIFFERENT
    same = phone_values.extension(mine) == phone_values.extension(theirs)
    return Sign.SAME if same else Sign.NEAR


def _companies(mine: str, theirs: str) -> Sign:
    if company_values.normal(mine) == company_values.normal(theirs):
        return Sign.SAME
    left, right = company_values.joined(mine), company_values.joined(theirs)
    return Sign.NEAR if left == right or fuzz.ratio(left, right) >= _NEAR else Sign.DIFFERENT


def _domains(mine: str, theirs: str) -> Sign:
    if mine == theirs:
        return Sign.SAME
    return Sign.NEAR if mine.split(".")[0] == theirs.split(".")[0] else Sign.DIFFERENT


def _countries(mine: str, theirs: str) -> Sign:
    left, right = (country_values.code(text) or name_values.fold(text) for text in (mine, theirs))
    return Sign.SAME if left == right else Sign.DIFFERENT


def _texts(mine: str, theirs: str) -> Sign:
    left, right = name_values.fold(mine), name_values.fold(theirs)
    if left == right:
        return Sign.SAME
    return Sign.NEAR if fuzz.token_set_ratio(left, right) >= _NEAR else Sign.DIFFERENT


def _numbers(mine: str, theirs: str) -> Sign:
    try:
        left, right = float(mine), float(theirs)
    except ValueError:
        return _texts(mine, theirs)
    if left == right:
        return Sign.SAME
    return Sign.NEAR if abs(left - right) <= 0.2 * max(abs(left), abs(right)) else Sign.DIFFERENT


_FIELDS: dict[str, tuple[Callable[[Record], str], Callable[[str, str], Sign]]] = {
    "name": (_name, _names),
    "title": (_field("title"), _texts),
    "company": (_company, _companies),
    "email": (_field("email"), _mails),
    "domain": (_domain, _domains),
    "phone": (_field("phone"), _phones),
    "mobile": (_field("mobile"), _phones),
    "street": (_field("street"), _texts),
    "city": (_field("city"), _texts),
    "state": (_field("state"), _texts),
    "postal_code": (_field("postal_code"), _texts),
    "country": (_field("country"), _countries),
    "industry": (_field("industry"), _texts),
    "employees": (_field("employees"), _numbers),
}
