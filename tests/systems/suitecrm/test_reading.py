"""Pulls: every row once and in order, whatever SuiteCRM drops, loses, encodes or hides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector.errors import ConfigError
from connector.model.progress import Page, Watermark, Window
from connector.ports import Source
from connector.sandbox import Sandbox
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

from .crm import furnished, limited, operations


def pull(source: Source, after: Watermark | None = None, until: datetime | None = None) -> list[Page]:
    """All pages of a pull of leads."""
    return list(source.changes("Leads", ("last_name", "title"), after, until))


def ids(pages: Sequence[Page]) -> list[str]:
    """Ids in the order they came."""
    return [record.ref.id for page in pages for record in page.records]


def order(pages: Sequence[Page]) -> list[tuple[Any, str]]:
    """What a bookmark goes by."""
    return [(record.modified, record.ref.id) for page in pages for record in page.records]


def spread(subject: SuiteSubject, days: Sequence[float], each: int = 3) -> list[str]:
    """Leads changed so many days ago, in an order of their own."""
    now = subject.system.now().replace(microsecond=0)
    return [lead for day in days for lead in subject.leads(each, now - timedelta(days=day))]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_any_page_size_brings_all(either: SuiteSubject, size: int) -> None:
    """Traps 11 and 14: rows come once and in order at every page size, over years and within one second."""
    known = spread(either, [0.001, 700, 3, 3.0001, 20, 700.2])
    pages = pull(either.client(page_size=size))
    assert sorted(ids(pages)) == sorted(known)
    assert order(pages) == sorted(order(pages))
    assert max(len(page.records) for page in pages) <= size


def test_rows_edited_meanwhile_shift_nothing(either: SuiteSubject) -> None:
    """Trap 11: rows that change between two pages move to the end; no other row is skipped for it."""
    known = spread(either, [10, 8, 6, 4], 5)
    seen: list[str] = []
    first = True
    for page in either.client(page_size=4).changes("Leads", ("title",), None):
        seen += [record.ref.id for record in page.records]
        if first:
            for record in page.records:
                either.touch(record.ref.id)
        first = False
    assert set(seen) == set(known)


def test_rows_that_leave_a_page_shift_nothing(v8: SuiteV8Subject) -> None:
    """Trap 11: page numbers would skip a row for each that leaves the window; ids do not."""
    known = v8.leads(12, v8.system.now() - timedelta(days=2))
    pages = v8.client(page_size=4).changes("Leads", ("title",), None)
    first = next(iter(pages))
    for record in first.records:
        v8.touch(record.ref.id)
    assert set(ids([first, *pages])) == set(known)


def test_minute_of_many_is_streamed(v8: SuiteV8Subject) -> None:
    """A minute that holds more than fits in memory is read by id, page by page, and is in order as it comes."""
    known = v8.leads(130, v8.system.now() - timedelta(days=2))
    pages = pull(v8.client(page_size=3))
    assert sorted(ids(pages)) == sorted(known)
    assert order(pages) == sorted(order(pages))


def test_long_stretch_is_cut_by_time(v8: SuiteV8Subject) -> None:
    """A stretch with more rows than fit in memory is cut in half until each part fits."""
    now = v8.system.now()
    stamps = [now - timedelta(hours=7 * n) for n in range(150)]
    known = v8.load("Leads", [{"last_name": f"L{n}", "date_modified": at.isoformat()} for n, at in enumerate(stamps)])
    pages = pull(v8.client(page_size=2))
    assert ids(pages) == list(reversed(known))


@pytest.mark.parametrize("api", [SuiteSubject, SuiteV8Subject])
def test_half_a_pull_goes_on(sandbox: Sandbox, api: type[SuiteSubject]) -> None:
    """A pull that stops after any page goes on from that page's reach, and nothing is missing."""
    subject = furnished(sandbox, api)
    known = spread(subject, [9, 5, 5.00001, 2], 4)
    for stop in range(1, 4):
        pages: list[Page] = []
        for page in subject.client(page_size=3, overlap_seconds=0).changes("Leads", ("title",), None):
            pages.append(page)
            if len(pages) == stop:
                break
        rest = pull(subject.client(page_size=3, overlap_seconds=0), pages[-1].reached)
        assert set(ids(pages)) | set(ids(rest)) == set(known)


@pytest.mark.parametrize("offset", ["+00:00", "-05:00"])
def test_wrong_offset_moves_nothing(sandbox: Sandbox, offset: str) -> None:
    """Trap 6: V8 prints the web server's offset behind UTC digits; stamps and windows stay right."""
    subject = furnished(sandbox, SuiteV8Subject, v8_offset=offset)
    at = subject.system.now().replace(second=37, microsecond=0) - timedelta(days=1)
    subject.leads(1, at)
    (page,) = pull(subject.system)
    assert page.records[0].modified == at.replace(second=0)
    found = subject.system.fetch("Leads", ids([page]), ("date_entered",))
    entered = str(found[page.records[0].ref.id].fields["date_entered"])
    assert entered[:10] in {(subject.system.now() - timedelta(days=n)).date().isoformat() for n in (0, 1)}


