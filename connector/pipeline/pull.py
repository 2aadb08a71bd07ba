"""Pull: new and changed leads into the inbox, the target's records into the directory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.errors import Finding, InputError
from connector.mapping import ObjectMapping, translate
from connector.model.match import Entry
from connector.model.progress import Bucket, Page, Watermark, Window, Woken
from connector.model.records import Kind, RawRecord, Record, digest_of, iso
from connector.pipeline.rebuild import is_current, laid_by, rebuild_directory
from connector.pipeline.route import Route
from connector.pipeline.side import Side
from connector.pipeline.stages import StageKeeper
from connector.pipeline.words import carry_merged

BUCKETS = 5  # one composite call counts this many windows


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought beside the rows: the completeness check, and files that could not be read."""

    completeness: tuple[Bucket, ...]
    findings: tuple[Finding, ...] = ()


def pull_leads(
    route: Route, run_id: str, *, scope: str = "", since: datetime | None = None, until: datetime | None = None
) -> Pulled:
    """Lay every lead changed since the watermark in the inbox, and check that none is missing.

    *scope* names a watermark of its own (a backfill's), which starts at *since* and ends at *until*.
    """
    mapping = route.lead_mapping
    scope = scope or f"route:{route.name}"
    after = route.store.watermarks.get(scope, mapping.object) or (Watermark(since) if since else None)
    route.observer.stage(route.name, "pull", None)
    stamps: list[datetime] = []
    findings: tuple[Finding, ...] = ()
    try:
        for edges in _lay(route, run_id, scope, after, (since, until)):
            stamps.extend(edges)
    except InputError as error:  # a file that cannot be read keeps nobody else from walking on
        findings = error.findings
    buckets = _completeness(route, mapping.object, after.position if after else None, stamps)
    return Pulled(tuple(buckets), findings)


def _lay(
    route: Route, run_id: str, scope: str, after: Watermark | None, window: tuple[datetime | None, datetime | None]
) -> Iterator[list[datetime]]:
    """Page after page into the inbox; answers the change stamps at the edges of each."""
    mapping = route.lead_mapping
    since, until = window
    fields = mapping.read_fields(route.shape(route.source, mapping))
    for page in route.source.changes(mapping.object, fields, after, until):
        kept = _within(page, since, until)
        prints = [route.fingerprint(raw) for raw in kept.records]
        route.store.inbox.receive(route.name, kept, prints, scope, run_id)
        route.source.received(page)
        route.observer.advance(len(kept.records))
        route.checkpoint()
        yield _edges(page)


def _within(page: Page, since: datetime | None, until: datetime | None) -> Page:
    """The rows of a page that a bounded pull asked for (an overlap brings earlier ones)."""
    if since is None and until is None:
        return page

    def wanted(raw: RawRecord) -> bool:
        stamp = raw.modified
        return stamp is None or ((since is None or stamp >= since) and (until is None or stamp <= until))

    return Page(tuple(raw for raw in page.records if wanted(raw)), page.reached)


def _edges(page: Page) -> list[datetime]:
    """First and last stamp of a page: enough to cut the pulled window into buckets."""
    stamps = [raw.modified for raw in page.records if raw.modified is not None]
    return [stamps[0], stamps[-1]] if stamps else []


def _completeness(route: Route, object_name: str, since: datetime | None, stamps: list[datetime]) -> list[Bucket]:
    """Compare the CRM's own counts with the inbox, window by window; nothing to ask where nothing came."""
    windows = _windows(since, stamps)
    if not windows:
        return []
    expected = route.source.census(object_name, windows)
    buckets = [
        Bucket(window, count, route.store.inbox.count_between(route.name, object_name, window))
        for window, count in zip(windows, expected, strict=True)
    ]
    facts = [
        {"since": iso(b.window.since) if b.window.since else None, "until": iso(b.window.until)}
        | {"expected": b.expected, "found": b.found}
        for b in buckets
    ]
    route.store.runs.remember(route.source.name, f"completeness:{route.name}", facts)
    return buckets


