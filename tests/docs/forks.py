"""A ``connector`` for shells that starts at once: a client of one process that has imported everything and forks.

`connector_folder` starts that process and answers a folder for PATH. The ``connector`` in it hands its words, folder,
environment and first three file descriptors over; the fork runs the command line as the console script does. What ends
the fork, an exit code or a signal, ends the client; SIGTERM and SIGINT go on to the fork, the end of the client too.
"""

from __future__ import annotations

import atexit
import marshal
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from tests.preloading import SINGLE_THREADED, preload

PROJECT = Path(__file__).resolve().parents[2]
LENGTH = 8  # bytes that tell how long a request is
CLIENT = """#!{python} -IS
import _signal, _socket, array, marshal, os, sys  # the bare modules: importing socket takes longer than all the rest

door = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
door.connect({address!r})
request = marshal.dumps((sys.argv, os.getcwd(), dict(os.environ)))
streams = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", (0, 1, 2)))
door.sendmsg([len(request).to_bytes({length}, "big")], [streams])
for number in (_signal.SIGTERM, _signal.SIGINT):
    _signal.signal(number, lambda number, _: door.send(bytes([number])))
door.sendall(request)
ended = int.from_bytes(door.recv(2) or b"\\0\\x46", "big", signed=True)
if ended < 0:
    _signal.signal(-ended, _signal.SIG_DFL) if -ended != 9 else None
    os.kill(os.getpid(), -ended)
os._exit(ended)
"""


@contextmanager
def connector_folder() -> Iterator[Path]:
    """A folder that holds the ``connector`` described above, as long as the context lasts."""
    folder = Path(tempfile.mkdtemp(prefix="connector-forks-"))
    address = str(folder / "door")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)  # clients may come while the process still imports
        server = _started(listener.fileno())
    client = folder / "connector"
    client.write_text(CLIENT.format(python=sys.executable, address=address, length=LENGTH), "utf-8")
    client.chmod(0o755)
    try:
        yield folder
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder)


def _started(listener: int) -> subprocess.Popen[bytes]:
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.docs.forks", str(listener)],
        env={**settings, **SINGLE_THREADED},
        pass_fds=[listener],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


class Server:
    """Forks for every client, hands signals on, and tells each client how its fork ended."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._clients: dict[int, socket.socket] = {}
        self._events = selectors.DefaultSelector()
        self._ended, self._wakes = socket.socketpair()
        self._wakes.setblocking(False)

    def serve(self) -> NoReturn:
        """Run until SIGTERM, which ends the forks too."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._stop)
        signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        for source in (self._listener, self._ended):
            self._events.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in self._events.select():
                self._see_to(key)

    def _see_to(self, key: selectors.SelectorKey) -> None:
        if key.fileobj is self._listener:
            self._fork(self._listener.accept()[0])
        elif key.fileobj is self._ended:
            self._ended.recv(4096)
            self._bury()
        elif key.data in self._clients:
            signals = self._clients[key.data].recv(16)
            for number in signals or (int(signal.SIGKILL),):
                os.kill(key.data, number)
            if not signals:
                self._events.unregister(key.fileobj)

    def _fork(self, client: socket.socket) -> None:
        head, streams, _, _ = socket.recv_fds(client, LENGTH, 3)
        with client.makefile("rb") as reading:
            request = reading.read(int.from_bytes(head, "big"))
        pid = os.fork()
        if pid == 0:
            self._become(request, streams)
        for stream in streams:
            os.close(stream)
        self._clients[pid] = client
        self._events.register(client, selectors.EVENT_READ, pid)

    def _become(self, request: bytes, streams: Sequence[int]) -> NoReturn:
        """What the fork does: forget the server, and be the process that the client stands for."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        for target, stream in enumerate(streams):
            os.dup2(stream, target)
        for known in (self._listener, self._ended, self._wakes, *self._clients.values()):
            known.close()
        self._events.close()
        os.closerange(3, max(streams) + 1)
        words, folder, settings = marshal.loads(request)
        os.environ.clear()
        os.environ.update(settings)
        os.chdir(folder)
        os._exit(_run(words))

    def _bury(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                client = self._clients.pop(ended[0])
                with suppress(KeyError):
                    self._events.unregister(client)
                with suppress(OSError), client:
                    client.sendall(os.waitstatus_to_exitcode(ended[1]).to_bytes(2, "big", signed=True))

    def _stop(self, *_: object) -> NoReturn:
        for pid in self._clients:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _run(words: list[str]) -> int:
    """The exit code of the command line; files and threads end as they do when a process does."""
    sys.argv = words
    sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    from connector.__main__ import main

    try:
        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    threading._shutdown()  # type: ignore[attr-defined]  # what the interpreter waits for at its end
    atexit._run_exitfuncs()
    with suppress(BrokenPipeError, ValueError):
        sys.stdout.flush()
    return code


if __name__ == "__main__":
    preload()
    Server(socket.socket(fileno=int(sys.argv[1]))).serve()
