"""Signals: what people did, and what was done with them, read from the CRM that the leads come from.

Only what is recorded for a lead itself is weighed when it is decided: what a known contact did belongs to the work
with a customer, and would make every lead of a customer look eager.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.errors import ConfigError, Finding, InputError, Refused
from connector.mapping import ActivityMapping, ActivityObject
from connector.model.progress import Page, Pulling, Watermark, Woken
from connector.model.records import Activity, Kind, RawRecord, RecordRef, from_iso, iso
from connector.pipeline.route import Route

_LEFT_OUT = "what it tells of activities is left out"
_LANDED = "lead"
UNREAD_ROW = "activity-row"
"""The rule of findings in single rows of a file that was read otherwise; any other refuses its file as a whole."""
_TOLD = 10  # rows of one file that are named, before the rest is counted
_NAMED = (Kind.LEAD, Kind.CONTACT, Kind.ACCOUNT)


@dataclass
class Signals:
    """What a pull has to say: notes on what cannot be read, and findings in broken files; neither stops it.

    *unread*: per file, how many of its rows tell of no activity that can be read.
    """

    notes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    def note(self, sentence: str) -> None:
        """Say it once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def row(self, found: Finding) -> None:
        """One row of a file that cannot be read: the first ones are named, the others counted."""
        self.unread[found.path] += 1
        if self.unread[found.path] <= _TOLD:
            self.findings.append(found)

    def count_rest(self) -> None:
        """Say how many more rows there are."""
        for path, count in self.unread.items():
            if count > _TOLD:
                what = f"{count - _TOLD} more rows of this file cannot be read"
                self.findings.append(Finding(path, 0, 0, UNREAD_ROW, what))


def pull_activities(route: Route, run_id: str) -> Signals:
    """Lay every activity changed since the watermark on the shelf, and wake the leads whose activities changed.

    Once per run, however many routes read from the connection. A project that maps no activities for the CRM pulls
    none.
    """
    said = Signals()
    mapping = route.rules.mappings.activities.get(route.source_system)
    store, connection = route.store, route.source.name
    if mapping is None or store.runs.recall(connection, "activities-run") == run_id:
        return said
    _drop_unmapped(route, mapping)
    readable = _survey(route, mapping, said)
    pulls = [Pulling(each.name, fields, _mark(route, each)) for each, fields in readable]
    for (each, _), pages in zip(readable, route.source.changes_together(pulls), strict=True):
        _pull(route, mapping, each, pages, said)
    said.count_rest()
    _wake_arrived(route)
    store.runs.remember(connection, "activities-run", run_id)
    return said


def activities_of(route: Route, lead: RecordRef, as_of: datetime) -> tuple[Activity, ...]:
    """What has happened with a lead by *as_of*; what is still to come is left out.

    Where the lead came from elsewhere, what is told of it there goes on counting here.
    """
    store = route.store
    keys = [entry.key for entry in store.crosswalk.by_ref(lead) if entry.role == _LANDED and entry.key != lead.key]
    sources = dict.fromkeys(row.raw.ref for key in keys for row in store.inbox.find(key) if row.raw.ref.key == key)
    found = [activity for ref in (lead, *sources) for activity in store.activities.of(ref) if activity.at <= as_of]
    return tuple(sorted(found, key=lambda activity: (activity.at, activity.source_id)) if sources else found)


def _with_landed(route: Route, refs: Sequence[RecordRef]) -> list[RecordRef]:
    """*refs*, and the leads that stand for them in other CRMs."""
    links = (entry for ref in refs for entry in route.store.crosswalk.by_key(ref.key))
    return [*refs, *(entry.ref for entry in links if entry.role == _LANDED)]


def _drop_unmapped(route: Route, mapping: ActivityMapping) -> None:
    """What came from an object that somebody took out of the mapping counts no more."""
    store, connection, objects = route.store, route.source.name, sorted(mapping.objects)
    if store.runs.recall(connection, "activities-objects") == objects:
        return
    with store.transaction():
        gone = store.activities.keep_only(connection, objects)
        store.inbox.wake(_with_landed(route, gone), Woken.ACTIVITY)
        store.runs.remember(connection, "activities-objects", objects)


def _survey(route: Route, mapping: ActivityMapping, said: Signals) -> list[tuple[ActivityObject, tuple[str, ...]]]:
    """The objects that can be read, each with the fields to ask for."""
    readable = []
    for each in mapping.objects.values():
        shape = route.activity_shape(each.name)
        if mapping.loose:  # what keeps a file from being read is a finding in that file
            readable.append((each, each.fields))
            continue
        lack = f"{each.name}: our user does not see it" if shape is None else each.missing(shape)
        if lack:
            said.notes.append(f"{lack}; {_LEFT_OUT}")
        else:
            readable.append((each, each.asked(shape)))
    return readable


