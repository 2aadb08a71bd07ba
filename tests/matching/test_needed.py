"""How far a pair is from a link, and what would bring it there."""

from __future__ import annotations

from connector.matching import compare
from connector.matching.needed import distance
from connector.model.match import Band

from .making import account, contact, lead, rules


def test_enough_single_pieces_are_named() -> None:
    """Each piece that is named closes the distance by itself."""
    match = compare(lead(email="", company=""), contact(email="x@moorfeld.example"), rules())
    needed = distance(match, rules())
    assert match.band is not Band.LINK
    assert needed.missing > 0
    assert "email" in {gain.name for gain in needed.enough}
    assert "frequency" not in {gain.name for gain in needed.enough}
    assert all(gain.points >= needed.missing for gain in needed.enough)


def test_linked_pairs_need_nothing() -> None:
    """A pair that links is past the band, and nothing more is asked for."""
    needed = distance(compare(lead(), contact(), rules()), rules())
    assert needed.missing <= 0
    assert needed.enough == []


def test_companies_are_held_to_their_own_bands() -> None:
    """An account is measured by the bands and points of companies."""
    match = compare(lead(), account(name="Other", website=""), rules())
    needed = distance(match, rules())
    assert needed.missing == round(rules().companies.link_at - match.score, 4)
    assert {gain.name for gain in needed.enough} <= {name for name, _ in rules().company_weights}
