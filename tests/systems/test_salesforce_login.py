"""Logging in: four grants, one try after a refusal, one new login per expiry, rotation before use."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import responses

from connector.errors import ConfigError, Refused, SafetyStop, SessionExpired, Unavailable
from connector.sandbox import Sandbox
from connector.systems.salesforce import Grant, SalesforceOptions, SalesforceSystem
from connector.systems.secret import Secret
from tests.contracts.subjects import PatientClock, SalesforceSubject, salesforce

ADDRESS = "https://acme.my.salesforce.com"
TOKEN = f"{ADDRESS}/services/oauth2/token"
GRANTED = {
    "access_token": "00D5g000000AbCd!token1",
    "instance_url": ADDRESS,
    "id": "https://login.salesforce.com/id/00D5g000000AbCdEAK/0055g00000UuVvWAAV",
}


def system(remember: Callable[[str], None] | None = None, **options: Any) -> SalesforceSystem:
    """A system whose server is a double."""
    known = {"client_id": "app", "client_secret": Secret("s3cret"), "refresh_token": Secret("old"), **options}
    return SalesforceSystem("crm", SalesforceOptions(ADDRESS, **known), PatientClock(), random.Random(1), remember)


def credentials(sandbox: Sandbox) -> Mapping[str, str]:
    """The sandbox's logins."""
    login: Mapping[str, str] = sandbox.info["salesforce"]  # type: ignore[assignment]
    return login


@pytest.mark.parametrize("grant", list(Grant))
def test_each_grant_logs_in(sandbox: Sandbox, grant: Grant) -> None:
    """Every grant brings a session of the same org, with one call."""
    login = credentials(sandbox)
    made = salesforce(
        sandbox,
        grant=grant,
        username=login["username"],
        password=Secret(login["password"]),
        security_token=Secret(login["security_token"]),
        private_key=Secret(login["jwt_private_key"]),
        refresh_token=Secret(login["refresh_token"]),
    )
    identity = made.identity()
    assert identity.org_id[:15] == login["org_id"][:15]
    assert identity.is_test
    assert made.calls == 1
    assert made.describe(["Lead"])


@pytest.mark.fault
def test_C08_refused_login_is_final(sandbox: Sandbox) -> None:  # noqa: N802
    """After a refusal no second try is made, whatever is asked of the system."""
    made = salesforce(sandbox, client_secret=Secret("wrong"))
    for ask in (made.identity, made.identity, lambda: made.describe(["Lead"])):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.exit_code == 77
    assert made.calls == 1


@pytest.mark.fault
def test_C06_revoked_refresh_is_refused(sandbox: Sandbox) -> None:  # noqa: N802
    """A dead refresh token is a refusal with the code, not a loop."""
    made = salesforce(sandbox, grant=Grant.REFRESH_TOKEN, refresh_token=Secret("dead"))
    with pytest.raises(Refused) as caught:
        made.identity()
    assert caught.value.code == "invalid_grant"
    assert "dead" not in f"{caught.value!r}"


def test_outage_of_login_is_retried(org: SalesforceSubject) -> None:
    """A login host in trouble is asked again; it refused nobody."""
    org.faults({"operation": "login", "nth": [1, 2], "action": "status", "status": 503})
    assert org.fresh().identity().org_id
    org.faults({"operation": "login", "action": "status", "status": 503})
    with pytest.raises(Unavailable):
        org.fresh().identity()


def test_lost_login_is_no_doubt_about_writes(org: SalesforceSubject) -> None:
    """When the login before a write fails, the write was not sent and nothing is unknown."""
    login = credentials(org.sandbox)
    made = salesforce(org.sandbox, grant=Grant.REFRESH_TOKEN, refresh_token=Secret(login["refresh_token"]))
    org.faults({"operation": "login", "action": "drop_after_apply"})
    with pytest.raises(Unavailable):
        made.perform([org.land("1")])
    assert made.calls == 1


