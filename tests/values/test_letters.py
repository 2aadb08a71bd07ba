"""Letters of all scripts: one spelling for every Unicode form, and look-alikes that are recognised."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.values import letters, names

NAMES = ["José Müller", "Søren Åberg", "Дмитрий Щербаков", "Ελένη Παπαδοπούλου", "김정은", "Şükrü Öztürk", "Lê Văn Đức"]


@pytest.mark.parametrize("text", NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_unicode_forms_are_one(text: str, form: str) -> None:
    """However a text is composed, its Latin spelling is the same, short and long."""
    other = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert letters.latin(other) == letters.latin(text)
    assert letters.latin(other, long=True) == letters.latin(text, long=True)


@given(st.text(max_size=30))
def test_latin_is_plain_and_stable(text: str) -> None:
    """The Latin spelling is small ASCII and is its own Latin spelling."""
    once = letters.latin(text)
    assert once.isascii()
    assert once == once.lower() == letters.latin(once)


@pytest.mark.parametrize(
    "text", ["Pаul", "Pa\u200bul", "Paul\u202e", "𝐉ohn", "Ann\u2060a", "Ρaul", "Сора Smith", "\ufeffAnn"]
)
def test_disguises_are_recognised(text: str) -> None:
    """Letters of two scripts in a word, invisible characters and mathematical letters look disguised."""
    assert names.looks_disguised(text)


@pytest.mark.parametrize(
    "text",
    [
        *NAMES,
        "Paul",
        "ＡＢＣ株式会社",
        "ООО Romashka",
        "مسعود پزشک\u200cفر",
        "Anna Смирнова",
        "東京Metro",
        "ﬁnn",
        "",
        "𠮷野家",
    ],
)
def test_daily_scripts_are_no_disguise(text: str) -> None:
    """Names in any script, full-width letters and mixtures of daily use do not look disguised."""
    assert not names.looks_disguised(text)


def test_look_alikes_read_as_meant() -> None:
    """A Cyrillic letter inside a Latin word is read as the letter that it looks like, and nowhere else."""
    assert letters.latin("Рaul Сooper") == "paul cooper"
    assert letters.latin("Сергей") == "sergey"


def test_syllables_of_east_asian_names() -> None:
    """Chinese characters and Korean blocks come one by one."""
    assert letters.syllables("习近平") == ["xi", "jin", "ping"]
    assert letters.is_east_asian("김정은")
    assert not letters.is_east_asian("Kim")
    assert letters.is_without_vowels("محمد")


def test_digits_are_part_of_names() -> None:
    """Two names that differ in a digit fold differently."""
    assert names.fold("Fi0 Zed0") != names.fold("Fi1 Zed1")


def test_uniform_text_hides_nothing() -> None:
    """Invisible characters are gone from the uniform text, and what they kept apart is joined."""
    assert letters.uniform("Pa\u200bul") == "paul"
    assert letters.latin("Mu\u200b\u0308ller", long=True) == "mueller"
    assert letters.uniform("ＪＯＨＮ") == "john"
