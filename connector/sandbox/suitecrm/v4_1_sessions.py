"""PHP sessions of the legacy service: they end by log-out, by idling, or when a fault plan ends them."""

from __future__ import annotations

import secrets
import threading
from datetime import datetime, timedelta

from connector.sandbox.clock import SandboxClock


class Sessions:
    """The live sessions of one instance. Safe to use from several threads."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._live: dict[str, tuple[str, datetime]] = {}
        self._users: dict[str, str] = {}
        self._lock = threading.Lock()
        self.idle = timedelta(seconds=1440)

    def open(self, user_id: str) -> str:
        """A new session of a user."""
        session = secrets.token_hex(16)
        with self._lock:
            self._live[session] = (user_id, self._clock.now())
            self._users[session] = user_id
        return session

    def user_of(self, session: str, *, admitted: bool = False) -> str | None:
        """The user of a live session, which counts as used now; None when it is not or no longer live.

        `admitted` says that the session was accepted earlier, whatever became of it since.
        """
        now = self._clock.now()
        with self._lock:
            if admitted:
                return self._users.get(session)
            user_id, used = self._live.get(session, ("", now))
            if not user_id:
                return None
            if now - used > self.idle:
                del self._live[session]
                return None
            self._live[session] = (user_id, now)
        return user_id

    def end(self, session: str) -> None:
        """End a session."""
        with self._lock:
            self._live.pop(session, None)

    def clear(self) -> None:
        """End all."""
        with self._lock:
            self._live.clear()
            self._users.clear()

    def shift(self, by: timedelta) -> None:
        """The clock was set to a moment that much later; sessions do not age by it."""
        with self._lock:
            self._live = {session: (user, used + by) for session, (user, used) in self._live.items()}
