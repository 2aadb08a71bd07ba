"""A line among leads: who asked several times shares it with nobody, colleagues and a firm's own number share it."""

from __future__ import annotations

from connector.matching import repeats
from connector.model.records import Record

from .making import account, found, lead, rules

LINE = "+493012345678"


def phone_level(me: Record, *others: Record) -> str:
    """What the number says between a lead and the best of the others."""
    best = repeats(me, found(*others), rules())[0]
    return next(piece.level for piece in best.comparisons if piece.name == "phone")


def test_line_of_one_person_stays_theirs() -> None:
    """However often a person asks, the number is their own."""
    again = [lead(f"L{number}", phone=LINE) for number in range(2, 8)]
    assert phone_level(lead("L1", phone=LINE), *again) == "same"


def test_line_of_colleagues_is_shared() -> None:
    """A number under which people of other names asked says little."""
    names = [lead("L3", phone=LINE, first_name="Jon"), lead("L4", phone=LINE, first_name="Ute")]
    assert phone_level(lead("L1", phone=LINE), lead("L2", phone=LINE), *names) == "shared"


def test_line_of_a_firm_is_shared() -> None:
    """The number of an account is nobody's own."""
    assert phone_level(lead("L1", phone=LINE), lead("L2", phone=LINE), account(phone=LINE)) == "shared"
