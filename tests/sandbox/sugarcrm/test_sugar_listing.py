"""Lists: pages, counts, order, chosen fields, deleted rows and what the user may not see."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused


def load_leads(sugar: SugarCaller, count: int, **fields: object) -> list[str]:
    """Load numbered leads; answers their ids in order."""
    rows = sugar.load(Leads=[{"last_name": f"Lead {number:03}", **fields} for number in range(count)])
    return [row["id"] for row in rows["Leads"]]


def test_pages_end_with_minus_one(sugar: SugarCaller) -> None:
    """45 rows in pages of 20: the next offset is 20, 40, -1, and every row comes once."""
    ids = load_leads(sugar, 45)
    offsets: list[int] = []
    seen: list[str] = []
    offset = 0
    while offset >= 0 and len(offsets) < 5:
        page = sugar.filter("Leads", max_num=20, offset=offset, order_by="last_name:ASC").json()
        seen += [record["id"] for record in page["records"]]
        offset = page["next_offset"]
        offsets.append(offset)
    assert offsets == [20, 40, -1]
    assert seen == ids


def test_full_last_page_ends_at_once(sugar: SugarCaller) -> None:
    """A last page that is exactly full already says -1; beyond the end there is nothing."""
    load_leads(sugar, 40)
    assert sugar.get("Leads", max_num=20, offset=20).json()["next_offset"] == -1
    assert sugar.get("Leads", max_num=20, offset=60).json() == {"next_offset": -1, "records": []}
    assert sugar.get("Leads", offset="end").json() == {"next_offset": -1, "records": []}


def test_page_size_defaults_and_clips(sugar: SugarCaller) -> None:
    """Without `max_num` 20 rows come; a page is never larger than `max_list_limit`, and that is no error."""
    sugar.settings(max_list_limit=30)
    load_leads(sugar, 45)
    assert len(sugar.get("Leads").json()["records"]) == 20
    page = sugar.get("Leads", max_num=1000).json()
    assert (len(page["records"]), page["next_offset"]) == (30, 30)
    assert len(sugar.get("Leads", max_num=-1).json()["records"]) == 30
    assert_refused(sugar.get("Leads", max_num="many"), 422, "invalid_parameter")


def test_count_is_a_number(sugar: SugarCaller) -> None:
    """All three count routes answer a whole number for the same filter."""
    load_leads(sugar, 7, status="New")
    sugar.lead(status="Dead")
    wanted = {"filter": [{"status": "New"}]}
    assert sugar.post("Leads/filter/count", wanted).json() == {"record_count": 7}
    assert sugar.get("Leads/filter/count", filter=json.dumps(wanted["filter"])).json() == {"record_count": 7}
    assert sugar.get("Leads/count").json() == {"record_count": 8}


def test_order_is_stable_by_id(sugar: SugarCaller) -> None:
    """Rows of one second are ordered by id, in both directions of the sort."""
    ids = load_leads(sugar, 30, date_modified="2026-01-01T00:00:00Z")
    for order in ("date_modified:ASC,id:ASC", "date_modified", "date_modified:DESC"):
        page = sugar.get("Leads", order_by=order, max_num=50, fields="id").json()
        assert [record["id"] for record in page["records"]] == sorted(ids)
    page = sugar.get("Leads", order_by="id:DESC", max_num=50).json()
    assert [record["id"] for record in page["records"]] == sorted(ids, reverse=True)


def test_newest_first_without_order(sugar: SugarCaller) -> None:
    """A list that asks for no order begins with what was changed last; names sort by last name."""
    sugar.load(
        Leads=[
            {"last_name": "Old", "first_name": "Zoe", "date_modified": "2026-01-01T00:00:00Z"},
            {"last_name": "New", "first_name": "Amy", "date_modified": "2026-01-02T00:00:00Z"},
        ]
    )
    assert [one["last_name"] for one in sugar.get("Leads").json()["records"]] == ["New", "Old"]
    by_name = sugar.get("Leads", order_by="name:DESC").json()["records"]
    assert [one["last_name"] for one in by_name] == ["Old", "New"]


@pytest.mark.parametrize("order", ["nonsense:ASC", "last_name:UP", "email1:ASC"])
def test_unknown_order_is_refused(sugar: SugarCaller, order: str) -> None:
    """A field that cannot be sorted by, or a third direction, is a 422."""
    assert_refused(sugar.get("Leads", order_by=order), 422, "invalid_parameter")


def test_fields_limit_the_answer(sugar: SugarCaller) -> None:
    """Only the named fields come, with id, date_modified, rights and module; unknown names are passed over."""
    sugar.lead(first_name="Ann", email=[{"email_address": "ann@acme.example"}])
    record = sugar.get("Leads", fields="first_name,email,nonsense").json()["records"][0]
    assert set(record) == {"id", "date_modified", "first_name", "email", "_acl", "_module"}
    assert record["_module"] == "Leads"
    by_list = sugar.post("Leads/filter", {"fields": ["first_name"]}).json()["records"][0]
    assert set(by_list) == {"id", "date_modified", "first_name", "_acl", "_module"}


def test_fields_reach_behind_links(sugar: SugarCaller) -> None:
    """A JSON map in `fields` lists what is behind a link."""
    account = sugar.create("Accounts", name="Acme")
    sugar.create("Contacts", last_name="Baker", account_id=account)
    asked = 'name,{"name":"contacts","fields":["last_name"],"order_by":"last_name"}'
    record = sugar.record("Accounts", account, asked)
    assert record["name"] == "Acme"
    assert record["contacts"]["next_offset"] == -1
    assert [one["last_name"] for one in record["contacts"]["records"]] == ["Baker"]
    assert set(record["contacts"]["records"][0]) == {"id", "date_modified", "last_name", "_acl", "_module"}
    assert_refused(sugar.get("Accounts", fields='{"name":'), 422, "invalid_parameter")


def test_link_fields_are_objects(sugar: SugarCaller) -> None:
    """Asked for by its link, a related record comes as an object with name and id."""
    account = sugar.create("Accounts", name="Acme")
    contact = sugar.create("Contacts", last_name="Baker", account_id=account)
    record = sugar.record("Contacts", contact, "accounts,created_by_link")
    assert (record["accounts"]["name"], record["accounts"]["id"]) == ("Acme", account)
    assert record["created_by_link"]["full_name"] == "Lead Connector"


@pytest.mark.parametrize("shape", ["reduced", "full"])
def test_deleted_rows_come_when_asked(sugar: SugarCaller, shape: str) -> None:
    """`deleted` adds deleted records, reduced to the fact or whole as the switch says."""
    sugar.settings(deleted_shape=shape)
    gone = sugar.lead(last_name="Gone")
    sugar.lead(last_name="Here")
    sugar.delete(f"Leads/{gone}")
    assert len(sugar.get("Leads").json()["records"]) == 1
    page = sugar.get("Leads", deleted="true", fields="last_name").json()["records"]
    found = next(record for record in page if record["id"] == gone)
    assert len(page) == 2
    if shape == "reduced":
        assert set(found) == {"id", "date_modified", "deleted", "_acl", "_module"}
        assert found["deleted"] is True
    else:
        assert found["last_name"] == "Gone"
    assert sugar.get("Leads/count", deleted=1).json() == {"record_count": 2}


def test_invisible_records_are_absent(sugar: SugarCaller) -> None:
    """What the user's teams do not see is in no list and no count, and a 404 by id, also to write."""
    hidden = {"id": "11111111-2222-3333-4444-555555555555", "last_name": "Secret"}
    sugar.world(settings={"acl_hidden_ids": {"Leads": [hidden["id"]]}}, records={"Leads": [hidden]})
    assert sugar.get("Leads").json()["records"] == []
    assert sugar.get("Leads/count").json() == {"record_count": 0}
    path = f"Leads/{hidden['id']}"
    assert_refused(sugar.get(path), 404, "not_found")
    assert_refused(sugar.put(path, {"status": "New"}), 404, "not_found")
    assert_refused(sugar.delete(path), 404, "not_found")