def _windows(since: datetime | None, stamps: list[datetime]) -> list[Window]:
    edges = sorted(set(stamps))
    if not edges:
        return []
    step = max(1, len(edges) // BUCKETS)
    ends = [*edges[step::step][: BUCKETS - 1], edges[-1]]
    ends = sorted(set(ends))
    if since is None:  # a first pull leaves out what is converted, and so must every count of it
        return [Window(None, end) for end in ends]
    return [Window(start, end) for start, end in zip([since, *ends[:-1]], ends, strict=True)]


def refresh_directory(route: Route) -> None:
    """Bring the target's accounts, contacts and opportunities (and its leads, for a route from elsewhere) up to date.

    So are the source's, where it is given the same records: what people edit there is carried to the other side.
    Leads that leaned on a record that changed are woken, and how the target's opportunities moved is kept. Where the
    directory was laid by other rules, or never, all of it is laid anew in the end, from what it holds.
    """
    directory, rules = route.store.directory, route.rules.matching
    current = is_current(directory, rules)
    for kind in [Kind.ACCOUNT, Kind.CONTACT] + ([] if route.in_place else [Kind.LEAD]):
        _refresh(route, route.target_side, kind, current)
    if route.gives_records_back:
        for kind in (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY):
            _refresh(route, route.source_side, kind, current)
    _refresh_opportunities(route, current)
    if not current:
        rebuild_directory(directory, rules, route.spread, route.observer)


def _refresh_opportunities(route: Route, current: bool) -> None:
    """The target's opportunities and how they moved; a CRM that shows our user none has none to tell of."""
    side = route.target_side
    if side.shape(side.mapping(Kind.OPPORTUNITY)) is not None:
        _refresh(route, side, Kind.OPPORTUNITY, current, StageKeeper(route.store, route.target))


def _refresh(route: Route, side: Side, kind: Kind, current: bool, stages: StageKeeper | None = None) -> None:
    """One object of one CRM; all of it when the mapping was edited since: it holds records as translated then.

    Keys are left to the end where the directory is not *current*: laying them in one sweep is much faster.
    """
    mapping = side.mapping(kind)
    scope = f"directory:{side.name}"
    mark, fact = digest_of(mapping.file.meaning()), f"directory:{route.name}:{mapping.object}"
    same = route.store.runs.recall(side.name, fact) in (None, mark)
    after = route.store.watermarks.get(scope, mapping.object) if same else None
    route.observer.stage(route.name, f"directory {mapping.object}", None)
    for page in side.system.changes(mapping.object, side.fields(kind), after):
        records = [record for raw in page.records if (record := _readable(raw, mapping)) is not None]
        entries = [indexed(route, record) if current else Entry(record) for record in records]
        _shelve(route, entries, page, (scope, mapping.object), stages)
        route.checkpoint()
    if stages is not None:
        stages.finish()
    route.store.runs.remember(side.name, fact, mark)
    _note_reading(route, side, kind, whole=after is None and kind is not Kind.OPPORTUNITY)


def _note_reading(route: Route, side: Side, kind: Kind, whole: bool) -> None:
    """Keep when the directory was brought up to date; after a *whole* reading also how many the CRM counts itself."""
    fact, mapping = f"directory-read:{kind.value}", side.mapping(kind)
    before, reached = route.store.runs.recall(side.name, fact), None
    noted = dict(before) if isinstance(before, dict) else {"counted": None, "held": None}
    if whole:
        reached = route.store.watermarks.get(f"directory:{side.name}", mapping.object)
    if reached is not None:
        counted = side.system.census(mapping.object, [Window(None, reached.position)])
        held = route.store.directory.sizes().get(side.name, {}).get(kind.value, 0)
        noted |= {"counted": counted[0], "held": held}
    route.store.runs.remember(side.name, fact, noted | {"at": iso(route.clock.now())})


def _shelve(
    route: Route, entries: Sequence[Entry], page: Page, watermark: tuple[str, str], stages: StageKeeper | None
) -> None:
    with route.store.transaction():
        if stages is not None:
            stages.take(stages.news([entry.record for entry in entries]))
        changed = route.store.directory.put(entries)
        carry_merged(route, [entry.record for entry in entries])
        if page.reached is not None:
            route.store.watermarks.set(*watermark, page.reached)
        if changed:
            route.store.inbox.wake(route.store.matches.leaning_on(changed), Woken.RECORD)
    route.observer.advance(len(page.records))


def _readable(raw: RawRecord, mapping: ObjectMapping) -> Record | None:
    """The record in canonical words; one that breaks a rule of the mapping is no candidate for anything."""
    return translate(raw, mapping).record


def indexed(route: Route, record: Record) -> Entry:
    """A record as the directory keeps it under the rules of the route."""
    return laid_by(route.rules.matching, record)
