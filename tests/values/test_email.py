"""E-mail addresses: one spelling, parts, free mail, roles, junk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.values import email


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"Ann Lee" <Ann.Lee@ACME.com>', "ann.lee@acme.com"),
        ("mailto:Ann@Acme.com", "ann@acme.com"),
        (" ann@acme.com. ", "ann@acme.com"),
        ("x@y.com; z@w.com", "x@y.com"),
        ("ann@müller.de", "ann@xn--mller-kva.de"),
        ("ann@acme..com", ""),
        ("ann@acme", ""),
        ("n/a", ""),
        ("", ""),
    ],
)
def test_addresses_have_one_spelling(text: str, expected: str) -> None:
    """An address is read out of what surrounds it; text that is none gives nothing."""
    assert email.normal(text) == expected


@given(st.emails())
def test_normal_form_is_stable(address: str) -> None:
    """An address in normal form stays as it is."""
    once = email.normal(address)
    assert email.normal(once) == once


def test_parts_of_an_address() -> None:
    """Mailbox, plus tag and domain are told apart."""
    address = "Ann+News@Mail.Acme.co.uk"
    assert email.mailbox(address) == "ann"
    assert email.plus_tag(address) == "news"
    assert email.domain(address) == "mail.acme.co.uk"
    assert (email.mailbox("ann"), email.domain("ann")) == ("", "")


def test_google_addresses_are_one_mailbox() -> None:
    """Dots, tags and the second domain of Google lead to one mailbox; elsewhere dots count."""
    assert email.delivery("A.nn+x@googlemail.com") == "ann@gmail.com"
    assert email.delivery("a.nn+x@acme.com") == "a.nn@acme.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://shop.acme.co.uk/x?y", "acme.co.uk"),
        ("WWW.Foo.DE:8080/a", "foo.de"),
        ("ann@mail.acme.com", "acme.com"),
        ("http://user:pw@x.foo.com", "foo.com"),
        ("mail.acme.example", "acme.example"),
        ("10.0.0.1", ""),
        ("co.uk", ""),
        ("acme", ""),
        ("", ""),
    ],
)
def test_registrable_domain_follows_public_suffixes(text: str, expected: str) -> None:
    """The domain that its owner registered is found in hosts, addresses and URLs."""
    assert email.registrable(text) == expected


def test_free_mail_wins_over_disposable() -> None:
    """A domain in both lists is free mail; a disposable one alone is disposable; a firm's is neither."""
    assert email.is_free("gmail.com")
    assert email.is_free("mailinator.com")
    assert not email.is_disposable("mailinator.com")
    assert email.is_disposable("0clickemail.com")
    assert not email.is_free("acme.com")
    assert not email.is_disposable("")


def test_mistyped_free_mail_is_mended() -> None:
    """Usual slips in free-mail domains name the domain that was meant."""
    assert email.mistyped_free("gmial.com") == "gmail.com"
    assert email.mistyped_free("acme.com") == ""


@pytest.mark.parametrize("mailbox", ["info", "sales.emea", "no-reply", "info.berlin", "support1", "hr-team"])
def test_role_mailboxes_are_recognised(mailbox: str) -> None:
    """A mailbox of a function names no person."""
    assert email.is_role(mailbox)


@pytest.mark.parametrize("mailbox", ["john.doe", "salesman", "ann", "art.sales-smith", "itay", ""])
def test_personal_mailboxes_are_no_role(mailbox: str) -> None:
    """Names that merely begin like a function are people."""
    assert not email.is_role(mailbox)


@pytest.mark.parametrize(
    "address",
    [
        "test@acme.com",
        "a@a.com",
        "asdf@x.de",
        "none@none.com",
        "xxx@foo.de",
        "123@foo.com",
        "n/a",
        "test12@x.de",
        "email@email.com",
    ],
)
def test_junk_addresses_are_recognised(address: str) -> None:
    """Addresses typed to get past a form are junk."""
    assert email.is_junk(address)


@pytest.mark.parametrize(
    "address", ["", "email@acme.com", "bo@acme.com", "abby@abc.com", "j@acme.com", "anna.test@acme.com"]
)
def test_unusual_real_addresses_are_kept(address: str) -> None:
    """A missing address and short real ones are no junk."""
    assert not email.is_junk(address)
