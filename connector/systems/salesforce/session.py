"""A logged-in line to one org: tokens, one new login per expiry, REST, composite and SOAP calls."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from requests import Response

from connector.errors import Applied, Refused, RemoteError, SessionExpired, Unreadable
from connector.model.progress import BudgetReading
from connector.ports import Clock
from connector.systems.salesforce.faults import error_of, judge, part_fault
from connector.systems.salesforce.grants import TokenDesk
from connector.systems.salesforce.options import SalesforceOptions
from connector.systems.secret import Secret
from connector.systems.wire import AllowedHosts, Ask, WireOptions, WireSession

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce

T = TypeVar("T")
READ = Ask(reading=True)
WRITE = Ask(reading=False)

# Domains that only Salesforce gives out (https://help.salesforce.com/s/articleView?id=sf.domain_name_url_formats.htm).
SUFFIXES = (".salesforce.com", ".salesforce.mil", ".sfcrmproducts.cn")
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One logged-in session: the client bound to it, its token, and where the org answers."""

    client: Salesforce
    token: Secret
    instance: str
    org_id: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a composite call; *url* is a path from the host's root."""

    method: str
    url: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class SalesforceSession:
    """The line, made when first needed; every call goes through one wire and is counted there."""

    def __init__(
        self,
        name: str,
        options: SalesforceOptions,
        clock: Clock,
        rng: random.Random,
        remember: Callable[[str], None] | None = None,
    ) -> None:
        """Send nothing yet. *remember* stores a rotated refresh token, durably, before it is used."""
        self.name = name
        self.options = options
        self._usage: tuple[int, int] | None = None
        self._line: Line | None = None
        self._refusal: Refused | None = None
        others = (*options.allowed_hosts, options.login_host)
        hosts = AllowedHosts(options.address, tuple(host for host in others if host), SUFFIXES)
        limits = WireOptions(
            options.connect_timeout,
            options.read_timeout,
            options.total_timeout,
            options.most_bytes,
            options.attempts,
            ca_file=options.ca_file,
        )
        self.wire = WireSession(hosts, self._judge, clock, rng, limits)
        self._desk = TokenDesk(options, self.wire, clock, remember)

    @property
    def data_path(self) -> str:
        """The REST root of the pinned API version."""
        return f"/services/data/v{self.options.api_version}"

    def now(self) -> datetime:
        """The org's clock; logs in first when nothing was heard from the org yet."""
        if self.wire.server_time.now() is None:
            self.line()
        moment = self.wire.server_time.now()
        if moment is None:
            raise Unreadable("Salesforce sends no Date header", system="salesforce")
        return moment

    def budget(self) -> BudgetReading | None:
        """API usage as last told."""
        if self._usage is None:
            return None
        return BudgetReading(self.name, *self._usage, self.now())

    def note_usage(self, used: int, limit: int) -> None:
        """Keep what an answer told of the org's API usage."""
        self._usage = (used, limit)

    def line(self) -> Line:
        """The logged-in line. Raises Refused; after a refusal no second login is tried."""
        if self._refusal is not None:
            raise self._refusal
        if self._line is None:
            try:
                grant = self._desk.token()
            except RemoteError as error:
                error.applied = Applied.NEVER  # whatever call needed this login was not sent
                self._refusal = error if isinstance(error, Refused) else None
                raise
            self.wire.hosts.add(grant.instance)
            self._line = Line(self._client(grant.token, grant.instance), grant.token, grant.instance, grant.org_id)
        return self._line

    def run(self, call: Callable[[Line], T]) -> T:
        """Make *call*; when the session has ended, log in once more and make it once more.

        Safe for writes too: a call with a dead session is refused before it is looked at.
        """
        line = self.line()
        try:
            return call(line)
        except SessionExpired:
            if self._line is line:
                self._line = None
        return call(self.line())

    def query(self, soql: str, *, deleted: bool) -> Any:
        """The first page of a query (queryAll when *deleted*); a long one travels inside a composite."""
        if len(soql) > _LONGEST_URL:
            return self.answers([Part("GET", self.query_path(soql, deleted=deleted))])[0]
        return self.run(lambda line: line.client.query(soql, include_deleted=deleted, ask=READ))

    def more(self, next_url: str) -> Any:
        """A further page of a query."""
        return self.run(lambda line: line.client.query_more(next_url, identifier_is_url=True, ask=READ))

    def query_path(self, soql: str, *, deleted: bool) -> str:
        """The path of a query, for a composite."""
        return f"{self.data_path}/{'queryAll' if deleted else 'query'}?q={quote(soql, safe='')}"

    def composite(self, parts: Sequence[Part], ask: Ask) -> list[dict[str, Any] | None]:
        """Up to 25 parts in one call; the answer of each as sent, None where it is missing."""
        body = {
            "allOrNone": False,
            "collateSubrequests": False,
            "compositeRequest": [_part_json(index, part) for index, part in enumerate(parts)],
        }
        found = self.run(lambda line: line.client.restful("composite", method="POST", json=body, ask=ask))
        listed = found.get("compositeResponse") if isinstance(found, dict) else None
        named = {part.get("referenceId"): part for part in listed or () if isinstance(part, dict)}
        return [named.get(_reference(index)) for index in range(len(parts))]

    def answers(self, parts: Sequence[Part]) -> list[Any]:
        """The bodies of parts that only read; raises what the first refused one means."""
        bodies = []
        for part in self.composite(parts, READ):
            if part is None:
                raise Unreadable("a part of Salesforce's answer is missing", system="salesforce")
            if fault := part_fault(part):
                raise error_of(fault, READ)
            bodies.append(part.get("body"))
        return bodies

    def soap(self, message: Callable[[Line], bytes], ask: Ask) -> bytes:
        """Send one SOAP message; *message* is built anew for a new session, whose id it carries."""
        headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}

        def call(line: Line) -> bytes:
            url = f"{line.instance}/services/Soap/u/{self.options.api_version}"
            answer = self.wire.request("POST", url, data=message(line), headers=headers, ask=ask)
            return answer.content

        return self.run(call)

    def _client(self, token: Secret, instance: str) -> Salesforce:
        # Imported late: the library takes a while to load.
        from simple_salesforce.api import Salesforce

        return Salesforce(
            session_id=token.reveal(), instance_url=instance, version=self.options.api_version, session=self.wire
        )

    def _judge(self, answer: Response, ask: Ask) -> None:
        if told := _USAGE.search(answer.headers.get("Sforce-Limit-Info", "")):
            self.note_usage(int(told[1]), int(told[2]))
        try:
            judge(answer, ask)
        except RemoteError as error:
            error.system = self.name
            raise


_LONGEST_URL = 6000  # characters of SOQL; percent-encoded it stays under the 16,384 bytes of a request head


def _reference(index: int) -> str:
    return f"part{index}"


def _part_json(index: int, part: Part) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": part.method, "url": part.url, "referenceId": _reference(index)}
    if part.body is not None:
        shown["body"] = part.body
    if part.headers:
        shown["httpHeaders"] = dict(part.headers)
    return shown
