"""The one place that tries again, and the rule for when: only where nothing can have been applied."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, retry_if_exception_type, stop_after_attempt

from connector.errors import Applied, ConnectorError, RateLimited, RowLocked, Unavailable
from connector.ports import Clock

T = TypeVar("T")
FINAL_CODES = frozenset({"tls", "breaker"})


class Busy(RateLimited):
    """Too many calls at this moment; a short wait helps, unlike a spent day's quota."""


class Away(Unavailable):
    """The CRM is away and may have said for how long."""

    def __init__(self, message: str = "", *, retry_after: float | None = None, **facts: object) -> None:
        """Keep the seconds the server asked us to wait, when it said so."""
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.retry_after = retry_after


class Patience:
    """Tries a call again with full-jitter backoff, and stops hammering a CRM that is down.

    Waits are random between 0 and ``base * 2 ** n`` (at most *ceiling*) seconds
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/); a server's Retry-After is
    honoured up to *ceiling*. When *attempts* are used up on an unavailable CRM, the breaker opens: further
    calls fail at once, but for one probe in *pause* seconds.
    """

    def __init__(self, clock: Clock, rng: random.Random, *, attempts: int = 6, patience: float = 300.0) -> None:
        """Make at most *attempts* tries and wait *patience* seconds in all per call."""
        self._clock = clock
        self._rng = rng
        self._attempts = attempts
        self._patience = patience
        self._base = 1.0
        self._ceiling = 60.0
        self._pause = 30.0
        self._open_until: datetime | None = None

    def run(self, call: Callable[[], T], *, reading: bool) -> T:
        """Make *call*, again where that is safe; raises its last RemoteError."""
        self._check_breaker()
        retrying = Retrying(
            sleep=self._clock.sleep,
            stop=self._enough,
            wait=self._wait,
            retry=retry_if_exception(lambda error: _worth(error, reading)),
            reraise=True,
        )
        try:
            answer = retrying(call)
        except Unavailable as error:
            if _worth(error, reading):
                self._open_until = self._clock.now() + timedelta(seconds=self._pause)
            raise
        except ConnectorError:
            self._open_until = None  # it answered, if only to refuse
            raise
        self._open_until = None
        return answer

    def while_held(self, call: Callable[[], None], held: type[Exception], already_held: bool) -> None:
        """Make *call* after a wait, again as long as it raises *held*; then let it be."""
        if not already_held:
            return
        self._clock.sleep(self.backoff(1))
        retrying = Retrying(
            sleep=self._clock.sleep,
            stop=stop_after_attempt(self._attempts - 1),
            wait=self._wait,
            retry=retry_if_exception_type(held),
            reraise=True,
        )
        with contextlib.suppress(held):
            retrying(call)

    def backoff(self, attempt: int) -> float:
        """Seconds to wait after failed try *attempt* (from 1)."""
        return self._rng.uniform(0.0, min(self._ceiling, self._base * 2.0 ** (attempt - 1)))

    def _check_breaker(self) -> None:
        if self._open_until is None:
            return
        now = self._clock.now()
        if now < self._open_until:
            raise Unavailable("the CRM did not answer a moment ago; not asked again yet", code="breaker")
        # This call is the probe; should it fail at once, the next one waits again.
        self._open_until = now + timedelta(seconds=self._pause)

    def _enough(self, state: RetryCallState) -> bool:
        if self._open_until is not None:
            return True  # a probe is one try
        return state.attempt_number >= self._attempts or state.idle_for + state.upcoming_sleep > self._patience

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = min(getattr(error, "retry_after", None) or 0.0, self._ceiling)
        return max(asked, self.backoff(state.attempt_number))


def _worth(error: BaseException, reading: bool) -> bool:
    if not isinstance(error, Unavailable | Busy | RowLocked) or error.code in FINAL_CODES:
        return False
    return reading or error.applied is Applied.NEVER
