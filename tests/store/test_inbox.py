"""The inbox: what a page brings, who is awake, and how a person finds a lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.model.progress import InboxState, Page, Received, Watermark, Window, Woken
from connector.model.records import RawRecord, RecordRef
from connector.store import SqliteStore

from .making import ROUTE, START, VERSIONS, decision, inputs, lead, marks, page, raw


def receive(store: SqliteStore, given: Page, route: str = ROUTE) -> Received:
    """Lay a page in the inbox."""
    return store.inbox.receive(route, given, marks(given), route, "run")


def awake(store: SqliteStore) -> list[tuple[RecordRef, Woken | None]]:
    """Who is awake, and why."""
    return [(row.raw.ref, row.woken) for batch in store.inbox.awake(ROUTE) for row in batch]


def sleep(store: SqliteStore, *numbers: int, state: InboxState = InboxState.DECIDED) -> None:
    """Put leads to sleep."""
    for number in numbers:
        store.inbox.set_state(ROUTE, lead(number), state)


def test_new_rows_are_awake_in_order(store: SqliteStore) -> None:
    """Rows never seen come out in the order they came in, as they are."""
    assert receive(store, page(raw(2), raw(1))) == Received(new=2)
    rows = [row for batch in store.inbox.awake(ROUTE) for row in batch]
    assert [row.raw for row in rows] == [raw(2), raw(1)]
    assert {(row.woken, row.state, row.received_at) for row in rows} == {(Woken.NEW, InboxState.PENDING, START)}
    assert store.watermarks.get(ROUTE, "Lead") == Watermark(START, lead(1).id)


def test_unchanged_row_stays_asleep(store: SqliteStore) -> None:
    """A row read again with a new change stamp but the same content wakes nobody; the stamp is kept."""
    receive(store, page(raw()))
    sleep(store, 1)
    assert receive(store, page(raw(minutes=5))) == Received(unchanged=1)
    row = store.inbox.row(ROUTE, lead())
    assert row is not None
    assert (row.woken, row.state, row.raw.modified) == (None, InboxState.DECIDED, START + timedelta(minutes=5))


def test_changed_row_wakes_and_remembers(store: SqliteStore) -> None:
    """A changed row is awake, and its first reading stays what it was through several changes."""
    receive(store, page(raw()))
    sleep(store, 1)
    for company in ("Beta", "Gamma"):
        assert receive(store, page(raw(Company=company))) == Received(changed=1)
    row = store.inbox.row(ROUTE, lead())
    assert row is not None
    assert (row.woken, row.state, row.fingerprint) == (Woken.CHANGED, InboxState.PENDING, "Gamma")
    assert (row.raw.fields["Company"], row.first["Company"]) == ("Gamma", "Acme")


def test_new_row_that_changes_stays_new(store: SqliteStore) -> None:
    """A row nobody has looked at yet is still new when it changes."""
    receive(store, page(raw()))
    receive(store, page(raw(Company="Beta")))
    assert awake(store) == [(lead(), Woken.NEW)]


def test_unknown_deleted_row_is_passed_over(store: SqliteStore) -> None:
    """A row deleted before it was ever seen is no news."""
    assert receive(store, page(raw(deleted=True))) == Received()
    assert store.inbox.row(ROUTE, lead()) is None


def test_known_row_deleted_is_a_change(store: SqliteStore) -> None:
    """Deletion and merging change a row even when its fields read the same."""
    receive(store, page(raw(1), raw(2)))
    sleep(store, 1, 2)
    merged = replace(raw(2, deleted=True), merged_into=lead(1).id)
    assert receive(store, page(raw(1, deleted=True), merged)) == Received(changed=2)
    rows = store.inbox.rows(ROUTE, [lead(1), lead(2), lead(3)])
    assert [(row.raw.deleted, row.raw.merged_into) for row in rows.values()] == [(True, None), (True, lead(1).id)]


def test_row_twice_in_page_counts_once(store: SqliteStore) -> None:
    """The later reading of a row in one page is the one that holds."""
    assert receive(store, page(raw(), raw(Company="Beta"))) == Received(new=1)
    row = store.inbox.row(ROUTE, lead())
    assert row is not None
    assert row.fingerprint == "Beta"


def test_done_row_that_changes_stays_done(store: SqliteStore) -> None:
    """A finished lead that changes is looked at again, but it is not forgotten that it was finished."""
    receive(store, page(raw()))
    sleep(store, 1, state=InboxState.DONE)
    receive(store, page(raw(Company="Beta")))
    row = store.inbox.row(ROUTE, lead())
    assert row is not None
    assert (row.woken, row.state) == (Woken.CHANGED, InboxState.DONE)


def test_page_and_watermark_are_one(store: SqliteStore) -> None:
    """A page that cannot be laid leaves the watermark where it was, and no row of itself."""
    receive(store, page(raw(1)))
    broken = Page((raw(2), replace(raw(3), fields={"Company": object()})), Watermark(START + timedelta(hours=1)))  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        store.inbox.receive(ROUTE, broken, ["a", "b"], ROUTE, "run")
    assert store.watermarks.get(ROUTE, "Lead") == Watermark(START, lead(1).id)
    assert store.inbox.row(ROUTE, lead(2)) is None


def test_fingerprints_must_match_rows(store: SqliteStore) -> None:
    """A page with fewer fingerprints than rows is refused whole."""
    with pytest.raises(ValueError, match="shorter"):
        store.inbox.receive(ROUTE, page(raw(1), raw(2)), ["only one"], ROUTE, "run")
    assert store.inbox.counts(ROUTE) == {}


def test_overlap_never_moves_watermark_back(store: SqliteStore) -> None:
    """Reading the overlap again does not lose what was read after it."""
    receive(store, page(raw(1), raw(2, minutes=9)))
    receive(store, page(raw(1)))
    assert store.watermarks.get(ROUTE, "Lead") == Watermark(START + timedelta(minutes=9), lead(2).id)


def test_page_without_stamps_moves_nothing(store: SqliteStore) -> None:
    """A source without change stamps has no watermark."""
    given = RawRecord(RecordRef("inbox", "row", "1"), {"Company": "Acme"}, origin="leads.csv")
    store.inbox.receive("inbox", Page((given,)), ["a"], "inbox", "run")
    assert store.watermarks.get("inbox", "row") is None
    row = store.inbox.row("inbox", given.ref)
    assert row is not None
    assert row.raw == given


def test_awake_is_safe_while_states_are_set(store: SqliteStore) -> None:
    """Every awake row comes exactly once, though each is put to sleep (or woken again) on the way."""
    receive(store, page(*(raw(number) for number in range(1, 26))))
    seen = []
    for batch in store.inbox.awake(ROUTE, batch=4):
        for row in batch:
            seen.append(row.raw.ref)
            store.inbox.set_state(ROUTE, row.raw.ref, InboxState.DECIDED)
        store.inbox.wake([lead(1)], Woken.RECORD)
    assert seen == [lead(number) for number in range(1, 26)]
    assert awake(store) == [(lead(1), Woken.RECORD)]


def test_wake_leaves_finished_rows(store: SqliteStore) -> None:
    """Waking passes over what is done or gone, and keeps the reason of who is awake already."""
    receive(store, page(*(raw(number) for number in range(1, 7))))
    sleep(store, 2, state=InboxState.DONE)
    sleep(store, 3, state=InboxState.GONE)
    sleep(store, 4, state=InboxState.DEAD)
    sleep(store, 5, state=InboxState.WAITING)
    sleep(store, 6)
    assert store.inbox.wake((lead(number) for number in range(1, 9)), Woken.JUDGEMENT) == 3
    assert awake(store) == [(lead(1), Woken.NEW), *((lead(n), Woken.JUDGEMENT) for n in (4, 5, 6))]


def test_wake_reaches_every_route(store: SqliteStore) -> None:
    """A lead on two routes is woken on both."""
    for route in (ROUTE, "other"):
        receive(store, page(raw()), route)
        store.inbox.set_state(route, lead(), InboxState.DECIDED)
    assert store.inbox.wake([lead()], Woken.RECORD) == 2


def test_pending_row_is_awake(store: SqliteStore) -> None:
    """Setting a sleeping row to pending wakes it; one that is awake keeps its reason."""
    receive(store, page(raw(1), raw(2)))
    sleep(store, 1)
    for number in (1, 2):
        store.inbox.set_state(ROUTE, lead(number), InboxState.PENDING)
    assert awake(store) == [(lead(1), Woken.RETRY), (lead(2), Woken.NEW)]


@pytest.mark.parametrize("changed", ["policy", "mapping", "matching"])
def test_other_version_wakes(store: SqliteStore, changed: str) -> None:
    """A decision that rests on another version of any of the three files is looked at again, once."""
    receive(store, page(raw(1), raw(2)))
    for number, versions in ((1, VERSIONS), (2, replace(VERSIONS, **{changed: "newer"}))):
        store.decisions.save(ROUTE, decision(number, versions=versions), inputs(number), "run")
    sleep(store, 1, 2)
    assert store.inbox.wake_due(ROUTE, START, VERSIONS) == 1
    assert awake(store) == [(lead(2), Woken.VERSION)]
    assert store.inbox.wake_due(ROUTE, START, VERSIONS) == 0


def test_only_the_standing_decision_wakes(store: SqliteStore) -> None:
    """An older decision that was replaced wakes nobody, on whatever it rested."""
    receive(store, page(raw()))
    old = decision(versions=replace(VERSIONS, policy="older"), look_again_at=START)
    store.decisions.save(ROUTE, old, inputs(), "run")
    store.decisions.save(ROUTE, decision(), inputs(), "run")
    sleep(store, 1)
    assert store.inbox.wake_due(ROUTE, START, VERSIONS) == 0


def test_look_again_time_wakes(store: SqliteStore) -> None:
    """When its time has come, and not a microsecond before, a lead is looked at again."""
    due = START + timedelta(days=1)
    receive(store, page(raw(1), raw(2), raw(3)))
    for number in (1, 2):
        store.decisions.save(ROUTE, decision(number, look_again_at=due), inputs(number), "run")
    store.decisions.save(ROUTE, decision(3), inputs(3), "run")
    sleep(store, 1, 3)
    sleep(store, 2, state=InboxState.DONE)
    assert store.inbox.wake_due(ROUTE, due - timedelta(microseconds=1), VERSIONS) == 0
    assert store.inbox.wake_due(ROUTE, due, VERSIONS) == 1
    assert awake(store) == [(lead(1), Woken.LOOK_AGAIN)]


@pytest.mark.parametrize(
    "text",
    [
        lead(7).id,
        lead(7).id[:15],
        lead(7).key,
        str(lead(7)),
        "p7@example.com",
        " P7@Example.com ",
    ],
)
def test_find_reads_what_people_type(store: SqliteStore, text: str) -> None:
    """A lead is found by either length of its id, its key, its reference and its address in any case."""
    receive(store, page(raw(6), raw(7), raw(8)))
    assert [row.raw.ref for row in store.inbox.find(text)] == [lead(7)]


def test_find_reads_long_id_of_short_row(store: SqliteStore) -> None:
    """A row that was stored under its 15-character id is found by the 18-character one."""
    short = RawRecord(RecordRef("sf", "Lead", lead(7).id[:15]), {"Company": "Acme"}, START)
    receive(store, page(short))
    assert [row.raw.ref for row in store.inbox.find(lead(7).id)] == [short.ref]


def test_find_forgets_the_old_address(store: SqliteStore) -> None:
    """After a change of address only the new one finds the lead."""
    receive(store, page(raw()))
    receive(store, page(raw(Company="Beta", Email="New <new@example.com>")))
    assert [row.raw.ref for row in store.inbox.find("new@example.com")] == [lead()]
    assert store.inbox.find("p1@example.com") == []


def test_find_does_not_read_prose(store: SqliteStore) -> None:
    """An address quoted in a long text does not name the lead."""
    receive(store, page(raw(Description="write to boss@example.com " + "x" * 600)))
    assert store.inbox.find("boss@example.com") == []
    assert store.inbox.find("nobody") == []


def test_counts_by_state(store: SqliteStore) -> None:
    """Rows are counted by state, each route for itself."""
    receive(store, page(raw(1), raw(2), raw(3)))
    receive(store, page(raw(1)), "other")
    sleep(store, 3)
    assert store.inbox.counts(ROUTE) == {"pending": 2, "decided": 1}


def test_count_between_follows_the_window(store: SqliteStore) -> None:
    """A window excludes its beginning and includes its end, to the microsecond."""
    receive(store, page(*(raw(number, minutes=number) for number in range(1, 5))))
    late = replace(raw(5), modified=START + timedelta(minutes=3, microseconds=1))
    receive(store, page(late))

    def count(since: int | None, until: int) -> int:
        begin = None if since is None else START + timedelta(minutes=since)
        return store.inbox.count_between(ROUTE, "Lead", Window(begin, START + timedelta(minutes=until)))

    assert [count(None, 2), count(1, 3), count(3, 4), count(4, 9)] == [2, 2, 2, 0]
