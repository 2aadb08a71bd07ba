"""Lists, single records, links and descriptions of the legacy service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.suitecrm_v4_1.service import Service


def _leads(service: Service, count: int) -> None:
    times = [{"last_name": f"L{number:02}", "date_modified": "2026-01-01T00:00:00Z"} for number in range(count)]
    service.load(Leads=times)


def test_paging_never_says_end(service: Service) -> None:
    """45 rows come as 20, 20, 5 and none; next_offset is offset plus rows, the total a text."""
    _leads(service, 45)
    pages = [service.list(order_by="date_modified asc, id asc", offset=start) for start in (0, 20, 40, 45)]
    assert [page["result_count"] for page in pages] == [20, 20, 5, 0]
    assert [page["next_offset"] for page in pages] == [20, 40, 45, 45]
    assert {page["total_count"] for page in pages} == {"45"}
    assert len({one["id"] for page in pages for one in page["entry_list"]}) == 45


def test_nothing_found_counts_integer_zero(service: Service) -> None:
    """The total of nothing is the integer 0."""
    assert service.list(query="leads.last_name = 'Nobody'") == {
        "result_count": 0, "total_count": 0, "next_offset": 0, "entry_list": [], "relationship_list": [],
    }  # fmt: skip


@pytest.mark.parametrize(("asked", "rows"), [(0, 20), (-1, 20), ("", 20), (None, 20), (7, 7), ("7", 7), (5000, 25)])
def test_page_size_has_no_cap(service: Service, asked: Any, rows: int) -> None:
    """No size, or one below 1, means 20; there is no most."""
    _leads(service, 25)
    assert service.list(max_results=asked)["result_count"] == rows


@pytest.mark.parametrize(
    ("order_by", "names"),
    [
        ("last_name desc", ["C", "B", "A"]),
        ("title asc, last_name desc", ["C", "A", "B"]),
        ("leads.last_name desc", ["B", "A", "C"]),
        ("nope desc", ["B", "A", "C"]),
        ("", ["B", "A", "C"]),
    ],
)
def test_only_bare_names_sort(service: Service, order_by: str, names: list[str]) -> None:
    """A table prefix or an unknown name drops that sort without a word."""
    service.load(
        Leads=[{"last_name": "B", "title": "2"}, {"last_name": "A", "title": "1"}, {"last_name": "C", "title": "1"}]
    )
    assert service.names(order_by=order_by) == names


@pytest.mark.parametrize("order_by", ["last_name sideways", "last_name; drop", "rand()", "(select 1)", "last_name,,id"])
def test_odd_sorts_are_denied(service: Service, order_by: str) -> None:
    """What is no list of names is refused by the validator."""
    assert service.list(order_by=order_by)["number"] == 40


def test_deleted_flag_mixes_rows(service: Service) -> None:
    """deleted=1 answers live and deleted rows; the query alone can ask for the deleted ones."""
    service.load(Leads=[{"last_name": "Live"}, {"last_name": "Gone", "deleted": True}])
    assert service.names() == ["Live"]
    assert service.names(deleted=1) == ["Live", "Gone"]
    assert service.names("leads.deleted = 1", deleted=1) == ["Gone"]
    assert service.ask("get_entries_count", module_name="Leads", query="", deleted=1) == {"result_count": "2"}


def test_count_does_not_parenthesise(service: Service) -> None:
    """get_entries_count puts `deleted` behind the query as it is: an open OR counts deleted records too."""
    service.load(Leads=[{"last_name": "Live"}, {"last_name": "Gone", "deleted": True}])
    query = "leads.last_name = 'Gone' or leads.last_name = 'Live'"
    counts = [service.ask("get_entries_count", module_name="Leads", query=text, deleted=0)["result_count"]
              for text in (query, f"({query})", "")]  # fmt: skip
    assert counts == ["2", "1", "1"]
    assert service.names(query) == ["Live"]


def test_values_are_text_and_encoded(service: Service) -> None:
    """Every value is a text: empty for nothing, 0 and 1 for no and yes, four characters as entities."""
    account = service.save("Accounts", name="Acme")
    lead = service.save("Leads", last_name='"O\'Brien" & <b>Söhne</b>', requested_at_c="2026-03-01 10:00:00")
    deal = service.save("Opportunities", name="Deal", amount=1234.5, account_id=account, date_closed="2026-05-01")
    row = service.read("Leads", lead, "last_name", "title", "converted", "requested_at_c", "email_opt_out", "nope")
    assert row == {
        "last_name": "&quot;O&#039;Brien&quot; & &lt;b&gt;Söhne&lt;/b&gt;", "title": "", "converted": "0",
        "requested_at_c": "2026-03-01 10:00:00", "email_opt_out": "",
    }  # fmt: skip
    assert service.read("Opportunities", deal, "amount", "date_closed", "account_name") == {
        "amount": "1234.5", "date_closed": "2026-05-01", "account_name": "Acme",
    }  # fmt: skip
    assert service.dump("Leads")[0]["last_name"] == '"O\'Brien" & <b>Söhne</b>'


def test_entities_may_be_switched_off(service: Service) -> None:
    """With the switch off text comes raw."""
    service.settle(html_entities=False)
    assert service.read("Leads", service.save("Leads", last_name="O'Brien"), "last_name") == {"last_name": "O'Brien"}


def test_missing_records_are_lists(service: Service) -> None:
    """Among several, an unknown or deleted record has a list of a warning and deleted=1, and no relationships."""
    live, gone = service.save("Leads", last_name="Live", email1="a@x.example"), service.save("Leads", last_name="Gone")
    service.save("Leads", id=gone, deleted=1)
    links = [{"name": "email_addresses", "value": ["email_address"]}]
    answer = service.ask(
        "get_entries", module_name="Leads", ids=["unknown", live, gone], select_fields=["last_name"],
        link_name_to_fields_array=links,
    )  # fmt: skip
    shown = [one["name_value_list"] for one in answer["entry_list"]]
    assert [isinstance(one, list) for one in shown] == [True, False, True]
    assert shown[0][1] == {"name": "deleted", "value": "1"}
    assert len(answer["relationship_list"]) == 1


def test_link_shapes_differ_by_method(service: Service) -> None:
    """A list wraps linked records, a single record does not; empty links are left out, unknown ones are empty."""
    lead = service.save("Leads", last_name="Nowak", email1="a@x.example")
    links = [
        {"name": name, "value": ["email_address", "primary_address"]} for name in ("email_addresses", "calls", "nope")
    ]
    record = {"email_address": {"name": "email_address", "value": "a@x.example"},
              "primary_address": {"name": "primary_address", "value": ""}}  # fmt: skip
    unknown = {"name": "nope", "records": []}
    single = service.ask(
        "get_entry", module_name="Leads", id=lead, select_fields=["id"], link_name_to_fields_array=links
    )
    assert single["relationship_list"] == [[{"name": "email_addresses", "records": [record]}, unknown]]
    listed = service.list(link_name_to_fields_array=links)
    wrapped = {"name": "email_addresses", "records": [{"link_value": record}]}
    assert listed["relationship_list"] == [{"link_list": [wrapped, unknown]}]
    several = service.ask(
        "get_entries", module_name="Leads", ids=[lead], select_fields=["id"], link_name_to_fields_array=links
    )
    assert several["relationship_list"] == listed["relationship_list"]


def test_odd_links_are_passed_over(service: Service) -> None:
    """A link without fields, or asked for by a mapping of names, is not shown; an unknown field of one is, empty."""
    account = service.save("Accounts", name="Acme")
    service.save("Contacts", last_name="Ash", account_id=account)

    def behind(links: Any) -> Any:
        answer = service.ask(
            "get_entry", module_name="Accounts", id=account, select_fields=["id"], link_name_to_fields_array=links
        )
        return answer["relationship_list"]

    assert behind({"contacts": ["last_name"]}) == [[]]
    assert behind([{"name": "contacts"}, {"name": "contacts", "value": []}, "contacts"]) == [[]]
    asked = {"0": {"name": "contacts", "value": ["nope", "accounts"]}}
    assert behind(asked) == [[{"name": "contacts", "records": [{"nope": {"name": "nope", "value": ""}}]}]]


def test_relationships_are_listed(service: Service) -> None:
    """get_relationships takes a query, a page and links; without fields its rows are empty arrays.

    It reads a page first and sorts it then, by one bare name upwards; anything else sorts nothing.
    """
    account = service.save("Accounts", name="Acme")
    for name in ("Cole", "Boyd", "Abel"):
        service.save("Contacts", last_name=name, account_id=account, email1=f"{name}@x.example")

    def related(**more: Any) -> Any:
        arguments = {
            "module_name": "Accounts", "module_id": account, "link_field_name": "contacts",
            "related_module_query": "contacts.last_name <> 'Boyd'", "related_fields": ["last_name"],
            "related_module_link_name_to_fields_array": [{"name": "email_addresses", "value": ["email_address"]}],
            "deleted": 0, "order_by": "last_name", "offset": 0, "limit": 0, **more,
        }  # fmt: skip
        return service.ask("get_relationships", **arguments)

    def names(**more: Any) -> list[str]:
        return [one["name_value_list"]["last_name"]["value"] for one in related(**more)["entry_list"]]

    answer = related()
    assert answer["relationship_list"][0][0]["records"][0]["email_address"]["value"] == "Abel@x.example"
    assert names() == ["Abel", "Cole"]
    assert names(offset=1, limit=5) == ["Abel"]
    assert names(order_by="last_name desc") == names(order_by="last_name, id") == names(order_by="") == ["Cole", "Abel"]
    assert related(order_by="last_name; drop")["number"] == 40
    assert related(related_fields=[])["entry_list"][0]["name_value_list"] == []
    assert related(link_field_name="nope") == {"entry_list": [], "relationship_list": []}


def test_fields_are_described(service: Service) -> None:
    """A module's fields come with type, length, choices and links; custom ones too."""
    answer = service.ask("get_module_fields", module_name="Leads")
    fields = answer["module_fields"]
    assert (fields["last_name"]["len"], fields["last_name"]["required"]) == ("100", 1)
    assert list(fields["requested_action_c"]["options"]) == ["", "Demo", "Trial", "Quote", "Call me"]
    assert answer["link_fields"]["contacts"]["module"] == "Contacts"
    assert fields["connector_key_c"]["len"] == "255"
    only = service.ask("get_module_fields", module_name="Leads", fields=["nope"])
    assert (only["module_fields"], only["link_fields"]) == ([], [])
    digest = service.ask("get_module_fields_md5", module_name="Leads")
    assert [len(text) for text in digest.values()] == [32]
    both = service.ask("get_module_fields_md5", module_name=["Leads", "Accounts"])
    assert (list(both), both["Leads"]) == (["Leads", "Accounts"], digest["Leads"])


