"""What every source keeps: all rows, each version of them, in order, at the price of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from connector.errors import StateError
from connector.model.progress import Page, Watermark, Window
from connector.model.records import RawRecord
from connector.ports import Source

from .subject import SourceSubject, Subject, Trouble, needs


def pull(
    source: Source, subject: SourceSubject, after: Watermark | None = None, until: datetime | None = None
) -> list[Page]:
    """All pages of one pull."""
    return list(source.changes(subject.lead_object, subject.fields, after, until))


def rows(pages: Sequence[Page]) -> list[RawRecord]:
    """All rows, in the order they came."""
    return [record for page in pages for record in page.records]


def ids(pages: Sequence[Page]) -> list[str]:
    """All ids, in the order they came."""
    return [record.ref.id for record in rows(pages)]


def mark(pages: Sequence[Page]) -> Watermark:
    """How far the pages reach."""
    reached = pages[-1].reached
    assert reached is not None
    return reached


def some_pages(subject: SourceSubject, pages: float) -> int:
    """Rows that fill so many pages."""
    return int(pages * (subject.traits.page or 500))


def past(subject: Subject, **ago: float) -> datetime:
    """A whole second of the past on the CRM's clock."""
    return subject.system.now().replace(microsecond=0) - timedelta(**ago)


def test_every_row_comes_once(source: SourceSubject) -> None:
    """A first pull brings each lead exactly once."""
    known = source.leads(37)
    assert sorted(ids(pull(source.system, source))) == sorted(known)


def test_rows_carry_asked_fields(source: SourceSubject) -> None:
    """A raw record holds the fields that were asked for, its connection and its id, under native names."""
    lead_id = source.lead(title="Buyer")
    name = source.field("title")
    (record,) = rows(list(source.system.changes(source.lead_object, (name,), None)))
    assert (record.ref.connection, record.ref.object, record.ref.id) == ("crm", source.lead_object, lead_id)
    assert record.fields[name] == "Buyer"
    assert not record.deleted
    assert set(record.fields) == {name} or not source.traits.asked_only


def test_odd_text_comes_as_it_is(source: SourceSubject) -> None:
    """Quotes, ampersands, angle brackets and letters of any script are read as they were written."""
    text = "R&D \"Süd\" 'Ost' 3 > 2 &amp; ŁódźЖ東"
    lead_id = source.lead(title=text)
    (record,) = rows(pull(source.system, source))
    found = source.fresh().fetch(source.lead_object, [lead_id], source.fields)
    assert record.fields[source.field("title")] == found[lead_id].fields[source.field("title")] == text


@needs("stamps")
def test_rows_carry_stamps(source: SourceSubject) -> None:
    """Every row has a change stamp, and the last page says how far the pull has read."""
    source.leads(3)
    pages = pull(source.system, source)
    assert all(record.modified for record in rows(pages))
    assert mark(pages).position >= max(record.modified for record in rows(pages) if record.modified)


@needs("stamps")
def test_equal_stamps_all_come(subject: Subject) -> None:
    """Rows with one change stamp are all read, once, over the page borders."""
    known = subject.leads(some_pages(subject, 2.5), past(subject, hours=3))
    pages = pull(subject.system, subject)
    assert len(pages) > 1
    assert sorted(ids(pages)) == sorted(known)


def test_pages_are_in_order(subject: Subject) -> None:
    """Rows come ordered by change stamp and id, so that a bookmark can stand between any two."""
    base = past(subject, hours=5)
    for minutes in (30, 10, 20):
        subject.leads(3, base + timedelta(minutes=minutes))
    order = [(record.modified or base, record.ref.id) for record in rows(pull(subject.system, subject))]
    assert len(order) == 9
    assert order == sorted(order)


@needs("stamps")
def test_interrupted_pull_loses_nothing(subject: Subject) -> None:
    """A pull that stops after its first page goes on from that page's reach without a gap."""
    known = subject.leads(some_pages(subject, 1.25), past(subject, hours=3))
    first = next(iter(subject.system.changes(subject.lead_object, subject.fields, None)))
    assert 0 < len(first.records) < len(known)
    rest = ids(pull(subject.fresh(), subject, first.reached))
    assert {record.ref.id for record in first.records} | set(rest) == set(known)


def test_unreceived_rows_come_again(source: SourceSubject) -> None:
    """Rows that nobody said were received come with the next pull, whoever makes it."""
    known = source.leads(5)
    assert sorted(ids(pull(source.system, source))) == sorted(known)
    assert sorted(ids(pull(source.fresh(), source))) == sorted(known)