@pytest.mark.fault
@responses.activate
def test_C07_rotated_token_kept_before_use() -> None:  # noqa: N802
    """A rotated refresh token is handed over before any call with the new session, and used next time."""
    kept: list[tuple[str, int]] = []
    responses.post(TOKEN, json={**GRANTED, "refresh_token": "new"})
    responses.get(f"{ADDRESS}/services/data/v62.0/query/", status=401, json=[{"errorCode": "INVALID_SESSION_ID"}])
    made = system(lambda token: kept.append((token, len(responses.calls))), grant=Grant.REFRESH_TOKEN)
    with pytest.raises(SessionExpired):
        list(made.changes("Lead", ("LastName",), None))
    assert kept == [("new", 1)]
    bodies = [str(call.request.body) for call in responses.calls if call.request.method == "POST"]
    assert ["refresh_token=old" in bodies[0], "refresh_token=new" in bodies[1]] == [True, True]


@responses.activate
def test_dead_session_costs_one_login() -> None:
    """A session that is refused again right after a new login is an error, not a loop."""
    responses.post(TOKEN, json=GRANTED)
    responses.get(f"{ADDRESS}/services/data/v62.0/query/", status=401, json=[{"errorCode": "INVALID_SESSION_ID"}])
    made = system()
    with pytest.raises(SessionExpired):
        list(made.changes("Lead", ("LastName",), None))
    assert made.calls == 4


@pytest.mark.fault
def test_C05_expiry_anywhere_is_survived(org: SalesforceSubject) -> None:  # noqa: N802
    """Wherever the session ends during a pull of several pages, every row comes, for one more login."""
    known = set(org.leads(4500))
    for nth in (1, 2, 3):
        org.faults({"operation": "read", "nth": nth, "action": "expire_session"})
        made = org.fresh()
        rows = [record.ref.id for page in made.changes("Lead", ("LastName",), None) for record in page.records]
        assert set(rows) == known
        assert len(rows) == len(known)
        assert made.calls <= 3 + 2 + 2


@responses.activate
@pytest.mark.parametrize("instance", ["https://evil.example", "http://acme.my.salesforce.com", "https://127.0.0.1"])
def test_strange_instance_is_refused(instance: str) -> None:
    """A login that points to a host of somebody else is not followed."""
    responses.post(TOKEN, json={**GRANTED, "instance_url": instance})
    with pytest.raises(SafetyStop):
        system().identity()
    assert len(responses.calls) == 1


@responses.activate
def test_my_domain_instance_is_followed() -> None:
    """An instance under Salesforce's own domain is followed."""
    responses.post(TOKEN, json={**GRANTED, "instance_url": "https://acme--uat.sandbox.my.salesforce.com"})
    identity = system().identity()
    assert identity.name == "acme--uat.sandbox.my.salesforce.com"
    assert identity.is_test


@pytest.mark.parametrize("grant", list(Grant))
def test_incomplete_login_is_named(grant: Grant) -> None:
    """A login that lacks something names it before any call."""
    options = SalesforceOptions(ADDRESS, grant=grant)
    made = SalesforceSystem("crm", options, PatientClock(), random.Random(1))
    with pytest.raises(ConfigError, match="client_id"):
        made.identity()
    assert made.calls == 0


def test_broken_private_key_is_config_error() -> None:
    """A private key that is none is told without showing it."""
    made = system(grant=Grant.JWT, username="ops@example.test", private_key=Secret("-----BEGIN nonsense"))
    with pytest.raises(ConfigError) as caught:
        made.identity()
    assert "nonsense" not in str(caught.value)


def test_secrets_hide_themselves() -> None:
    """Neither repr nor str nor pickle of the options shows a secret."""
    options = SalesforceOptions(ADDRESS, client_secret=Secret("s3cret"), password=Secret("hunter2"))
    shown = f"{options!r} {options} {options.client_secret} {options.password!r}"
    assert "s3cret" not in shown
    assert "hunter2" not in shown
    with pytest.raises(TypeError):
        pickle.dumps(options)
    assert options.client_secret == Secret("s3cret")
    assert not Secret()
