"""Which row a row is: an id that stays the same however often, and in whatever file, it comes back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "leadid", "recordid", "externalid"),
    "email": ("email", "emailaddress", "mail", "workemail", "businessemail"),
    "name": ("name", "fullname", "contactname", "leadname"),
    "first": ("firstname", "givenname", "forename"),
    "last": ("lastname", "surname", "familyname"),
    "company": ("company", "companyname", "organization", "organisation", "account", "accountname", "employer"),
    "phone": ("phone", "phonenumber", "telephone", "tel", "mobile", "mobilephone", "businessphone"),
}
_NOT_WORD = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")


def plain(name: str) -> str:
    """A column name without case, spaces and punctuation: ``E-Mail Address`` is ``emailaddress``."""
    return _NOT_WORD.sub("", name).lower()


class RowIdentity:
    """Finds the id of rows under one header.

    The id column (given, or by its usual spellings) wins; then the e-mail address; then name, company and
    phone; a row with none of these is known by all its cells. File name and line are never part of it.
    """

    def __init__(self, header: Sequence[str], id_column: str = "") -> None:
        """Find the telling columns."""
        names = [plain(name) for name in header]
        spellings = {**_SPELLINGS, "id": (plain(id_column),)} if id_column else _SPELLINGS
        self._columns = {
            role: next((names.index(spelling) for spelling in known if spelling in names), None)
            for role, known in spellings.items()
        }
        self._width = len(header)

    @property
    def names_people(self) -> bool:
        """Whether any column can name a person; a company alone is none."""
        return any(self._columns[role] is not None for role in ("id", "email", "name", "first", "last", "phone"))

    def of(self, cells: Sequence[str]) -> str:
        """The id of one row."""
        return self.person(cells) or _digest("row", *(cell.strip() for cell in cells[: self._width]))

    def person(self, cells: Sequence[str]) -> str:
        """The id of whom a row is about, empty where it names nobody."""
        given = self._cell(cells, "id")
        if given:
            return given
        email = self._cell(cells, "email").lower()
        if "@" in email:
            return _digest("email", email)
        first, last = self._cell(cells, "first"), self._cell(cells, "last")
        name = _folded(self._cell(cells, "name") or f"{first} {last}")
        company = _folded(self._cell(cells, "company"))
        phone = "".join(sign for sign in self._cell(cells, "phone") if sign.isdigit())
        return _digest("person", name, company, phone) if name or company or phone else ""

    def _cell(self, cells: Sequence[str], role: str) -> str:
        column = self._columns[role]
        return cells[column].strip() if column is not None and column < len(cells) else ""


def _folded(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
