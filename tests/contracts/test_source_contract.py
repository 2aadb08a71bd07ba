"""What every source keeps: all rows, each version of them, in order, at the price of the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import StateError
from connector.model.progress import Page, Watermark, Window
from connector.model.records import from_iso
from connector.ports import Source

from .subject import Subject


def pull(source: Source, subject: Subject, after: Watermark | None = None) -> tuple[list[str], Watermark | None]:
    """Ids in the order they came, and how far the last page reaches."""
    pages = list(source.changes(subject.lead_object, subject.fields, after))
    return [record.ref.id for page in pages for record in page.records], pages[-1].reached if pages else after


def reached(pages: list[Page]) -> Watermark:
    """How far the pages reach."""
    mark = pages[-1].reached
    assert mark is not None
    return mark


def test_every_row_comes_once(subject: Subject) -> None:
    """A first pull brings each lead exactly once."""
    known = subject.leads(37)
    ids, _ = pull(subject.system, subject)
    assert sorted(ids) == sorted(known)


def test_rows_carry_asked_fields(subject: Subject) -> None:
    """A raw record holds the fields that were asked for, its connection, its id and its change stamp."""
    lead_id = subject.lead(Title="Buyer")
    (page,) = subject.system.changes(subject.lead_object, ("Title",), None)
    (record,) = page.records
    assert (record.ref.connection, record.ref.object, record.ref.id) == ("crm", subject.lead_object, lead_id)
    assert record.fields == {"Title": "Buyer"}
    assert record.modified is not None


def test_equal_stamps_all_come(subject: Subject) -> None:
    """5,000 rows with one change stamp are all read, over the page borders."""
    stamp = subject.system.now().replace(microsecond=0) - timedelta(hours=3)
    known = subject.leads(5000, stamp)
    ids, _ = pull(subject.system, subject)
    assert len(ids) == 5000
    assert set(ids) == set(known)


def test_pages_are_in_order(subject: Subject) -> None:
    """Rows come ordered by change stamp and id, so that a bookmark can stand between any two."""
    base = subject.system.now().replace(microsecond=0) - timedelta(hours=5)
    for minutes in (30, 10, 20):
        subject.leads(3, base + timedelta(minutes=minutes))
    records = [r for page in subject.system.changes(subject.lead_object, subject.fields, None) for r in page.records]
    order = [(record.modified, record.ref.id) for record in records]
    assert len(order) == 9
    assert order == sorted(order, key=lambda pair: (pair[0].isoformat() if pair[0] else "", pair[1]))


def test_interrupted_pull_loses_nothing(subject: Subject) -> None:
    """A pull that stops after its first page goes on from that page's reach without a gap."""
    stamp = subject.system.now().replace(microsecond=0) - timedelta(hours=3)
    known = subject.leads(2500, stamp)
    first = next(iter(subject.system.changes(subject.lead_object, subject.fields, None)))
    assert 0 < len(first.records) < 2500
    rest, _ = pull(subject.fresh(), subject, first.reached)
    assert {record.ref.id for record in first.records} | set(rest) == set(known)


def test_changed_row_comes_again(subject: Subject) -> None:
    """What changes after a pull comes with the next one."""
    lead_id = subject.lead()
    _, mark = pull(subject.system, subject)
    subject.advance(3600)
    subject.touch(lead_id)
    ids, _ = pull(subject.fresh(), subject, mark)
    assert ids == [lead_id]


def test_quiet_crm_costs_one_page(subject: Subject) -> None:
    """Rows read long ago are not read again while nothing changes."""
    subject.leads(20)
    _, mark = pull(subject.system, subject)
    subject.advance(3600)
    _, later = pull(subject.fresh(), subject, mark)
    subject.advance(3600)
    ids, _ = pull(subject.fresh(), subject, later)
    assert ids == []


def test_late_visible_row_comes(subject: Subject) -> None:
    """A row stamped before the bookmark but committed after the pull is still read."""
    early = subject.lead()
    subject.hide(early, 300)
    subject.advance(5)
    subject.lead()
    seen, mark = pull(subject.system, subject)
    assert early not in seen
    subject.advance(400)
    ids, _ = pull(subject.fresh(), subject, mark)
    assert early in ids


def test_first_pull_skips_closed_rows(subject: Subject) -> None:
    """Without a bookmark, converted and deleted leads are left out."""
    open_lead, converted, deleted = subject.lead(), subject.lead(), subject.lead()
    subject.convert_by_hand(converted)
    subject.delete(deleted)
    ids, _ = pull(subject.system, subject)
    assert ids == [open_lead]


