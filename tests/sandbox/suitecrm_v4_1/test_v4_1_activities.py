"""Activities in SuiteCRM: listed by both services, deleted ones by the legacy service alone; its audit by none."""

from __future__ import annotations

import pytest

from tests.sandbox.suitecrm_v4_1.service import Service


@pytest.mark.parametrize("module", ["Calls", "Meetings", "Tasks", "Notes", "Emails"])
def test_activities_are_listed_deleted_ones_too(service: Service, module: str) -> None:
    """get_entry_list with deleted=1 answers live and deleted rows since a moment, V8 the live ones."""
    lead = service.load(Leads=[{"last_name": "Okafor"}])["Leads"][0]["id"]
    about = {"name": "N", "parent_type": "Leads", "parent_id": lead}
    dates = {"old": "2026-02-01 08:00:00", "live": "2026-03-01 08:00:00", "gone": "2026-03-02 08:00:00"}
    rows = [{"id": name, "date_modified": at, "deleted": name == "gone", **about} for name, at in dates.items()]
    service.load(**{module: rows})
    table = module.lower()
    query = f"{table}.date_modified >= '2026-02-15 00:00:00' AND {table}.parent_type = 'Leads'"
    fields = ["id", "parent_id", "deleted", "date_modified"]
    answer = service.list(module, query, f"{table}.date_modified", deleted=1, select_fields=fields)
    found = [{name: pair["value"] for name, pair in one["name_value_list"].items()} for one in answer["entry_list"]]
    assert [(row["id"], row["parent_id"], row["deleted"]) for row in found] == [
        ("live", lead, "0"),
        ("gone", lead, "1"),
    ]
    service.caller.log_in()
    path = f"module/{module}?fields[{module}]=parent_id&filter[date_modified][gte]=2026-02-15%2000:00:00&page[size]=5"
    data = service.caller.v8("GET", path).json()["data"]
    assert [(one["id"], one["attributes"]["parent_id"]) for one in data] == [("live", lead)]
