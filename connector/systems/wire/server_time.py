"""The CRM's own clock, kept from the Date headers of its answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from requests import Response


def http_date(text: str | None) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7) as an aware instant; None when there is none or it makes no sense."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def retry_after(answer: Response) -> float | None:
    """Seconds to wait as the server asks, in either form of Retry-After (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    until = http_date(text)
    if until is None:
        return None
    now = http_date(answer.headers.get("Date")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


class ServerTime:
    """The server's clock: the last Date header plus the time that passed since, by a clock that never jumps.

    A Date header counts whole seconds, so the answer lags by up to one second and never runs ahead.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Measure with *monotonic* (seconds)."""
        self._monotonic = monotonic
        self._date: datetime | None = None
        self._noted = 0.0

    def note(self, date_header: str | None) -> None:
        """Learn from an answer."""
        moment = http_date(date_header)
        if moment is not None:
            self._date, self._noted = moment, self._monotonic()

    @property
    def last(self) -> datetime | None:
        """The last Date header as it was sent, None before the first answer."""
        return self._date

    def now(self) -> datetime | None:
        """The server's present, None before the first answer."""
        if self._date is None:
            return None
        return self._date + timedelta(seconds=self._monotonic() - self._noted)
