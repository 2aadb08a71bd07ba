"""The comparison itself: what it takes for the same, and what it does not."""

from __future__ import annotations

import pytest

from tests.golden.alike import Names, differences

ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"


def _differ(recorded: object, here: object, names: Names | None = None, loose: bool = False) -> bool:
    return bool(list(differences(recorded, here, names or Names(), lambda at: loose)))


def test_first_meeting_binds_an_id() -> None:
    """An id stands for the one at its place, from then on for no other."""
    names = Names()
    assert not _differ({"id": ONE}, {"id": TWO}, names)
    assert not _differ(f"related to {ONE}", f"related to {TWO}", names)
    assert _differ({"id": ONE}, {"id": ONE}, names)
    assert names.translate({"ids": [ONE]}) == {"ids": [TWO]}


@pytest.mark.parametrize(
    ("recorded", "here"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {}),
        ({}, {"a": 1}),
        ([1, 2], [1]),
        ({}, []),
        (None, ""),
        ("text", "Text"),
        (ONE, "no id"),
        ("2026-11-21T19:25:00+00:00", "2026-11-21T19:30:01+00:00"),
        ("2026-11-21T19:25:00+00:00", "2026-11-21T19:25:00-05:00"),
        ("2026-11-21 19:25:00", "2026-11-21T19:25:00"),
        ("2026-11-21 19:25:00", "2026-11-21 14:25:00"),
        ("2026-11-21 19:25:00", "2026-99-21 19:25:00"),
        ("2026-11-21T19:25:00+00:00", "2026-11-21T14:25:00+00:00"),
        (f"{ONE} and {ONE}", f"{ONE} and {TWO}"),
        (["a", "(cut)"], ["a"]),
        ([ONE, TWO], [ONE, ONE]),
        ("<jwt>", "token"),
    ],
)
def test_other_meaning_differs(recorded: object, here: object) -> None:
    """Types, keys, lengths, words, lost seconds and offsets are part of the meaning."""
    assert _differ(recorded, here)


@pytest.mark.parametrize(
    ("recorded", "here"),
    [
        ("2026-11-21 19:25:55", "2026-11-21 19:27:01"),
        ("2026-11-21T19:25:00+00:00", "2026-11-21T19:31:00+00:00"),
        (f"{ONE} and {ONE}", f"{TWO} and {TWO}"),
        ("<jwt>", "aa.bb.cc"),
        (["a", "(cut)"], ["a", "b", "c"]),
    ],
)
def test_moments_and_tokens_are_free(recorded: object, here: object) -> None:
    """A moment stands for any of that hour written like it, a token for any token, a cut list for its beginning."""
    assert not _differ(recorded, here)


def test_what_was_sent_comes_back() -> None:
    """Moments and ids that the request brought along are the caller's own: no others do in their place."""
    at = "2020-01-02 03:04:05"
    names = Names()
    names.send(f'{{"id": "{ONE}", "date_entered": "{at}"}}')
    assert not _differ({"id": ONE, "date_entered": at}, {"id": ONE, "date_entered": at}, names)
    assert _differ({"id": ONE}, {"id": TWO}, names)
    assert _differ({"date_entered": at}, {"date_entered": "2020-01-02 03:05:05"}, names)
    assert _differ({"date_modified": "2026-11-21 19:25:00"}, {"date_modified": at}, names)


def test_names_stand_for_one_each() -> None:
    """An id of the sandbox stands for one recorded id: a second one bound to it would hide that a record is missing."""
    names = Names()
    assert not _differ({"id": ONE}, {"id": TWO}, names)
    assert _differ({"id": ONE.replace("1", "3")}, {"id": TWO}, names)


def test_unsorted_rows_are_told_by_id() -> None:
    """In a list without a sort the rows are told by their ids; of a row that is not there only the kind counts."""
    recorded = [{"id": ONE, "name": "a", "value": "x"}, {"id": TWO, "name": "a", "value": "y"}]
    assert not _differ(recorded, recorded[::-1], loose=True)
    assert _differ(recorded, [{**recorded[0], "value": "z"}, recorded[1]], loose=True)
    other = {"id": ONE.replace("1", "3"), "name": "a", "value": "q"}
    assert not _differ(recorded, [other, recorded[1]], loose=True)
    assert _differ(recorded, [{**other, "name": "b"}, recorded[1]], loose=True)
    linked = [{"id": ONE, "link": f"Leads/{ONE}/contacts"}]
    assert not _differ(linked, [{"id": TWO, "link": f"Leads/{TWO}/contacts"}], loose=True)
    assert _differ(linked, [{"id": TWO, "link": f"Leads/{TWO}/accounts"}], loose=True)
    assert _differ([{"id": ONE, "rows": [1]}], [{"id": TWO, "rows": [1, 2]}], loose=True)
