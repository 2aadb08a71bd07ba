"""``connector daemon``: every route on its schedule."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click

from connector.cli.output import put_json, say
from connector.cli.progress import Progress
from connector.cli.running import lines_of, run_routes
from connector.cli.session import Session, verb
from connector.daemon import Daemon, schedules
from connector.errors import Interrupted
from connector.wiring import SystemClock


class WakingClock(SystemClock):
    """The machine's clock, whose sleep ends early when the daemon is told to stop."""

    def __init__(self) -> None:
        """Nobody has called yet."""
        self._called = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Wait, or until `wake`."""
        self._called.wait(seconds)

    def wake(self) -> None:
        """End every sleep from now on."""
        self._called.set()


@click.command("daemon")
@click.option(
    "--cycles",
    type=click.IntRange(min=1),
    help="Look at the schedule this many times, then end (for tests and trials).",
)
@verb
def command(session: Session, cycles: int | None) -> int:
    """Run every enabled route on its schedule, one at a time. SIGTERM and SIGINT end it after the present route.

    Example: connector daemon
    """
    config = session.config()
    clock = WakingClock()

    def run(name: str) -> None:
        with session.house() as house, Progress(quiet=True) as progress:
            results = run_routes(house, [name], progress, verb="daemon")
        if session.as_json:
            put_json(results.as_json())
        for line in lines_of(results.only()):
            say(line, as_json=session.as_json)

    daemon = Daemon(config, clock, run, lambda line: say(line, as_json=session.as_json))
    received: list[int] = []
    _on_signals(daemon, clock, received)
    for name, schedule in schedules(config).items():
        say(f"{name}: {schedule}", as_json=session.as_json)
    daemon.serve(cycles)
    if received:
        raise Interrupted(received[0])
    return 0


def _on_signals(daemon: Daemon, clock: WakingClock, received: list[int]) -> None:
    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        daemon.stop()
        clock.wake()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
