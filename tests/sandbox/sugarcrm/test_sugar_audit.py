"""The audit log of a record: what changed from what to what, the newest first."""

from __future__ import annotations

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused

DEAL = {"name": "D", "amount": 100, "date_closed": "2026-06-30", "sales_stage": "Prospecting"}


def _audit(sugar: SugarCaller, path: str, **query: object) -> list[tuple[object, ...]]:
    records = sugar.get(f"{path}/audit", **query).json()["records"]
    return [(row["field_name"], row["before"], row["after"]) for row in records]


def test_changes_are_told_newest_first(sugar: SugarCaller) -> None:
    """Changed audited fields come as rows: dropdowns as lists, amounts with six decimals, users by name."""
    sugar.clock(now="2026-03-02T12:00:00Z")
    will = next(row["id"] for row in sugar.dump("Users") if row["user_name"] == "will")
    deal = sugar.create("Opportunities", **DEAL)
    sugar.put(f"Opportunities/{deal}", {"sales_stage": "Qualification", "next_step": "call"})
    sugar.clock(now="2026-03-05T12:00:00Z")
    sugar.put(f"Opportunities/{deal}", {"amount": 250.5, "sales_stage": "Qualification", "assigned_user_id": will})
    assert _audit(sugar, f"Opportunities/{deal}") == [
        ("amount_usdollar", "100.000000", "250.500000"),
        ("amount", "100.000000", "250.500000"),
        ("assigned_user_id", "", "will"),
        ("sales_stage", ["Prospecting"], ["Qualification"]),
    ]
    oldest = sugar.get(f"Opportunities/{deal}/audit").json()["records"][-1]
    assert oldest["date_created"].startswith("2026-03-02T12:00:0")
    assert (oldest["parent_id"], oldest["data_type"]) == (deal, "enum")
    assert (oldest["created_by_username"], oldest["source"]["subject"]["_module"]) == ("connector", "Users")


def test_log_pages_only_when_asked(sugar: SugarCaller) -> None:
    """max_num and offset page; without max_num every row comes and the offset is passed over."""
    lead = sugar.lead(status="New")
    for status in ("Assigned", "In Process", "Recycled"):
        sugar.put(f"Leads/{lead}", {"status": status})
    whole = sugar.get(f"Leads/{lead}/audit", offset=2).json()
    assert (whole["next_offset"], len(whole["records"])) == (-1, 3)
    first = sugar.get(f"Leads/{lead}/audit", max_num=2).json()
    rest = sugar.get(f"Leads/{lead}/audit", max_num=2, offset=first["next_offset"]).json()
    assert (first["next_offset"], rest["next_offset"]) == (2, -1)
    assert first["records"] + rest["records"] == whole["records"]


def test_given_log_is_kept_as_given(sugar: SugarCaller) -> None:
    """A loaded record brings its own past; a row that is none refuses the load."""
    past = [{"field_name": "sales_stage", "before": "Prospecting", "after": "Closed Won", "date_created": "2025-11-03"}]
    deal = sugar.load(Opportunities=[{**DEAL, "_audit": past}])["Opportunities"][0]["id"]
    rows = sugar.get(f"Opportunities/{deal}/audit").json()["records"]
    assert [(row["after"], row["date_created"]) for row in rows] == [(["Closed Won"], "2025-11-03T00:00:00+00:00")]
    bad = {"sugarcrm": {"Opportunities": [{**DEAL, "_audit": [{"field_name": "nothing"}]}]}}
    answer = sugar.session.post(f"{sugar.base_url}/__sandbox__/load", json=bad, timeout=20)
    assert (answer.status_code, "no row of an audit log" in answer.text) == (400, True)


def test_no_log_without_a_record(sugar: SugarCaller) -> None:
    """A module that keeps no log answers none; a missing or deleted record is a 404."""
    assert sugar.get(f"Calls/{sugar.create('Calls', name='C')}/audit").json() == {"next_offset": -1, "records": []}
    lead = sugar.lead()
    sugar.delete(f"Leads/{lead}")
    assert_refused(sugar.get(f"Leads/{lead}/audit"), 404, "not_found")
    assert_refused(sugar.get("Nothing/1/audit"), 404, "not_found")


def test_many_logs_come_in_one_call(sugar: SugarCaller) -> None:
    """The parts of a bulk may ask for logs, each of another record."""
    leads = [sugar.lead(status="New"), sugar.lead(status="New")]
    for lead in leads:
        sugar.put(f"Leads/{lead}", {"status": "Dead"})
    requests = [{"url": f"/v11_24/Leads/{lead}/audit", "method": "GET"} for lead in leads]
    parts = sugar.post("bulk", {"requests": requests}).json()
    assert [part["contents"]["records"][0]["parent_id"] for part in parts] == leads
    assert [call["operation"] for call in sugar.calls()][-1] == "bulk"
