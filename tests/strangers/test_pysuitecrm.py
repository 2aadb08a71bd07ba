"""PySuiteCRM, unmodified, against the sandbox's V8 API: the plain-http switch is its library's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySuiteCRM.SuiteCRM import SuiteCRM  # type: ignore[import-untyped]

from connector.sandbox import Sandbox
from tests.suite_caller import SuiteCaller

pytestmark = pytest.mark.stranger


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client needs: leave for plain http, no proxy, and a folder for the token file it writes."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.chdir(tmp_path)


def _client(sandbox: Sandbox, secret: str = "") -> SuiteCRM:
    login: dict[str, str] = sandbox.info["suitecrm"]  # type: ignore[assignment]
    return SuiteCRM(
        client_id=login["service_client_id"],
        client_secret=secret or login["service_client_secret"],
        url=f"{sandbox.base_url}/Api/V8",
    )


@pytest.fixture
def client(sandbox: Sandbox) -> SuiteCRM:
    """A logged-in client of the freshly reset SuiteCRM."""
    return _client(sandbox)


@pytest.fixture
def suite(sandbox: Sandbox) -> Iterator[SuiteCaller]:
    """Looks at the same SuiteCRM from the control plane."""
    caller = SuiteCaller(sandbox)
    yield caller
    caller.close()


def test_record_lives_and_dies(client: SuiteCRM, suite: SuiteCaller) -> None:
    """A lead is created with the client's own id, found by filters, changed and deleted."""
    made = client.Leads.create(last_name="O'Brien", status="New", email1="ob@x.example")["data"]
    assert made["attributes"]["last_name"] == "O&#039;Brien"
    found = client.Leads.get(fields=["last_name", "status"], status="New")
    assert [item["id"] for item in found] == [made["id"]]
    later = {"operator": ">", "value": "2020-05-08T09:59:00+00:00"}
    assert len(client.Leads.get(sort="date_entered", date_entered=later)) == 1
    client.Leads.update(made["id"], status="In Process")
    client.Leads.delete(made["id"])
    assert client.Leads.get(status="In Process") == []
    assert [(row["status"], row["deleted"]) for row in suite.dump("Leads")] == [("In Process", 1)]


def test_fields_come_from_a_record(client: SuiteCRM) -> None:
    """The client reads a module's fields off the first record of a page of one."""
    client.Accounts.create(name="Acme")
    assert {"name", "website", "connector_key_c"} <= set(client.Accounts.fields())


def test_relationships_are_made_and_ended(client: SuiteCRM) -> None:
    """An account and a contact are related, listed and parted again."""
    account = client.Accounts.create(name="Acme")["data"]["id"]
    contact = client.Contacts.create(last_name="Ash")["data"]["id"]
    client.Accounts.create_relationship(account, "Contacts", contact)
    related = client.Accounts.get_relationship(account, "Contacts")["data"]
    assert [item["id"] for item in related] == [contact]
    client.Accounts.delete_relationship(account, "Contacts", contact)
    assert client.Accounts.get_relationship(account, "Contacts")["data"] == []


def test_revoked_token_is_renewed(client: SuiteCRM, suite: SuiteCaller) -> None:
    """On a revoked token the client logs in again and repeats the read."""
    client.Leads.create(last_name="X")
    suite.control("POST", "faults", {"faults": [{"operation": "v8_list", "nth": 1, "action": "expire_session"}]})
    assert len(client.Leads.get(last_name="X")) == 1
    operations = [call["operation"] for call in suite.control("GET", "calls")]
    assert operations == ["access_token", "v8_create", "v8_list", "access_token", "v8_list"]


def test_wrong_secret_ends_the_client(sandbox: Sandbox) -> None:
    """A wrong secret is a failed client, for which this client ends the process."""
    with pytest.raises(SystemExit, match="401"):
        _client(sandbox, "wrong")
