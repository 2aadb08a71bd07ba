"""One writer at a time: a lock of the operating system, and a number that only grows.

The lock is let go when its holder dies, however it dies, so a dead holder never blocks. The number tells a
holder that was paused too long, or whose lock file somebody removed, that another one has come since.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from connector.errors import Paused, SafetyStop, StateError
from connector.store.codec import stamp
from connector.store.database import Database


class SqliteLease:
    """Keeps `connector.ports.Lease` in the table ``lease`` and in two small files beside the database."""

    def __init__(self, database: Database) -> None:
        """Guard *database*."""
        self._database = database
        self._number: int | None = None
        self._rolled_back = False

    @property
    def rolled_back(self) -> bool:
        """Whether the state file was found older than its last holder left it, as after restoring a backup.

        Known from the moment the lease is held. The CRMs then know of writes that the journal does not.
        """
        return self._rolled_back

    @contextmanager
    def hold(self, holder: str) -> Iterator[int]:
        """Hold the lease and answer its fencing number; raises Paused when another living process holds it."""
        with locked(self._database.path, 0, self._who):
            self._number = self._take(holder)
            try:
                yield self._number
            finally:
                self._number = None

    @property
    def held(self) -> bool:
        """Whether a living process holds the lease, this one included."""
        try:
            with locked(self._database.path, 0, self._who):
                return False
        except (Paused, StateError):
            return True

    def check(self) -> None:
        """Raise SafetyStop when the lease was lost or never held; called before every remote write."""
        if self._number is None:
            raise SafetyStop("no lease is held, so nothing may be written", next_command="connector status")
        self.fence()

    def fence(self) -> None:
        """Raise SafetyStop when the lease that is held here was taken by another; silent when none is held."""
        if self._number is None:
            return
        row = self._database.row("SELECT number FROM lease")
        if row is None or row[0] != self._number:
            raise SafetyStop(
                f"the lease was taken over: {self._who()}; this run stops before it writes",
                next_command="connector status",
            )

    def _take(self, holder: str) -> int:
        left = _read_number(self._fence_file)
        with self._database.transaction():
            row = self._database.row("SELECT number FROM lease")
            known = row[0] if row else 0
            number = max(known, left) + 1
            self._database.run(
                "INSERT OR REPLACE INTO lease (id, number, holder, pid, host, taken_at) VALUES (1, ?, ?, ?, ?, ?)",
                (number, holder, os.getpid(), socket.gethostname(), stamp(self._database.clock.now())),
            )
        self._rolled_back = known < left
        _write_number(self._fence_file, number)
        return number

    def _who(self) -> str:
        row = self._database.row("SELECT holder, pid, host, taken_at FROM lease")
        if row is None:
            return "another process has it"
        holder, pid, host, taken_at = row
        return f"{holder} (process {pid} on {host}) has it since {taken_at[:19]}Z"

    @property
    def _fence_file(self) -> Path:
        return self._database.path.with_name(self._database.path.name + ".fence")


@contextmanager
def locked(path: Path, seconds: float, who: Callable[[], str]) -> Iterator[None]:
    """Hold the lock beside the state file at *path*, waiting *seconds* for it.

    *who* is called to name the holder when the lock cannot be had; Paused is raised then.
    """
    lock = FileLock(path.with_name(path.name + ".lock"), timeout=seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise Paused(f"the state file {path} is in use: {who()}", next_command="connector status") from None
    except OSError as error:
        raise StateError(
            f"the lock beside {path} cannot be taken: {error.strerror or error}", next_command="connector doctor"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _read_number(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0


def _write_number(path: Path, number: int) -> None:
    """Leave the number beside the file, all of it or nothing; losing it costs only the roll-back warning."""
    draft = path.with_name(path.name + ".new")
    with suppress(OSError):
        descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(str(number))
        draft.replace(path)
