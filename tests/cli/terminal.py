"""Commands as a person types them, in this process, and a project to type them in."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.cli import main
from connector.cli.project import write_sandbox_project
from connector.sandbox import Sandbox
from connector.sandbox.client import control


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def said(self) -> str:
        """All that a person read."""
        return self.out + self.err


def type_command(*words: str) -> Answer:
    """Run one command line in this process; signal handlers are put back afterwards."""
    out, err = io.StringIO(), io.StringIO()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Answer(code, out.getvalue(), err.getvalue())


class QuickClock:
    """The machine's time, and waits that take none."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Go on at once."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A project that `connector init --sandbox` wrote, and its sandbox."""

    path: Path
    sandbox: Sandbox

    @classmethod
    def make(cls, path: Path, sandbox: Sandbox) -> Folder:
        """Write the project."""
        write_sandbox_project(path, sandbox.info)
        return cls(path, sandbox)

    @property
    def config(self) -> Path:
        """Its configuration."""
        return self.path / "connector.yaml"

    @property
    def state(self) -> Path:
        """Its state file."""
        return self.path / "state" / "connector.db"

    def type(self, *words: str) -> Answer:
        """A command of this project."""
        return type_command("--config", str(self.config), *words)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text in one of its files."""
        path = self.path / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    def ask(self, sql: str) -> list[Any]:
        """Read from the state file as people do."""
        with contextlib.closing(sqlite3.connect(self.state)) as connection:
            return connection.execute(sql).fetchall()

    def dump(self, name: str) -> list[dict[str, Any]]:
        """Every Salesforce record of one object."""
        found: Any = control(self.sandbox.base_url, f"dump/salesforce/{name}")
        return list(found)

    def faults(self, *faults: Mapping[str, object]) -> None:
        """Replace the sandbox's fault plan."""
        control(self.sandbox.base_url, "faults", {"faults": list(faults)})

    def load(self, *leads: Mapping[str, object]) -> None:
        """Insert leads into the sandbox."""
        control(self.sandbox.base_url, "load", {"salesforce": {"Lead": list(leads)}})


@contextmanager
def one_answer(status: str, headers: Sequence[str], body: bytes) -> Iterator[str]:
    """A server on loopback that gives one answer to everything; yields its address."""
    import socket
    import threading

    head = "\r\n".join([f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""])

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(head.encode() + body)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
