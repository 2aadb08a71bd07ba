"""Streets: one spelling, the house number, the bare name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.values import street


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("435 s. la cienega blv.", "435 South La Cienega Boulevard"),
        ("Hauptstr. 12 a", "Hauptstraße 12a"),
        ("12, rue de la Paix", "Rue de la Paix 12"),
        ("501 W. Fifth St", "501 West 5th Street"),
        ("12 St. James Pl.", "12 Saint James Place"),
        ("1 Main St., Suite 400", "1 Main Street"),
        ("Via Roma, 10", "10 Via Roma"),
        ("50 E. 50th St. between Park and Madison", "50 e 50th st"),
        ("9570 Wilshire Blvd. (at the Regent)", "9570 wilshire boulevard"),
    ],
)
def test_spellings_of_streets_meet(one: str, other: str) -> None:
    """Short forms, order, ordinals, suites and remarks do not keep two spellings of an address apart."""
    assert street.normal(one) == street.normal(other)


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("435 s. la cienega blvd.", "435", "la cienega"),
        ("Hauptstraße 12a", "12a", "haupt"),
        ("C/ Mayor, 5, 2º", "5", "mayor 2o"),
        ("350 Fifth Ave", "350", "5th"),
        ("Broadway", "", "broadway"),
        ("", "", ""),
    ],
)
def test_number_and_name_of_street(text: str, number: str, name: str) -> None:
    """The house number is told wherever it stands, and the name comes without kind and direction."""
    assert (street.number(text), street.name(text)) == (number, name)


def test_other_numbers_stay_apart() -> None:
    """Two houses of one street are two places."""
    assert street.normal("12 Main St") != street.normal("14 Main St")


@given(st.text(max_size=40))
def test_street_ignores_case_and_spaces(text: str) -> None:
    """Case and spaces around say nothing, and no text breaks the reader."""
    assert street.normal(f"  {text} ") == street.normal(text)
    assert street.normal(text.casefold()) == street.normal(text)
