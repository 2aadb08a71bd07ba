"""Pulls by keyset, rows by id, counts, and what a row means: zones, booleans, addresses, hidden and deleted rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import responses

from connector.errors import Unavailable, Unreadable
from connector.model.progress import FieldShape, Page, Watermark, Window
from connector.model.records import RawRecord
from connector.ports import Source
from connector.systems.sugarcrm.rows import flag, hidden, outgoing, raw_record, same_value, scalar
from tests.contracts.sugarcrm_subject import SugarSubject

from .conftest import Made

ADDRESS = "http://127.0.0.1:9"
STAMP = "2026-05-01T10:00:00+00:00"


def rows(pages: Sequence[Page]) -> list[RawRecord]:
    """All rows of a pull."""
    return [record for page in pages for record in page.records]


def ids(source: Source, after: Watermark | None = None, fields: Sequence[str] = ("last_name",)) -> list[str]:
    """The ids of one pull."""
    return [record.ref.id for record in rows(list(source.changes("Leads", fields, after)))]


def asked(crm: SugarSubject, path: str) -> int:
    """How many calls went to a path's end."""
    return sum(1 for call in crm.log() if str(call["path"]).endswith(path))


def test_H06_instants_come_in_utc(crm_with: Made) -> None:  # noqa: N802
    """Instants are UTC whatever the API user's zone; a plain date is never shifted; filters mean the same moment."""
    for zone in ("-05:00", "Asia/Kolkata", "UTC"):
        crm = crm_with({"api_user_tz": zone})
        stamp = {"date_modified": "2026-01-02T23:30:00+00:00"}
        crm.load(
            "Leads", [{"last_name": "A", "birthdate": "1970-12-31", "requested_at_c": "2026-03-01 23:45:10", **stamp}]
        )
        names = ("birthdate", "requested_at_c")
        (record,) = rows(list(crm.system.changes("Leads", names, None)))
        assert record.fields == {"birthdate": "1970-12-31", "requested_at_c": "2026-03-01T23:45:10Z"}
        moment = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)
        assert record.modified == moment
        second = timedelta(seconds=1)
        windows = [
            Window(moment - second, moment),
            Window(moment, moment + second),
            Window(moment - second, moment - second),
        ]
        assert list(crm.system.census("Leads", windows)) == [1, 0, 0]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (True, True),
        ("1", True),
        (1, True),
        ("true", True),
        (False, False),
        ("0", False),
        (0, False),
        ("", None),
        (None, None),
    ],
)
def test_H04_booleans_by_table(value: object, meant: bool | None) -> None:  # noqa: N802
    """A boolean is read from any of its spellings, by the described type."""
    assert flag(value) is meant
    assert scalar(value, "bool") is (meant if value != "" else None)


@pytest.mark.parametrize(
    ("value", "type_", "meant"),
    [
        ("", "varchar", None),
        (None, "varchar", None),
        ("25000.000000", "currency", 25000.0),
        (25000, "currency", 25000.0),
        ("90", "int", 90),
        ("not a number", "currency", "not a number"),
        ("NaN", "float", "NaN"),
        (12, "varchar", "12"),
        ("2026-05-01T06:00:00-04:00", "datetime", "2026-05-01T10:00:00Z"),
        ("2026-05-01T23:00:00-04:00", "date", "2026-05-01"),
        ("yesterday", "datetime", "yesterday"),
        ([], "varchar", None),
        (["A", "B"], "multienum", "A,B"),
        ({"id": "7", "name": "Acme"}, "relate", '{"id":"7","name":"Acme"}'),
    ],
)
def test_H03_values_by_their_type(value: object, type_: str, meant: object) -> None:  # noqa: N802
    """Empty is None, numbers are numbers, instants are UTC; what does not fit its type comes as it is."""
    found = scalar(value, type_)
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    ("acl", "unseen"),
    [
        ({"fields": []}, set()),
        ({"fields": {}}, set()),
        ([], set()),
        (None, set()),
        ({"fields": {"title": {"read": "no", "write": "no"}, "phone_work": {"write": "no"}}}, {"title"}),
        ({"fields": {"title": []}}, set()),
    ],
)
def test_H05_php_arrays_are_empty_objects(acl: object, unseen: set[str]) -> None:  # noqa: N802
    """An empty list where an object belongs says that nothing is hidden."""
    assert hidden({"_acl": acl}) == unseen


def test_H05_empty_acl_list_is_read(crm_with: Made) -> None:  # noqa: N802
    """Rows whose access part is an empty list are rows like any other."""
    crm = crm_with({"empty_acl": "list"})
    known = crm.leads(3)
    assert sorted(ids(crm.system)) == sorted(known)


