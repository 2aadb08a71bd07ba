"""Single records: create, read, change, delete; values on the wire and in the table."""

from __future__ import annotations

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused

GUID = "0a1b2c3d-1111-2222-3333-444455556666"


def test_create_answers_whole_record(sugar: SugarCaller) -> None:
    """A create is a 200 with the record, text as it was sent."""
    answer = sugar.post("Leads", {"first_name": "Ann", "last_name": 'O\'Brien <& "Co">', "nonsense": 1})
    record = answer.json()
    assert answer.status_code == 200
    assert record["last_name"] == 'O\'Brien <& "Co">'
    assert record["full_name"] == 'Ann O\'Brien <& "Co">'
    assert (record["converted"], record["deleted"], record["my_favorite"]) == (False, False, False)
    assert record["team_name"] == [{"id": "1", "name": "Global", "name_2": "", "primary": True}]
    assert sugar.row("Leads", record["id"])["last_name"] == 'O\'Brien <& "Co">'


def test_client_may_choose_the_id(sugar: SugarCaller) -> None:
    """A create may bring its id once; the same id again is refused and changes nothing."""
    assert sugar.lead(id=GUID) == GUID
    assert_refused(sugar.post("Leads", {"id": GUID, "last_name": "Twin"}), 422, "invalid_parameter")
    assert_refused(sugar.post("Leads", {"id": "x" * 37, "last_name": "Long"}), 422, "invalid_parameter")
    assert [row["last_name"] for row in sugar.dump("Leads")] == ["Okafor"]


def test_client_ids_may_be_ignored(sugar: SugarCaller) -> None:
    """An instance that draws every id itself passes the client's over."""
    sugar.settings(client_ids=False)
    assert sugar.lead(id=GUID) != GUID


@pytest.mark.parametrize(
    "body", [b"[1]", b'"text"', b'{"last_name": "\\ud800"}', b"{", b"[" * 5000, b"<html>", b"last_name=One"]
)
def test_unreadable_bodies_are_refused(sugar: SugarCaller, body: bytes) -> None:
    """A body that is no JSON object, or holds half a letter, is a 422 and makes no record; a form has to say so."""
    for kind in ("application/json", "text/html", ""):
        answer = sugar.call("POST", "Leads", data=body, headers={"Content-Type": kind})
        assert_refused(answer, 422, "invalid_parameter")
    assert sugar.dump("Leads") == []


def test_odd_requests_are_answered(sugar: SugarCaller) -> None:
    """Numbers beyond every column, paths without a route and methods without a meaning get an answer, never a 500."""
    assert_refused(sugar.post("Opportunities", {"name": "D", "probability": 10**30}), 422, "invalid_parameter")
    assert sugar.get("Leads", offset=10**30).json() == {"next_offset": -1, "records": []}
    assert_refused(sugar.filter("Opportunities", {"probability": 10**30}), 422, "invalid_parameter")
    assert_refused(sugar.call("GET", "/rest/"), 301, "incorrect_version")
    assert_refused(sugar.call("GET", "/rest/v11"), 404, "no_method")
    assert_refused(sugar.call("OPTIONS", "Leads"), 404, "no_method")
    assert_refused(sugar.get("Leads/%00'; DROP TABLE leads"), 404, "not_found")


def test_update_changes_what_is_sent(sugar: SugarCaller) -> None:
    """A PUT leaves omitted fields alone; an empty text clears."""
    lead = sugar.lead(title="CTO", status="New", phone_work="1")
    changed = sugar.put(f"Leads/{lead}", {"title": "", "status": "Dead"}).json()
    assert (changed["title"], changed["status"], changed["phone_work"]) == (None, "Dead", "1")
    assert sugar.row("Leads", lead)["title"] is None


def test_server_fields_are_passed_over(sugar: SugarCaller) -> None:
    """A whole record sent back changes neither audit fields nor computed ones, and moves date_modified."""
    sugar.clock(now="2026-05-01T10:00:00Z")
    lead = sugar.lead(first_name="Ann")
    record = sugar.record("Leads", lead)
    sugar.clock(now="2026-05-01T11:00:00Z")
    answer = sugar.put(f"Leads/{lead}", {**record, "date_modified": "2001-01-01T00:00:00Z", "created_by": "x"})
    assert answer.status_code == 200, answer.text
    again = answer.json()
    assert again["date_modified"] == "2026-05-01T11:00:00+00:00"
    assert {**again, "date_modified": record["date_modified"]} == record


