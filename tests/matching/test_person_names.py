# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Comparing people's names: levels, likeness, and what must not matter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.matching import person_names
from connector.matching.person_names import NameParts, level, likeness, parts

CASES = [
    ("same", ("José", "O’Brien"), ("JOSE", "OBrien")),
    ("same", ("习近平", ""), ("Jinping", "Xi")),
    ("same", ("Hsi Chin-ping", ""), ("Xi Jinping", "")),
    ("same", ("Dr. Ludwig", "van Beethoven, PhD"), ("Ludwig", "Beethoven")),
    ("sound", ("Sergej", "Lavrov"), ("Сергей", "Лавров")),
    ("sound", ("Hans", "Müller"), ("Hans", "Mueller")),
    ("sound", ("Fernando", "Pérez"), ("فرناندو", "بيريز")),
    ("swapped", ("Kim Jong-un", ""), ("Jong-un", "Kim")),
    ("swapped", ("Smith", "John"), ("John", "Smith")),
    ("middle", ("Sergey Viktorovich", "Lavrov"), ("Sergey", "Lavrov")),
    ("middle", ("JC", "Juncker"), ("Jean-Claude", "Juncker")),
    ("middle", ("Boris Johnson", ""), ("Alexandre Boris Johnson", "")),
    ("initial", ("J.-C.", "Juncker"), ("Jean-Claude", "Juncker")),
    ("nickname", ("Bob", "Smith"), ("Robert", "Smith")),
    ("nickname", ("Collins", "Rich"), ("Richard", "Collins")),
    ("initial", ("A.", "Khamenei"), ("Ali", "Khamenei")),
    ("mistyped", ("Serei", "Lavrov"), ("Sergei", "Lavrov")),
    ("mistyped", ("Ranos", "Kayla"), ("Kayla", "Ramos")),
    ("part", ("María", "García López"), ("Maria", "Garcia")),
    ("other-middle", ("William W.", "Frost"), ("William G.", "Frost")),
    ("last-only", ("", "Patterson"), ("Karen", "Patterson")),
    ("first-only", ("Luisa", ""), ("Luisa", "Serrano")),
    ("other-first", ("习近朋", ""), ("习近平", "")),
    ("other-first", ("Pekka", "Orpo"), ("Petteri", "Orpo")),
    ("other-last", ("Olaf", "Scholz"), ("Olaf", "Schulze")),
    ("other-last", ("王芳", ""), ("万芳", "")),
    ("different", ("Fi0", "Zed0"), ("Fi1", "Zed1")),
    ("different", ("Ann", "Lee"), ("Bob", "Smith")),
    ("different", ("", ""), ("Ann", "Lee")),
]


@pytest.mark.parametrize(("expected", "left", "right"), CASES)
def test_levels_say_how_names_agree(expected: str, left: tuple[str, str], right: tuple[str, str]) -> None:
    """Each way in which names agree or differ has its level, from both sides."""
    one, other = parts(*left), parts(*right)
    assert level(one, other) == level(other, one) == expected


def test_expected_levels_are_all_covered() -> None:
    """Every level has an example above."""
    assert {expected for expected, _, _ in CASES} == set(person_names.LEVELS)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("SergeiLavrov", "Sergei Lavrov"),
        ("Kim Jong-uun", "Kim Jong-un"),
        ("Bashar al-Asasd", "Bashar al-Assad"),
        ("Usama bin Ladin", "Osama bin Laden"),
        ("Frost, William W.", "William W Frost"),
        ("Ig0r Sechin", "Igor Sechin"),
        ("Nikolai Patr ushev", "Nikolai Platonovich Patrushev"),
    ],
)
def test_spellings_of_one_person_are_alike(left: str, right: str) -> None:
    """One name in two spellings, orders or lengths is alike."""
    assert likeness(parts(left), parts(right)) >= person_names.ALIKE


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Roman Fico", "Robert Fico"),
        ("Mark Zuckermann", "Mark Zuckerberg"),
        ("Sergey Viktorovich Lavrov", "Sergey Borisovitch Lavrov"),
        ("김종은", "김정은"),
        ("John Smith Jr.", "John Smith Sr."),
        ("", "John Smith"),
    ],
)
def test_other_people_are_not_alike(left: str, right: str) -> None:
    """A word that stands against another word makes another person, as does the generation."""
    assert likeness(parts(left), parts(right)) < person_names.ALIKE


def test_generation_is_set_apart() -> None:
    """Jr and Sr are kept beside the name, wherever they stand."""
    assert parts("John", "Smith Jr.").suffix == parts("Smith Jr.", "John").suffix == "jr"
    assert parts("John", "Smith Jr.").last == ("smith",)
    assert parts("James Butt III").suffix == "3"


def test_keys_meet_across_orders() -> None:
    """The key is the same for all orders and transliterations of a name."""
    assert parts("Sergej", "Lavrov").key == parts("ЛАВРОВ", "Сергей").key
    assert parts("Ludwig", "van Beethoven").key == parts("Beethoven", "Ludwig").key
    assert parts("Ann", "Lee").initials == "al"


_WORDS = st.sampled_from(
    "Anna Hans Müller Mueller Sergej Сергей Lavrov Kim Jong-un O'Brien García López de van der Smith Smyth J. B. Bob "
    "Robert Robbie 习近平 محمد Mohammed al-Assad Olga Łukasz Nguyễn Jr. Scholz".split(" ")
)
_FIELDS = st.tuples(st.lists(_WORDS, max_size=3).map(" ".join), st.lists(_WORDS, max_size=2).map(" ".join))


@given(_FIELDS, _FIELDS)
def test_comparison_has_no_direction(left: tuple[str, str], right: tuple[str, str]) -> None:
    """Level and likeness are the same from both sides, and likeness stays between 0 and 1."""
    one, other = parts(*left), parts(*right)
    assert level(one, other) == level(other, one)
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0.0 <= likeness(one, other) <= 1.0


@given(_FIELDS)
def test_case_spaces_and_forms_are_nothing(fields: tuple[str, str]) -> None:
    """Case, spaces and Unicode form change no part of a name."""
    plain = parts(*fields)
    assert parts(*(text.casefold() for text in fields)) == plain
    assert parts(*(f"  {text.replace(' ', '   ')} " if text else "" for text in fields)) == plain
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert parts(*(unicodedata.normalize(form, text) for text in fields)) == plain


@given(_FIELDS, _FIELDS, st.sampled_from(["Quentin", "Ottokar", "Zdenka"]))
def test_agreement_never_lowers_likeness(left: tuple[str, str], right: tuple[str, str], word: str) -> None:
    """The same further word on both sides never makes two names less alike."""
    one, other = parts(*left), parts(*right)
    if one.words and other.words:
        assert likeness(_with(one, word), _with(other, word)) >= likeness(one, other) - 1e-9


def _with(name: NameParts, word: str) -> NameParts:
    return NameParts(name.first, (*name.last, word.lower()), name.suffix, name.strict, name.bare, name.native)
