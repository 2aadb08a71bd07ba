"""What ``status`` and the summary of a run say of where things stand, and what they leave out."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.model.records import Kind
from tests.builders import demo_lead

from .desk import Desk
from .terminal import Folder

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_killed_run_is_called_interrupted(desk: Desk) -> None:
    """A run that never ended runs as long as somebody holds the lease; afterwards it was interrupted."""
    with desk.store() as store, store.lease.hold("sync, process 1"):
        store.runs.start("sync", NOW)
        assert "last run: sync running" in desk.folder.type("status").said
    assert "last run: sync interrupted" in desk.folder.type("status").said
    assert desk.folder.type("status", "--json").json["last_run"]["status"] == "interrupted"


def test_count_is_told_where_it_compares(desk: Desk) -> None:
    """How many records the CRM counted is told of accounts that all came, not of leads, nor where more are held."""
    for kind in (Kind.LEAD, Kind.ACCOUNT, Kind.CONTACT):
        desk.put(kind, 1)
    with desk.store() as store:
        for kind, held in ((Kind.LEAD, 43), (Kind.ACCOUNT, 43), (Kind.CONTACT, 73)):
            fact = {"at": "2026-05-04T09:00:00Z", "counted": 43, "held": held}
            store.runs.remember("salesforce", f"directory-read:{kind.value}", fact)
    said = desk.folder.type("status").said
    assert said.count("read whole") == 1
    assert "1 account as of 2026-05-04T09:00Z (43 of 43 when it was last read whole)" in said


def test_probation_is_told_where_it_mattered(folder: Folder) -> None:
    """A run that converts says once that the policy is on probation, whatever routes it has; any other does not."""
    routes = ("salesforce", "salesforce-to-sugarcrm")
    assert "probation" not in folder.type("sync", *routes, "--dry-run").said
    folder.load(demo_lead(1, "Ann", "Lee", "Northwind Tools"))
    said = folder.type("sync", *routes, "--dry-run").said
    assert said.count("is on probation") == 1
    assert "reviewed blind so far: see `connector review samples`" in said
