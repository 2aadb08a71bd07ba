"""Reading an org: cursors that die, pages that lie, long questions, and the filter of the first pull."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import unquote

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import ConfigError, Unreadable
from connector.model.progress import Fetching, Page, Watermark
from connector.systems.salesforce import SalesforceOptions, SalesforceSystem
from connector.systems.salesforce.soql import chunks, instant, literal, quoted, select
from connector.systems.secret import Secret
from tests.contracts.subjects import PatientClock, SalesforceSubject, salesforce

ADDRESS = "https://acme.my.salesforce.com"
QUERY = f"{ADDRESS}/services/data/v62.0/query/"
GRANTED = {"access_token": "t", "instance_url": ADDRESS, "id": "https://x/id/00D5g000000AbCdEAK/005"}
DATE = {"Date": "Sat, 21 Nov 2026 10:00:00 GMT"}


def row(number: int, stamp: str = "2026-11-20T10:00:00.000+0000") -> dict[str, object]:
    """One row of a query."""
    return {"Id": f"00Q5g0000000{number:03d}EAV", "SystemModstamp": stamp, "IsDeleted": False, "MasterRecordId": None}


def page(rows: list[dict[str, object]], total: int, following: str = "") -> dict[str, object]:
    """One page of a query."""
    more = {"nextRecordsUrl": following} if following else {}
    return {"totalSize": total, "done": not following, "records": rows, **more}


def doubled() -> SalesforceSystem:
    """A system whose server is a double; it is logged in."""
    responses.post(f"{ADDRESS}/services/oauth2/token", json=GRANTED, headers=DATE)
    options = SalesforceOptions(ADDRESS, client_id="app", client_secret=Secret("s"))
    return SalesforceSystem("crm", options, PatientClock(), random.Random(1))


def ids(pages: list[Page]) -> list[str]:
    """The ids of all rows."""
    return [record.ref.id for page in pages for record in page.records]


@pytest.mark.fault
@responses.activate
@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "INVALID_QUERY_LOCATOR"), (404, "NOT_FOUND"), (401, "INVALID_SESSION_ID")],
)
def test_D06_dead_cursor_restarts_after_last_row(status: int, code: str) -> None:  # noqa: N802
    """A cursor that dies is replaced by a question for what follows the last row, with the first page's bound."""
    system = doubled()
    responses.get(QUERY, json=page([row(1), row(2)], 3, "/services/data/v62.0/query/0r8-2"), headers=DATE)
    responses.get(f"{ADDRESS}/services/data/v62.0/query/0r8-2", status=status, json=[{"errorCode": code}], headers=DATE)
    responses.get(QUERY, json=page([row(3)], 1), headers=DATE)
    assert ids(list(system.changes("Lead", (), None))) == [str(row(n)["Id"]) for n in (1, 2, 3)]
    asked = unquote(str(responses.calls[-1].request.url)).replace("+", " ")
    assert "SystemModstamp > 2026-11-20T10:00:00Z OR" in asked
    assert "SystemModstamp = 2026-11-20T10:00:00Z AND Id > '00Q5g0000000002EAV'" in asked
    assert "SystemModstamp <= 2026-11-21T10:00:00Z" in asked


@pytest.mark.fault
@responses.activate
def test_D07_repeating_pages_fail_loudly() -> None:  # noqa: N802
    """Pages that lead in a circle, or bring more or fewer rows than announced, are not accepted."""
    following = "/services/data/v62.0/query/0r8-2"
    for total in (99, 3):
        responses.reset()
        system = doubled()
        responses.get(QUERY, json=page([row(1), row(2)], total, following), headers=DATE)
        responses.get(f"{ADDRESS}{following}", json=page([row(3), row(4)], total, following), headers=DATE)
        with pytest.raises(Unreadable):
            list(system.changes("Lead", (), None))
    responses.reset()
    system = doubled()
    responses.get(QUERY, json=page([row(1)], 2), headers=DATE)
    with pytest.raises(Unreadable):
        list(system.changes("Lead", (), None))


@responses.activate
def test_circle_of_pages_ends() -> None:
    """Pages that announce no total and lead in a circle are given up at the first repeat."""
    system = doubled()
    following = "/services/data/v62.0/query/0r8-2"
    circle = {name: value for name, value in page([row(1)], 9, following).items() if name != "totalSize"}
    responses.get(QUERY, json=circle, headers=DATE)
    responses.get(f"{ADDRESS}{following}", json=circle, headers=DATE)
    with pytest.raises(Unreadable):
        list(islice(system.changes("Lead", (), None), 9))


