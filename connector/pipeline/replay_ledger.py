"""What a replay remembers of each lead: two instants and a few bits, about fifty bytes however long its history."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from connector.model.decision import Verdict
from connector.model.records import RecordRef

VERDICTS = tuple(Verdict)
NEVER = float("inf")

OLD_AUTOMATIC, NEW_AUTOMATIC = 1 << 0, 1 << 1
"""The first conversion was the policy's own, not a person's word."""

OLD_OPENED, NEW_OPENED = 1 << 2, 1 << 3
PERSON_YES, PERSON_NO = 1 << 4, 1 << 5
"""A person said in review that the lead is to be converted, or that it is not."""

CLOSED = 1 << 6
"""A person closed the lead in the CRM."""

CARRIED, CARRIED_OPENED = 1 << 7, 1 << 8
"""The new answer differs from the old one, for leads that follow this one; and whether it opens an opportunity."""

WON, LOST = 1 << 32, 1 << 33
"""How its opportunity ended."""

_OLD_LAST, _NEW_LAST, _CODE = 9, 12, 15
_WORD = 0b111
_CODES = 0xFFFF


class Ledger:
    """Rows of leads in plain arrays, found by 64 bits of a hash of route and lead.

    Two leads are taken for one by mistake once in some billions of ledgers of a million.
    """

    def __init__(self) -> None:
        """Begin with nobody."""
        self._places = array("I", bytes(4 * 1024))
        self._marks = array("Q")
        self.old = array("d")
        self.new = array("d")
        self.bits = array("Q")

    def __len__(self) -> int:
        """How many leads."""
        return len(self._marks)

    def find(self, route: str, lead: RecordRef) -> int | None:
        """The row of a lead; None when it has none."""
        return self.find_key(route, lead.key)

    def find_key(self, route: str, key: str) -> int | None:
        """As `find`, for a lead that its external key names."""
        row = self._places[self._place(_mark(route, key))]
        return row - 1 if row else None

    def row(self, route: str, lead: RecordRef) -> tuple[int, bool]:
        """The row of a lead, made when there is none; and whether it was made now."""
        mark = _mark(route, lead.key)
        place = self._place(mark)
        if self._places[place]:
            return self._places[place] - 1, False
        self._marks.append(mark)
        self.old.append(NEVER)
        self.new.append(NEVER)
        self.bits.append(0)
        self._places[place] = len(self._marks)
        if 2 * len(self._marks) >= len(self._places):
            self._grow()
        return len(self._marks) - 1, True

    def set_last(self, row: int, old: Verdict, new: Verdict) -> None:
        """Keep the verdicts that stand now."""
        kept = self.bits[row] & ~((_WORD << _OLD_LAST) | (_WORD << _NEW_LAST))
        self.bits[row] = kept | (_NUMBER[old] + 1) << _OLD_LAST | (_NUMBER[new] + 1) << _NEW_LAST

    def last(self, row: int) -> tuple[Verdict | None, Verdict | None]:
        """The verdicts that stand, old and new; None before the first."""
        bits = self.bits[row]
        return _WORDS[(bits >> _OLD_LAST) & _WORD], _WORDS[(bits >> _NEW_LAST) & _WORD]

    def carry(self, row: int, opened: bool, code: int) -> None:
        """The new answer differs: keep what those that follow the lead need; *code* numbers the disqualification."""
        self.drop(row)
        self.bits[row] |= CARRIED | (CARRIED_OPENED if opened else 0) | (code & _CODES) << _CODE

    def drop(self, row: int) -> None:
        """Old and new answer are the same again."""
        self.bits[row] &= ~(CARRIED | CARRIED_OPENED | _CODES << _CODE)

    def code(self, row: int) -> int:
        """The number that `carry` kept."""
        return (self.bits[row] >> _CODE) & _CODES

    def rows(self) -> Iterator[tuple[float, float, int]]:
        """First conversion old and new (seconds since 1970, `NEVER`), and the bits, of every lead."""
        return zip(self.old, self.new, self.bits, strict=True)

    def _place(self, mark: int) -> int:
        last = len(self._places) - 1
        place = mark & last
        while (row := self._places[place]) and self._marks[row - 1] != mark:
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        self._places = array("I", bytes(4 * 2 * len(self._places)))
        for number, mark in enumerate(self._marks, 1):
            self._places[self._place(mark)] = number


def _mark(route: str, key: str) -> int:
    return hash((route, key)) & 0xFFFFFFFFFFFFFFFF


_NUMBER = {verdict: number for number, verdict in enumerate(VERDICTS)}
_WORDS: tuple[Verdict | None, ...] = (None, *VERDICTS, None, None)
