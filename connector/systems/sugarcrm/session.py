"""A logged-in line to one SugarCRM: single calls and ``/bulk``, one renewal of the login per call."""

from __future__ import annotations

import json
import random
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from requests import Response

from connector.errors import Applied, Refused, RemoteError, SessionExpired, Unreadable
from connector.ports import Clock
from connector.systems.secret import Secret
from connector.systems.sugarcrm.faults import (
    READ,
    SYSTEM,
    WRITE,
    Fault,
    TooLarge,
    as_json,
    contents_of,
    error_of,
    fault_of,
    judge,
    of_redirect,
    status_of,
)
from connector.systems.sugarcrm.login import LoginDesk
from connector.systems.sugarcrm.options import SugarOptions
from connector.systems.wire import AllowedHosts, Ask, WireOptions, WireSession

_OF_THE_RECORD = frozenset({403, 404})
_RENEWALS = 6  # processes share the login, and each may find it ended between our renewal and our call


@dataclass(frozen=True, slots=True)
class Part:
    """One call, alone or inside a bulk; *path* is relative to the REST version (``Leads/filter``)."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def about(self) -> str:
        """What it asks for, without ids: the module, and the relation where one is followed."""
        steps = self.path.partition("?")[0].split("/")
        at = steps.index("link") + 1 if "link" in steps else 0
        return f"{steps[0]} (link {steps[at]})" if 0 < at < len(steps) else steps[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one part: its body, or the refusal. *missing*: the answer does not speak of it."""

    body: Any = None
    fault: Fault | None = None
    missing: bool = False