@responses.activate
@pytest.mark.parametrize("body", [{"records": [{"Id": "x"}]}, {"records": None}, {"done": True}, {"records": ["x"]}])
def test_odd_page_is_unreadable(body: dict[str, Any]) -> None:
    """A page without rows, or rows without id and stamp, is not guessed at."""
    system = doubled()
    responses.get(QUERY, json=body, headers=DATE)
    with pytest.raises(Unreadable):
        list(system.changes("Lead", (), None))


@responses.activate
def test_reach_stays_below_moving_rows() -> None:
    """A row that changed while its page was on the way does not carry the bookmark past rows still to come."""
    system = doubled()
    following = "/services/data/v62.0/query/0r8-2"
    moved = row(2, "2026-11-21T10:00:05.000+0000")
    responses.get(QUERY, json=page([row(1), moved], 3, following), headers=DATE)
    responses.get(f"{ADDRESS}{following}", json=page([row(3, "2026-11-20T11:00:00.000+0000")], 3), headers=DATE)
    first, second = system.changes("Lead", (), None)
    assert first.reached == Watermark(datetime(2026, 11, 20, 10, tzinfo=UTC), str(row(1)["Id"]))
    assert second.reached == Watermark(datetime(2026, 11, 21, 10, tzinfo=UTC))


@pytest.mark.fault
def test_E11_long_question_travels_in_body(org: SalesforceSubject) -> None:  # noqa: N802
    """A field list too long for a URL is asked inside a composite, and its pages are followed all the same."""
    known = org.leads(2100)
    account = [
        name for name, shape in org.system.describe(["Account"])["Account"].fields.items() if shape.type != "address"
    ]
    parents = (
        "ConvertedAccount",
        "ConvertedContact.Account",
        "ConvertedOpportunity.Account",
        "ConvertedAccount.Parent",
    )
    fields = tuple(f"{parent}.{name}" for parent in parents for name in account)
    assert sum(map(len, fields)) > 5000
    system = org.fresh()
    found = [record.ref.id for page in system.changes("Lead", fields, None) for record in page.records]
    assert sorted(found) == sorted(known)
    assert [call["operation"] for call in org.log()][-2:] == ["composite", "queryMore"]
    assert system.calls == 3


@pytest.mark.fault
def test_D01_overlap_reaches_back(org: SalesforceSubject) -> None:  # noqa: N802
    """Each pull looks back by the overlap, and no further."""
    now = org.system.now().replace(microsecond=0)
    old, recent = org.leads(1, now - timedelta(seconds=700)) + org.leads(1, now - timedelta(seconds=500))
    found = ids(list(org.system.changes("Lead", (), Watermark(now))))
    assert found == [recent]
    assert ids(list(salesforce(org.sandbox, overlap_seconds=800).changes("Lead", (), Watermark(now)))) == [old, recent]


@pytest.mark.fault
@pytest.mark.parametrize("skew", [-3600, 3600])
def test_D03_machine_clock_does_not_matter(org: SalesforceSubject, skew: int) -> None:  # noqa: N802
    """Whatever this machine's clock says, rows are read by the server's, and bookmarks stand on it."""
    lead_id = org.lead()
    clock = PatientClock()
    clock.sleep(skew)
    pages = list(salesforce(org.sandbox, clock).changes("Lead", (), None))
    assert ids(pages) == [lead_id]
    reached = pages[-1].reached
    assert reached is not None
    assert abs(reached.position - org.system.now()) < timedelta(seconds=10)


def test_merged_row_names_survivor(org: SalesforceSubject) -> None:
    """A lead merged away comes as deleted, with the id of the survivor."""
    keep, lose = org.lead(), org.lead()
    start = Watermark(org.system.now() - timedelta(hours=1))
    door = {"action": "merge", "object": "Lead", "id": lose, "into": keep, "times": 1, "when": "before"}
    org.faults({"operation": "read", **door})
    found = {r.ref.id: r for page in org.system.changes("Lead", (), start) for r in page.records}
    assert (found[lose].deleted, found[lose].merged_into) == (True, keep)
    assert not found[keep].deleted


