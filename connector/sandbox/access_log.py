"""Every request a client made, in order of arrival: what tests and scripts count and replay."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from datetime import datetime

from connector.sandbox.exchange import Call

# A token in a query string (revoke by GET, some old clients) must not land in the log.
_SECRET = re.compile(
    r"((?:^|[?&])(?:access_token|token|oauth_token|password|client_secret|refresh_token|assertion)=)[^&]*"
)


@dataclass(slots=True)
class Entry:
    """One call. `status` stays None while it runs and for ever when no answer was sent."""

    seq: int
    time: str
    dialect: str | None
    method: str
    path: str
    operation: str
    kind: str
    status: int | None = None
    records: int = 0
    fault: str | None = None

    def as_json(self) -> dict[str, object]:
        """The entry as `GET /__sandbox__/calls` shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


class AccessLog:
    """The list of calls; safe to use from several threads."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._next = 1
        self._lock = threading.Lock()

    def open(self, now: datetime, dialect: str | None, method: str, target: str, call: Call) -> Entry:
        """Write down a call on arrival, so that one without an answer is listed too."""
        path = _SECRET.sub(r"\1***", target)
        with self._lock:
            entry = Entry(self._next, _stamp(now), dialect, method, path, call.operation, call.kind.value)
            self._next += 1
            self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, object]]:
        """Every call since the last `clear`, oldest first."""
        with self._lock:
            return [entry.as_json() for entry in self._entries]

    def clear(self) -> int:
        """Forget all calls and number again from 1; answers how many were forgotten."""
        with self._lock:
            count = len(self._entries)
            self._entries.clear()
            self._next = 1
        return count


def _stamp(now: datetime) -> str:
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
