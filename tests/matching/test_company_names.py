# ruff: noqa: SIM905 - lists of words are easier to read and to amend as text
"""Comparing companies' names: levels, likeness, and what must not matter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.matching import company_names
from connector.matching.company_names import FirmParts, level, likeness, parts

CASES = [
    ("same", "Müller & Söhne GmbH", "Muller und Soehne"),
    ("same", "The World Health Organisation", "World Health Organization"),
    ("same", "Siemens Aktiengesellschaft", "SiemensAG"),
    ("same", "1st International Bank", "First Int'l Bank"),
    ("same", "www.acmetools.com", "AcmeTools Inc"),
    ("joined", "Good Will Company", "Goodwill Company"),
    ("joined", "PricewaterhouseCoopers LLP", "Pricewaterhouse Coopers"),
    ("reordered", "Bel-Air Hotel", "Hotel Bel-Air"),
    ("near", "Wallmart Inc.", "Walmart Inc."),
    ("near", "Getronlex Technolohies", "Getronlex Technologies Inc."),
    ("short", "Blue Grove", "Blue Grove Technologies LLC"),
    ("acronym", "NHD", "North Hessen Data GmbH"),
    ("acronym", "RHU", "Resis Health USA Inc"),
    ("branch", "Acme Tools (Spain), S.L.", "Acme Tools (Netherlands) B.V."),
    ("other-number", "Apollo Fund VIII L.P.", "Apollo Fund IX L.P."),
    ("other-number", "Fiverton Fund 2", "Fiverton Fund 3"),
    ("other-number", "Fiverton Fund", "Fiverton Fund II"),
    ("shared-word", "Fiverton Capital Group", "Fiverton Kelso"),
    ("different", "WAC Energy", "NAL Energy Limited"),
    ("different", "Bank of Armenia", "Bank of America"),
    ("different", "", "Acme"),
]


@pytest.mark.parametrize(("expected", "left", "right"), CASES)
def test_levels_say_how_firms_agree(expected: str, left: str, right: str) -> None:
    """Each way in which names agree or differ has its level, from both sides."""
    one, other = parts(left), parts(right)
    assert level(one, other) == level(other, one) == expected


def test_expected_levels_are_all_covered() -> None:
    """Every level has an example above."""
    assert {expected for expected, _, _ in CASES} == set(company_names.LEVELS)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("OAO Gazprom", "Gasprom JSC"),
        ("AT&T Inc.", "AT and T Inc."),
        ("Coca-Cola Company", "The Coca Cola Company"),
        ("vanderbilt corp", "van der bilt corp"),
        ("U.S. Department of State", "United States Department of State"),
        ("Hon Wai Precision Industry Co., Ltd.", "Hon Hai Precision Industry Co., Ltd."),
    ],
)
def test_spellings_of_one_firm_are_alike(left: str, right: str) -> None:
    """One name in two spellings is alike, whatever becomes of the legal form."""
    assert likeness(parts(left), parts(right)) >= company_names.ALIKE


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Banco Santander, S.A.", "Banco Santander Mexico, S.A."),
        ("Deutsche Bank Trust Company", "Deutsche Bank"),
        ("LXC Aviation", "LAU Aviation"),
        ("ANO Iskusstvo", "Iskusstvo LLC"),
        ("Fiverton Fund 2", "Fiverton Fund 3"),
        ("Fiverton Trust 20051", "Fiverton Trust 20061"),
    ],
)
def test_other_firms_are_not_alike(left: str, right: str) -> None:
    """Another country, another number, a further word or another kind of body makes another firm."""
    assert likeness(parts(left), parts(right)) < company_names.ALIKE


def test_rare_words_tell_more() -> None:
    """Sharing a word that every firm has is worth less than sharing one of its own, with given weights too."""
    common = likeness(parts("Ventures Kelso"), parts("Ventures"))
    rare = likeness(parts("Fiverton Kelso"), parts("Fiverton"))
    assert common < rare
    weights = {"kelso": 0.05, "ventures": 1.0}
    assert likeness(parts("Kelso Ventures"), parts("Ventures"), lambda word: weights.get(word, 1.0)) > 0.9


def test_legal_form_and_home_are_kept() -> None:
    """The form, its kind and the countries that have it stay beside the name."""
    firm = parts("Acme Deutschland GmbH")
    assert (firm.core, firm.form, firm.kind, firm.country) == (("acme",), "gmbh", "limited", "DE")
    assert "AT" in firm.homes


_WORDS = st.sampled_from(
    "Acme Fiverton Blue Grove Good Will Goodwill Müller Söhne & Ventures Systems Bank of China 3M Fund II 2 GmbH Ltd. "
    "S.A. ООО Ромашка 株式会社 The Technologies Technolohies van der Bilt USA".split(" ")
)
_NAMES = st.lists(_WORDS, max_size=5).map(" ".join)


@given(_NAMES, _NAMES)
@example("Acme Acme", "Acme Fiverton")
def test_comparison_has_no_direction(left: str, right: str) -> None:
    """Level and likeness are the same from both sides, and likeness stays between 0 and 1."""
    one, other = parts(left), parts(right)
    assert level(one, other) == level(other, one)
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0.0 <= likeness(one, other) <= 1.0


@given(_NAMES)
def test_case_spaces_and_forms_are_nothing(text: str) -> None:
    """Case, spaces and Unicode form change no part of a name."""
    plain = parts(text)
    assert parts(text.upper()) == plain
    assert parts(f"  {text.replace(' ', '   ')} ") == plain
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert parts(unicodedata.normalize(form, text)) == plain


@given(_NAMES, _NAMES, st.sampled_from(["quentin", "ottokar", "zdenka"]))
def test_agreement_never_lowers_likeness(left: str, right: str, word: str) -> None:
    """The same further word on both sides never makes two names less alike, but for an acronym's first letters."""
    one, other = parts(left), parts(right)
    if one.core and other.core and level(one, other) != "acronym":
        assert likeness(_with(one, word), _with(other, word)) >= likeness(one, other) - 1e-9


def _with(firm: FirmParts, word: str) -> FirmParts:
    return FirmParts((*firm.core, word), firm.form, firm.country, firm.abroad)