@pytest.mark.parametrize("shape", ["reduced", "full"])
def test_H13_deleted_rows_in_both_shapes(crm_with: Made, shape: str) -> None:  # noqa: N802
    """A deleted row says so, with all its fields or with none of them."""
    crm = crm_with({"deleted_shape": shape})
    lead_id = crm.lead(title="Buyer")
    (page,) = crm.system.changes("Leads", ("title",), None)
    crm.delete(lead_id)
    (gone,) = rows(list(crm.fresh().changes("Leads", ("title",), page.reached)))
    assert gone.deleted
    assert gone.fields["title"] in (None, "Buyer")
    assert crm.system.fetch("Leads", [lead_id], ("title",))[lead_id].deleted


def test_deleted_row_without_anything() -> None:
    """A deleted row that holds nothing but its id is taken; a live one must say when it was changed."""
    record = raw_record("crm", "Leads", {"id": "7", "deleted": "1"}, ("title",), {})
    assert (record.deleted, record.modified, record.fields) == (True, None, {"title": None})
    for broken in (
        {"id": "7"},
        {"date_modified": STAMP},
        {"id": 7, "date_modified": STAMP},
        {"id": "7", "date_modified": "now"},
    ):
        with pytest.raises((ValueError, KeyError)):
            raw_record("crm", "Leads", broken, (), {})


def test_H14_clipped_pages_are_followed(crm_with: Made) -> None:  # noqa: N802
    """A server that gives fewer rows than asked for is asked on, in pulls and in reads by id."""
    crm = crm_with({"max_list_limit": 7})
    known = crm.leads(20, crm.system.now() - timedelta(hours=3))
    assert sorted(ids(crm.system)) == sorted(known)
    assert set(crm.system.fetch("Leads", known, ("last_name",))) == set(known)
    assert list(crm.system.census("Leads", [Window(None, crm.system.now())])) == [20]


def test_H11_edits_during_a_pull_lose_nothing(crm_with: Made) -> None:  # noqa: N802
    """A row that is edited between two pages moves to the end; nobody else is skipped or read twice."""
    crm = crm_with({}, page_size=4)
    base = crm.system.now() - timedelta(hours=3)
    known = [crm.leads(1, base + timedelta(minutes=n))[0] for n in range(12)]
    pages = crm.system.changes("Leads", ("title",), None)
    first = next(pages)
    crm.advance(5)
    crm.touch(known[0])
    crm.touch(known[6])
    rest = rows(list(pages))
    brought = [record.ref.id for record in (*first.records, *rest)]
    assert len(brought) == len(set(brought))
    assert set(known) - set(brought) <= {known[6]}
    later = ids(crm.fresh(), Watermark(crm.system.now() - timedelta(seconds=1)))
    assert {known[0], known[6]} <= set(later)


def test_pages_start_at_offset_zero(crm_with: Made) -> None:
    """No page is asked for by its offset: rows before it may have moved."""
    crm = crm_with({}, page_size=5)
    crm.leads(12)
    crm.system.describe(["Leads"])
    before = crm.system.calls
    assert len(ids(crm.system)) == 12
    assert crm.system.calls - before == 3


def test_overlap_reaches_back(crm_with: Made) -> None:
    """Each pull looks back by the overlap, and no further."""
    crm = crm_with({}, overlap_seconds=60)
    now = crm.system.now()
    (near,) = crm.leads(1, now - timedelta(seconds=50))
    crm.leads(1, now - timedelta(seconds=70))
    assert ids(crm.system, Watermark(now)) == [near]


def test_H10_hidden_records_are_absent(crm_with: Made) -> None:  # noqa: N802
    """A record outside our teams is not found, neither is it told as deleted."""
    crm = crm_with({"acl_hidden_ids": {"Leads": ["hidden-1"]}})
    crm.load("Leads", [{"id": "hidden-1", "last_name": "Secret"}, {"id": "seen-1", "last_name": "Open"}])
    assert set(crm.system.fetch("Leads", ["hidden-1", "seen-1"], ("last_name",))) == {"seen-1"}
    assert ids(crm.system) == ["seen-1"]


def test_H21_ids_of_any_make(crm: SugarSubject) -> None:  # noqa: N802
    """Ids that are no guids are ids all the same; what is longer than 36 characters is not asked for."""
    given = ["1", "seed_will_id", "UPPER-CASE-ID", "a'b/c?d", "ü" * 36]
    crm.load("Leads", [{"id": each, "last_name": "X"} for each in given])
    assert set(crm.system.fetch("Leads", [*given, "", "x" * 37], ("last_name",))) == set(given)
    assert sorted(ids(crm.system)) == sorted(given)