def test_denied_module_is_forbidden(sugar: SugarCaller) -> None:
    """A module without access is a 403, one that is read only refuses writing, an unknown one is a 404."""
    sugar.settings(acl_denied_modules=["Opportunities"], acl_readonly_modules=["Accounts"])
    assert_refused(sugar.get("Opportunities"), 403, "not_authorized")
    assert_refused(sugar.post("Accounts", {"name": "Acme"}), 403, "not_authorized")
    assert sugar.get("Accounts").status_code == 200
    assert_refused(sugar.get("Nonsense"), 404, "not_found")


def test_owner_sees_own_records(sugar: SugarCaller) -> None:
    """A user limited to own records lists those only, and gets a 403 for others'."""
    user = {"id": "owner-1", "user_name": "olga", "last_name": "Own", "_access": "list=owner,view=owner,edit=none"}
    sugar.world(records={"Users": [user]})
    mine, other = sugar.lead(last_name="Mine", assigned_user_id="owner-1"), sugar.lead(last_name="Other")
    sugar.log_in(username="olga")
    assert [record["id"] for record in sugar.get("Leads").json()["records"]] == [mine]
    assert sugar.get(f"Leads/{mine}").status_code == 200
    assert_refused(sugar.get(f"Leads/{other}"), 403, "not_authorized")
    assert_refused(sugar.put(f"Leads/{mine}", {"status": "New"}), 403, "not_authorized")


@pytest.mark.parametrize(("shape", "empty"), [("list", []), ("map", {})])
def test_empty_rights_have_two_shapes(sugar: SugarCaller, shape: str, empty: object) -> None:
    """An empty `_acl.fields` is PHP's empty array or an empty object."""
    sugar.settings(empty_acl=shape)
    lead = sugar.lead()
    assert sugar.record("Leads", lead, "status")["_acl"] == {"fields": empty}


def test_field_rights_are_told(sugar: SugarCaller) -> None:
    """A hidden field is absent and told in `_acl`; a read-only one is told and refused."""
    sugar.settings(acl_hidden_fields={"Leads": ["phone_work"]}, acl_readonly_fields={"Leads": ["title"]})
    lead = sugar.lead()
    record = sugar.record("Leads", lead)
    assert "phone_work" not in record
    assert record["_acl"]["fields"]["phone_work"] == {"read": "no", "write": "no", "create": "no"}
    assert record["_acl"]["fields"]["title"] == {"write": "no", "create": "no"}
    assert_refused(sugar.put(f"Leads/{lead}", {"title": "CTO"}), 403, "not_authorized")
    assert sugar.put(f"Leads/{lead}", {"status": "New"}).status_code == 200
