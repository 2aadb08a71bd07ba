"""Relative times of a world are told from the sandbox's now."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from connector.sandbox.relative_times import resolve_times

NOW = datetime(2026, 3, 1, 12, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("@-3d", "2026-02-26T12:30:15Z"),
        ("@+2h", "2026-03-01T14:30:15Z"),
        ("@-1d12h30m", "2026-02-28T00:00:15Z"),
        ("@day-1", "2026-02-28"),
        ("@day+31", "2026-04-01"),
    ],
)
def test_relative_times_count_from_now(told: str, meant: str) -> None:
    """An instant keeps the time of day, a date does not."""
    assert resolve_times(told, NOW) == meant


@pytest.mark.parametrize("text", ["@", "@-", "@-d", "@later", "@-3dx", "me@-3d", "@day3", "2026-03-01", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    """Only the documented spellings are times; everything else is somebody's data."""
    assert resolve_times(text, NOW) == text


def test_nested_values_are_copied_not_changed() -> None:
    """Times deep inside a world are resolved in a copy, so that the next reset reads the same file."""
    world = {"Lead": [{"CreatedDate": "@-1d", "Amount": 5, "Open": True, "Note": None}]}
    assert resolve_times(world, NOW) == {
        "Lead": [{"CreatedDate": "2026-02-28T12:30:15Z", "Amount": 5, "Open": True, "Note": None}]
    }
    assert world["Lead"][0]["CreatedDate"] == "@-1d"


def test_dates_are_counted_in_utc() -> None:
    """A clock that tells another zone's time yields the same date."""
    elsewhere = NOW.astimezone(timezone(timedelta(hours=13)))
    assert resolve_times("@day+0", elsewhere) == "2026-03-01"
