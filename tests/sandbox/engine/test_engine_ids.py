"""Ids: checksum, repair of case, and what is no id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.salesforce.ids import record_id, to_eighteen

_PUBLISHED = [
    "00Q5g00000AbCdEEAV",
    "0015g00000XyZ12AAF",
    "0035g00000aBcDeAAK",
    "0065g00000QqRrSAAV",
    "0055g00000UuVvWAAV",
    "00D5g000000AbCdEAK",
]


@pytest.mark.parametrize("whole", _PUBLISHED)
def test_fifteen_characters_gain_the_checksum(whole: str) -> None:
    """A 15-character id becomes the 18-character one that Salesforce shows."""
    assert to_eighteen(whole[:15]) == whole


@pytest.mark.parametrize("whole", _PUBLISHED)
def test_lost_case_is_repaired_from_checksum(whole: str) -> None:
    """An 18-character id that went through a case-folding system is understood."""
    assert to_eighteen(whole.lower()) == whole
    assert to_eighteen(whole.upper()) == whole


@pytest.mark.parametrize(
    "text", ["", "00Q5g00000AbCd", "00Q5g00000AbCdEE", "00Q5g00000AbCd!", "00Q5g00000AbCdE999", "00Q5g00000AbCdE555"]
)
def test_other_text_is_no_id(text: str) -> None:
    """Wrong lengths, other characters and impossible checksums are refused."""
    assert to_eighteen(text) is None


@given(st.integers(0, 62**6), st.integers(0, 62**6))
def test_numbered_ids_sort_like_numbers(first: int, second: int) -> None:
    """Ids made later sort later, which keyset paging by Id relies on."""
    pair = (record_id("00Q", first), record_id("00Q", second))
    assert (pair[0] < pair[1]) == (first < second)
    assert to_eighteen(pair[0][:15]) == pair[0]