def test_stamps_are_minutes_for_everybody(sandbox: Sandbox) -> None:
    """An API user who sees the seconds is told minutes too: rows of one minute come by id, and that is the order."""
    subject = furnished(sandbox, SuiteV8Subject, user_time_format="H:i:s")
    minute = subject.system.now().replace(second=0, microsecond=0) - timedelta(days=1)
    stamps = [(minute + timedelta(seconds=second)).isoformat() for second in (50, 10, 30, 20, 40)]
    known = subject.load("Leads", [{"last_name": "L", "date_modified": stamp} for stamp in stamps])
    pages = pull(subject.client(page_size=2))
    assert [record.modified for page in pages for record in page.records] == [minute] * 5
    assert ids(pages) == sorted(known)


def test_lost_seconds_lose_no_row(v8: SuiteV8Subject) -> None:
    """Trap 6: a row changed in the minute of the last pull comes with the next one, and counts agree with pulls."""
    lead_id = v8.lead()
    (page,) = pull(v8.client(overlap_seconds=0))
    assert page.reached is not None
    v8.advance(2)
    v8.touch(lead_id)
    v8.advance(90)
    assert ids(pull(v8.client(overlap_seconds=0), page.reached)) == [lead_id]
    stamp = page.records[0].modified
    assert stamp is not None
    assert list(v8.system.census("Leads", [Window(None, stamp), Window(stamp, stamp + timedelta(minutes=5))])) in (
        [1, 0],
        [0, 1],
    )


def test_deletions_are_said_to_be_hidden(v8: SuiteV8Subject, suite: SuiteSubject) -> None:
    """Trap 13: V8 cannot tell deleted rows, and says so; the legacy service tells them."""
    lead_id = v8.lead()
    (page,) = pull(v8.system)
    v8.delete(lead_id)
    v8.advance(120)
    assert ids(pull(v8.fresh(), page.reached)) == []
    assert any("deleted" in sentence for sentence in v8.system.statements)
    (told,) = pull(suite.fresh(), page.reached)
    assert [(record.ref.id, record.deleted) for record in told.records] == [(lead_id, True)]
    assert suite.system.statements == ()


def test_values_come_the_same_way(sandbox: Sandbox) -> None:
    """Traps 2 to 6 and 9: both services hand on the same values: decoded text, booleans, numbers, instants, nothing."""
    legacy, json_api = SuiteSubject(sandbox), SuiteV8Subject(sandbox)
    account = legacy.load("Accounts", [{"name": 'Acme & "Söhne" <x>'}])[0]
    lead_id = legacy.lead(
        first_name="O'Brien",
        title="",
        do_not_call=1,
        birthdate="1980-02-29",
        requested_at_c="2026-11-21 19:25:00",
        email1="Ann@acme.example",
        account_id=account,
    )
    expected = {
        "first_name": "O'Brien",
        "title": None,
        "do_not_call": True,
        "converted": False,
        "birthdate": "1980-02-29",
        "requested_at_c": "2026-11-21T19:25:00Z",
        "email1": "Ann@acme.example",
        "account_name": 'Acme & "Söhne" <x>',
    }
    for subject in (legacy, json_api):
        assert dict(subject.system.fetch("Leads", [lead_id], tuple(expected))[lead_id].fields) == expected


def test_contacts_carry_their_account(either: SuiteSubject) -> None:
    """Trap 9: the account of a contact and of a deal is read as an id."""
    account = either.load("Accounts", [{"name": "Acme"}])[0]
    contact = either.load("Contacts", [{"last_name": "Okafor", "account_id": account}])[0]
    deal = either.load("Opportunities", [{"name": "Demo", "account_id": account, "amount": 12.5, "probability": 20}])[0]
    found = either.system.fetch("Contacts", [contact], ("account_id",))[contact].fields
    assert found == {"account_id": account}
    (page,) = either.system.changes("Opportunities", ("account_id", "amount", "probability"), None)
    assert (page.records[0].ref.id, page.records[0].fields) == (
        deal,
        {"account_id": account, "amount": 12.5, "probability": 20},
    )


def test_hidden_rows_are_not_deleted_rows(suite: SuiteSubject) -> None:
    """Trap 10: rows that owner-only access hides are simply not there; nobody takes them for deleted."""
    lead_id = suite.lead(assigned_user_id="1")
    system = limited(suite, "list=owner")
    assert ids(pull(system)) == []
    assert system.fetch("Leads", [lead_id], ("title",)) == {}


def test_bad_names_never_leave(either: SuiteSubject) -> None:
    """A field name that is none would end up in a query."""
    with pytest.raises(ConfigError):
        list(either.system.changes("Leads", ("title; drop",), None))


def test_large_pull_costs_its_pages(suite: SuiteSubject) -> None:
    """A pull of many rows asks once per page and never counts."""
    suite.leads(2500, suite.system.now() - timedelta(days=1))
    suite.system.describe(["Leads"])
    before = len(operations(suite))
    assert len(ids(pull(suite.system))) == 2500
    assert operations(suite)[before:] == ["get_entry_list"] * 5
