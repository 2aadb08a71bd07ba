"""Faults, side doors, load and dump, and a restart on the same file."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from connector.sandbox import Sandbox
from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused


def door(action: str, **options: object) -> dict[str, object]:
    """A side door opened before the next ping."""
    return {"operation": "ping", "action": action, "object": "Leads", "times": 1, **options}


def test_colleague_edits_a_record(sugar: SugarCaller) -> None:
    """An edit behind the clients' back changes the row, its address, time and author."""
    sugar.clock(now="2026-05-01T10:00:00Z")
    lead = sugar.lead(status="New", email1="a@acme.example")
    sugar.clock(now="2026-05-01T11:00:00Z")
    sugar.faults(door("edit", id=lead, set={"status": "Dead", "email1": "b@acme.example"}))
    sugar.get("ping")
    record = sugar.record("Leads", lead)
    assert (record["status"], record["email1"]) == ("Dead", "b@acme.example")
    assert record["date_modified"] == "2026-05-01T11:00:00+00:00"
    assert record["modified_by_name"] == "Will Westin"


def test_colleague_deletes_by_match(sugar: SugarCaller) -> None:
    """A door may name its records by what they hold."""
    gone, kept = sugar.lead(status="Dead", email1="a@acme.example"), sugar.lead(status="Dead")
    sugar.faults(door("delete", match={"status": "Dead", "email1": "a@acme.example"}))
    sugar.get("ping")
    assert_refused(sugar.get(f"Leads/{gone}"), 404, "not_found")
    assert sugar.get(f"Leads/{kept}").status_code == 200


def test_merge_moves_relations(sugar: SugarCaller) -> None:
    """A merged account is deleted, its contacts, opportunities and leads go to the survivor, nothing points there."""
    keep, lose = sugar.create("Accounts", name="Acme"), sugar.create("Accounts", name="Acme Inc", email1="x@a.example")
    contact = sugar.create("Contacts", last_name="Baker", account_id=lose)
    deal = sugar.create("Opportunities", name="Deal", account_id=lose)
    lead = sugar.lead(account_id=lose)
    sugar.faults(door("merge", object="Accounts", id=lose, into=keep))
    sugar.get("ping")
    assert sugar.row("Accounts", lose)["deleted"] == 1
    assert sugar.row("Accounts", keep)["email1"] == "x@a.example"
    for module, record_id in (("Contacts", contact), ("Opportunities", deal), ("Leads", lead)):
        assert sugar.row(module, record_id)["account_id"] == keep


def test_merged_contact_keeps_its_account(sugar: SugarCaller) -> None:
    """The survivor of a merge of people keeps its own account and takes the other's opportunities."""
    first, second = (sugar.create("Accounts", name=name) for name in ("One", "Two"))
    keep = sugar.create("Contacts", last_name="Baker", account_id=first)
    lose = sugar.create("Contacts", last_name="Baker", account_id=second)
    deal = sugar.create("Opportunities", name="Deal")
    sugar.post(f"Contacts/{lose}/link/opportunities/{deal}")
    sugar.faults(door("merge", object="Contacts", id=lose, into=keep))
    sugar.get("ping")
    assert sugar.row("Contacts", keep)["account_id"] == first
    assert sugar.row("Opportunities", deal)["contact_ids"] == [keep]


def test_colleague_converts_a_lead(sugar: SugarCaller) -> None:
    """A conversion on screen copies the lead's fields and leaves the whole end state."""
    lead = sugar.lead(first_name="Ann", title="CTO", account_name="Acme", phone_work="5", email1="a@acme.example",
                      primary_address_city="Paris")  # fmt: skip
    sugar.faults(door("convert_elsewhere", id=lead, set={"opportunity_name": "Deal"}))
    sugar.get("ping")
    row = sugar.row("Leads", lead)
    contact, account = sugar.row("Contacts", row["contact_id"]), sugar.row("Accounts", row["account_id"])
    assert (row["converted"], row["status"]) == (1, "Converted")
    assert (contact["title"], contact["email1"], contact["account_id"]) == ("CTO", "a@acme.example", account["id"])
    assert (account["name"], account["phone_office"], account["billing_address_city"]) == ("Acme", "5", "Paris")
    assert sugar.row("Opportunities", row["opportunity_id"])["contact_ids"] == [contact["id"]]