def _pull(route: Route, mapping: ActivityMapping, wanted: ActivityObject, pages: Iterator[Page], said: Signals) -> None:
    """One object, page by page."""
    route.observer.stage(route.name, f"activities {wanted.name}", None)
    timeless = 0
    try:
        for page in pages:
            if mapping.loose:
                _tell_rows(route, wanted, page, said)
            else:
                timeless += sum(wanted.timeless(raw) for raw in page.records)
            _shelve(route, mapping, wanted, page)
            route.checkpoint()
    except (Refused, ConfigError) as error:
        said.notes.append(f"{wanted.name}: {error}; {_LEFT_OUT}")
    except InputError as error:
        said.findings.extend(error.findings)
    if timeless:
        said.notes.append(f"{wanted.name}: no moment can be read in {timeless} of its rows; they are left out")


def _tell_rows(route: Route, wanted: ActivityObject, page: Page, said: Signals) -> None:
    """Rows of files are told with their place, and once per file that nothing in it says what happened."""
    shape = route.activity_shape(wanted.name)
    told = {name: known.label for name, known in shape.fields.items() if known.label} if shape else {}
    kinds = {name for _, test in wanted.kinds for name in test.fields}
    kinds |= {wanted.part.table.field} if wanted.part.table else set()
    for raw in page.records:
        path, _, line = raw.origin.rpartition(":")
        wrong = _unread(wanted, raw)
        if wrong is not None:
            column, what, fix = wrong
            said.row(Finding(path, int(line), _column(raw, column, told), UNREAD_ROW, what, fix))
        elif kinds and not kinds & raw.fields.keys():
            kept = f"kept as `{wanted.part.otherwise}`" if wanted.part.otherwise else "left out"
            said.note(f"{path}: no column says what happened (Kind, Activity, Type …); its rows are {kept}")


def _unread(wanted: ActivityObject, raw: RawRecord) -> tuple[str, str, str] | None:
    """The field that keeps a row from being an activity, what is wrong with it and how to mend it; None if none is."""
    if wanted.timeless(raw):
        filled = [name for name in wanted.part.at if raw.fields.get(name) not in (None, "")]
        what = f"{raw.fields[filled[0]]!r} is no moment" if filled else "the row does not say when it was"
        return (*filled, *wanted.part.at)[0], what, "write 2026-05-04 or 2026-05-04T09:30:00Z"
    if wanted.counts.holds(raw.fields) and not any(raw.fields.get(rule.id) for rule in wanted.part.who):
        return "", "the row names nobody", "fill in the lead's id, e-mail, name or phone"
    return None


def _column(raw: RawRecord, name: str, told: Mapping[str, str]) -> int:
    """Where a field of a row stands in its file, from 1, 0 for the row; the file's own columns come first in a row."""
    if not name:
        return 0
    columns, value = list(raw.fields), raw.fields.get(name)
    column = told.get(name, name)
    if column not in columns or raw.fields[column] != value:  # another file calls it otherwise
        column = next((one for one in columns if raw.fields[one] == value), columns[0])
    return columns.index(column) + 1


def _mark(route: Route, wanted: ActivityObject) -> Watermark:
    """How far the object has been read; at first, and when its mapping was edited, from the days asked for on."""
    store, connection = route.store, route.source.name
    reached = store.watermarks.get(_scope(route), wanted.name)
    if reached is not None and store.runs.recall(connection, _fact(wanted)) == wanted.digest:
        return reached
    start = Watermark(route.source.now() - timedelta(days=wanted.history_days))
    with store.transaction():
        store.watermarks.set(_scope(route), wanted.name, start)
        store.runs.remember(connection, _fact(wanted), wanted.digest)
    return start


def _shelve(route: Route, mapping: ActivityMapping, wanted: ActivityObject, page: Page) -> None:
    names = _names(route, mapping)
    with route.store.transaction():
        changed = route.store.activities.put([wanted.read(raw, names) for raw in page.records])
        if page.reached is not None:
            route.store.watermarks.set(_scope(route), wanted.name, page.reached)
        route.store.inbox.wake(_with_landed(route, changed), Woken.ACTIVITY)
    route.source.received(page)
    route.observer.advance(len(page.records))


def _names(route: Route, mapping: ActivityMapping) -> dict[Kind, str]:
    """What the CRM calls its leads, contacts and accounts, as far as they are mapped."""
    known = route.rules.mappings.mappings
    return {kind: known[mapping.system, kind].object for kind in _NAMED if (mapping.system, kind) in known}


def _wake_arrived(route: Route) -> None:
    """Wake leads with which something was to happen that now has: no row changes when a meeting begins."""
    store, connection, now = route.store, route.source.name, route.clock.now()
    before = store.runs.recall(connection, "activities-until")
    if isinstance(before, str):
        begun = store.activities.between(connection, from_iso(before), now)
        store.inbox.wake(_with_landed(route, begun), Woken.ACTIVITY)
    store.runs.remember(connection, "activities-until", iso(now))


def _scope(route: Route) -> str:
    return f"activities:{route.source.name}"


def _fact(wanted: ActivityObject) -> str:
    return f"activities:{wanted.name}"