def test_parent_fields_are_flat(org: SalesforceSubject) -> None:
    """A field of a parent record stands under its dotted name; without a parent it is empty."""
    lead_id = org.lead()
    record = org.system.fetch("Lead", [lead_id], ("Owner.Name", "ConvertedAccount.Name"))[lead_id]
    assert record.fields["Owner.Name"]
    assert record.fields["ConvertedAccount.Name"] is None


@pytest.mark.fault
def test_B06_missing_field_stops_before_reading(org: SalesforceSubject) -> None:  # noqa: N802
    """A field that the org lacks is told by name; nothing is read without it."""
    with pytest.raises(ConfigError, match="Nope__c"):
        list(org.system.changes("Lead", ("Nope__c",), None))
    with pytest.raises(ConfigError):
        list(org.system.changes("Lead", ("Id FROM User --",), None))


def test_fetch_beyond_a_query(org: SalesforceSubject) -> None:
    """More ids than one query may name are read all the same, in one call."""
    known = org.leads(4100)
    org.system.identity()
    before = org.system.calls
    assert len(org.system.fetch("Lead", known, ("LastName",))) == 4100
    assert org.system.calls - before == 1


def test_fetch_of_several_objects_is_one_call(org: SalesforceSubject) -> None:
    """Records of several objects come in one call; an object of which none is asked for costs nothing."""
    lead_id = org.lead()
    org.system.identity()
    before = org.system.calls
    wanted = [
        Fetching("Lead", (lead_id,), ("LastName",)),
        Fetching("Contact", (), ()),
        Fetching("Account", (lead_id,), ()),
    ]
    assert [list(found) for found in org.system.fetch_together(wanted)] == [[lead_id], [], []]
    assert org.system.calls - before == 1


def test_fetch_answers_asked_spelling(org: SalesforceSubject) -> None:
    """An id of 15 characters is answered under 15 characters."""
    lead_id = org.lead()
    assert set(org.system.fetch("Lead", [lead_id[:15]], ())) == {lead_id[:15]}


def test_one_describe_call_brings_terms(org: SalesforceSubject) -> None:
    """Four descriptions, the statuses and the stages cost one call."""
    org.system.identity()
    before = org.system.calls
    org.system.describe(["Lead", "Account", "Contact", "Opportunity"])
    terms = org.system.conversion_terms()
    assert org.system.calls - before == 1
    assert terms["converted_statuses"] == ("Closed - Converted",)
    assert (terms["stages"][0], terms["stages"][-1]) == ("Prospecting", "Closed Lost")


def test_budget_follows_usage_header(org: SalesforceSubject) -> None:
    """API usage is what the last answer told."""
    assert org.system.budget() is None
    org.system.conversion_terms()
    first = org.system.budget()
    org.system.perform([org.convert(org.lead())])
    second = org.system.budget()
    assert first is not None
    assert second is not None
    assert second.used > first.used
    assert second.limit == first.limit > 0


@given(st.text(), st.text())
def test_literals_cannot_break_out(text: str, other: str) -> None:
    """However it is written, a text stays inside its quotes, and two texts never become one."""
    shown = quoted(text)
    inner = shown[1:-1].replace("\\\\", "")
    assert "'" not in inner.replace("\\'", "")
    assert not inner.endswith("\\")
    assert (quoted(other) == shown) == (text == other)


@given(st.lists(st.text(alphabet="ab'\\", max_size=9)), st.integers(1, 5), st.integers(1, 40))
def test_chunks_keep_everything(values: list[str], most: int, room: int) -> None:
    """Cutting a list loses nothing, keeps the order, and no chunk is too long."""
    cut = list(chunks(values, most, room))
    assert [value for chunk in cut for value in chunk] == values
    assert all(1 <= len(chunk) <= most for chunk in cut)
    assert all(len(chunk) == 1 or sum(len(quoted(v)) + 1 for v in chunk) <= room for chunk in cut)


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_survive_the_trip(moment: datetime) -> None:
    """What is written as a literal reads back as the same millisecond."""
    cut = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert instant(literal(moment)) == cut


def test_statement_is_parenthesised() -> None:
    """Conditions never mix AND and OR without parentheses."""
    assert select(["Id"], "Lead", "a OR b", "c") == "SELECT Id FROM Lead WHERE (a OR b) AND (c)"