def test_door_converts_into_known_records(sugar: SugarCaller) -> None:
    """A colleague may pick known records; without a name for it no opportunity is opened."""
    account = sugar.create("Accounts", name="Acme")
    lead = sugar.lead()
    sugar.faults(door("convert_elsewhere", id=lead, set={"account_id": account}))
    sugar.get("ping")
    row = sugar.row("Leads", lead)
    assert (row["account_id"], row["opportunity_id"]) == (account, None)
    assert len(sugar.dump("Accounts")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        door("edit", id="none", set={"status": "New"}),
        door("edit", match={"last_name": "Nobody"}, set={"status": "New"}),
        door("edit", match={"last_name": "Okafor"}, set={"nonsense": "New"}),
        door("delete", object="Nonsense", id="x"),
        door("delete", id="none"),
        door("merge", id="none", into="other"),
        door("convert_elsewhere", match={"last_name": "Okafor"}, set={"nonsense": 1}),
        door("schema", drop=["nonsense"]),
        {"operation": "ping", "action": "quota", "used": 5},
    ],
)
def test_closed_doors_are_noted(sugar: SugarCaller, fault: dict[str, object]) -> None:
    """A door that cannot be opened leaves the call alone and its reason in the access log."""
    sugar.lead()
    sugar.faults(fault)
    assert sugar.get("ping").status_code == 200
    noted = next(call["fault"] for call in sugar.calls() if call["operation"] == "ping")
    assert noted.startswith(f"{fault['action']} (")


def test_new_rows_may_be_late(sugar: SugarCaller) -> None:
    """A row written under `late_visible` is unseen until its time, and then found behind older cursors."""
    sugar.clock(now="2026-05-01T10:00:00Z")
    sugar.faults({"operation": "create", "action": "late_visible", "seconds": 30, "times": 1})
    sugar.post("Leads", {"last_name": "Late"})
    assert sugar.get("Leads").json()["records"] == []
    assert sugar.get("Leads/count").json() == {"record_count": 0}
    sugar.clock(advance=31)
    assert [one["last_name"] for one in sugar.get("Leads").json()["records"]] == ["Late"]


def test_row_error_refuses_one_write(sugar: SugarCaller) -> None:
    """A planned refusal carries label, text and fields, and nothing is written."""
    fault = {"operation": "create", "action": "row_error", "code": "invalid_parameter", "message": "bad"}
    sugar.faults({**fault, "fields": ["status"]})
    answer = sugar.post("Leads", {"last_name": "One"})
    assert_refused(answer, 422, "invalid_parameter")
    assert answer.json()["error_message"] == {"status": ["bad"]}
    assert sugar.dump("Leads") == []


def test_omitted_row_leaves_the_page_short(sugar: SugarCaller) -> None:
    """A list with a row missing keeps its next offset."""
    sugar.load(Leads=[{"last_name": name} for name in ("A", "B", "C")])
    sugar.faults({"operation": "filter", "action": "omit_row", "rows": [1]})
    page = sugar.get("Leads", order_by="last_name:ASC", max_num=2).json()
    assert ([one["last_name"] for one in page["records"]], page["next_offset"]) == (["A"], 2)


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (400, "invalid_request"),
        (401, "invalid_grant"),
        (403, "not_authorized"),
        (404, "not_found"),
        (409, "edit_conflict"),
        (412, "metadata_out_of_date"),
        (413, "request_too_large"),
        (422, "invalid_parameter"),
        (424, "request_failure"),
        (433, "client_outdated"),
        (500, "fatal_error"),
        (503, "maintenance"),
    ],
)
def test_status_faults_are_worded(sugar: SugarCaller, status: int, label: str) -> None:
    """Each status that a plan asks for comes with the label of that exception."""
    sugar.faults({"operation": "any", "action": "status", "status": status})
    assert_refused(sugar.get("Leads"), status, label)


