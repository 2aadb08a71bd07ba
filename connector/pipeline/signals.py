"""Signals: what people did, and what was done with them, read from the CRM that the leads come from.

Only what is recorded for a lead itself is weighed when it is decided: what a known contact did belongs to the work
with a customer, and would make every lead of a customer look eager.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from connector.errors import ConfigError, Refused
from connector.mapping import ActivityMapping, ActivityObject
from connector.model.progress import Page, Pulling, Watermark, Woken
from connector.model.records import Activity, Kind, RecordRef, from_iso, iso
from connector.pipeline.route import Route

_LEFT_OUT = "what it tells of activities is left out"
_NAMED = (Kind.LEAD, Kind.CONTACT, Kind.ACCOUNT)


def pull_activities(route: Route, run_id: str) -> tuple[str, ...]:
    """Lay every activity changed since the watermark on the shelf, and wake the leads whose activities changed.

    Once per run, however many routes read from the connection. Answers notes on objects that cannot be read, which
    stop nothing. A project that maps no activities for the CRM pulls none.
    """
    mapping = route.rules.mappings.activities.get(route.source_system)
    store, connection = route.store, route.source.name
    if mapping is None or store.runs.recall(connection, "activities-run") == run_id:
        return ()
    notes, readable = _survey(route, mapping)
    pulls = [Pulling(each.name, fields, _mark(route, each)) for each, fields in readable]
    for (each, _), pages in zip(readable, route.source.changes_together(pulls), strict=True):
        notes += _pull(route, mapping, each, pages)
    _wake_arrived(route)
    store.runs.remember(connection, "activities-run", run_id)
    return tuple(notes)


def activities_of(route: Route, lead: RecordRef, as_of: datetime) -> tuple[Activity, ...]:
    """What has happened with a lead by *as_of*; what is still to come is left out."""
    return tuple(activity for activity in route.store.activities.of(lead) if activity.at <= as_of)


def _survey(route: Route, mapping: ActivityMapping) -> tuple[list[str], list[tuple[ActivityObject, tuple[str, ...]]]]:
    """Why objects cannot be read, and those that can, each with the fields to ask for."""
    notes, readable = [], []
    for each in mapping.objects.values():
        shape = route.activity_shape(each.name)
        lack = f"{each.name}: our user does not see it" if shape is None else each.missing(shape)
        if lack:
            notes.append(f"{lack}; {_LEFT_OUT}")
        else:
            readable.append((each, each.asked(shape)))
    return notes, readable


def _pull(route: Route, mapping: ActivityMapping, wanted: ActivityObject, pages: Iterator[Page]) -> Iterator[str]:
    """One object, page by page; yields why it cannot be read, if it cannot."""
    route.observer.stage(route.name, f"activities {wanted.name}", None)
    try:
        for page in pages:
            _shelve(route, mapping, wanted, page)
            route.checkpoint()
    except (Refused, ConfigError) as error:
        yield f"{wanted.name}: {error}; {_LEFT_OUT}"


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
        route.store.inbox.wake(changed, Woken.ACTIVITY)
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
        store.inbox.wake(store.activities.between(connection, from_iso(before), now), Woken.ACTIVITY)
    store.runs.remember(connection, "activities-until", iso(now))


def _scope(route: Route) -> str:
    return f"activities:{route.source.name}"


def _fact(wanted: ActivityObject) -> str:
    return f"activities:{wanted.name}"
