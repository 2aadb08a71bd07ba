"""The requests session that every CRM is spoken to with."""

from __future__ import annotations

import http.client
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests
import urllib3
from requests import Response

from connector.errors import Applied, RemoteError, Unavailable, Unreadable
from connector.ports import Clock
from connector.systems.wire.addresses import AllowedHosts, origin_of
from connector.systems.wire.body import read_body
from connector.systems.wire.patience import Patience
from connector.systems.wire.redaction import quieten_libraries
from connector.systems.wire.server_time import ServerTime
from connector.systems.wire.watchdog import Watchdog, WatchedAdapter

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
NOWHERE = "redirect-nowhere"  # the code of a redirect that does not say where to
_MOST_HOPS = 3
_TROUBLE = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)


@dataclass(frozen=True, slots=True)
class WireOptions:
    """Limits of one connection: seconds (connect, between bytes, in all) and bytes of one answer."""

    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    total_timeout: float = 300.0
    most_bytes: int = 128 * 1024 * 1024
    attempts: int = 6
    patience: float = 300.0
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What one call is.

    *reading*: it changes nothing, so it may be sent twice. *wants*: ``json`` or ``xml``; what an answer must
    be to count as one. *read_timeout* and *total_timeout* replace the connection's own.
    """

    reading: bool
    wants: str = "json"
    read_timeout: float | None = None
    total_timeout: float | None = None

    @property
    def doubt(self) -> Applied:
        """Whether a call without a clear answer can have changed anything."""
        return Applied.NEVER if self.reading else Applied.UNKNOWN


Judge = Callable[[Response, Ask], None]
"""Looks at a complete answer and raises a RemoteError unless it is a good one."""


class WireSession(requests.Session):
    """One HTTP door to one CRM; raises only classes of `connector.errors`.

    *calls* counts every request that left, retries and logins included. *judge* is the CRM's own reading of
    its answers. simple-salesforce can be given this session and then inherits all of it.
    """

    def __init__(
        self, hosts: AllowedHosts, judge: Judge, clock: Clock, rng: random.Random, options: WireOptions | None = None
    ) -> None:
        """Open no connection yet."""
        super().__init__()
        quieten_libraries()
        self.trust_env = False
        self._limits = options or WireOptions()
        self.verify = self._limits.ca_file or True
        self.headers.update({"Accept-Encoding": "gzip, deflate", "User-Agent": "lead-connector"})
        self.mount("https://", WatchedAdapter())
        self.mount("http://", WatchedAdapter())
        self.hosts = hosts
        self.server_time = ServerTime(time.monotonic)
        self._judge = judge
        self._patience = Patience(clock, rng, attempts=self._limits.attempts, patience=self._limits.patience)
        self._calls = 0

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        return self._calls

    @property
    def patience(self) -> Patience:
        """The backoff, for rows that a CRM refused only for now."""
        return self._patience

    def request(
        self, method: str | bytes, url: str | bytes, *args: Any, ask: Ask | None = None, **kwargs: Any
    ) -> Response:
        """Make one call, again where that is safe. Raises RemoteError or SafetyStop.

        Without *ask*, GET and HEAD only read and everything else may write.
        """
        verb = method.decode() if isinstance(method, bytes) else method
        text = url.decode() if isinstance(url, bytes) else url
        known = ask or Ask(reading=verb.upper() in ("GET", "HEAD"))
        return self._patience.run(lambda: self._follow(verb, text, known, args, kwargs), reading=known.reading)

    def _follow(self, verb: str, url: str, ask: Ask, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Response:
        """Send, following redirects of reads that stay on the same host, port and scheme."""
        for _ in range(_MOST_HOPS):
            target = self.hosts.admit(url)
            answer = self._send_once(verb, target, ask, args, kwargs)
            if answer.status_code not in _REDIRECTS:
                self._judge(answer, ask)
                return answer
            location = answer.headers.get("Location", "")
            url = urljoin(target, location)
            if not location or not ask.reading or origin_of(url) != origin_of(target):
                break
            # The query is part of the Location; sending it again would double it.
            kwargs = {name: value for name, value in kwargs.items() if name != "params"}
        raise Unreadable(
            "the CRM's address answers with a redirect, which is not followed",
            status=answer.status_code,
            code="redirect" if location else NOWHERE,
            applied=ask.doubt,
        )

    def _send_once(self, verb: str, url: str, ask: Ask, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Response:
        limits = self._limits
        given = dict(kwargs)
        given.update(allow_redirects=False, stream=True)
        given["timeout"] = (limits.connect_timeout, ask.read_timeout or limits.read_timeout)
        watchdog = Watchdog(ask.total_timeout or limits.total_timeout)
        try:
            with watchdog:
                answer = super().request(verb, url, *args, **given)
                read_body(answer, limits.most_bytes)
        except _TROUBLE as error:
            self._calls += watchdog.sent
            raise self._explain(error, url, ask, watchdog) from None
        except RemoteError as error:
            self._calls += 1
            error.applied = ask.doubt
            raise
        self._calls += 1
        if watchdog.expired:
            raise self._explain(TimeoutError(), url, ask, watchdog)
        self.server_time.note(answer.headers.get("Date"))
        return answer

    def _explain(self, error: Exception, url: str, ask: Ask, watchdog: Watchdog) -> Unavailable:
        """Turn trouble on the wire into what the caller does next; never quotes the error, it holds the whole URL."""
        doubt = ask.doubt if watchdog.sent else Applied.NEVER
        if watchdog.expired or isinstance(error, requests.Timeout | TimeoutError | urllib3.exceptions.TimeoutError):
            return Unavailable("the CRM did not answer in time", code="timeout", applied=doubt)
        if isinstance(error, requests.exceptions.SSLError) and not watchdog.sent:
            return Unavailable("the CRM's TLS certificate or handshake is not valid", code="tls", applied=doubt)
        if not watchdog.sent:
            return Unavailable(_unreached(error, url), code="no-connection", applied=doubt)
        return Unavailable("the CRM's answer was cut off", code="cut", applied=doubt)


def _unreached(error: BaseException, url: str) -> str:
    """Which host and port no connection came about with, and why where that can be told; nothing else of the URL."""
    _, host, port = origin_of(url)
    causes: list[BaseException] = []
    found: BaseException | None = error
    while found is not None and found not in causes:
        causes.append(found)
        inner = getattr(found, "reason", None) or next(iter(found.args), None)
        found = inner if isinstance(inner, BaseException) else found.__cause__ or found.__context__
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return f"the CRM cannot be reached: nothing listens at {host}:{port}"
    if any(isinstance(cause, socket.gaierror | urllib3.exceptions.NameResolutionError) for cause in causes):
        return f"the CRM cannot be reached: no address is known for {host}"
    return f"the CRM cannot be reached at {host}:{port}"
