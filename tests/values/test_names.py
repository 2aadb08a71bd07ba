"""People's names: folding, one-field names in both orders, short forms and junk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.values import names
from connector.values.names import PersonName


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee", PersonName("Ann", "Lee")),
        ("Lee, Ann", PersonName("Ann", "Lee")),
        ("Dr. Ana María López", PersonName("Ana María", "López", "Dr.")),
        ("Butt, James Jr.", PersonName("James", "Butt", "", "Jr.")),
        ("Smith Jr., John", PersonName("John", "Smith", "", "Jr.")),
        ("Robert (Bob) Smith III", PersonName("Robert", "Smith", "", "III")),
        ("John Q. Public, Ph.D., MBA", PersonName("John Q.", "Public")),
        ("Ludwig van Beethoven", PersonName("Ludwig", "van Beethoven")),
        ("de la Cruz, Maria", PersonName("Maria", "de la Cruz")),
        ("Van Morrison", PersonName("Van", "Morrison")),
        ("von Braun", PersonName("", "von Braun")),
        ("WEIß, ANNA", PersonName("ANNA", "WEIß")),
        ("Ann V", PersonName("Ann", "V")),
        ("Cher", PersonName("", "Cher")),
        ("", PersonName()),
    ],
)
def test_one_field_names_come_apart(text: str, expected: PersonName) -> None:
    """A one-field name is split in either order, with title, generation and degrees recognised, casing kept."""
    assert names.split_full(text) == expected


def test_folding_makes_spellings_meet() -> None:
    """Accents, scripts and punctuation do not keep two spellings of a name apart."""
    assert names.fold("José  O'Brien-Müller") == "jose o brien muller"
    assert names.fold("Дмитрий") == names.fold("Dmitrij").replace("j", "y") == "dmitriy"


def test_german_letters_have_two_spellings() -> None:
    """'Müller' is found under 'muller' and 'mueller', a plain name under one spelling only."""
    assert names.folds("Müller") == ("muller", "mueller")
    assert names.folds("Lee") == ("lee",)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded name is already in its final spelling: small letters, digits and single spaces."""
    once = names.fold(text)
    assert names.fold(once) == once
    assert all("a" <= char <= "z" or char in " 0123456789" for char in once)


@given(st.text(max_size=60))
def test_splitting_never_loses_the_last_name(text: str) -> None:
    """Whatever comes in, a name with a letter in it keeps some part as its name."""
    parts = names.split_full(text)
    assert bool(parts.last or parts.first) or not any(char.isalpha() for char in text) or text.strip()[0] in '"“([,;'


def test_short_forms_meet_their_name() -> None:
    """A short form and the full name share a group; strangers do not."""
    assert names.may_be_same_first("Bob", "Robert")
    assert names.may_be_same_first("Pepe", "José")
    assert not names.may_be_same_first("Ann", "Robert")
    assert names.nickname_group("") == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"), [("John Smith Jr.", "jr"), ("Junior", "jr"), ("John Smith II", "2"), ("Ann Lee", "")]
)
def test_generations_have_one_spelling(text: str, expected: str) -> None:
    """Jr., junior and Roman numerals are told apart and spelled one way."""
    assert names.suffix(text) == expected


@pytest.mark.parametrize("text", ["", "test", "ASDF", "n/a", "xxx", "First Name", "unknown", "123"])
def test_junk_names_are_recognised(text: str) -> None:
    """Names typed to get past a form are junk."""
    assert names.is_junk(text)


@pytest.mark.parametrize("text", ["Lee", "Ng", "O", "Test-Smith", "Anna", "李"])
def test_short_real_names_are_kept(text: str) -> None:
    """Short or unusual names are names."""
    assert not names.is_junk(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MCDONALD-LEE", "McDonald-Lee"),
        ("o'brien", "O'Brien"),
        ("JOHN VAN DER BERG III", "John van der Berg III"),
        ("deVries", "deVries"),
    ],
)
def test_shouted_names_get_usual_casing(text: str, expected: str) -> None:
    """All capitals and all small letters are mended; mixed casing is its owner's choice."""
    assert names.title_case(text) == expected