def test_changed_row_comes_again(subject: Subject) -> None:
    """What changes after a pull comes with the next one."""
    lead_id = subject.lead()
    after = mark(pull(subject.system, subject))
    subject.advance(3600)
    subject.touch(lead_id)
    subject.advance(120)
    assert ids(pull(subject.fresh(), subject, after)) == [lead_id]


def test_row_changed_at_once_comes_again(subject: Subject) -> None:
    """A row that changes within the second of the pull is not lost to the bookmark."""
    lead_id = subject.lead()
    after = mark(pull(subject.system, subject))
    subject.touch(lead_id)
    subject.advance(120)
    found = rows(pull(subject.fresh(), subject, after))
    assert [str(record.fields[subject.field("title")])[:6] for record in found] == ["Title "]


def test_quiet_source_brings_nothing(source: SourceSubject) -> None:
    """Rows received long ago are not read again while nothing changes."""
    source.leads(20)
    pages = pull(source.system, source)
    for page in pages:
        source.system.received(page)
    source.advance(3600)
    later = pull(source.fresh(), source, pages[-1].reached)
    source.advance(3600)
    assert ids(pull(source.fresh(), source, later[-1].reached if later else None)) == []


@needs("late_rows")
def test_late_visible_row_comes(subject: Subject) -> None:
    """A row stamped before the bookmark but committed after the pull is still read."""
    early = subject.lead()
    subject.hide(early, 300)
    subject.advance(5)
    subject.lead()
    subject.advance(120)
    pages = pull(subject.system, subject)
    assert early not in ids(pages)
    subject.advance(400)
    assert early in ids(pull(subject.fresh(), subject, mark(pages)))


def test_first_pull_skips_closed_rows(subject: Subject) -> None:
    """Without a bookmark, converted and deleted leads are left out."""
    open_lead, converted, deleted = subject.lead(), subject.lead(), subject.lead()
    subject.convert_by_hand(converted)
    subject.delete(deleted)
    subject.advance(120)
    assert ids(pull(subject.system, subject)) == [open_lead]


def test_converted_row_comes_later(subject: Subject) -> None:
    """A lead that was converted after a pull comes with the next one: the connector has to learn of it."""
    lead_id = subject.lead()
    after = mark(pull(subject.system, subject))
    subject.convert_by_hand(lead_id)
    subject.advance(120)
    assert ids(pull(subject.fresh(), subject, after)) == [lead_id]


@needs("deletions")
def test_deleted_row_says_so(subject: Subject) -> None:
    """A row deleted after a pull comes with the next one, marked as deleted."""
    lead_id, other = subject.lead(), subject.lead()
    after = mark(pull(subject.system, subject))
    subject.delete(lead_id)
    subject.advance(120)
    found = {record.ref.id: record.deleted for record in rows(pull(subject.fresh(), subject, after))}
    assert found[lead_id] is True
    assert found.get(other) is not True


def test_until_bounds_the_pull(subject: Subject) -> None:
    """Rows changed after *until* are left for another pull, and the reach stays below it."""
    base = past(subject, days=3)
    subject.leads(4, base)
    subject.leads(5, base + timedelta(days=1))
    until = base + timedelta(hours=1)
    pages = pull(subject.system, subject, None, until)
    assert len(ids(pages)) == 4
    assert mark(pages).position <= until
    assert len(ids(pull(subject.fresh(), subject, Watermark(base + timedelta(hours=12))))) == 5


def test_future_bookmark_is_refused(subject: Subject) -> None:
    """A bookmark beyond the CRM's own present is a broken state, not an empty pull."""
    subject.lead()
    after = Watermark(subject.system.now() + timedelta(days=1))
    with pytest.raises(StateError):
        pull(subject.system, subject, after)


@needs("page")
def test_pages_cost_one_call_each(subject: Subject) -> None:
    """A pull costs one call per page, and not more."""
    known = subject.leads(some_pages(subject, 2))
    subject.system.identity()
    before = subject.system.calls
    assert len(ids(pull(subject.system, subject))) == len(known)
    assert 2 <= subject.system.calls - before <= 2 + subject.traits.extra_page


