"""The clock that every embedded CRM reads, so that tests and people can move time."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def _real_now() -> datetime:
    return datetime.now(UTC)


class SandboxClock:
    """Real time plus a movable offset; safe to use from several threads.

    After `set` the clock keeps ticking with real time from the moment that was set.
    """

    def __init__(self, source: Callable[[], datetime] = _real_now) -> None:
        self._source = source
        self._offset = timedelta(0)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Answer the server's present moment, aware, in UTC."""
        with self._lock:
            return self._source() + self._offset

    def set(self, now: datetime) -> None:
        """Make `now` (aware) the present moment; time goes on from there."""
        if now.tzinfo is None:
            raise ValueError("the sandbox clock needs a time with a time zone")
        with self._lock:
            self._offset = now.astimezone(UTC) - self._source()

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, when negative) by `seconds`."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Return to real time."""
        with self._lock:
            self._offset = timedelta(0)