def test_H01_address_is_the_primary_one(crm: SugarSubject) -> None:  # noqa: N802
    """The primary address stands in email1 with its own flags, though it is a record of its own."""
    lead_id = crm.lead()
    emails = [
        {"email_address": "second@acme.example", "primary_address": False, "invalid_email": True},
        {"email_address": "First@acme.example", "primary_address": True, "opt_out": True},
    ]
    crm.call("PUT", f"Leads/{lead_id}", {"email": emails})
    names = ("email1", "email_opt_out", "invalid_email")
    record = crm.system.fetch("Leads", [lead_id], names)[lead_id]
    assert record.fields == {"email1": "First@acme.example", "email_opt_out": True, "invalid_email": False}
    bare = crm.lead()
    assert crm.system.fetch("Leads", [bare], names)[bare].fields == {
        "email1": None,
        "email_opt_out": False,
        "invalid_email": False,
    }


def test_H09_account_is_read_by_id(crm: SugarSubject) -> None:  # noqa: N802
    """A contact's company is its account_id; the name beside it is text resolved by the CRM."""
    (account,) = crm.load("Accounts", [{"name": "Acme"}])
    (contact,) = crm.load("Contacts", [{"last_name": "Okafor", "account_id": account}])
    record = crm.system.fetch("Contacts", [contact], ("account_id", "account_name"))[contact]
    assert record.fields == {"account_id": account, "account_name": "Acme"}


def test_described_fields_say_what_is_writable(crm: SugarSubject) -> None:
    """Lengths, dropdown keys in their order, our key, and what only the server writes."""
    shape = crm.system.describe(["Leads"])["Leads"].fields
    assert shape["status"].values[:3] == ("New", "Assigned", "In Process")
    assert shape["last_name"].required
    assert shape["title"].length == 100
    assert shape["connector_key_c"].external_id
    assert not shape["date_modified"].updateable
    assert shape["email1"].updateable
    assert shape["converted"].type == "bool"
    contacts = crm.system.describe(["Contacts"])["Contacts"].fields
    assert contacts["account_id"].createable
    assert not contacts["account_name"].createable


def test_H25_modules_by_key(crm: SugarSubject) -> None:  # noqa: N802
    """A module is known by its key; a label is no module."""
    assert set(crm.system.describe(["Accounts", "Companies"])) == {"Accounts"}


def test_describing_costs_two_calls(crm: SugarSubject) -> None:
    """Four modules are one call for the fields and one bulk for the dropdowns, and nothing after that."""
    crm.system.identity()
    before = crm.system.calls
    for _ in range(2):
        crm.system.describe(["Leads", "Accounts", "Contacts", "Opportunities"])
        crm.system.conversion_terms()
    assert crm.system.calls - before == 2


def test_census_of_many_windows_is_one_call(crm: SugarSubject) -> None:
    """Twenty windows are counted by one bulk."""
    now = crm.system.now()
    windows = [Window(now - timedelta(hours=n + 1), now - timedelta(hours=n)) for n in range(20)]
    before = crm.system.calls
    assert list(crm.system.census("Leads", windows)) == [0] * 20
    assert crm.system.calls - before == 1


def test_identity_tells_installations_apart(crm: SugarSubject) -> None:
    """The installation is its address without the port, and the moment its first user was made."""
    found = crm.system.identity()
    host, _, born = found.org_id.partition("#")
    assert host == "127.0.0.1"
    assert datetime.fromisoformat(born).tzinfo is not None
    assert found.is_test
    assert crm.fresh().identity() == found


def test_identity_does_not_hang_on_the_zone(crm_with: Made) -> None:
    """The same installation is the same for API users in other zones."""
    found = {crm_with({"api_user_tz": zone}).system.identity().org_id for zone in ("UTC", "-05:00")}
    assert len(found) == 1


def test_html_page_is_an_outage(crm: SugarSubject) -> None:
    """A page of a proxy with status 200 is no answer of SugarCRM's, and is asked again."""
    known = crm.leads(2)
    page = {"action": "replace_body", "body": "<html>Maintenance</html>"}
    crm.faults({"operation": "filter", "nth": 1, **page})
    assert sorted(ids(crm.system)) == sorted(known)
    crm.faults({"operation": "filter", **page})
    with pytest.raises(Unavailable):
        ids(crm.fresh())


def _scripted(crm: SugarSubject, *answers: Mapping[str, Any]) -> Source:
    """A client whose pulls are answered with these pages, the last one for ever."""
    source = crm.fresh()
    source.describe(["Leads"])
    root = f"{crm.sandbox.base_url}/rest/v11_24"
    for answer in answers:
        responses.post(f"{root}/Leads/filter", json=answer, headers={"Date": "Fri, 01 May 2026 12:00:00 GMT"})
    return source