def test_deleted_row_says_so(subject: Subject) -> None:
    """A row deleted after a pull comes with the next one, marked as deleted."""
    lead_id = subject.lead()
    _, mark = pull(subject.system, subject)
    subject.delete(lead_id)
    pages = list(subject.fresh().changes(subject.lead_object, subject.fields, mark))
    found = {record.ref.id: record for page in pages for record in page.records}
    assert found[lead_id].deleted


def test_until_bounds_the_pull(subject: Subject) -> None:
    """Rows changed after *until* are left for another pull, and the reach stays below it."""
    base = subject.system.now().replace(microsecond=0) - timedelta(days=3)
    subject.leads(4, base)
    subject.leads(5, base + timedelta(days=1))
    until = base + timedelta(hours=1)
    pages = list(subject.system.changes(subject.lead_object, subject.fields, None, until))
    assert sum(len(page.records) for page in pages) == 4
    assert reached(pages).position <= until


def test_future_bookmark_is_refused(subject: Subject) -> None:
    """A bookmark beyond the CRM's own present is a broken state, not an empty pull."""
    subject.lead()
    mark = Watermark(subject.system.now() + timedelta(days=1))
    with pytest.raises(StateError):
        list(subject.system.changes(subject.lead_object, subject.fields, mark))


def test_pages_cost_one_call_each(subject: Subject) -> None:
    """A pull of N rows costs N / 2,000 calls, rounded up, and not one more."""
    subject.leads(4000)
    subject.system.identity()
    before = subject.system.calls
    ids, _ = pull(subject.system, subject)
    assert len(ids) == 4000
    assert subject.system.calls - before == 2


def test_fetch_brings_rows_by_id(subject: Subject) -> None:
    """Rows are read by id, deleted ones too; unknown ids are absent."""
    first, second = subject.lead(Title="A"), subject.lead(Title="B")
    subject.delete(second)
    found = subject.system.fetch(subject.lead_object, [first, second, "nothing", "00Q000000000000AAA"], ("Title",))
    assert set(found) == {first, second}
    assert found[first].fields == {"Title": "A"}
    assert (found[first].deleted, found[second].deleted) == (False, True)


def test_fetch_of_two_thousand_is_one_call(subject: Subject) -> None:
    """2,000 ids are read in one call."""
    known = subject.leads(2000)
    subject.system.identity()
    before = subject.system.calls
    assert set(subject.system.fetch(subject.lead_object, known, subject.fields)) == set(known)
    assert subject.system.calls - before == 1


def test_census_counts_windows(subject: Subject) -> None:
    """Each window counts the rows stamped after its start, up to and including its end, in one call."""
    base = subject.system.now().replace(microsecond=0) - timedelta(days=3)
    subject.leads(3, base)
    subject.leads(4, base + timedelta(hours=1))
    windows = [
        Window(None, base),
        Window(base, base + timedelta(hours=1)),
        Window(base + timedelta(hours=1), base + timedelta(hours=2)),
        Window(base - timedelta(seconds=1), base + timedelta(hours=2)),
    ]
    before = subject.system.calls
    assert list(subject.system.census(subject.lead_object, windows)) == [3, 4, 0, 7]
    assert subject.system.calls - before == 1


def test_calls_equal_access_log(subject: Subject) -> None:
    """The count of calls is what the server counts, retries and logins included."""
    subject.leads(3)
    subject.faults({"operation": "read", "nth": 1, "action": "status", "status": 503})
    before = len(subject.log())
    pull(subject.system, subject)
    assert subject.system.calls == len(subject.log()) - before == 3


def test_now_is_the_servers(subject: Subject) -> None:
    """The clock of a source is the CRM's, whatever this machine's says."""
    subject.advance(86_400 * 30)
    drift = subject.fresh().now() - subject.system.now()
    assert drift < timedelta(minutes=1)
    server = from_iso(subject.log()[-1]["time"])
    assert abs(subject.system.now() - server) < timedelta(seconds=5)


def test_describe_names_known_objects(subject: Subject) -> None:
    """Described objects have fields; unknown ones are absent; a second question costs nothing."""
    shapes = subject.system.describe([subject.lead_object, "Nonsense"])
    assert set(shapes) == {subject.lead_object}
    assert set(subject.fields) <= set(shapes[subject.lead_object].fields)
    before = subject.system.calls
    subject.system.describe([subject.lead_object, "Nonsense"])
    assert subject.system.calls == before
