"""Lists of V8: pages, fields, sort, filters, and the rows that are not shown."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.suite_caller import SuiteCaller

NAMES = "fields[Leads]=last_name"


def _get(suite: SuiteCaller, query: str, module: str = "Leads") -> requests.Response:
    return suite.v8("GET", f"module/{module}?{query}")


def _names(suite: SuiteCaller, query: str) -> list[Any]:
    answer = _get(suite, f"{NAMES}&{query}")
    assert answer.status_code == 200, answer.text
    return [item["attributes"]["last_name"] for item in answer.json()["data"]]


def _detail(answer: requests.Response) -> str:
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert (errors["status"], errors["title"]) == (400, None)
    return str(errors["detail"])


def _leads(suite: SuiteCaller, *names: str) -> None:
    suite.load(Leads=[{"last_name": name} for name in names])


def test_missing_size_looks_complete(suite: SuiteCaller) -> None:
    """Without `page[size]` there are 20 rows at most, and neither `meta` nor `links` tell of more."""
    _leads(suite, *(f"Lead{number:02d}" for number in range(25)))
    body = _get(suite, NAMES).json()
    assert (set(body), len(body["data"])) == ({"data"}, 20)


def test_default_page_is_a_setting(suite: SuiteCaller) -> None:
    """How many rows come without a size is the installation's setting."""
    records = {"Leads": [{"last_name": "A"}, {"last_name": "B"}, {"last_name": "C"}]}
    world = {"suitecrm": {"settings": {"list_max_entries_per_page": 2}, "records": records}}
    suite.control("POST", "reset", {"world": world})
    suite.log_in()
    assert len(_get(suite, NAMES).json()["data"]) == 2


def test_pages_are_linked(suite: SuiteCaller) -> None:
    """A page tells how many there are; its links are relative, lack `/Api` and are not percent-encoded."""
    _leads(suite, "A", "B", "C", "D", "E")
    body = _get(suite, f"{NAMES}&page[size]=2&page[number]=2&sort=last_name").json()
    assert body["meta"] == {"total-pages": 3, "records-on-this-page": 2}
    link = "V8/module/Leads?fields[Leads]=last_name&page[size]=2&page[number]={}&sort=last_name"
    assert body["links"] == {
        "first": link.format(1),
        "prev": link.format(1),
        "next": link.format(3),
        "last": link.format(3),
    }


def test_last_page_links_nowhere(suite: SuiteCaller) -> None:
    """On the last page there is neither a next nor a last page, on the first neither a first nor a previous one."""
    _leads(suite, "A", "B")
    links = _get(suite, "page[size]=2&page[number]=1").json()["links"]
    assert links == {"first": None, "prev": None, "next": None, "last": None}


def test_missing_number_links_to_first(suite: SuiteCaller) -> None:
    """A page number left out counts as 0, so that the next page is the first."""
    _leads(suite, "A")
    assert _get(suite, "page[size]=2").json()["links"]["next"] == "V8/module/Leads?page[size]=2&page[number]=1"


def test_past_the_end_is_empty(suite: SuiteCaller) -> None:
    """Behind the last page there is a message and no count of pages."""
    _leads(suite, "A")
    body = _get(suite, "page[size]=2&page[number]=9").json()
    assert body == {"meta": {"message": "Request was successful, but there is no result"}, "data": []}


def test_pages_may_be_huge(suite: SuiteCaller) -> None:
    """There is no most: a page of any size is answered, one of any number is empty."""
    _leads(suite, "A", "B")
    huge = "9" * 40
    assert len(_get(suite, f"{NAMES}&page[size]={huge}&page[number]=1").json()["data"]) == 2
    assert _get(suite, f"{NAMES}&page[size]={huge}&page[number]={huge}").json()["data"] == []


@pytest.mark.parametrize("query", ["page[size]=0", "page[number]=0", "page[size]=x"])
def test_page_below_one_is_refused(suite: SuiteCaller, query: str) -> None:
    """A page's size and number are whole numbers above 0."""
    assert "is invalid" in _detail(_get(suite, query))


def test_one_field_sorts(suite: SuiteCaller) -> None:
    """A list is sorted by one field, downwards with a minus; two fields are refused."""
    _leads(suite, "B", "C", "A")
    assert _names(suite, "sort=last_name") == ["A", "B", "C"]
    assert _names(suite, "sort=-last_name") == ["C", "B", "A"]
    assert _detail(_get(suite, "sort=last_name,id")) == 'The option "sort" with value "last_name,id" is invalid.'
    assert _detail(_get(suite, "sort=nope")) == "Sort field nope in Lead module is not found"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[last_name][eq]=beta", ["Beta"]),
        ("filter[last_name][neq]=Beta", ["Alpha", "Gamma"]),
        ("filter[last_name][gt]=Beta", ["Gamma"]),
        ("filter[last_name][gte]=Beta", ["Beta", "Gamma"]),
        ("filter[last_name][lt]=Beta", ["Alpha"]),
        ("filter[last_name][LTE]=Beta", ["Alpha", "Beta"]),
        ("filter[last_name][like]=%25a%25m%25", ["Gamma"]),
        ("filter[last_name][gte]=B&filter[last_name][lt]=C", ["Beta"]),
        ("filter[operator]=and&filter[last_name][eq]=Alpha&filter[status][eq]=New", ["Alpha"]),
        ("filter[operator]=or&filter[last_name][eq]=Alpha&filter[last_name][neq]=Alpha", ["Alpha", "Beta", "Gamma"]),
        ("filter[converted][eq]=1", ["Gamma"]),
    ],
)
def test_filter_selects(suite: SuiteCaller, query: str, found: list[str]) -> None:
    """Each operator compares as the database does: text without regard to case; conditions join by and, or by or."""
    suite.load(
        Leads=[
            {"last_name": "Alpha", "status": "New"},
            {"last_name": "Beta", "status": "Dead"},
            {"last_name": "Gamma", "status": "Dead", "converted": 1},
        ]
    )
    assert _names(suite, f"{query}&sort=last_name") == found