def test_gateway_faults_are_pages(sugar: SugarCaller) -> None:
    """A gateway's refusal is no JSON."""
    sugar.faults({"operation": "any", "action": "status", "status": 502})
    answer = sugar.get("Leads")
    assert answer.status_code == 502
    assert answer.headers["Content-Type"].startswith("text/html")


def test_late_write_is_applied_after_all(sugar: SugarCaller) -> None:
    """A write whose answer was lost and whose session has ended since is applied when its time comes."""
    sugar.clock(now="2026-05-01T10:00:00Z")
    sugar.faults({"operation": "create", "action": "apply_late", "seconds": 60})
    with pytest.raises(requests.ConnectionError):
        sugar.post("Leads", {"last_name": "Late"})
    assert sugar.dump("Leads") == []
    sugar.log_in()
    sugar.clock(advance=61)
    sugar.get("ping")
    assert [row["last_name"] for row in sugar.dump("Leads")] == ["Late"]


def test_load_honours_what_is_given(sugar: SugarCaller) -> None:
    """Ids, times, deletion, conversion and relations are loaded as given and dumped raw."""
    account: dict[str, object] = {"id": "acc-1", "name": "Acme & Söhne <x>"}
    lead: dict[str, object] = {
        "id": "lead-1",
        "last_name": "Okafor",
        "date_entered": "2026-01-01T00:00:00Z",
        "date_modified": "2026-02-01T00:00:00Z",
        "deleted": True,
        "converted": True,
        "account_id": "acc-1",
        "contact_id": "con-1",
        "email1": "a@acme.example",
        "assigned_user_id": "1",
    }
    answer = sugar.load(
        Accounts=[account], Leads=[lead], Contacts=[{"id": "con-1", "last_name": "O", "account_id": "acc-1"}]
    )
    assert answer["Leads"][0]["id"] == "lead-1"
    row = sugar.row("Leads", "lead-1")
    assert (row["deleted"], row["converted"], row["date_modified"]) == (1, 1, "2026-02-01 00:00:00")
    assert (row["account_id"], row["email1"]) == ("acc-1", "a@acme.example")
    assert sugar.row("Accounts", "acc-1")["name"] == "Acme & Söhne <x>"
    assert sugar.row("Contacts", "con-1")["account_id"] == "acc-1"


@pytest.mark.parametrize("records", [{"Leads": [{"nonsense": 1}]}, {"Nonsense": []}, {"Leads": {"a": 1}}])
def test_load_refuses_what_is_unknown(sugar: SugarCaller, records: dict[str, object]) -> None:
    """A load that names what the CRM does not have is refused as a whole."""
    url = f"{sugar.base_url}/__sandbox__/load"
    assert sugar.session.post(url, json={"sugarcrm": records}, timeout=20).status_code == 400
    assert sugar.session.get(f"{sugar.base_url}/__sandbox__/dump/sugarcrm/Nonsense", timeout=20).status_code == 400


def test_restart_keeps_everything(tmp_path: Path) -> None:
    """On the same state file records, switches, fields, login and identity are the same again."""
    state = tmp_path / "state.db"
    with Sandbox("empty", state=state) as first:
        sugar = SugarCaller(first)
        sugar.world(
            settings={"max_list_limit": 1},
            fields={"Leads": [{"name": "score_c", "type": "int"}]},
            records={"Leads": [{"last_name": "A", "score_c": 3}, {"last_name": "B"}]},
        )
        login, users = sugar.login, sugar.dump("Users")
        sugar.session.close()
    with Sandbox("empty", state=state) as second:
        sugar = SugarCaller(second)
        sugar.log_in()
        assert (sugar.login, sugar.dump("Users")) == (login, users)
        assert len(sugar.get("Leads", max_num=10).json()["records"]) == 1
        assert {row["score_c"] for row in sugar.dump("Leads")} == {3, None}
        sugar.session.close()
