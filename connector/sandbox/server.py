"""Starts and stops sandboxes: in this process for tests and the demo, or as a program of its own."""

from __future__ import annotations

import json
import logging
import signal
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn

    from connector.sandbox.clock import SandboxClock
    from connector.sandbox.premises import Premises

_HOST = "127.0.0.1"
# A request line or header block longer than this is refused by the HTTP parser; the dialects refuse
# far shorter ones (16,384 bytes) in their own words first.
_MAX_HEAD_BYTES = 1_048_576
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


class SandboxError(Exception):
    """The sandbox could not be started."""


class Sandbox:
    """Embedded CRM servers on a free loopback port, from construction until `stop`.

    `world` is a shipped name (`empty`, `demo`), the path of a YAML or JSON world file, or a parsed world;
    `state` a file that keeps records and logins for the next run. Worlds seed a new state file only.
    Use it as a context manager. Raises `SandboxError`, or `WorldError` for a bad world.
    """

    def __init__(
        self,
        world: str | Path | Mapping[str, object] = "empty",
        *,
        port: int = 0,
        state: str | Path | None = None,
    ) -> None:
        self._socket = _listen(port)
        self.base_url = f"http://{_HOST}:{self._socket.getsockname()[1]}"
        try:
            self._premises = _furnish(self.base_url, world, Path(state) if state else None)
        except BaseException:
            self._socket.close()
            raise
        self._server = _uvicorn_server(self._premises)
        self._thread = threading.Thread(target=self._serve, name="connector-sandbox", daemon=True)
        self._thread.start()
        self._await_start()

    @property
    def info(self) -> dict[str, object]:
        """Address, process id and logins: the JSON line that `serve` prints."""
        from connector.sandbox.control import info_of

        return info_of(self._premises)

    @property
    def clock(self) -> SandboxClock:
        """The server's clock. Late writes fall due at the next call; the control plane applies them at once."""
        return self._premises.clock

    def calls(self) -> list[dict[str, object]]:
        """The access log, oldest call first."""
        return self._premises.log.entries()

    def reset(self, world: str | Path | Mapping[str, object] = "empty") -> None:
        """Clear records, faults, clock and log, and seed a world; logins and org ids stay."""
        self._premises.reset(_world_of(world))

    def stop(self) -> None:
        """Close the port and the files. Safe to call twice."""
        if self._thread.is_alive():
            self._server.should_exit = True
            self._thread.join(_STOP_SECONDS)
        self._socket.close()
        self._premises.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])

    def _await_start(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise SandboxError("the sandbox server did not start")
            time.sleep(0.002)


def serve(port: int = 0, world: str | Path = "empty", state: str | Path | None = None) -> int:
    """Run a sandbox until SIGTERM or SIGINT; prints its `info` as one JSON line once the port accepts calls.

    Answers the exit code 0. Raises `SandboxError` (port taken) or `WorldError`.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with Sandbox(world, port=port, state=state) as sandbox:
        print(json.dumps(sandbox.info), flush=True)  # noqa: T201 - the line is the contract
        stopping.wait()
    return 0


def _listen(port: int) -> socket.socket:
    # Naming TCP lets asyncio send small answers at once; without it each one waits 40 ms for an ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise SandboxError(f"port {port} on {_HOST} cannot be used: {error}") from error
    # Listening at once lets early callers wait in the queue instead of being refused.
    listener.listen(128)
    return listener


def _world_of(world: str | Path | Mapping[str, object]) -> Mapping[str, object]:
    from connector.sandbox.world import read_world

    return world if isinstance(world, Mapping) else read_world(world)


def _furnish(base_url: str, world: str | Path | Mapping[str, object], state: Path | None) -> Premises:
    from connector.sandbox.clock import SandboxClock
    from connector.sandbox.dialect import DialectSetup
    from connector.sandbox.dialects import DIALECTS
    from connector.sandbox.premises import Premises

    parsed = _world_of(world)
    fresh = state is None or not state.exists()
    clock = SandboxClock()
    setup = DialectSetup(clock, base_url, state)
    premises = Premises(clock, [build(setup) for build in DIALECTS.values()], base_url)
    if fresh:
        premises.reset(parsed)
    return premises


def _uvicorn_server(premises: Premises) -> uvicorn.Server:
    import uvicorn

    from connector.sandbox.application import build_application
    from connector.sandbox.transport import HangUpProtocol

    config = uvicorn.Config(
        build_application(premises),
        http=HangUpProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    return uvicorn.Server(config)
