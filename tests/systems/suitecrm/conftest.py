"""SuiteCRM systems over the sandbox, and over servers that answer with exactly what they are told."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import pytest

from connector.sandbox import Sandbox
from connector.systems.secret import Secret
from connector.systems.suitecrm import SuiteCrmSystem, SuiteOptions
from tests.contracts.sandbox_subject import PatientClock
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject
from tests.systems.raw_server import Answer, RawServer, ok

DATE = b"Date: Sat, 21 Nov 2026 19:25:55 GMT\r\n"
PASSWORD = "a-password-to-keep"
LOGIN = {"id": "session1", "module_name": "Users", "name_value_list": {}}
TOKEN = {"token_type": "Bearer", "expires_in": 3600, "access_token": "token1", "refresh_token": "refresh1"}
FIELDS = {
    "module_name": "Leads",
    "table_name": "leads",
    "module_fields": {
        "id": {"name": "id", "type": "id"},
        "last_name": {"name": "last_name", "type": "varchar", "len": "100"},
        "title": {"name": "title", "type": "varchar", "len": "100"},
        "converted": {"name": "converted", "type": "bool"},
        "date_modified": {"name": "date_modified", "type": "datetime"},
    },
    "link_fields": {},
}
META = {"data": {"type": "fields", "id": "", "attributes": FIELDS["module_fields"]}}


def said(body: object, status: bytes = b"200 OK") -> bytes:
    """A whole JSON answer."""
    return ok(json.dumps(body).encode(), DATE, status)


def html(status: bytes = b"200 OK", body: bytes = b"<html>be right back</html>") -> bytes:
    """A whole answer that is not JSON."""
    return ok(body, DATE, status).replace(b"application/json", b"text/html")


def asked(request: bytes) -> tuple[str, dict[str, Any]]:
    """Method and arguments of a request to the legacy service, the arguments in the order of the wire."""
    form = parse_qs(request.partition(b"\r\n\r\n")[2].decode())
    return form["method"][0], json.loads(form["rest_data"][0])


@pytest.fixture
def suite(sandbox: Sandbox) -> SuiteSubject:
    """The legacy service of a freshly reset sandbox."""
    return SuiteSubject(sandbox)


@pytest.fixture
def v8(sandbox: Sandbox) -> SuiteV8Subject:
    """The JSON:API of a freshly reset sandbox."""
    return SuiteV8Subject(sandbox)


@pytest.fixture(params=["v4_1", "v8"])
def either(request: pytest.FixtureRequest, sandbox: Sandbox) -> SuiteSubject:
    """Both services in turn."""
    return SuiteSubject(sandbox) if request.param == "v4_1" else SuiteV8Subject(sandbox)


Told = Callable[..., tuple[SuiteCrmSystem, RawServer]]


@pytest.fixture
def told() -> Iterator[Told]:
    """Makes a system whose server gives these answers one after the other."""
    servers: list[RawServer] = []

    def make(answers: Sequence[Answer], **options: Any) -> tuple[SuiteCrmSystem, RawServer]:
        server = RawServer(answers)
        servers.append(server)
        given: Mapping[str, Any] = {
            "username": "api",
            "password": Secret(PASSWORD),
            "client_id": "client",
            "client_secret": Secret("client-secret-to-keep"),
            "attempts": 3,
            "total_timeout": 10.0,
            **options,
        }
        made = SuiteOptions(f"{server.address}/crm/", **given)
        return SuiteCrmSystem("crm", made, PatientClock(), random.Random(7)), server

    yield make
    for server in servers:
        server.__exit__(None, None, None)
