"""Links: what stands behind a record, and making and ending that."""

from __future__ import annotations

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused


@pytest.fixture
def deal(sugar: SugarCaller) -> str:
    """An opportunity."""
    return sugar.create("Opportunities", name="Deal", sales_stage="Prospecting")


def behind(sugar: SugarCaller, path: str) -> list[str]:
    """Ids behind a link."""
    return [record["id"] for record in sugar.get(path, fields="id").json()["records"]]


def test_link_ids_with_columns(sugar: SugarCaller, deal: str) -> None:
    """Existing records are related by id, alone or with the relation's own columns, which a list shows."""
    plain = sugar.create("Contacts", last_name="Plain")
    boss = sugar.create("Contacts", last_name="Boss")
    answer = sugar.post(
        f"Opportunities/{deal}/link",
        {"link_name": "contacts", "ids": [plain, {"id": boss, "contact_role": "Influencer"}]},
    )
    assert answer.status_code == 200
    assert answer.json()["record"]["id"] == deal
    assert [one["id"] for one in answer.json()["related_records"]] == [plain, boss]
    listed = sugar.get(f"Opportunities/{deal}/link/contacts", fields="last_name").json()["records"]
    assert {one["last_name"]: one["contact_role"] for one in listed} == {"Plain": "", "Boss": "Influencer"}
    assert sugar.row("Opportunities", deal)["contact_roles"][boss] == "Influencer"


def test_relate_one_sets_columns_anew(sugar: SugarCaller, deal: str) -> None:
    """Relating by path answers both records; doing it again changes the columns and makes no second pair."""
    contact = sugar.create("Contacts", last_name="Boss")
    path = f"Contacts/{contact}/link/opportunities/{deal}"
    answer = sugar.post(path, {})
    assert (answer.json()["record"]["id"], answer.json()["related_record"]["id"]) == (contact, deal)
    assert sugar.put(path, {"contact_role": "Other"}).status_code == 200
    assert sugar.row("Opportunities", deal)["contact_roles"] == {contact: "Other"}
    assert sugar.get(path).json()["name"] == "Deal"


def test_create_behind_a_link(sugar: SugarCaller) -> None:
    """A POST on a link creates the record from the body and relates it at once."""
    account = sugar.create("Accounts", name="Acme")
    answer = sugar.post(f"Accounts/{account}/link/contacts", {"last_name": "New", "email1": "n@acme.example"})
    made = answer.json()["related_record"]
    assert (made["last_name"], made["account_id"], made["email1"]) == ("New", account, "n@acme.example")
    assert behind(sugar, f"Accounts/{account}/link/contacts") == [made["id"]]


def test_lead_links_are_its_columns(sugar: SugarCaller, deal: str) -> None:
    """Relating a lead to account, contact and opportunity sets its three ids; unrelating clears them."""
    lead = sugar.lead()
    account, contact = sugar.create("Accounts", name="Acme"), sugar.create("Contacts", last_name="Baker")
    for link, other in (("accounts", account), ("contacts", contact), ("opportunity", deal)):
        assert sugar.post(f"Leads/{lead}/link/{link}/{other}").status_code == 200
    row = sugar.row("Leads", lead)
    assert (row["account_id"], row["contact_id"], row["opportunity_id"]) == (account, contact, deal)
    assert behind(sugar, f"Accounts/{account}/link/leads") == [lead]
    assert sugar.delete(f"Leads/{lead}/link/accounts/{account}").status_code == 200
    assert sugar.row("Leads", lead)["account_id"] is None


def test_related_lists_page_and_filter(sugar: SugarCaller) -> None:
    """A list behind a link has pages, filters, order and counts of its own."""
    account = sugar.create("Accounts", name="Acme")
    sugar.load(Contacts=[{"last_name": f"C{number}", "account_id": account} for number in range(5)])
    sugar.load(Contacts=[{"last_name": "Elsewhere"}])
    path = f"Accounts/{account}/link/contacts"
    page = sugar.get(path, max_num=2, offset=2, order_by="last_name:ASC", fields="last_name").json()
    assert ([one["last_name"] for one in page["records"]], page["next_offset"]) == (["C2", "C3"], 4)
    found = sugar.get(f"{path}/filter", **{"filter[0][last_name]": "C4"}).json()["records"]
    assert [one["last_name"] for one in found] == ["C4"]
    assert sugar.get(f"{path}/count").json() == {"record_count": 5}
    counted = sugar.get(f"{path}/filter/count", **{"filter[0][last_name]": "C4"})
    assert counted.json() == {"record_count": 1}


def test_broken_links_are_refused(sugar: SugarCaller, deal: str) -> None:
    """Unknown links, missing records and bodies without ids have their own answers."""
    lead = sugar.lead()
    assert_refused(sugar.get(f"Leads/{lead}/link/nonsense"), 404, "not_found")
    assert_refused(sugar.post(f"Leads/{lead}/link/opportunity/none"), 404, "not_found")
    assert_refused(sugar.post(f"Leads/{lead}/link", {"link_name": "contacts"}), 422, "missing_parameter")
    assert_refused(sugar.delete(f"Leads/{lead}/link/opportunity/{deal}"), 404, "not_found")
    assert_refused(sugar.get(f"Leads/{lead}/link/opportunity/{deal}"), 404, "not_found")
    assert_refused(sugar.get("Leads/none/link/opportunity"), 404, "not_found")


def test_columns_of_a_relation_are_plain(sugar: SugarCaller, deal: str) -> None:
    """A role is a text; a list or a mapping in its place is a 422, and nothing is related."""
    contact = sugar.create("Contacts", last_name="Baker")
    for role in ({"a": 1}, ["Influencer"]):
        answer = sugar.post(
            f"Opportunities/{deal}/link", {"link_name": "contacts", "ids": [{"id": contact, "contact_role": role}]}
        )
        assert_refused(answer, 422, "invalid_parameter")
    assert behind(sugar, f"Opportunities/{deal}/link/contacts") == []


def test_one_bad_id_links_none(sugar: SugarCaller, deal: str) -> None:
    """A list of ids is related as a whole or not at all."""
    contact = sugar.create("Contacts", last_name="Baker")
    answer = sugar.post(f"Opportunities/{deal}/link", {"link_name": "contacts", "ids": [contact, "none"]})
    assert_refused(answer, 404, "not_found")
    assert behind(sugar, f"Opportunities/{deal}/link/contacts") == []


def test_nested_links_ride_on_a_save(sugar: SugarCaller) -> None:
    """A save may create, add and take away related records in its own body, all or nothing."""
    known = sugar.create("Contacts", last_name="Known")
    account = sugar.create("Accounts", name="Acme", contacts={"add": [known], "create": [{"last_name": "New"}]})
    listed = sugar.get(f"Accounts/{account}/link/contacts", fields="last_name").json()["records"]
    assert sorted(one["last_name"] for one in listed) == ["Known", "New"]
    assert sugar.put(f"Accounts/{account}", {"contacts": {"delete": [known]}}).status_code == 200
    assert known not in behind(sugar, f"Accounts/{account}/link/contacts")
    refused = sugar.put(f"Accounts/{account}", {"industry": "Banking", "contacts": {"add": ["none"]}})
    assert_refused(refused, 404, "not_found")
    assert sugar.row("Accounts", account)["industry"] is None