def test_filter_reads_iso_times(suite: SuiteCaller) -> None:
    """A time with a `T` compares as UTC, its offset is not looked at."""
    suite.load(Leads=[{"last_name": "Early", "date_modified": "2026-01-01 10:00:00"},
                      {"last_name": "Late", "date_modified": "2026-01-01 12:00:00"}])  # fmt: skip
    assert _names(suite, "filter[date_modified][gt]=2026-01-01T11:00:00%2B05:00") == ["Late"]
    assert _names(suite, "filter[date_modified][lte]=2026-01-01 10:00:00") == ["Early"]


def test_old_or_matches_everything(suite: SuiteCaller) -> None:
    """With the fault of versions before 7.12.5 switched on, a filter with `or` matches every live row."""
    records = {"Leads": [{"last_name": "A"}, {"last_name": "B"}, {"last_name": "C", "deleted": 1}]}
    suite.control("POST", "reset", {"world": {"suitecrm": {"settings": {"v8_or_bug": True}, "records": records}}})
    suite.log_in()
    assert _names(suite, "filter[operator]=or&filter[last_name][eq]=A&sort=last_name") == ["A", "B"]


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("filter[last_name][foo]=x", "Filter operator foo is invalid"),
        ("filter[operator]=xor&filter[last_name][eq]=x", "Filter operator xor is invalid"),
        ("filter[nope][eq]=x", "Filter field nope in Lead module is not found"),
        ("filter[last_name]=x", "Filter field last_name must be an array"),
        ("fields[Leads]=last_name,nope", "The following field in Lead module is not found: nope"),
        ("fields[Leads]=no,nope", "The following fields in Lead module are not found: no, nope"),
        ("fields[Leadz]=name", "Module Leadz does not exist"),
        ("limit=5", 'The option "limit" does not exist. Defined options are: "fields", "filter", "moduleName",'
                    ' "page", "sort".'),
    ],
)  # fmt: skip
def test_bad_parameter_is_plain_json(suite: SuiteCaller, query: str, detail: str) -> None:
    """A parameter is refused with status 400, as plain JSON, `errors` being one object."""
    answer = _get(suite, query)
    assert _detail(answer) == detail
    assert answer.headers["Content-Type"] == "application/json"


def test_filter_without_column_fails(suite: SuiteCaller) -> None:
    """A field that has no column of its own is an error of the database."""
    assert _detail(_get(suite, "filter[account_id][eq]=x", "Contacts")).startswith("Database failure.")


def test_email_filter_finds_unlinked_addresses(suite: SuiteCaller) -> None:
    """The filter on an address ignores case, and finds the record also after the address was taken from it."""
    lead = "11111111-aaaa-4000-8000-000000000001"
    suite.load(Leads=[{"id": lead, "last_name": "A", "email1": "Old@x.example"}])
    query = "filter[email1][eq]=OLD@X.example"
    assert _names(suite, query) == ["A"]
    address = suite.dump("EmailAddresses")[0]["id"]
    gone = suite.v8("DELETE", f"module/Leads/{lead}/relationships/email_addresses/{address}")
    assert gone.status_code == 200, gone.text
    assert suite.dump("Leads")[0]["email"] == []
    assert _names(suite, query) == ["A"]


def test_deleted_rows_are_invisible(suite: SuiteCaller) -> None:
    """Deleted rows are not listed; asking for them ends in an error as soon as there is one."""
    suite.load(Leads=[{"last_name": "Live"}])
    asked = "filter[deleted][eq]=1"
    assert _get(suite, asked).json()["data"] == []
    suite.load(Leads=[{"id": "22222222-aaaa-4000-8000-000000000001", "last_name": "Gone", "deleted": 1}])
    assert _names(suite, "sort=id") == ["Live"]
    detail = "Leads module with id 22222222-aaaa-4000-8000-000000000001 is not found"
    assert _detail(_get(suite, asked)) == detail


def test_unknown_module_is_refused(suite: SuiteCaller) -> None:
    """A module that is not there is refused while the parameters are read."""
    assert _detail(_get(suite, "", "Leadz")) == "Module Leadz does not exist"


def test_limited_user_sees_own_rows(suite: SuiteCaller) -> None:
    """A user with owner's rights lists his own rows only, while the count of pages is everybody's."""
    suite.load(
        Users=[
            {
                "id": "ro-1",
                "user_name": "ro",
                "last_name": "Reader",
                "password": "ro",
                "_access": "list=owner,edit=none",
            }
        ]
    )
    suite.load(Leads=[{"last_name": "Other"}, {"last_name": "Mine", "assigned_user_id": "ro-1"}])
    suite.log_in(username="ro", password="ro")
    body = _get(suite, f"{NAMES}&page[size]=1&page[number]=1").json()
    assert [item["attributes"]["last_name"] for item in body["data"]] == ["Mine"]
    assert body["meta"]["total-pages"] == 2
