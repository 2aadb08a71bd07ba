"""Records of V8: create, read, change, delete, and what becomes of their values."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.suite_caller import SuiteCaller

CHOSEN = "33333333-aaaa-4000-8000-000000000001"
NOBODY = "99999999-aaaa-4000-8000-000000000009"


def _create(suite: SuiteCaller, module: str = "Leads", **attributes: object) -> dict[str, Any]:
    answer = suite.v8("POST", "module", {"type": module, "attributes": attributes})
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def _patch(suite: SuiteCaller, record_id: str, module: str = "Leads", **attributes: object) -> requests.Response:
    return suite.v8("PATCH", "module", {"type": module, "id": record_id, "attributes": attributes})


def _get(suite: SuiteCaller, record_id: str, module: str = "Leads") -> dict[str, Any]:
    answer = suite.v8("GET", f"module/{module}/{record_id}")
    assert answer.status_code == 200, answer.text
    attributes: dict[str, Any] = answer.json()["data"]["attributes"]
    return attributes


def _detail(answer: requests.Response) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["errors"]["detail"])


def test_create_answers_whole_record(suite: SuiteCaller) -> None:
    """A create is answered with status 201, the singular type and every field as text; the id is no attribute."""
    data = _create(suite, last_name="Okafor", converted=0)
    assert data["type"] == "Lead"
    attributes = data["attributes"]
    assert (attributes["last_name"], attributes["converted"], attributes["title"]) == ("Okafor", "0", "")
    assert "id" not in attributes
    assert attributes["campaign_leads"] == {}


def test_type_may_be_singular(suite: SuiteCaller) -> None:
    """The type of a create may be the module's name or its bean's."""
    assert _create(suite, "Lead", last_name="X")["type"] == "Lead"


def test_chosen_id_serves_once(suite: SuiteCaller) -> None:
    """A create with a chosen id succeeds once; the id stays taken after the record was deleted."""
    data = {"type": "Leads", "id": CHOSEN, "attributes": {"last_name": "X"}}
    assert suite.v8("POST", "module", data).json()["data"]["id"] == CHOSEN
    taken = f"Bean Leads with id {CHOSEN} is already exist"
    assert _detail(suite.v8("POST", "module", data)) == taken
    suite.v8("DELETE", f"module/Leads/{CHOSEN}")
    assert _detail(suite.v8("POST", "module", data)) == taken


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({"type": "Leads", "attributes": {"nope": "x"}}, "Property nope in Lead module is invalid"),
        ({"type": "Leadz"}, "Module Leadz does not exist"),
        ({"attributes": {"last_name": "x"}}, 'The required option "type" is missing.'),
        ({"type": "Leads", "id": "seed_will_id"}, 'The option "id" with value "seed_will_id" is invalid.'),
        ({"type": "Leads", "name": "x"}, 'The option "name" does not exist. Defined options are: "attributes", "id",'
                                         ' "type".'),
    ],
)  # fmt: skip
def test_bad_create_is_refused_whole(suite: SuiteCaller, data: dict[str, object], detail: str) -> None:
    """An unknown attribute, module or option refuses the whole create, as plain JSON."""
    answer = suite.v8("POST", "module", data)
    assert _detail(answer) == detail
    assert answer.headers["Content-Type"] == "application/json"
    assert suite.dump("Leads") == []


def test_unreadable_body_lacks_data(suite: SuiteCaller) -> None:
    """A body that is no JSON counts as one without data."""
    headers = {"Content-Type": "application/vnd.api+json", "Authorization": f"Bearer {suite.token}"}
    answer = suite.call("POST", "/Api/V8/module", headers=headers, data='{"data":')
    assert _detail(answer) == 'The required option "data" is missing.'


def test_patch_answers_201(suite: SuiteCaller) -> None:
    """A change is answered with status 201; null leaves a field alone, an empty text clears it."""
    lead = _create(suite, last_name="X", title="Chief", department="Sales")["id"]
    answer = _patch(suite, lead, title=None, department="")
    assert answer.status_code == 201
    assert _get(suite, lead)["title"] == "Chief"
    assert _get(suite, lead)["department"] == ""


def test_patch_of_unknown_is_refused(suite: SuiteCaller) -> None:
    """Changing a record that is not there is status 400, as JSON:API."""
    answer = _patch(suite, NOBODY, title="x")
    assert _detail(answer) == f"Leads module with id {NOBODY} is not found"
    assert answer.headers["Content-Type"] == "application/vnd.api+json"


def test_patch_takes_numbers_for_ids(suite: SuiteCaller) -> None:
    """The id of a change may be a number, as the administrator's is; that of a create is a UUID, and never null."""
    assert _patch(suite, "1", "Users", title="Boss").json()["data"]["attributes"]["title"] == "Boss"
    for chosen in ("1", None):
        assert "id" in _detail(suite.v8("POST", "module", {"type": "Leads", "id": chosen}))


