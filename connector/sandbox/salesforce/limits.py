"""The call quota of a rolling day, and the resources under `/limits`."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.http_answers import Answer, RestCall
from connector.sandbox.salesforce.org import ApiError

# A developer edition's quota; the widely copied figure of the limits cheat sheet.
DAILY_REQUESTS = 15_000
_DAY = timedelta(hours=24)
_BUCKET_SECONDS = 60


class Quota:
    """Counts calls of the last 24 hours by the sandbox clock, minute by minute."""

    def __init__(self, clock: SandboxClock) -> None:
        self.maximum = DAILY_REQUESTS
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: deque[tuple[datetime, int]] = deque()
        self._used = 0

    def reset(self, maximum: int = DAILY_REQUESTS) -> None:
        """Nothing used, this much allowed."""
        with self._lock:
            self.maximum = maximum
            self._buckets.clear()
            self._used = 0

    def set_used(self, used: int) -> None:
        """Say how many calls the whole org has made so far; they age from now."""
        with self._lock:
            self._buckets = deque([(self._clock.now(), used)])
            self._used = used

    def spend(self, calls: int = 1) -> None:
        """Count calls. ApiError REQUEST_LIMIT_EXCEEDED (403) when the day's quota is used up."""
        now = self._clock.now()
        with self._lock:
            self._forget_before(now - _DAY)
            if self._used + calls > self.maximum:
                raise ApiError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)
            self._used += calls
            if self._buckets and (now - self._buckets[-1][0]).total_seconds() < _BUCKET_SECONDS:
                self._buckets[-1] = (self._buckets[-1][0], self._buckets[-1][1] + calls)
            else:
                self._buckets.append((now, calls))

    def _forget_before(self, moment: datetime) -> None:
        while self._buckets and self._buckets[0][0] < moment:
            self._used -= self._buckets.popleft()[1]

    @property
    def used(self) -> int:
        """Calls of the last 24 hours."""
        with self._lock:
            self._forget_before(self._clock.now() - _DAY)
            return self._used

    def header(self) -> str:
        """The value of `Sforce-Limit-Info`."""
        return f"api-usage={self.used}/{self.maximum}"


def limits(quota: Quota) -> Answer:
    """The body of `GET /limits`; only the calls are really counted."""
    remaining = max(0, quota.maximum - quota.used)
    fixed = {
        "DailyAsyncApexExecutions": 250_000,
        "DailyBulkApiBatches": 15_000,
        "DailyBulkV2QueryFileStorageMB": 976_562,
        "DailyBulkV2QueryJobs": 10_000,
        "DataStorageMB": 1024,
        "FileStorageMB": 1024,
        "SingleEmail": 5000,
    }
    body = {name: {"Max": size, "Remaining": size} for name, size in fixed.items()}
    body["DailyApiRequests"] = {"Max": quota.maximum, "Remaining": remaining}
    return Answer(200, dict(sorted(body.items())))


def record_count(call: RestCall) -> Answer:
    """`GET /limits/recordCount?sObjects=Lead,Contact`: unknown objects are left out."""
    names = [name for name in call.query.get("sObjects", "").split(",") if name]
    counts = call.org.record_count(names or None)
    return Answer(200, {"sObjects": [{"count": count, "name": name} for name, count in counts.items()]})
