"""Company names: legal forms, country words, shapes, junk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.values import company


@pytest.mark.parametrize(
    ("text", "core", "form"),
    [
        ("Acme Tools GmbH", "acme tools", "gmbh"),
        ("Foo GmbH & Co. KG", "foo", "gmbhcokg"),
        ("Acme Holdings (UK) Limited", "acme holdings", "ltd"),
        ("The Acme Group USA, L.L.C.", "acme group", "llc"),
        ("Xylo S.à r.l.", "xylo", "sarl"),
        ("Firma Kowalski Sp. z o.o.", "firma kowalski", "spzoo"),
        ("Mironor Construções S/A", "mironor construcoes", "sa"),
        ("Nova Soluciones, S.L.", "nova soluciones", "sl"),
        ("Kappa S.p.A.", "kappa", "spa"),
        ("Acme Pty. Ltd.", "acme", "pty"),
        ("Tata Sons Pvt Ltd", "tata sons", "pvt"),
        ("Grupo Aragonés S.A. de C.V.", "group aragones", "sacv"),
        ("ООО Ромашка", "romashka", "ooo"),
        ("北京科技有限公司", "beijingkeji", "ltd"),
        ("Fırat Ltd. Şti.", "firat", "ltdsti"),
        ("Novo A/S", "novo", "as"),
        ("Booking.com B.V.", "booking com", "bv"),
        ("3M Company", "3m", "co"),
        ("Limited", "limited", ""),
        ("", "", ""),
    ],
)
def test_legal_form_is_set_apart(text: str, core: str, form: str) -> None:
    """The legal form and country words go, the name stays, and the form is kept for comparison."""
    assert (company.core(text), company.legal_form(text)) == (core, form)


def test_ampersand_and_word_meet() -> None:
    """'&', '+' and the word for 'and' in other languages are one."""
    spellings = ["Müller & Söhne GmbH", "Muller und Soehne GmbH", "Müller + Söhne", "Mueller & Sohne"]
    assert {company.core_long(text) for text in spellings[:3]} == {"mueller and sons", "muller and sons"}
    assert company.core(spellings[0]) == company.core(spellings[1])


def test_country_in_the_name_is_told() -> None:
    """A country beside the name is read as its code."""
    assert company.country("Acme France SAS") == "FR"
    assert company.country("Acme SAS") == ""


def test_shapes_for_searching() -> None:
    """Joined form, telling words and first letters are how a name comes back elsewhere."""
    text = "The North of Hessen Data GmbH"
    assert company.joined("Silver Fox Ltd") == "silverfox"
    assert company.tokens(text) == ("north", "hessen", "data")
    assert company.acronym(text) == "nhd"
    assert company.acronym("Acme Ltd") == ""


@pytest.mark.parametrize(
    "text", ["", "n/a", "None", "Test", "Test Inc", "self", "Self-Employed", "individual", "xxxx", "x"]
)
def test_junk_companies_are_recognised(text: str) -> None:
    """Words that name no firm are junk, 'Test Inc' too."""
    assert company.is_junk(text)


@pytest.mark.parametrize("text", ["X Corp", "Private Ltd", "BBB", "Testo AG", "Home Depot", "3M"])
def test_odd_real_companies_are_kept(text: str) -> None:
    """Short or odd names of firms are names."""
    assert not company.is_junk(text)


@given(st.text(max_size=50))
def test_core_never_swallows_the_name(text: str) -> None:
    """A name that has a letter or digit keeps at least one word."""
    assert bool(company.core(text)) == bool(company.normal(text))