def test_missing_records_are_not_found(sugar: SugarCaller) -> None:
    """Reading, changing or deleting what is not there or is deleted is a 404."""
    lead = sugar.lead()
    assert sugar.delete(f"Leads/{lead}").json() == {"id": lead}
    for answer in (sugar.get(f"Leads/{lead}"), sugar.put(f"Leads/{lead}", {}), sugar.delete(f"Leads/{lead}")):
        assert_refused(answer, 404, "not_found")
    assert_refused(sugar.get("Leads/none"), 404, "not_found")
    assert sugar.row("Leads", lead)["deleted"] == 1


def test_unknown_route_has_no_method(sugar: SugarCaller) -> None:
    """A path or a method that is no route is a 404 `no_method`."""
    lead = sugar.lead()
    assert_refused(sugar.patch(f"Leads/{lead}", {}), 404, "no_method")
    assert_refused(sugar.get("Leads/a/b/c/d/e"), 404, "no_method")
    assert_refused(sugar.post(f"Accounts/{lead}/convert", {}), 404, "no_method")


def test_trailing_slash_is_nothing(sugar: SugarCaller) -> None:
    """A route may end with a slash."""
    assert sugar.post("Leads/", {"last_name": "Slash"}).status_code == 200
    assert len(sugar.get("Leads/").json()["records"]) == 1


def test_edit_conflict_is_opt_in(sugar: SugarCaller) -> None:
    """With the time last read in X-TIMESTAMP a stale write is a 409; in any offset the same moment fits."""
    sugar.clock(now="2026-05-01T10:00:00Z")
    lead = sugar.lead()
    path, stale, fresh = f"Leads/{lead}", "2026-05-01T12:00:00+02:00", "2026-05-01T12:00:01+02:00"
    sugar.clock(now="2026-05-01T10:00:01Z")
    assert sugar.put(path, {"title": "A"}, headers={"X-TIMESTAMP": stale}).status_code == 200
    conflict = sugar.put(path, {"title": "B"}, headers={"X-TIMESTAMP": stale})
    assert_refused(conflict, 409, "edit_conflict")
    assert conflict.json()["record"]["title"] == "A"
    assert sugar.put(path, {"title": "C"}, headers={"X-TIMESTAMP": fresh}).status_code == 200
    assert sugar.put(path, {"title": "D"}).status_code == 200
    assert sugar.row("Leads", lead)["title"] == "D"


def test_email_list_replaces_addresses(sugar: SugarCaller) -> None:
    """Writing `email` leaves exactly those addresses, one of them primary."""
    lead = sugar.lead(email=[{"email_address": "a@acme.example", "primary_address": True}])
    sugar.put(
        f"Leads/{lead}",
        {
            "email": [
                {"email_address": "b@acme.example", "opt_out": "1"},
                {"email_address": "c@acme.example", "primary_address": True, "invalid_email": False},
            ]
        },
    )
    record = sugar.record("Leads", lead)
    told = {one["email_address"]: (one["primary_address"], one["opt_out"]) for one in record["email"]}
    assert told == {"c@acme.example": (True, False), "b@acme.example": (False, True)}
    assert record["email1"] == "c@acme.example"
    assert sugar.put(f"Leads/{lead}", {"email": []}).json()["email"] == []


def test_first_address_becomes_primary(sugar: SugarCaller) -> None:
    """A list without a primary address makes the first one that."""
    lead = sugar.lead(email=[{"email_address": "a@acme.example"}, {"email_address": "b@acme.example"}])
    assert sugar.record("Leads", lead, "email1")["email1"] == "a@acme.example"


def test_email1_sets_the_primary(sugar: SugarCaller) -> None:
    """The shortcut `email1` sets the primary address on create and on update."""
    lead = sugar.lead(email1="a@acme.example")
    assert [one["email_address"] for one in sugar.record("Leads", lead, "email")["email"]] == ["a@acme.example"]
    changed = sugar.put(f"Leads/{lead}", {"email1": "b@acme.example"}).json()
    assert changed["email1"] == "b@acme.example"
    assert sugar.row("Leads", lead)["email1"] == "b@acme.example"


def test_addresses_are_shared_between_people(sugar: SugarCaller) -> None:
    """One address is one row: an opt-out on the lead is the contact's too."""
    lead = sugar.lead(email1="ann@acme.example")
    contact = sugar.create("Contacts", last_name="Okafor", email1="ANN@acme.example")
    sugar.put(f"Leads/{lead}", {"email": [{"email_address": "ann@acme.example", "opt_out": True}]})
    assert sugar.record("Contacts", contact)["email_opt_out"] is True


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("UTC", "2026-01-15T12:00:00+00:00", "2026-07-15T12:00:00+00:00"),
        ("America/New_York", "2026-01-15T07:00:00-05:00", "2026-07-15T08:00:00-04:00"),
        ("+05:30", "2026-01-15T17:30:00+05:30", "2026-07-15T17:30:00+05:30"),
    ],
)
def test_times_are_in_users_offset(sugar: SugarCaller, zone: str, winter: str, summer: str) -> None:
    """Times are answered in the API user's offset of that day; dates are never shifted."""
    leads = [
        {"last_name": "Winter", "date_entered": "2026-01-15T12:00:00Z", "birthdate": "1990-01-01"},
        {"last_name": "Summer", "date_entered": "2026-07-15T12:00:00Z", "birthdate": "1990-01-01"},
    ]
    sugar.world(settings={"api_user_tz": zone}, records={"Leads": leads})
    found = sugar.get("Leads", fields="last_name,date_entered,birthdate").json()["records"]
    assert {one["last_name"]: one["date_entered"] for one in found} == {"Winter": winter, "Summer": summer}
    assert {one["birthdate"] for one in found} == {"1990-01-01"}


