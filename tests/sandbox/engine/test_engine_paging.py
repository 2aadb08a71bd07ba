"""Pages and locators."""

from __future__ import annotations

import re

import pytest

from connector.sandbox.clock import SandboxClock
from connector.sandbox.salesforce.org import ApiError, Org, OrgSettings, QueryPage
from tests.sandbox.engine.engine_answers import NOON


def _filled(count: int, clock: SandboxClock, settings: OrgSettings) -> Org:
    org = Org(None, clock, settings)
    org.load({"Lead": [{"LastName": f"L{n:05}", "Company": "Acme"} for n in range(count)]})
    return org


def _all_pages(org: Org, page: QueryPage) -> list[QueryPage]:
    pages = [page]
    while page.next_locator is not None:
        page = org.query_more(page.next_locator)
        pages.append(page)
    return pages


def test_pages_cover_everything_once(clock: SandboxClock) -> None:
    """5,000 rows come in pages of 2,000 whose union is complete and without repeats."""
    org = _filled(5000, clock, OrgSettings())
    pages = _all_pages(org, org.query("SELECT LastName FROM Lead"))
    assert [len(page.records) for page in pages] == [2000, 2000, 1000]
    assert [page.done for page in pages] == [False, False, True]
    assert {page.total_size for page in pages} == {5000}
    assert len({record["LastName"] for page in pages for record in page.records}) == 5000
    assert re.fullmatch(r"0r8\w{15}-2000", pages[0].next_locator or "")


def test_batch_size_is_kept_between_limits(clock: SandboxClock) -> None:
    """The hint is honoured from 200 to 2,000."""
    org = _filled(2500, clock, OrgSettings())
    sizes = [len(org.query("SELECT Id FROM Lead", batch_size=hint).records) for hint in (1, 200, 500, 9999)]
    assert sizes == [200, 200, 500, 2000]


def test_unordered_rows_come_shuffled(clock: SandboxClock) -> None:
    """Without ORDER BY nobody can rely on insertion order; with it rows are sorted."""
    org = _filled(300, clock, OrgSettings(shuffle_unordered=True))
    plain = [record["LastName"] for record in org.query("SELECT LastName FROM Lead").records]
    ordered = [record["LastName"] for record in org.query("SELECT LastName FROM Lead ORDER BY LastName").records]
    assert plain != ordered
    assert sorted(plain) == ordered


def test_short_pages_still_cover_everything(clock: SandboxClock) -> None:
    """With short pages on a page may be smaller than asked, and only `done` tells the end."""
    org = _filled(1000, clock, OrgSettings(short_pages=True))
    pages = _all_pages(org, org.query("SELECT LastName FROM Lead", batch_size=200))
    assert len({len(page.records) for page in pages}) > 1
    assert len({record["LastName"] for page in pages for record in page.records}) == 1000


def test_offset_query_has_no_cursor(clock: SandboxClock) -> None:
    """OFFSET answers one batch and never a locator."""
    org = _filled(3000, clock, OrgSettings())
    page = org.query("SELECT Id FROM Lead ORDER BY Id LIMIT 2900 OFFSET 10")
    assert (len(page.records), page.done, page.next_locator) == (2000, True, None)


def test_locator_dies_after_two_days(clock: SandboxClock) -> None:
    """A locator works for two days and is unknown afterwards."""
    org = _filled(300, clock, OrgSettings())
    locator = org.query("SELECT Id FROM Lead", batch_size=200).next_locator or ""
    clock.advance(47 * 3600)
    assert len(org.query_more(locator).records) == 100
    clock.advance(2 * 3600)
    with pytest.raises(ApiError) as refused:
        org.query_more(locator)
    assert (refused.value.code, refused.value.http_status) == ("INVALID_QUERY_LOCATOR", 400)


@pytest.mark.parametrize("code", ["INVALID_QUERY_LOCATOR", "INVALID_SESSION_ID"])
def test_locator_belongs_to_its_session(clock: SandboxClock, code: str) -> None:
    """Another session cannot go on with a locator; the code it gets is a switch."""
    org = _filled(300, clock, OrgSettings(foreign_locator_code=code))
    page = org.query("SELECT Id FROM Lead", batch_size=200, session="first")
    with pytest.raises(ApiError, match=code):
        org.query_more(page.next_locator or "", session="second")
    assert org.query_more(page.next_locator or "", session="first").done


@pytest.mark.parametrize("locator", ["", "0r8xx3Fz1ExampleAAE-2000", "nonsense", "0r85g00000A0000EAB-x"])
def test_unknown_locator_is_refused(org: Org, locator: str) -> None:
    """Made-up locators answer INVALID_QUERY_LOCATOR."""
    with pytest.raises(ApiError, match="INVALID_QUERY_LOCATOR"):
        org.query_more(locator)


def test_row_deleted_since_is_left_out(clock: SandboxClock) -> None:
    """A row that went to the recycle bin after the query is missing from its page."""
    org = _filled(250, clock, OrgSettings(shuffle_unordered=False))
    page = org.query("SELECT Id FROM Lead ORDER BY Id", batch_size=200)
    last = org.query("SELECT Id FROM Lead ORDER BY Id DESC LIMIT 1").records[0]["Id"]
    org.delete([last])
    assert len(org.query_more(page.next_locator or "").records) == 49


def test_keyset_by_stamp_and_id_is_complete(clock: SandboxClock) -> None:
    """The incremental keyset walks thousands of rows with equal stamps without loss or repeat."""
    org = _filled(1500, clock, OrgSettings())
    seen: list[str] = []
    where = ""
    while True:
        soql = f"SELECT Id, SystemModstamp FROM Lead {where} ORDER BY SystemModstamp, Id LIMIT 400"
        records = org.query(soql).records
        if not records:
            break
        seen += [record["Id"] for record in records]
        stamp, last = records[-1]["SystemModstamp"].replace("+0000", "Z"), records[-1]["Id"]
        where = f"WHERE (SystemModstamp > {stamp}) OR (SystemModstamp = {stamp} AND Id > '{last}')"
    assert len(seen) == len(set(seen)) == 1500
    assert NOON.strftime("%Y-%m-%d") in where


def test_columns_answer_nests_parents_and_children(org: Org) -> None:
    """`columns=true` names the columns and nests parents and subqueries through joinColumns."""
    answer = org.query_columns("SELECT Id, Owner.Name, (SELECT Subject FROM Tasks) FROM Lead")
    names = {
        item["columnName"]: [sub["columnName"] for sub in item["joinColumns"]] for item in answer["columnMetadata"]
    }
    assert names == {"Id": [], "Owner": ["Name"], "Tasks": ["Subject"]}
    assert [item["aggregate"] for item in answer["columnMetadata"]] == [False, False, True]
    assert (answer["entityName"], answer["idSelected"], answer["keyPrefix"]) == ("Lead", True, "00Q")
    grouped = org.query_columns("SELECT COUNT(Id) n, Status FROM Lead GROUP BY Status")["columnMetadata"]
    assert [(item["columnName"], item["aggregate"]) for item in grouped] == [("n", True), ("Status", False)]
