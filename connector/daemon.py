"""The daemon: every enabled route on its schedule, one at a time, until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cronsim import CronSim

from connector.config import Config, interval_seconds
from connector.errors import ConfigError, ConnectorError, Interrupted, LoginRefused, Paused, Retryable
from connector.ports import Clock

LONGEST_NAP = 60.0  # seconds; the schedule is looked at again at least this often
FIRST_REST = timedelta(hours=1)  # after a refused login; CRMs lock users who try too often
LONGEST_REST = timedelta(days=1)


def next_run(schedule: str, after: datetime) -> datetime:
    """When a route runs next: *after* plus its interval, or the next time its cron line names (UTC)."""
    seconds = interval_seconds(schedule)
    if seconds is not None:
        return after + timedelta(seconds=seconds)
    found: datetime = next(CronSim(schedule, after))
    return found


@dataclass
class Daemon:
    """Runs routes when they are due; one whose login is refused rests, twice as long each time.

    *run* carries out one cycle of one route; *tell* hears what happened, in a line without people's data.
    """

    config: Config
    clock: Clock
    run: Callable[[str], None]
    tell: Callable[[str], None]
    due: dict[str, datetime] = field(default_factory=dict)
    _rests: dict[str, timedelta] = field(default_factory=dict)
    _stopping: bool = False

    def __post_init__(self) -> None:
        """Every scheduled route is due at once, so that a restart never waits a whole interval."""
        scheduled = schedules(self.config)
        if not scheduled:
            raise ConfigError("no enabled route has a schedule", next_command="connector sync")
        now = self.clock.now()
        self.due = dict.fromkeys(scheduled, now)

    def stop(self) -> None:
        """Ask for a clean end: the route that runs now is finished first."""
        self._stopping = True

    def serve(self, cycles: int | None = None) -> None:
        """Run until stopped, or for *cycles* rounds of looking at the schedule."""
        while not self._stopping and cycles != 0:
            for name in self._ready():
                self._cycle(name)
                if self._stopping:
                    return
            cycles = None if cycles is None else cycles - 1
            if cycles != 0:
                self._nap()

    def _ready(self) -> list[str]:
        now = self.clock.now()
        return [name for name, moment in sorted(self.due.items(), key=lambda pair: pair[1]) if moment <= now]

    def _cycle(self, name: str) -> None:
        refused = False
        try:
            self.run(name)
        except Interrupted:
            self._stopping = True
            raise
        except (Retryable, Paused) as error:
            self.tell(f"{name}: {error}; the next run goes on from here")
        except ConnectorError as error:
            refused = isinstance(error, LoginRefused)
            self.tell(f"{name}: {error}" + (f"; next: {error.next_command}" if error.next_command else ""))
        self._schedule(name, refused)

    def _schedule(self, name: str, refused: bool) -> None:
        """Set when the route runs next: by its schedule, after a refused login not before its rest is over."""
        now = self.clock.now()
        due = next_run(self.config.routes[name].schedule, now)
        if refused:
            self._rests[name] = min(2 * self._rests[name], LONGEST_REST) if name in self._rests else FIRST_REST
            due = max(due, now + self._rests[name])
            self.tell(f"{name}: tried again at {due:%Y-%m-%d %H:%M} UTC, or at once when the daemon is restarted")
        else:
            self._rests.pop(name, None)
        self.due[name] = due

    def _nap(self) -> None:
        wait = (min(self.due.values()) - self.clock.now()).total_seconds()
        self.clock.sleep(min(max(wait, 0.0), LONGEST_NAP))


def schedules(config: Config) -> Mapping[str, str]:
    """The schedule of each enabled route that has one."""
    return {name: config.routes[name].schedule for name in config.enabled_routes() if config.routes[name].schedule}
