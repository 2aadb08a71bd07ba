"""Relationships of V8: list, relate, end; and the metadata."""

from __future__ import annotations

import pytest
import requests

from tests.suite_caller import SuiteCaller

ACCOUNT = "44444444-aaaa-4000-8000-000000000001"
CONTACTS = [f"55555555-aaaa-4000-8000-00000000000{number}" for number in (1, 2, 3)]
NOBODY = "99999999-aaaa-4000-8000-000000000009"


@pytest.fixture
def related(suite: SuiteCaller) -> SuiteCaller:
    """An account, and three contacts of which two belong to it."""
    suite.load(Accounts=[{"id": ACCOUNT, "name": "Acme"}])
    suite.load(
        Contacts=[
            {"id": CONTACTS[0], "last_name": "Ash", "account_id": ACCOUNT},
            {"id": CONTACTS[1], "last_name": "Birch", "account_id": ACCOUNT},
            {"id": CONTACTS[2], "last_name": "Cedar"},
        ]
    )
    return suite


def _detail(answer: requests.Response) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["errors"]["detail"])


def _path(link: str = "contacts") -> str:
    return f"module/Accounts/{ACCOUNT}/relationships/{link}"


def test_related_records_are_listed(related: SuiteCaller) -> None:
    """A relationship lists whole records with a link to each, and counts them also without a page."""
    body = related.v8("GET", _path()).json()
    assert body["meta"] == {"total-records": 2, "total-pages": 1, "records-on-this-page": 2}
    assert [item["attributes"]["last_name"] for item in body["data"]] == ["Ash", "Birch"]
    assert body["data"][0]["links"] == {"self": f"V8/module/Contact/{CONTACTS[0]}"}
    assert "links" not in body


def test_related_records_are_paged(related: SuiteCaller) -> None:
    """A relationship can be paged, sorted and filtered by the other module's fields."""
    body = related.v8("GET", f"{_path()}?page[size]=1&page[number]=1&sort=-last_name").json()
    assert [item["attributes"]["last_name"] for item in body["data"]] == ["Birch"]
    assert body["meta"]["total-pages"] == 2
    found = related.v8("GET", f"{_path()}?filter[last_name][eq]=ash").json()
    assert [item["id"] for item in found["data"]] == CONTACTS[:1]


def test_empty_relationship_says_so(related: SuiteCaller) -> None:
    """A relationship without records is a message."""
    body = related.v8("GET", _path("opportunities")).json()
    said = "There is no relationship set in Account module with opportunities link field"
    assert body == {"meta": {"message": said}, "data": []}


def test_fields_are_unknown_here(related: SuiteCaller) -> None:
    """A relationship does not take `fields`."""
    assert _detail(related.v8("GET", f"{_path()}?fields[Contacts]=last_name")) == (
        'The option "fields" does not exist. Defined options are: "filter", "id", "linkFieldName", "moduleName",'
        ' "page", "sort", "sourceBean".'
    )


def test_relating_by_link_tells_all(related: SuiteCaller) -> None:
    """Relating by a link is status 201 and names both ends; doing it twice changes nothing."""
    for _ in range(2):
        answer = related.v8("POST", _path(), {"type": "Contacts", "id": CONTACTS[2]})
        assert answer.status_code == 201
        meta = answer.json()["meta"]
        assert (meta["sourceId"], meta["relatedId"], meta["relationshipLink"]) == (ACCOUNT, CONTACTS[2], "contacts")
    assert len(related.v8("GET", _path()).json()["data"]) == 3


def test_relating_without_link_guesses(related: SuiteCaller) -> None:
    """Without a link the one between the two modules is taken."""
    answer = related.v8("POST", f"module/Accounts/{ACCOUNT}/relationships", {"type": "Contacts", "id": CONTACTS[2]})
    said = f"Contact with id {CONTACTS[2]} has been added to Account with id {ACCOUNT}"
    assert (answer.status_code, answer.json()) == (201, {"meta": {"message": said}, "data": []})
    none = related.v8("POST", "module/Users/1/relationships", {"type": "Contacts", "id": CONTACTS[2]})
    assert "to determine relationship" in _detail(none)


def test_relating_the_unknown_is_refused(related: SuiteCaller) -> None:
    """Both ends and the link have to exist; they are looked up with the parameters, so refused as plain JSON."""
    unknown = related.v8("POST", _path(), {"type": "Contacts", "id": NOBODY})
    assert _detail(unknown).endswith("is not found")
    assert unknown.headers["Content-Type"] == "application/json"
    nobody = f"module/Accounts/{NOBODY}/relationships/contacts"
    assert _detail(related.v8("POST", nobody, {"type": "Contacts", "id": CONTACTS[0]})).endswith("is not found")
    wrong = related.v8("POST", _path("nope"), {"type": "Contacts", "id": CONTACTS[0]})
    assert _detail(wrong) == "Cannot load relationship nope for Account module"