def _row(record_id: str, stamp: str = STAMP, **fields: object) -> dict[str, object]:
    return {"id": record_id, "date_modified": stamp, **fields}


@responses.activate
@pytest.mark.parametrize(
    "answer",
    [
        {"next_offset": 2, "records": [_row("a"), _row("b")]},
        {"next_offset": 2, "records": []},
        {"next_offset": -1, "records": [_row("b", "2026-05-01T11:00:00+00:00"), _row("a")]},
        {"next_offset": "soon", "records": []},
        {"next_offset": -1},
        {"next_offset": -1, "records": [{"name": "no id"}]},
        {"next_offset": -1, "records": [_row("a", "2026-05-01 10:00:00")]},
        [],
    ],
    ids=["same-page-for-ever", "no-rows-no-end", "disorder", "no-offset", "no-rows", "no-id", "no-zone", "no-page"],
)
def test_pages_that_make_no_sense_stop(crm: SugarSubject, answer: Any) -> None:
    """A server that repeats a page, disorders rows or leaves parts out is not believed."""
    responses.add_passthru(f"{crm.sandbox.base_url}/rest/v11_24/metadata")
    responses.add_passthru(f"{crm.sandbox.base_url}/rest/v11_24/oauth2")
    responses.add_passthru(f"{crm.sandbox.base_url}/rest/v11_24/bulk")
    source = _scripted(crm, answer)
    with pytest.raises(Unreadable):
        ids(source)


@responses.activate
def test_row_that_comes_twice_counts_once(crm: SugarSubject) -> None:
    """A row that a page brings twice is handed on once."""
    for path in ("metadata", "oauth2", "bulk"):
        responses.add_passthru(f"{crm.sandbox.base_url}/rest/v11_24/{path}")
    source = _scripted(crm, {"next_offset": -1, "records": [_row("a"), _row("a"), _row("b")]})
    assert ids(source) == ["a", "b"]


@responses.activate
@pytest.mark.parametrize("empty", ["", None])
def test_D11_row_without_a_stamp_is_read(crm: SugarSubject, empty: object) -> None:  # noqa: N802
    """A row that was brought into the database without a change stamp comes first, is read, and blocks nobody."""
    for path in ("metadata", "oauth2", "bulk"):
        responses.add_passthru(f"{crm.sandbox.base_url}/rest/v11_24/{path}")
    unstamped: Any = {**_row("a"), "date_modified": empty}
    source = _scripted(
        crm, {"next_offset": 2, "records": [unstamped, _row("b")]}, {"next_offset": -1, "records": [_row("c")]}
    )
    pages = list(source.changes("Leads", ("last_name",), None))
    assert [(each.ref.id, each.modified is None) for each in rows(pages)] == [("a", True), ("b", False), ("c", False)]
    assert pages[0].reached is not None


@pytest.mark.parametrize(
    ("sent", "read", "type_", "length", "equal"),
    [
        ("  Acme  ", "Acme", "varchar", 0, True),
        ("a\r\nb", "a\nb", "text", 0, True),
        ("x" * 120, "x" * 100, "varchar", 100, True),
        ("x" * 120, "x" * 99, "varchar", 100, False),
        (None, None, "varchar", 0, True),
        ("", None, "varchar", 0, True),
        (None, "left over", "varchar", 0, False),
        (None, False, "bool", 0, True),
        (True, True, "bool", 0, True),
        (False, None, "bool", 0, True),
        (True, None, "bool", 0, False),
        (25000, 25000.0, "currency", 0, True),
        (25000, "25000.000000", "currency", 0, True),
        (25000, None, "currency", 0, False),
        (0, None, "currency", 0, False),
        ("2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z", "datetime", 0, True),
        ("2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00Z", "datetime", 0, True),
        ("2026-05-01T12:00:00Z", "2026-05-01T10:00:00Z", "datetime", 0, False),
    ],
)
def test_sent_values_are_recognised(sent: Any, read: Any, type_: str, length: int, equal: bool) -> None:
    """A field holds what was sent when it differs only by what the CRM does to every value."""
    assert same_value(sent, read, FieldShape("f", type_, length=length)) is equal


def test_H08_numbers_are_sent_as_numbers() -> None:  # noqa: N802
    """Amounts are JSON numbers, instants carry an offset, blanks clear."""
    shapes = {"amount": FieldShape("amount", "currency"), "at": FieldShape("at", "datetime")}
    values = {"amount": "1234.56", "at": "2026-05-01T12:00:00Z", "title": None, "flag": False, "email1": "a@b.example"}
    assert outgoing(values, shapes) == {
        "amount": 1234.56,
        "at": "2026-05-01T12:00:00+00:00",
        "title": "",
        "flag": False,
    }