def test_written_times_become_utc(sugar: SugarCaller) -> None:
    """A time with an offset is stored in UTC, one without in the user's own zone."""
    sugar.settings(api_user_tz="-04:00")
    aware, naive = (sugar.lead(requested_at_c=text) for text in ("2026-05-01T10:00:00+02:00", "2026-05-01T10:00:00"))
    assert sugar.row("Leads", aware)["requested_at_c"] == "2026-05-01 08:00:00"
    assert sugar.row("Leads", naive)["requested_at_c"] == "2026-05-01 14:00:00"


def test_numbers_come_as_texts(sugar: SugarCaller) -> None:
    """Amounts are texts with six places whether sent as number or text; whole numbers are numbers."""
    for amount in (25000, "25000.00", 25000.0):
        deal = sugar.create("Opportunities", name="Deal", amount=amount, sales_stage="Prospecting")
        record = sugar.record("Opportunities", deal, "amount,probability,currency_id")
        assert (record["amount"], record["probability"], record["currency_id"]) == ("25000.000000", 10, "-99")


@pytest.mark.parametrize(
    "values",
    [
        {"amount": "a lot"},
        {"date_closed": "soon"},
        {"date_closed": "2026-02-30"},
        {"name": {"nested": 1}},
        {"probability": "NaN"},
    ],
)
def test_bad_values_are_refused(sugar: SugarCaller, values: dict[str, object]) -> None:
    """A value that its field cannot take is a 422, and nothing is stored."""
    assert_refused(sugar.post("Opportunities", {"name": "Deal", **values}), 422, "invalid_parameter")
    assert sugar.dump("Opportunities") == []


def test_dropdown_values_are_not_checked(sugar: SugarCaller) -> None:
    """A value outside the dropdown is stored as it is; nothing but the caller checks it."""
    lead = sugar.lead(status="Half Open")
    assert sugar.row("Leads", lead)["status"] == "Half Open"


def test_stage_leaves_probability_alone(sugar: SugarCaller) -> None:
    """A new opportunity takes its stage's probability; a later change of stage does not."""
    deal = sugar.create("Opportunities", name="Deal", sales_stage="Qualification")
    assert sugar.record("Opportunities", deal)["probability"] == 20
    assert sugar.put(f"Opportunities/{deal}", {"sales_stage": "Closed Won"}).json()["probability"] == 20


def test_lines_make_the_opportunity(sugar: SugarCaller) -> None:
    """With revenue line items an opportunity's amount, date and stage come from its lines, not from the caller."""
    sugar.settings(opps_mode="rli")
    account = sugar.create("Accounts", name="Acme")
    lines = [
        {"name": "Seats", "likely_case": "100.50", "date_closed": "2026-06-30", "sales_stage": "Prospecting"},
        {"name": "Care", "likely_case": 50, "date_closed": "2026-07-31", "sales_stage": "Qualification"},
    ]
    answer = sugar.post(
        "Opportunities",
        {"name": "Deal", "account_id": account, "amount": 7, "revenuelineitems": {"create": lines}},
    )
    deal = answer.json()
    assert (deal["amount"], deal["date_closed"]) == ("150.500000", "2026-07-31")
    assert (deal["sales_status"], deal["total_revenue_line_items"]) == ("In Progress", 2)
    rows = sugar.get(f"Opportunities/{deal['id']}/link/revenuelineitems", fields="name").json()["records"]
    sugar.put(f"RevenueLineItems/{rows[0]['id']}", {"sales_stage": "Closed Lost"})
    sugar.put(f"Opportunities/{deal['id']}", {"amount": 1, "name": "Deal 2"})
    changed = sugar.record("Opportunities", deal["id"])
    assert changed["name"] == "Deal 2"
    assert changed["amount"] in ("50.000000", "100.500000")
    for row in rows:
        sugar.delete(f"RevenueLineItems/{row['id']}")
    assert sugar.record("Opportunities", deal["id"])["amount"] == "0.000000"