def test_email_change_is_ignored(suite: SuiteCaller) -> None:
    """A changed `email1` is answered as a success and not stored once the record has an address."""
    lead = _create(suite, last_name="X", email1="old@x.example")["id"]
    assert _patch(suite, lead, email1="new@x.example", title="T").status_code == 201
    assert (_get(suite, lead)["email1"], _get(suite, lead)["title"]) == ("old@x.example", "T")


def test_four_characters_are_encoded(suite: SuiteCaller) -> None:
    """Quotes and angle brackets leave as entities, ampersands and accents as they are."""
    attributes = _create(suite, last_name="O'Neil & Söhne <b>x</b>", account_name='The "Best"')["attributes"]
    assert attributes["last_name"] == "O&#039;Neil & Söhne &lt;b&gt;x&lt;/b&gt;"
    assert attributes["account_name"] == "The &quot;Best&quot;"


def test_entities_can_be_switched_off(suite: SuiteCaller) -> None:
    """An installation without the encoding sends text as it is stored."""
    suite.control("POST", "reset", {"world": {"suitecrm": {"settings": {"html_entities": False}}}})
    suite.log_in()
    assert _create(suite, last_name="O'Neil")["attributes"]["last_name"] == "O'Neil"


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, "2024-05-01T18:00:00+00:00"),
        ({"user_time_format": "H:i:s"}, "2024-05-01T18:00:37+00:00"),
        ({"v8_offset": "-05:00"}, "2024-05-01T18:00:00-05:00"),
    ],
)
def test_times_pass_a_user_format(suite: SuiteCaller, settings: dict[str, str], shown: str) -> None:
    """Times lose their seconds unless the user's format has them, and carry an offset that means nothing."""
    records = {"Leads": [{"id": CHOSEN, "last_name": "X", "date_entered": "2024-05-01 18:00:37"}]}
    suite.control("POST", "reset", {"world": {"suitecrm": {"settings": settings, "records": records}}})
    suite.log_in()
    assert _get(suite, CHOSEN)["date_entered"] == shown


def test_given_audit_dates_are_kept(suite: SuiteCaller) -> None:
    """Audit fields that a client sends are stored as sent, others are the server's."""
    lead = _create(suite, last_name="X", date_modified="2020-01-02 03:04:05")
    assert lead["attributes"]["date_modified"] == "2020-01-02T03:04:00+00:00"
    _patch(suite, lead["id"], title="T")
    assert not _get(suite, lead["id"])["date_modified"].startswith("2020")


def test_numbers_leave_as_text(suite: SuiteCaller) -> None:
    """An amount leaves as the database writes it, a date as a date."""
    data = _create(suite, "Opportunities", name="Deal", amount=25000, date_closed="2026-12-31", probability=10)
    attributes = data["attributes"]
    assert (attributes["amount"], attributes["date_closed"], attributes["probability"]) == ("25000", "2026-12-31", "10")


def test_get_shows_asked_fields(suite: SuiteCaller) -> None:
    """`fields` limits the attributes, links to relationships begin with the record's own path."""
    lead = _create(suite, last_name="X", title="T")["id"]
    data = suite.v8("GET", f"module/Leads/{lead}?fields[Leads]=title,id").json()["data"]
    assert data["attributes"] == {"title": "T"}
    assert data["relationships"]["Contacts"]["links"]["related"] == f"V8/module/Leads/{lead}/relationships/contacts"
    assert list(data["relationships"]) == sorted(data["relationships"])


