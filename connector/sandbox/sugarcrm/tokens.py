"""OAuth2 tokens: one live set per user and platform, so that a second login there ends the first."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connector.sandbox.clock import SandboxClock
from connector.sandbox.sugarcrm.settings import Settings

PLATFORM = re.compile(r"[A-Za-z0-9_-]{1,127}")


@dataclass(slots=True)
class TokenSet:
    """What one login left behind. `sudo_by` is the administrator who acts as this user."""

    user_id: str
    platform: str
    access: str
    refresh: str
    download: str
    access_ends: datetime
    refresh_ends: datetime
    sudo_by: str = ""


class Tokens:
    """The live tokens of one instance. Safe to use from several threads.

    Public sources: Sugar developer guide (one token set per platform), developer blog on the platform parameter.
    """

    def __init__(self, clock: SandboxClock) -> None:
        self.settings = Settings()
        self._clock = clock
        self._lock = threading.Lock()
        self._live: dict[tuple[str, str, str], TokenSet] = {}

    def reset(self, settings: Settings) -> None:
        """End every session and put these settings in force."""
        with self._lock:
            self.settings = settings
            self._live.clear()

    def log_in(self, user_id: str, platform: str, sudo_by: str = "") -> TokenSet:
        """Issue a token set; the earlier one of this user on this platform ends."""
        with self._lock:
            return self._issue(user_id, platform, sudo_by)

    def refresh(self, refresh_token: str, platform: str) -> TokenSet | None:
        """A fresh set for a living refresh token of this platform, which is used up; None when there is none."""
        now = self._clock.now()
        with self._lock:
            old = next((one for one in self._live.values() if one.refresh == refresh_token), None)
            if old is None or old.platform != platform or old.refresh_ends <= now:
                return None
            return self._issue(old.user_id, old.platform, old.sudo_by)

    def user_of(self, access_token: str) -> TokenSet | None:
        """The set that this access token belongs to, if it lives."""
        now = self._clock.now()
        with self._lock:
            found = self._by_access(access_token)
            return found if found is not None and found.access_ends > now else None

    def log_out(self, access_token: str) -> None:
        """End the set of this access token."""
        with self._lock:
            found = self._by_access(access_token)
            if found is not None:
                del self._live[found.user_id, found.platform, found.sudo_by]

    def expire(self, access_token: str) -> None:
        """Let the access token die; its refresh token lives on."""
        with self._lock:
            found = self._by_access(access_token)
            if found is not None:
                found.access_ends = self._clock.now() - timedelta(seconds=1)

    def shift(self, by: timedelta) -> None:
        """Keep what is left of every life while the clock is set to another moment."""
        with self._lock:
            for one in self._live.values():
                one.access_ends += by
                one.refresh_ends += by

    def answer(self, issued: TokenSet) -> Mapping[str, object]:
        """The body of a granted token request."""
        return {
            "access_token": issued.access,
            "expires_in": self.settings.access_token_seconds,
            "token_type": "bearer",
            "scope": None,
            "refresh_token": issued.refresh,
            "refresh_expires_in": self.settings.refresh_token_seconds,
            "download_token": issued.download,
        }

    def _by_access(self, access_token: str) -> TokenSet | None:
        return next((one for one in self._live.values() if one.access == access_token), None)

    def _issue(self, user_id: str, platform: str, sudo_by: str) -> TokenSet:
        now = self._clock.now()
        issued = TokenSet(
            user_id=user_id,
            platform=platform,
            access=str(uuid.uuid4()),
            refresh=str(uuid.uuid4()),
            download=str(uuid.uuid4()),
            access_ends=now + timedelta(seconds=self.settings.access_token_seconds),
            refresh_ends=now + timedelta(seconds=self.settings.refresh_token_seconds),
            sudo_by=sudo_by,
        )
        self._live[user_id, platform, sudo_by] = issued
        return issued
