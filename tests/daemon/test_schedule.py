"""When the daemon runs which route, on a clock that the test holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connector.config import load_config
from connector.daemon import Daemon
from connector.errors import ConfigError, Interrupted, LoginRefused, Refused, Unavailable

START = datetime(2024, 5, 1, 10, 7, tzinfo=UTC)


class HeldClock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        """Begin at the start."""
        self.time = START

    def now(self) -> datetime:
        """The present instant."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)


class Watched:
    """A daemon over routes with these schedules, and what it did: minutes since the start, and the route."""

    def __init__(self, folder: Path, schedules: dict[str, str], act: Callable[[str], None] = lambda _: None) -> None:
        """Write the configuration and make the daemon; *act* is what a run does beside being noted."""
        lines = [f'  {name}: {{source: inbox, target: crm, schedule: "{when}"}}' for name, when in schedules.items()]
        path = folder / "connector.yaml"
        path.write_text("\n".join([CONNECTIONS, *lines, ""]))
        self.clock = HeldClock()
        self.ran: list[tuple[int, str]] = []
        self.told: list[str] = []
        self._act = act
        self.daemon = Daemon(load_config(path), self.clock, self._run, self.told.append)

    def _run(self, name: str) -> None:
        self.ran.append((int((self.clock.time - START).total_seconds() // 60), name))
        self._act(name)


CONNECTIONS = """\
version: 1
connections:
  crm: {type: salesforce, address: "https://acme.my.salesforce.com", login: {client_id: abc}}
  inbox: {type: csv, path: inbox}
routes:"""


def raising(error: Exception) -> Callable[[str], None]:
    """A run that fails for the route `bad`."""

    def act(name: str) -> None:
        if name == "bad":
            raise error

    return act


def test_every_route_is_due_at_once(tmp_path: Path) -> None:
    """A daemon that starts runs every scheduled route without waiting for its interval, and no other."""
    watched = Watched(tmp_path, {"hourly": "every hour", "nightly": "0 3 * * *", "by_hand": ""})
    watched.daemon.serve(cycles=1)
    assert watched.ran == [(0, "hourly"), (0, "nightly")]


def test_interval_counts_from_last_run(tmp_path: Path) -> None:
    """A route with an interval runs again that long after its last run ended."""
    watched = Watched(tmp_path, {"often": "every 15 minutes"})
    watched.daemon.serve(cycles=31)
    assert watched.ran == [(0, "often"), (15, "often"), (30, "often")]


def test_cron_line_names_the_minute(tmp_path: Path) -> None:
    """A route with a cron line runs at the times it names, whenever the daemon started."""
    watched = Watched(tmp_path, {"quarters": "*/15 * * * *"})
    watched.daemon.serve(cycles=25)
    assert watched.ran == [(0, "quarters"), (8, "quarters"), (23, "quarters")]


@pytest.mark.parametrize(
    "error", [Unavailable("no answer"), ConfigError("no such file", next_command="look"), Refused("a module is closed")]
)
def test_one_failure_stops_no_other(tmp_path: Path, error: Exception) -> None:
    """A route that fails is told of and tried again when due; the others run as if nothing had happened."""
    watched = Watched(tmp_path, {"bad": "every 10 minutes", "good": "every 10 minutes"}, raising(error))
    watched.daemon.serve(cycles=11)
    assert watched.ran == [(0, "bad"), (0, "good"), (10, "bad"), (10, "good")]
    assert len(watched.told) == 2
    assert str(error) in watched.told[0]


def test_refused_login_rests(tmp_path: Path) -> None:
    """A password that no longer holds is not tried every few minutes: the CRM would lock the user. Others go on."""
    refusal = LoginRefused("the login is refused", next_command="connector doctor")
    watched = Watched(tmp_path, {"bad": "every 10 minutes", "good": "every 10 minutes"}, raising(refusal))
    watched.daemon.serve(cycles=6000)
    hours = [minute // 60 for minute, name in watched.ran if name == "bad"]
    assert hours[:7] == [0, 1, 3, 7, 15, 31, 55]
    assert [minute for minute, name in watched.ran if name == "good"][:4] == [0, 10, 20, 30]
    assert "connector doctor" in watched.told[0]
    assert "tried again at 2024-05-01 11:07 UTC" in watched.told[1]


def test_rest_ends_with_success(tmp_path: Path) -> None:
    """Once a login holds again, the schedule does, and the next refusal rests for an hour."""
    answers = iter([LoginRefused("no"), LoginRefused("no"), None, LoginRefused("no"), None])

    def act(_: str) -> None:
        error = next(answers)
        if error is not None:
            raise error

    watched = Watched(tmp_path, {"bad": "every 10 minutes"}, act)
    watched.daemon.serve(cycles=251)
    assert [minute for minute, _ in watched.ran] == [0, 60, 180, 190, 250]


def test_stop_ends_after_present_route(tmp_path: Path) -> None:
    """A daemon told to stop finishes the route that runs and begins no other."""
    watched = Watched(tmp_path, {"first": "every hour", "second": "every hour"}, lambda _: watched.daemon.stop())
    watched.daemon.serve()
    assert watched.ran == [(0, "first")]
    assert watched.clock.time == START


def test_interruption_of_run_is_passed_on(tmp_path: Path) -> None:
    """A run that a signal ended ends the daemon, with the signal."""
    watched = Watched(tmp_path, {"bad": "every hour", "good": "every hour"}, raising(Interrupted(15)))
    with pytest.raises(Interrupted):
        watched.daemon.serve()
    assert watched.ran == [(0, "bad")]


def test_no_schedule_is_refused(tmp_path: Path) -> None:
    """A daemon without anything to do says so instead of sleeping for ever."""
    with pytest.raises(ConfigError, match="no enabled route has a schedule"):
        Watched(tmp_path, {"by_hand": ""})