def test_ending_a_relationship(related: SuiteCaller) -> None:
    """A relationship is ended once; what is not related cannot be ended."""
    path = f"{_path()}/{CONTACTS[0]}"
    said = related.v8("DELETE", path).json()["meta"]["message"]
    assert said == (
        f"Relationship has been deleted between Account with id {ACCOUNT} and Contact with id {CONTACTS[0]}"
    )
    assert _detail(related.v8("DELETE", path)) == f"Module with {CONTACTS[0]} id is not related to Account"
    odd = related.v8("DELETE", f"{_path()}/1")
    assert _detail(odd) == 'The option "relatedBeanId" with value "1" is invalid.'


def test_modules_tell_rights(suite: SuiteCaller) -> None:
    """The list of modules says what the user may do in each with every record; narrower rights are not told."""
    modules = suite.v8("GET", "meta/modules").json()["data"]["attributes"]
    assert "edit" in modules["Leads"]["access"]
    suite.load(Users=[{"user_name": "ro", "last_name": "Reader", "password": "ro", "_access": "edit=none,delete=none"}])
    suite.log_in(username="ro", password="ro")
    limited = suite.v8("GET", "meta/modules").json()["data"]["attributes"]["Leads"]["access"]
    assert "view" in limited
    assert not {"edit", "delete", "import"} & set(limited)
    suite.load(
        Users=[{"user_name": "own", "last_name": "Owner", "password": "own", "_access": "view=owner,edit=owner"}]
    )
    suite.log_in(username="own", password="own")
    limited = suite.v8("GET", "meta/modules").json()["data"]["attributes"]["Leads"]["access"]
    assert {"access", "view", "list", "edit"} & set(limited) == {"access", "list"}


def test_fields_tell_their_types(suite: SuiteCaller) -> None:
    """The list of fields gives type, length and whether a field is required, custom or without a column."""
    fields = suite.v8("GET", "meta/fields/Leads").json()["data"]["attributes"]
    assert fields["last_name"] == {"type": "varchar", "len": "100", "required": True, "dbType": "varchar"}
    assert fields["connector_key_c"]["source"] == "custom_fields"
    assert fields["email1"]["source"] == "non-db"
    assert fields["contacts"]["type"] == "link"
    assert "does not have access" in _detail(suite.v8("GET", "meta/fields/Leadz"))


def test_columns_are_a_bare_array(suite: SuiteCaller) -> None:
    """The columns of a list come without a document around them, those that are shown first."""
    columns = suite.v8("GET", "listview/columns/Leads").json()
    assert columns[0] == {
        "fieldName": "NAME", "width": "10%", "label": "Name", "link": True, "default": True, "module": "", "id": "",
        "sortable": False, "customCode": "",
    }  # fmt: skip
    assert {one["fieldName"] for one in columns if not one["default"]} >= {"TITLE", "CONNECTOR_KEY_C"}
    assert _detail(suite.v8("GET", "listview/columns/Leadz")) == "Module Leadz does not exist"


def test_searches_are_defined(suite: SuiteCaller) -> None:
    """A module's search forms tell the fields they ask for."""
    data = suite.v8("GET", "search-defs/module/Leads").json()["data"]
    assert data["type"] == "SearchDefs"
    assert [one["name"] for one in data["attributes"]["basic"]][:2] == ["search_name", "current_user_only"]
    assert set(data["attributes"]["fields"]) == {one["name"] for one in data["attributes"]["advanced"]}


def test_description_names_what_is_served(suite: SuiteCaller) -> None:
    """Every route of the API's own description is there, whatever it answers."""
    body = suite.v8("GET", "meta/swagger.json").json()
    routes = [(path, verb.upper()) for path, verbs in body["paths"].items() for verb in verbs if path != "/V8/logout"]
    assert len(routes) == 16
    for path, verb in routes:
        filled = path.replace("{moduleName}", "Leads").replace("{id}", NOBODY)
        filled = filled.replace("{linkFieldName}", "contacts").replace("{relatedBeanId}", NOBODY)
        answer = suite.call(verb, f"/Api{filled}", headers={"Authorization": f"Bearer {suite.token}"})
        assert answer.status_code != 404, (verb, filled)