def test_search_asks_for_one_more(service: Service) -> None:
    """search_by_module answers module by module, one row more than asked for."""
    for number in range(4):
        service.save("Leads", last_name=f"Nowak {number}")
    answer = service.ask(
        "search_by_module", search_string="nowak", modules=["Leads", "Contacts"], offset=0, max_results=2,
        assigned_user_id="", select_fields=["last_name"],
    )  # fmt: skip
    assert [(one["name"], len(one["records"])) for one in answer["entry_list"]] == [("Contacts", 0), ("Leads", 3)]


@pytest.mark.parametrize(
    ("text", "owner", "found"), [("", "", []), ("nowak", "u-1", [["Mine"]]), ("nowak", "u-2", [[]])]
)
def test_search_knows_owners_and_no_empty_text(service: Service, text: str, owner: str, found: list[list[str]]) -> None:
    """search_by_module may ask for one user's records; without a text it answers no module at all."""
    service.load(Leads=[{"last_name": "Nowak", "title": "Other"},
                        {"last_name": "Nowak", "title": "Mine", "assigned_user_id": "u-1"}])  # fmt: skip
    answer = service.ask("search_by_module", search_string=text, modules=["Leads"], offset=0, max_results=5,
                         assigned_user_id=owner, select_fields=["title"])  # fmt: skip
    assert [[record["title"]["value"] for record in one["records"]] for one in answer["entry_list"]] == found


def test_modules_with_and_without_tabs(service: Service) -> None:
    """The filter `default` leaves out modules that have no tab."""

    def keys(**arguments: str) -> set[str]:
        return {one["module_key"] for one in service.ask("get_available_modules", **arguments)["modules"]}

    assert keys() - keys(filter="default") == {"EmailAddresses", "Users"}
    assert {"Home", "Leads"} <= keys(filter="default")


def test_modified_relationships_stay_empty(service: Service) -> None:
    """get_modified_relationships knows only users' calls, meetings and contacts, and answers an error object."""
    answer = service.ask(
        "get_modified_relationships", module_name="Users", related_module="Contacts", from_date="2026-01-01 00:00:00",
        to_date="2027-01-01 00:00:00", offset=0, max_results=10,
    )  # fmt: skip
    assert (answer["result_count"], answer["error"]["number"]) == (0, "0")


def test_user_names_stand_for_people(service: Service) -> None:
    """The service shows the log-in names of the users behind a record."""
    lead = service.save("Leads", last_name="Nowak")
    assert service.read("Leads", lead, "created_by_name", "assigned_user_name") == {
        "created_by_name": "connector", "assigned_user_name": "",
    }  # fmt: skip
