"""Phone numbers: E.164 by country, extensions, junk."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.values import phone


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("504-621-8927", "US", "+15046218927"),
        ("(504) 621-8927 x45", "US", "+15046218927;ext=45"),
        ("0170/44525281", "DE", "+4917044525281"),
        ("+49 (0) 30 123456", "", "+4930123456"),
        ("0044 20 7946 0958", "", "+442079460958"),
        ("0079163702288", "RU", "+79163702288"),
        ("011 49 30 123456", "US", "+4930123456"),
        ("(415) 555-0123", "US", "+14155550123"),
        ("+15046218927;ext=45", "DE", "+15046218927;ext=45"),
        ("0170/44525281", "", ""),
        ("555-0123", "US", ""),
        ("n/a", "US", ""),
        ("", "US", ""),
    ],
)
def test_numbers_get_international_spelling(text: str, country: str, expected: str) -> None:
    """A number is told by its country or its plus sign; what cannot be told gives nothing."""
    assert phone.normal(text, country) == expected


@given(st.from_regex(r"\(?[2-9][0-9]{2}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}", fullmatch=True))
def test_short_way_agrees_with_library(text: str) -> None:
    """Ten plain digits in the US give what the phonenumbers library gives."""
    number = phonenumbers.parse(text, "US")
    assert phone.normal(text, "US") == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def test_extension_and_digits_come_apart() -> None:
    """The extension is read however it is written and is no part of the digits."""
    for text in ("504-621-8927 x45", "504-621-8927 ext. 45", "+15046218927;ext=45", "5046218927 #45"):
        assert phone.extension(text) == "45"
        assert phone.digits(text).endswith("5046218927")
    assert phone.without_extension("+15046218927;ext=45") == "+15046218927"


def test_tail_is_country_blind() -> None:
    """The last eight digits agree between national and international spelling."""
    assert phone.tail("030 1234 5678") == phone.tail("+49 30 12345678") == "12345678"
    assert phone.tail("123") == ""


@pytest.mark.parametrize(
    "text", ["000 000 0000", "+1 999 999 9999", "1234567890", "0123456789", "123", "5555555555", "n/a"]
)
def test_junk_numbers_are_recognised(text: str) -> None:
    """One digit repeated, counting up and too few digits are junk."""
    assert phone.is_junk(text)


@pytest.mark.parametrize("text", ["", "415-555-0123", "+49 30 1234567", "504-621-8927"])
def test_real_numbers_are_kept(text: str) -> None:
    """A missing number is no junk, and neither is a 555 number."""
    assert not phone.is_junk(text)