class SugarSession:
    """The line, made when first needed; every request goes through one wire and is counted there."""

    def __init__(self, name: str, options: SugarOptions, clock: Clock, rng: random.Random) -> None:
        """Send nothing yet; raises ConfigError for an address that may not be spoken to."""
        self.name = name
        self.options = options
        self._clock = clock
        self._next_call: datetime | None = None
        self._fault: Fault | None = None
        self._token = Secret()
        limits = WireOptions(
            options.connect_timeout,
            options.read_timeout,
            options.total_timeout,
            options.most_bytes,
            options.attempts,
            ca_file=options.ca_file,
        )
        self.wire = WireSession(AllowedHosts(options.address), self._judge, clock, rng, limits)
        self._desk = LoginDesk(options, self.wire)
        self._root = f"{options.address.rstrip('/')}/rest/{options.version}/"

    def now(self) -> datetime:
        """The CRM's clock, from its Date headers; asks for a sign of life when nothing was heard yet."""
        if self.wire.server_time.now() is None:
            self.call(Part("GET", "me"), READ)
        moment = self.wire.server_time.now()
        if moment is None:
            raise Unreadable("SugarCRM sends no Date header", system=SYSTEM)
        return moment

    def call(self, part: Part, ask: Ask) -> Any:
        """One call's body; when the login has ended, it is renewed and the call made again.

        Safe for writes too: a call with a dead token is refused before it is looked at.
        """
        for _ in range(_RENEWALS):
            try:
                return self._send(part, ask)
            except SessionExpired:
                self._renew()
        try:
            return self._send(part, ask)
        except SessionExpired as error:
            raise self._thrown_out(error) from None

    def replies(self, parts: Sequence[Part], ask: Ask) -> list[Reply]:
        """Each part's reply, in order, in as few calls as the CRM takes.

        A single part goes out alone. Raises what a refused or unanswered call means for all of *parts*.
        """
        if not parts:
            return []
        if len(parts) == 1:
            return [self._alone(parts[0], ask)]
        try:
            return self._renewed(parts, self._bulk(parts, ask), ask)
        except TooLarge:
            middle = len(parts) // 2
            first = self.replies(parts[:middle], ask)
            try:
                return first + self.replies(parts[middle:], ask)
            except RemoteError:
                # The first half stands; the rest is as if no answer had spoken of it.
                return first + [Reply(missing=True)] * (len(parts) - middle)

    def answers(self, parts: Sequence[Part]) -> list[Any]:
        """The bodies of parts that only read; raises what the first refused one means."""
        return [reply.body for reply in self._read(parts, ())]

    def looks(self, parts: Sequence[Part]) -> list[Reply]:
        """The replies of parts that each look at one record: what that record's rights refuse is its reply.

        Anything else than a refusal of the record raises, as `answers` does.
        """
        return self._read(parts, _OF_THE_RECORD)

    def _read(self, parts: Sequence[Part], borne: Container[int]) -> list[Reply]:
        found: list[Reply] = []
        for start in range(0, len(parts), self.options.write_batch):
            chunk = parts[start : start + self.options.write_batch]
            for part, reply in zip(chunk, self.replies(chunk, READ), strict=True):
                if reply.missing:
                    raise Unreadable("a part of SugarCRM's answer is missing", system=SYSTEM)
                if reply.fault is not None and reply.fault.status not in borne:
                    raise error_of(reply.fault, READ, about=part.about)
                found.append(reply)
        return found

    def writes(self, parts: Sequence[Part]) -> list[Reply]:
        """The replies of parts that write, a bulk's worth a call.

        Raises only when the first call fails; after that, parts without an answer come as missing.
        """
        step = self.options.write_batch
        found = self.replies(parts[:step], WRITE)
        for start in range(step, len(parts), step):
            chunk = parts[start : start + step]
            try:
                found += self.replies(chunk, WRITE)
            except RemoteError:
                found += [Reply(missing=True)] * len(chunk)
        return found

    def _alone(self, part: Part, ask: Ask) -> Reply:
        """One part without a bulk around it; a refusal of the row alone is its reply, anything else raises.

        So does a refused login, whatever its status: the row was not even looked at.
        """
        try:
            return Reply(self.call(part, ask))
        except RemoteError as error:
            of_the_row = self._fault is not None and 400 <= self._fault.status < 500 and not self._fault.passing
            if self._fault is None or not of_the_row or error.applied is not Applied.NEVER:
                raise
            return Reply(fault=self._fault)

    def _renewed(self, parts: Sequence[Part], found: list[Reply], ask: Ask) -> list[Reply]:
        """The replies, after parts that met an ended login within the bulk were sent again with a new one."""
        for _ in range(_RENEWALS):
            ended = [at for at, reply in enumerate(found) if reply.fault is not None and reply.fault.status == 401]
            if not ended:
                break
            try:
                self._renew()
                again = self._bulk([parts[at] for at in ended], ask)
            except RemoteError as error:
                if len(ended) == len(parts):
                    raise
                lost = Reply(missing=True) if error.applied is not Applied.NEVER else None
                return [lost or reply if at in ended else reply for at, reply in enumerate(found)]
            for at, reply in zip(ended, again, strict=True):
                found[at] = reply
        return found

    def _bulk(self, parts: Sequence[Part], ask: Ask) -> list[Reply]:
        """https://developer.sugarcrm.com/2015/07/20/enhancing-performance-using-sugar-7-bulk-api/: each part's
        address starts with the version, its data is a JSON text; parts run one after the other."""
        requests = [self._bulk_part(part) for part in parts]
        found = self.call(Part("POST", "bulk", {"requests": requests}), ask)
        if not isinstance(found, list) or len(found) != len(parts):
            return [Reply(missing=True)] * len(parts)
        return [self._reply(each) for each in found]

    def _bulk_part(self, part: Part) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", **part.headers}
        shown: dict[str, Any] = {
            "url": f"/{self.options.version}/{part.path}",
            "method": part.method,
            "headers": [f"{name}: {value}" for name, value in headers.items()],
        }
        return shown if part.body is None else {**shown, "data": json.dumps(part.body)}

    def _renew(self) -> None:
        self._fault = None
        self._desk.renew(self._token)

    def _thrown_out(self, error: SessionExpired) -> SessionExpired:
        """What it means when no renewal lasts until the next call."""
        options = self.options
        what = (
            f"the SugarCRM login ends as often as it is renewed: another program logs in as the same user on the"
            f" platform {options.platform}; give this connection a platform of its own (login: platform)"
        )
        return SessionExpired(what, system=error.system, status=error.status, code=error.code)

    def _send(self, part: Part, ask: Ask) -> Any:
        self._keep_pace()
        self._fault = None
        self._token = self._desk.token()
        headers = {"OAuth-Token": self._token.reveal(), **part.headers}
        given = {} if part.body is None else {"json": part.body}
        try:
            answer = self.wire.request(part.method, self._root + part.path, headers=headers, ask=ask, **given)
        except Unreadable as error:
            raise of_redirect(error) from None
        except Refused:
            if self._fault is None:
                raise
            raise error_of(self._fault, ask, about=part.about) from None
        return answer.json()

    def _keep_pace(self) -> None:
        rate = self.options.requests_per_second
        if rate <= 0:
            return
        now = self._clock.now()
        if self._next_call is not None and now < self._next_call:
            self._clock.sleep((self._next_call - now).total_seconds())
            now = self._next_call
        self._next_call = now + timedelta(seconds=1 / rate)

    def _judge(self, answer: Response, ask: Ask) -> None:
        # What a login is refused for is no refusal of the call that needed it.
        self._fault = None if ask.wants == "token" else self._fault_of(answer.status_code, as_json(answer))
        try:
            judge(answer, ask, self._veil)
        except RemoteError as error:
            error.system = self.name
            raise

    def _reply(self, part: object) -> Reply:
        if not isinstance(part, Mapping):
            return Reply(missing=True)
        body, status = contents_of(part), status_of(part)
        return Reply(body, self._fault_of(status, body)) if status else Reply(missing=True)

    def _fault_of(self, status: int, body: object) -> Fault | None:
        return fault_of(status, body, self._veil)

    def _veil(self, text: str) -> str:
        """The CRM's words, which are kept and shown, without what only it and we may know."""
        for secret in sorted((secret.reveal() for secret in self._desk.secrets), key=len, reverse=True):
            text = text.replace(secret, "<secret>")  # the longest first: one may be part of another
        return text
