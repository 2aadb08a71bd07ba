"""Everything one sandbox holds: clock, dialects, fault plan, access log and writes still to be applied."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from connector.sandbox.access_log import AccessLog
from connector.sandbox.clock import SandboxClock
from connector.sandbox.dialect import Dialect
from connector.sandbox.faults import FaultPlan
from connector.sandbox.relative_times import resolve_times

Apply = Callable[[], object]


class LateWrites:
    """Writes whose answer was never sent and whose effect is still to come, by the sandbox clock."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, Apply]] = []
        self._lock = threading.RLock()

    def add(self, due: datetime, apply: Apply) -> None:
        """Apply this once the clock has passed `due`."""
        with self._lock:
            self._waiting.append((due, apply))

    def run_due(self, now: datetime) -> int:
        """Apply what is due, earliest first; answers how many were. The lock keeps their order."""
        with self._lock:
            due = sorted((item for item in self._waiting if item[0] <= now), key=lambda item: item[0])
            self._waiting = [item for item in self._waiting if item[0] > now]
            for _, apply in due:
                apply()
        return len(due)

    def clear(self) -> None:
        """Forget what was still to come."""
        with self._lock:
            self._waiting.clear()


class Premises:
    """The state behind one port."""

    def __init__(self, clock: SandboxClock, dialects: Sequence[Dialect], base_url: str) -> None:
        self.clock = clock
        self.dialects: Mapping[str, Dialect] = {dialect.name: dialect for dialect in dialects}
        self.base_url = base_url
        self.plan = FaultPlan()
        self.log = AccessLog()
        self.late = LateWrites()

    @property
    def operations(self) -> frozenset[str]:
        """Every operation name that a fault plan may use."""
        return frozenset().union(*(dialect.operations for dialect in self.dialects.values()))

    def dialect_for(self, raw_path: str) -> Dialect | None:
        """The dialect that owns a path."""
        return next((dialect for dialect in self.dialects.values() if dialect.owns(raw_path)), None)

    def reset(self, world: Mapping[str, object]) -> None:
        """Clear records, faults, clock and log, and seed the world, its relative times told from now."""
        self.plan.replace([])
        self.late.clear()
        self.clock.reset()
        now = self.clock.now()
        for name, dialect in self.dialects.items():
            section = resolve_times(world.get(name) or {}, now)
            dialect.reset(section if isinstance(section, Mapping) else {})
        self.log.clear()

    def move_clock(self, now: datetime | None, seconds: float) -> datetime:
        """Set the clock when `now` is given, else advance it; applies late writes that fall due."""
        if now is not None:
            before = self.clock.now()
            self.clock.set(now)
            for dialect in self.dialects.values():
                dialect.clock_set(now - before)
        else:
            self.clock.advance(seconds)
        moment = self.clock.now()
        self.late.run_due(moment)
        return moment

    def after(self, seconds: float) -> datetime:
        """The sandbox moment that many seconds from now."""
        return self.clock.now() + timedelta(seconds=seconds)

    def close(self) -> None:
        """Release the dialects' files."""
        for dialect in self.dialects.values():
            dialect.close()
