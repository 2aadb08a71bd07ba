"""A program that runs command lines of the connector and dies, by SIGKILL, at a boundary it was told.

It reads one JSON object per line, ``{"words": [...], "die_at": n}``, forks, and lets the child run
``connector WORDS``. The child counts every boundary: before and after each write of the journal, after each
transaction of the state file, before and after each HTTP request. At the n-th it kills itself (0: it lives).
The parent answers with one line: how the child ended, and the names of the boundaries it passed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from requests import Response

from connector import wiring
from connector.cli import main
from connector.config import load_config
from connector.store.database import Database
from connector.store.journal import SqliteJournal
from connector.systems.wire.door import Ask, WireSession
from tests.preloading import preload

JOURNAL_WRITES = ("planned", "sent", "settle", "back_to_planned", "drop_planned")


class Reaper:
    """Counts boundaries and kills its own process at one of them."""

    def __init__(self, die_at: int, told: int) -> None:
        """*told* is the file descriptor that hears the name of every boundary."""
        self._die_at = die_at
        self._told = told
        self._count = 0

    def pass_by(self, name: str) -> None:
        """One more boundary."""
        self._count += 1
        os.write(self._told, f"{name}\n".encode())
        if self._count == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)


def bracket_journal(reaper: Reaper) -> None:
    """Put a boundary before and after every write of the journal shelf."""
    for name in JOURNAL_WRITES:
        original: Callable[..., Any] = getattr(SqliteJournal, name)

        def bracketed(
            self: SqliteJournal, *args: Any, original: Callable[..., Any] = original, name: str = name
        ) -> None:
            reaper.pass_by(f"before {name}")
            original(self, *args)
            reaper.pass_by(f"after {name}")

        setattr(SqliteJournal, name, bracketed)


def bracket_requests(reaper: Reaper) -> None:
    """Put a boundary before and after every HTTP request."""
    original = WireSession._send_once

    def bracketed(
        self: WireSession, verb: str, url: str, ask: Ask, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Response:
        kind = "read" if ask.reading else "write"
        reaper.pass_by(f"before {kind} request")
        answer = original(self, verb, url, ask, args, kwargs)
        reaper.pass_by(f"after {kind} request")
        return answer

    WireSession._send_once = bracketed  # type: ignore[method-assign]


def bracket_commits(reaper: Reaper) -> None:
    """Put a boundary after every outermost transaction: what is on disk then, and nothing more."""
    original = Database.transaction

    @contextlib.contextmanager
    def transaction(self: Database) -> Iterator[None]:
        outermost = self._depth == 0
        with original(self):
            yield
        if outermost:
            reaper.pass_by("after commit")

    Database.transaction = transaction  # type: ignore[method-assign]


def child(task: dict[str, Any], told: int) -> int:
    """Run the command line of *task* with boundaries everywhere."""
    reaper = Reaper(int(task["die_at"]), told)
    bracket_journal(reaper)
    bracket_requests(reaper)
    bracket_commits(reaper)
    with contextlib.redirect_stdout(sys.stderr):
        return main(task["words"])


def serve(commands: Iterator[str]) -> None:
    """Answer every line of *commands* with how a forked child ended."""
    preload()
    for line in commands:
        task = json.loads(line)
        config = load_config(Path(task["words"][1]))
        for settings in config.routes.values():
            wiring.read_rules(config, settings)  # worked out here, so that every child has it
        hears, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(hears)
            os._exit(child(task, told))
        os.close(told)
        with os.fdopen(hears) as reading:
            names = reading.read().split("\n")[:-1]
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "boundaries": names}), flush=True)


if __name__ == "__main__":
    serve(sys.stdin)
