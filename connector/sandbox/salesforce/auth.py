"""Sessions: which access tokens live, and what they were issued to."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.sandbox.clock import SandboxClock
from connector.sandbox.info import draw_key_pair, random_text

# The default session time-out of an org; an administrator may choose 15 minutes to 24 hours.
IDLE_SECONDS = 7200


def draw_credentials(username: str, org_id: str) -> dict[str, str]:
    """Fresh logins for one org. The token has the shape that clients check: org id, `!`, word characters."""
    private, public = draw_key_pair()
    return {
        "client_id": f"3MVG9{random_text(80)}",
        "client_secret": random_text(64).upper(),
        "username": username,
        "password": random_text(20),
        "security_token": random_text(24),
        "access_token": new_token(org_id),
        "refresh_token": f"5Aep861{random_text(80)}",
        "jwt_private_key": private,
        "jwt_public_key": public,
        "org_id": org_id,
    }


def new_token(org_id: str) -> str:
    """An access token of the shape `<15-character org id>!<opaque>`, free of characters that XML escapes."""
    return f"{org_id[:15]}!AQ{random_text(30)}.{random_text(50)}"


@dataclass(slots=True)
class _Session:
    used: datetime


class Sessions:
    """The live sessions of one org. Safe to use from several threads.

    A session ends after `idle_seconds` without a call by the sandbox clock, by `end`, or by a fault.
    """

    def __init__(self, clock: SandboxClock, credentials: Mapping[str, str]) -> None:
        self.credentials = credentials
        self.idle_seconds: float = IDLE_SECONDS
        self.rotate_refresh_tokens = False
        self._clock = clock
        self._lock = threading.Lock()
        self._live: dict[str, _Session] = {}
        self._refresh: set[str] = set()
        self.reset()

    def reset(self) -> None:
        """End every session but the one of the credentials, which lives again."""
        with self._lock:
            self._live = {self.credentials["access_token"]: _Session(self._clock.now())}
            self._refresh = {self.credentials["refresh_token"]}

    def start(self) -> str:
        """Open a session and answer its token."""
        token = new_token(self.credentials["org_id"])
        with self._lock:
            self._live[token] = _Session(self._clock.now())
        return token

    def touch(self, token: str) -> bool:
        """Whether the session lives; a living one is used now."""
        now = self._clock.now()
        with self._lock:
            session = self._live.get(token)
            if session is None:
                return False
            if now - session.used > timedelta(seconds=self.idle_seconds):
                del self._live[token]
                return False
            session.used = max(now, session.used)
        return True

    def end(self, token: str) -> bool:
        """End a session; answers whether it lived."""
        with self._lock:
            return self._live.pop(token, None) is not None

    def shift(self, by: timedelta) -> None:
        """Keep every session's idle time as it is while the clock is set to another moment."""
        with self._lock:
            for session in self._live.values():
                session.used += by

    def use_refresh_token(self, token: str) -> str | None:
        """The refresh token to go on with: the same, or a new one where rotation is on; None when unknown."""
        with self._lock:
            if token not in self._refresh:
                return None
            if not self.rotate_refresh_tokens:
                return token
            self._refresh.discard(token)
            fresh = f"5Aep861{random_text(80)}"
            self._refresh.add(fresh)
            return fresh

    def revoke_refresh_token(self, token: str) -> bool:
        """Forget a refresh token; answers whether it was known."""
        with self._lock:
            known = token in self._refresh
            self._refresh.discard(token)
            return known
