"""Spellings of one name in Latin letters."""

from __future__ import annotations

import pytest

from connector.values import sounds


@pytest.mark.parametrize(
    "spellings",
    [
        "sergei sergey sergej serguei",
        "lavrov lavroff lavrow",
        "yuri iouri juri yury",
        "mohammed muhammad mohamed muhammet",
        "hussein husayn hossein hussain",
        "zelensky zelenskyy zelenskij zelenskiy",
        "tchaikovsky chaikovskii",
        "mueller muller",
        "gonzalez gonzales",
        "philip filip",
    ],
)
def test_transliterations_meet(spellings: str) -> None:
    """The usual ways to write one name in Latin letters have one sound."""
    assert len({sounds.sound(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("scholz", "schulze"),
        ("hans", "hens"),
        ("anna", "anne"),
        ("jong", "yong"),
        ("baranov", "baranova"),
        ("john", "jan"),
    ],
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    """Names that merely sound alike keep their own spelling."""
    assert sounds.sound(one) != sounds.sound(other)


def test_consonants_of_vowelless_scripts() -> None:
    """A name from a script without vowels meets its Latin spelling by the consonants."""
    assert sounds.skeleton("fernando") == sounds.skeleton("frnandw")
    assert sounds.skeleton("perez") == sounds.skeleton("byryz")


def test_wade_giles_becomes_pinyin() -> None:
    """Only names that are Wade-Giles beyond doubt are read so."""
    assert sounds.is_wade_giles(("hsi", "chin", "ping"))
    assert sounds.pinyin(("hsi", "chin", "ping")) == ("xi", "jin", "ping")
    assert not sounds.is_wade_giles(("chin", "ping"))
    assert not sounds.is_wade_giles(("hsi", "miller"))
