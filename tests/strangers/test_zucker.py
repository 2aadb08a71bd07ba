"""zucker, unmodified, against the sandbox's SugarCRM: an object mapper over v11_5 with forms and nested query keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from zucker.client.requests import RequestsClient  # type: ignore[import-untyped]
from zucker.model import SyncModule  # type: ignore[import-untyped]
from zucker.model.fields.scalars import StringField  # type: ignore[import-untyped]

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller

pytestmark = pytest.mark.stranger


@pytest.fixture
def owner(sandbox: Any) -> Iterator[SugarCaller]:
    """A plain caller beside the client."""
    made = SugarCaller(sandbox)
    made.log_in()
    yield made
    made.session.close()


@pytest.fixture
def client(owner: SugarCaller) -> RequestsClient:
    """The client; it logs in with its first call."""
    return RequestsClient(owner.base_url, owner.login["username"], owner.login["password"])


def lead_class(client: RequestsClient) -> Any:
    """The model of a lead, bound to this client."""

    class Lead(SyncModule, client=client, api_name="Leads"):  # type: ignore[call-arg,misc]
        first_name = StringField()
        last_name = StringField()
        status = StringField()

    return Lead


def test_zucker_reads_metadata(client: RequestsClient) -> None:
    """Modules and server version come from `/metadata`."""
    client.fetch_metadata("full_module_list", "server_info")
    assert "Leads" in list(client.module_names)
    assert client.server_info[0] == "ENT"


def test_zucker_saves_and_deletes(client: RequestsClient, owner: SugarCaller) -> None:
    """A model is created, changed and deleted."""
    lead = lead_class(client)(last_name="Okafor", status="New")
    lead.save()
    lead.status = "Dead"
    lead.save()
    assert [(row["last_name"], row["status"]) for row in owner.dump("Leads")] == [("Okafor", "Dead")]
    lead.delete()
    assert [row["deleted"] for row in owner.dump("Leads")] == [1]


def test_zucker_filters_and_counts(client: RequestsClient, owner: SugarCaller) -> None:
    """Its filters travel as nested keys; it reads row by row and counts."""
    owner.load(Leads=[{"last_name": name, "first_name": "A"} for name in ("Adams", "Adler", "Baker")])
    model = lead_class(client)
    view = model.find(model.last_name.starts_with("Ad"))
    assert len(view) == 2
    assert sorted(lead.last_name for lead in view) == ["Adams", "Adler"]
    either = model.find((model.last_name == "Baker") | (model.last_name == "Adams"))
    assert len(either) == 2
    assert len(model.find(~(model.last_name == "Baker"))) == 2
