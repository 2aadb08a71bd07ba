"""A total deadline for one HTTP call: when it passes, the socket is shut, wherever the call stands.

The time-outs of requests count from byte to byte (https://requests.readthedocs.io/en/latest/user/quickstart/#timeouts),
so a server that sends one byte a second holds a caller for ever; this ends it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_current = threading.local()


class Watchdog:
    """Watches one call of this thread. *sent*: the first byte may have left. *expired*: the deadline passed."""

    def __init__(self, seconds: float) -> None:
        """Allow *seconds* in all."""
        self.sent = False
        self.expired = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Watchdog:
        """Start counting."""
        _current.watchdog = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop counting."""
        self._timer.cancel()
        _current.watchdog = None

    def guard(self, connected: socket.socket | None) -> None:
        """Watch the socket of the call."""
        with self._lock:
            self._socket = connected
            late = self.expired
        if late:
            self._shut()

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
        self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Past the TLS layer on purpose: its own shutdown would wait for the peer.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _watchdog() -> Watchdog | None:
    return getattr(_current, "watchdog", None)


class _Watched:
    """Tells the watchdog of the socket and of the first byte."""

    sock: socket.socket | None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        if dog := _watchdog():
            dog.guard(self.sock)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if dog := _watchdog():
            dog.guard(self.sock)
            dog.sent = True
        super().send(data)  # type: ignore[misc]


class _WatchedHttp(_Watched, HTTPConnection):
    pass


class _WatchedHttps(_Watched, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHttp


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHttps


class ParsedOnce(Response):
    """A response whose JSON is parsed once, however often it is asked for."""

    def json(self, **_: Any) -> Any:
        """The body as JSON; the keyword arguments of requests are not needed here."""
        if "_parsed" not in self.__dict__:
            self._parsed = super().json()
        return self._parsed


class WatchedAdapter(HTTPAdapter):
    """The requests adapter over watched connections; it never retries by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use the watched pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """Give the answer the JSON cache."""
        answer = super().build_response(req, resp)
        answer.__class__ = ParsedOnce
        return answer