def test_missing_record_is_400(suite: SuiteCaller) -> None:
    """There is no 404: a missing record, an odd id and an unknown module are all status 400."""
    assert _detail(suite.v8("GET", f"module/Leads/{NOBODY}")) == f"Leads module with id {NOBODY} is not found"
    assert _detail(suite.v8("GET", f"module/Leadz/{NOBODY}")) == "Module with name Leadz is not found"
    assert _detail(suite.v8("GET", "module/Leads/seed_1")) == 'The option "id" with value "seed_1" is invalid.'


def test_delete_is_soft(suite: SuiteCaller) -> None:
    """A deleted record is not found any more, and its row stays."""
    lead = _create(suite, last_name="X")["id"]
    answer = suite.v8("DELETE", f"module/Leads/{lead}")
    assert answer.json() == {"meta": {"message": f"Record with id {lead} is deleted"}, "data": []}
    assert "is not found" in _detail(suite.v8("GET", f"module/Leads/{lead}"))
    assert [row["deleted"] for row in suite.dump("Leads")] == [1]


@pytest.mark.parametrize(("value", "deleted"), [(1, 1), ("1", 1), (True, 1), (0, 0), ("0", 0), (False, 0), ("", 0)])
def test_attribute_can_delete(suite: SuiteCaller, value: object, deleted: int) -> None:
    """Setting `deleted` to what PHP takes for true deletes the record, with its relationships."""
    account = _create(suite, "Accounts", name="Acme")["id"]
    contact = _create(suite, "Contacts", last_name="X", account_id=account)["id"]
    assert _patch(suite, contact, "Contacts", deleted=value, title="T").status_code == 201
    assert [(row["deleted"], row["title"]) for row in suite.dump("Contacts")] == [(deleted, "T")]
    behind = suite.v8("GET", f"module/Accounts/{account}/relationships/contacts").json()["data"]
    assert len(behind) == 1 - deleted


def test_array_is_stored_as_its_name(suite: SuiteCaller) -> None:
    """PHP makes an array the word for it where a text is wanted."""
    assert _create(suite, last_name=["x"], title={"a": 1})["attributes"]["last_name"] == "Array"
    assert suite.dump("Leads")[0]["title"] == "Array"


def test_conversion_is_plain_change(suite: SuiteCaller) -> None:
    """A lead is converted by setting its fields, as often as one likes; it then shows its account's name."""
    account = _create(suite, "Accounts", name="Acme")["id"]
    contact = _create(suite, "Contacts", last_name="X", account_id=account)
    assert contact["attributes"]["account_name"] == "Acme"
    lead = _create(suite, last_name="X", account_name="Other")["id"]
    wanted = {"status": "Converted", "converted": "1", "contact_id": contact["id"], "account_id": account}
    for _ in range(2):
        attributes = _patch(suite, lead, **wanted).json()["data"]["attributes"]
        assert {name: attributes[name] for name in wanted} == wanted
        assert attributes["account_name"] == "Acme"


def test_access_denied_is_400(suite: SuiteCaller) -> None:
    """A user without the right to edit is refused by the name of an exception."""
    suite.load(
        Users=[
            {"user_name": "ro", "last_name": "Reader", "password": "ro", "_access": "list=owner,edit=none,delete=none"}
        ]
    )
    lead = _create(suite, last_name="X")["id"]
    suite.log_in(username="ro", password="ro")
    denied = "[SuiteCRM] [AccessDeniedException] "
    assert _detail(suite.v8("POST", "module", {"type": "Leads", "attributes": {"last_name": "Y"}})) == denied
    assert _detail(_patch(suite, lead, title="T")) == denied
    assert _detail(suite.v8("DELETE", f"module/Leads/{lead}")) == denied
    assert _get(suite, lead)["last_name"] == "X"


def test_legacy_prefix_is_the_same(suite: SuiteCaller) -> None:
    """SuiteCRM 8 serves the same under `/legacy`."""
    lead = _create(suite, last_name="X")["id"]
    headers = {"Authorization": f"Bearer {suite.token}"}
    assert suite.call("GET", f"/legacy/Api/V8/module/Leads/{lead}", headers=headers).status_code == 200


def test_unknown_route_is_a_page(suite: SuiteCaller) -> None:
    """A path without a route is answered by a page, not by JSON."""
    answer = suite.v8("GET", "nowhere")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")
