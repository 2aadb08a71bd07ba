"""Repeats: leads that are one person, and the one among them that all others follow.

Two leads are linked by the later one's resolution. Leads that are linked through others are one person too, unless
something speaks plainly against two of them. Every member of such a cluster comes to the same survivor, in whatever
order the leads came: a lead that finds the others at odds with what it sees wakes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import inf

from connector.matching import Clustering, clustering, compare, resolve, seniority
from connector.model.match import Band, Candidates, Judgement, Linkage, Match, Resolution, Word
from connector.model.progress import Woken
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.route import Route
from connector.pipeline.words import origins_of

MOST = 50  # leads of one cluster that are looked at; more of one person are junk that nobody listed yet


@dataclass
class _Cluster:
    """Leads that links lead to from one of them: *members*, and each *link* with its score.

    A lead that a route landed and the row that it came from are one member, the landed lead; *copies* are all of them.
    *told* are the resolutions that were read.
    """

    route: Route
    members: dict[RecordRef, Record] = field(default_factory=dict)
    links: dict[tuple[RecordRef, RecordRef], Match] = field(default_factory=dict)
    copies: dict[RecordRef, RecordRef] = field(default_factory=dict)
    told: dict[RecordRef, Resolution | None] = field(default_factory=dict)

    def linked(self, one: RecordRef, other: RecordRef) -> Match | None:
        """The link between two members, whichever of them found it."""
        return self.links.get((one, other)) or self.links.get((other, one))

    def standing(self, ref: RecordRef) -> RecordRef:
        """The member that a lead is, whichever copy of it *ref* names."""
        if ref not in self.copies:
            store = self.route.store
            landed = sorted(entry.ref for entry in store.crosswalk.by_key(ref.key) if entry.role == "lead")
            first = min(landed, key=lambda one: one.connection != self.route.target.name, default=ref)
            self.copies.update(dict.fromkeys((ref, *landed, *origins_of(store, first)), first))
        return self.copies[ref]

    def kept(self, lead: RecordRef) -> Resolution | None:
        """The latest resolution of a lead, read once: everybody in a crowd leads to everybody else."""
        if lead not in self.told:
            self.told[lead] = _kept(self.route, lead)
        return self.told[lead]

    def all_of(self, member: RecordRef) -> list[RecordRef]:
        """Every copy of a member."""
        return sorted(copy for copy, stands in self.copies.items() if stands == member)


def as_one(
    route: Route, lead: Record, found: Candidates, words: Sequence[Judgement], resolution: Resolution
) -> Resolution:
    """The resolution with the lead's survivor among all leads that are the same person, by way of others too.

    A link that would make one person of two that are plainly different is a question to a person instead.
    """
    links = _senior_links(route, lead, found, words, resolution)
    _wake_lost(route, lead, links)
    if lead.deleted or lead.flag("converted") or resolution.linkage is Linkage.CONTACT:
        return resolution
    cluster = _gather(route, lead, links)
    if len(cluster.members) < 2:
        return resolution
    settled = clustering(
        ((one, other, inf if match.judged else match.score) for (one, other), match in cluster.links.items()),
        _apart(route, cluster),
        lambda ref: seniority(cluster.members[ref]),
    )
    _wake_others(route, lead, cluster, settled)
    return _answer(route, lead, resolution, cluster, settled)


def wake_juniors(route: Route, lead: Record, found: Candidates, awake: Set[RecordRef]) -> None:
    """A lead that came late may be the survivor of leads that were decided on before: they are looked at again."""
    mine, sleeping = seniority(lead), []
    for known in found.leads:
        other = route.store.directory.get(known.ref) if known.ref not in awake else None
        if other is None or other.ref == lead.ref or other.flag("converted") or seniority(other) < mine:
            continue
        if compare(other, lead, route.rules.matching).band is not Band.NEW:
            sleeping.append(other.ref)
    route.store.inbox.wake(sleeping, Woken.RECORD)


def _senior_links(
    route: Route, lead: Record, found: Candidates, words: Sequence[Judgement], resolution: Resolution
) -> tuple[Match, ...]:
    """Every lead before this one that is the same person, the best survivor first."""
    links: list[Match] = []
    answer, left = resolution, found.leads
    while answer.linkage is Linkage.LEAD and answer.duplicate_of is not None and len(links) < MOST:
        best = answer.duplicate_of
        links.append(best)
        left = tuple(known for known in left if known.ref != best.ref)
        answer = resolve(lead, replace(found, contacts=(), accounts=(), leads=left), words, route.rules.matching)
    return tuple(links)


def _links_of(resolution: Resolution | None) -> tuple[Match, ...]:
    """The links to other leads that a resolution holds; what is merely possible, or by way of others, is none."""
    if resolution is None or resolution.linkage is not Linkage.LEAD:
        return ()
    told = (resolution.duplicate_of, *resolution.candidates)
    return tuple(m for m in told if m is not None and m.kind is Kind.LEAD and m.band is Band.LINK)


def _kept(route: Route, lead: RecordRef) -> Resolution | None:
    """The latest resolution of a lead, by whichever route."""
    here = route.store.matches.latest(route.name, lead)
    if here is not None:
        return here
    names = [row.route for row in route.store.inbox.find(lead.id) if row.raw.ref == lead]
    return next((one for name in names if (one := route.store.matches.latest(name, lead)) is not None), None)


def _wake_lost(route: Route, lead: Record, links: Sequence[Match]) -> None:
    """Leads that this one no longer leads to are not what they were."""
    before = {match.ref for match in _links_of(route.store.matches.latest(route.name, lead.ref))}
    route.store.inbox.wake(before - {match.ref for match in links}, Woken.RECORD)


def _gather(route: Route, lead: Record, links: Sequence[Match]) -> _Cluster:
    """The leads that links lead to from here, in both directions."""
    cluster = _Cluster(route)
    me = cluster.standing(lead.ref)
    cluster.members[me], waiting, seen = lead, [me], {me}
    while waiting and len(cluster.members) < MOST:
        here = waiting.pop()
        for copy in cluster.all_of(here):
            for one, match in _around(cluster, copy, links if copy == lead.ref else None):
                ends = (cluster.standing(one), cluster.standing(match.ref))
                other = ends[1] if ends[0] == here else ends[0]
                if other == here or not _is_open(cluster, other):
                    continue
                if other not in seen:
                    waiting.append(other)
                    seen.add(other)
                cluster.links[ends] = match
    return cluster


def _is_open(cluster: _Cluster, ref: RecordRef) -> bool:
    """Whether a lead can be followed, and is a member from now on: it is there, and not converted."""
    if ref not in cluster.members:
        record = cluster.route.store.directory.get(ref)
        if record is None or record.ref != ref or record.flag("converted"):
            return False
        cluster.members[ref] = record
    return True


def _around(cluster: _Cluster, here: RecordRef, links: Sequence[Match] | None) -> Iterator[tuple[RecordRef, Match]]:
    """Links from a lead to those before it (*links* where they are known afresh), and to it from later ones."""
    for match in _links_of(cluster.kept(here)) if links is None else links:
        yield here, match
    for other in cluster.route.store.matches.leaning_on([here]):
        yield from ((other, match) for match in _links_of(cluster.kept(other)) if match.ref == here)


def _apart(route: Route, cluster: _Cluster) -> Iterator[tuple[RecordRef, RecordRef]]:
    """Members that must not be one: a person said so, or what they say of themselves speaks plainly against it."""
    said = {frozenset(pair) for pair in _said_different(cluster, cluster.members)}
    for one, other in combinations(sorted(cluster.members), 2):
        unlinked = cluster.linked(one, other) is None
        if frozenset((one, other)) in said or (unlinked and _plainly_different(route, cluster, one, other)):
            yield one, other


def _said_different(cluster: _Cluster, members: Iterable[RecordRef]) -> Iterator[tuple[RecordRef, RecordRef]]:
    """Pairs of members that a person called different, of whichever copies it was said."""
    for member in members:
        for copy in cluster.all_of(member):
            for word in cluster.route.store.matches.judgements(copy):
                other = cluster.copies.get(word.right if word.left == copy else word.left)
                if word.word is Word.DIFFERENT and other is not None:
                    yield member, other


def _plainly_different(route: Route, cluster: _Cluster, one: RecordRef, other: RecordRef) -> bool:
    """Whether the evidence, taken together, speaks against two leads; saying little is no evidence against them."""
    senior, junior = sorted((cluster.members[one], cluster.members[other]), key=seniority)
    match = compare(junior, senior, route.rules.matching)
    return sum(comparison.points for comparison in match.comparisons) < 0


def _wake_others(route: Route, lead: Record, cluster: _Cluster, settled: Clustering) -> None:
    """Members that follow somebody else than they should look again."""
    wrong = []
    for copy, member in cluster.copies.items():
        kept = cluster.kept(copy) if copy != lead.ref and member in settled.survivor else None
        if kept is None or kept.linkage is Linkage.CONTACT:
            continue
        follows = cluster.standing(kept.duplicate_of.ref) if kept.duplicate_of is not None else member
        if follows != settled.survivor[member]:
            wrong.append(copy)
    route.store.inbox.wake(wrong, Woken.RECORD)


def _answer(route: Route, lead: Record, resolution: Resolution, cluster: _Cluster, settled: Clustering) -> Resolution:
    me = cluster.standing(lead.ref)
    survivor = settled.survivor.get(me, me)
    if survivor != me:
        return _following(route, lead, resolution, cluster, survivor)
    doubtful = tuple(_doubts(route, lead, cluster, settled))
    if not doubtful:
        return resolution
    others = () if resolution.linkage is Linkage.LEAD else resolution.candidates
    because = f"Another lead may be the same person, but is one with {_named(doubtful)}, who is somebody else."
    shown = tuple({match.ref: match for match in (*doubtful, *others)}.values())
    return replace(
        resolution,
        linkage=Linkage.POSSIBLE,
        account=None,
        duplicate_of=None,
        candidates=shown,
        because=because,
    )


def _named(matches: Sequence[Match]) -> str:
    return " and ".join(f"lead {match.ref.id}" for match in matches)


def _following(
    route: Route, lead: Record, resolution: Resolution, cluster: _Cluster, survivor: RecordRef
) -> Resolution:
    """The lead repeats the survivor, directly or by way of others; these are told as well."""
    me = cluster.standing(lead.ref)
    direct = cluster.linked(me, survivor)
    own = {end[1]: match for end, match in cluster.links.items() if end[0] == me and end[1] != survivor}
    known = resolution.duplicate_of
    if known is not None and cluster.standing(known.ref) == survivor:
        return replace(resolution, candidates=tuple(own.values()))
    match = direct or compare(lead, cluster.members[survivor], route.rules.matching)
    via = [] if direct else _on_the_way(me, cluster, survivor)
    by_way = f", by way of {' and '.join(f'lead {ref.id}' for ref in via)}" if via else ""
    because = f"Another lead is the same person and came first{by_way}."
    return Resolution(
        lead=lead.ref,
        linkage=Linkage.LEAD,
        duplicate_of=replace(match, kind=Kind.LEAD, ref=survivor),
        candidates=tuple(own.values()),
        weak_identity=resolution.weak_identity,
        because=because,
    )


def _on_the_way(lead: RecordRef, cluster: _Cluster, survivor: RecordRef) -> list[RecordRef]:
    """The leads through which two are one: a shortest way, the same whatever the order of the links."""
    ways: list[list[RecordRef]] = [[lead]]
    seen = {lead}
    while ways:
        way = ways.pop(0)
        for other in sorted(cluster.members):
            if other in seen or cluster.linked(way[-1], other) is None:
                continue
            if other == survivor:
                return way[1:]
            seen.add(other)
            ways.append([*way, other])
    return []


def _doubts(route: Route, lead: Record, cluster: _Cluster, settled: Clustering) -> Iterator[Match]:
    """Survivors before this one that a link led to and that it is kept apart from, unless a person said why."""
    me, mine = cluster.standing(lead.ref), seniority(lead)
    asked: set[RecordRef] = set()
    for pair in settled.contested:
        sides = {settled.survivor[one] for one in pair}
        if me in sides and not _told_apart(cluster, settled, sides):
            asked |= sides - {me}
    for ref in sorted(asked):
        if seniority(cluster.members[ref]) < mine:
            match = cluster.linked(me, ref) or compare(lead, cluster.members[ref], route.rules.matching)
            yield replace(match, ref=ref, band=Band.POSSIBLE)


def _told_apart(cluster: _Cluster, settled: Clustering, sides: Set[RecordRef]) -> bool:
    """Whether a person said of any two members of the two clusters that they are different."""
    group = [ref for ref in cluster.members if settled.survivor.get(ref) in sides]
    return any(
        settled.survivor.get(other) in sides and settled.survivor[other] != settled.survivor[one]
        for one, other in _said_different(cluster, group)
    )