def test_fetch_brings_rows_by_id(source: SourceSubject) -> None:
    """Rows are read by id; unknown ids are absent."""
    first, second = source.lead(title="A"), source.lead(title="B")
    source.lead(title="C")
    name = source.field("title")
    found = source.system.fetch(source.lead_object, [first, second, first, "nothing", "00Q000000000000AAA"], (name,))
    assert {lead_id: record.fields[name] for lead_id, record in found.items()} == {first: "A", second: "B"}


@needs("fetches_deleted")
def test_fetch_brings_deleted_rows(subject: Subject) -> None:
    """A row that was deleted is still read by its id, and says that it is deleted."""
    first, second = subject.lead(), subject.lead()
    subject.delete(second)
    found = subject.system.fetch(subject.lead_object, [first, second], subject.fields)
    assert {lead_id: record.deleted for lead_id, record in found.items()} == {first: False, second: True}


@needs("fetch")
def test_fetch_of_many_is_one_call(subject: Subject) -> None:
    """As many ids as one call takes are read in one call."""
    known = subject.leads(subject.traits.fetch)
    subject.system.identity()
    before = subject.system.calls
    assert set(subject.system.fetch(subject.lead_object, known, subject.fields)) == set(known)
    assert subject.system.calls - before == 1


def test_census_counts_windows(subject: Subject) -> None:
    """Each window counts the rows stamped after its start, up to and including its end."""
    base = past(subject, days=3)
    subject.leads(3, base)
    subject.leads(4, base + timedelta(hours=1))
    windows = [
        Window(None, base),
        Window(base, base + timedelta(hours=1)),
        Window(base + timedelta(hours=1), base + timedelta(hours=2)),
        Window(base - timedelta(minutes=1), base + timedelta(hours=2)),
    ]
    assert list(subject.system.census(subject.lead_object, windows)) == [3, 4, 0, 7]


def test_census_agrees_with_pulls(subject: Subject) -> None:
    """What a census counts is what a pull of the same window brings, deleted rows aside."""
    known = subject.leads(6)
    subject.convert_by_hand(known[0])
    subject.delete(known[1])
    subject.advance(120)
    first = pull(subject.system, subject)
    edge = mark(first).position
    assert list(subject.system.census(subject.lead_object, [Window(None, edge)])) == [len(ids(first))] == [4]
    subject.advance(3600)
    for lead_id in known[2:5]:
        subject.touch(lead_id)
    subject.delete(known[4])
    subject.advance(120)
    second = pull(subject.fresh(), subject, Watermark(edge))
    live = [record for record in rows(second) if not record.deleted and record.modified and record.modified > edge]
    window = Window(edge, mark(second).position)
    assert list(subject.system.census(subject.lead_object, [window])) == [len(live)] == [2]


def test_outage_of_one_read_is_waited_out(subject: Subject) -> None:
    """A read that finds the CRM down for a moment is made again, and the count of calls is what the CRM saw."""
    known = subject.leads(3)
    subject.trouble(Trouble.OUTAGE, on="read", nth=1)
    before = subject.logged
    assert sorted(ids(pull(subject.system, subject))) == sorted(known)
    assert subject.struck
    assert subject.system.calls == subject.logged - before


@needs("sessions")
def test_session_ends_during_a_pull(subject: Subject) -> None:
    """A session that ends between two pages costs one login and no row."""
    known = subject.leads(some_pages(subject, 2.5), past(subject, hours=3))
    subject.trouble(Trouble.EXPIRED, on="read", nth=2)
    found = ids(pull(subject.system, subject))
    assert subject.struck
    assert sorted(found) == sorted(known)


def test_now_is_the_servers(subject: Subject) -> None:
    """The clock of a source is the CRM's, whatever this machine's says."""
    before = subject.system.now()
    subject.advance(86_400 * 30)
    assert timedelta(days=29) < subject.fresh().now() - before < timedelta(days=31)


def test_identity_stays_the_same(subject: Subject) -> None:
    """Every client is told the same org id by the same CRM."""
    assert subject.system.identity().org_id
    assert subject.system.identity() == subject.fresh().identity()


def test_describe_names_known_objects(source: SourceSubject) -> None:
    """Described objects have fields; unknown ones are absent; a second question costs nothing."""
    source.lead()
    shapes = source.system.describe([source.lead_object, "Nonsense"])
    assert set(shapes) == {source.lead_object}
    assert set(source.fields) <= set(shapes[source.lead_object].fields)
    before = source.system.calls
    source.system.describe([source.lead_object, "Nonsense"])
    assert source.system.calls == before
