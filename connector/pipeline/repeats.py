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

MOST = 50  # leads of one cluster that are looked at; more of one person are junk that nobody listed yet


@dataclass
class _Cluster:
    """Leads that links lead to from one of them: *members*, and each *link* with its score."""

    members: dict[RecordRef, Record]
    links: dict[tuple[RecordRef, RecordRef], Match] = field(default_factory=dict)

    def linked(self, one: RecordRef, other: RecordRef) -> Match | None:
        """The link between two members, whichever of them found it."""
        return self.links.get((one, other)) or self.links.get((other, one))


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
    _wake_others(route, lead, settled)
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
    cluster, waiting = _Cluster({lead.ref: lead}), [lead.ref]
    while waiting and len(cluster.members) < MOST:
        here = waiting.pop()
        for one, match in _around(route, here, links if here == lead.ref else None):
            other = match.ref if one == here else one
            if other not in cluster.members:
                record = route.store.directory.get(other)
                if record is None or record.ref != other or record.flag("converted"):
                    continue
                cluster.members[other] = record
                waiting.append(other)
            cluster.links[one, match.ref] = match
    return cluster


def _around(route: Route, here: RecordRef, links: Sequence[Match] | None) -> Iterator[tuple[RecordRef, Match]]:
    """Links from a lead to those before it (*links* where they are known afresh), and to it from later ones."""
    for match in _links_of(_kept(route, here)) if links is None else links:
        yield here, match
    for other in route.store.matches.leaning_on([here]):
        yield from ((other, match) for match in _links_of(_kept(route, other)) if match.ref == here)


def _apart(route: Route, cluster: _Cluster) -> Iterator[tuple[RecordRef, RecordRef]]:
    """Members that must not be one: a person said so, or what they say of themselves speaks plainly against it."""
    said = {
        frozenset((word.left, word.right))
        for ref in cluster.members
        for word in route.store.matches.judgements(ref)
        if word.word is Word.DIFFERENT
    }
    for one, other in combinations(sorted(cluster.members), 2):
        if frozenset((one, other)) in said or (
            cluster.linked(one, other) is None and _plainly_different(route, cluster, one, other)
        ):
            yield one, other


def _plainly_different(route: Route, cluster: _Cluster, one: RecordRef, other: RecordRef) -> bool:
    """Whether the evidence, taken together, speaks against two leads; saying little is no evidence against them."""
    senior, junior = sorted((cluster.members[one], cluster.members[other]), key=seniority)
    match = compare(junior, senior, route.rules.matching)
    return sum(comparison.points for comparison in match.comparisons) < 0


def _wake_others(route: Route, lead: Record, settled: Clustering) -> None:
    """Members that follow somebody else than they should look again."""
    wrong = []
    for ref, survivor in settled.survivor.items():
        kept = _kept(route, ref) if ref != lead.ref else None
        if kept is None or kept.linkage is Linkage.CONTACT:
            continue
        follows = kept.duplicate_of.ref if kept.duplicate_of is not None else ref
        if follows != survivor:
            wrong.append(ref)
    route.store.inbox.wake(wrong, Woken.RECORD)


def _answer(route: Route, lead: Record, resolution: Resolution, cluster: _Cluster, settled: Clustering) -> Resolution:
    survivor = settled.survivor.get(lead.ref, lead.ref)
    if survivor != lead.ref:
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
    direct = cluster.linked(lead.ref, survivor)
    own = [match for (one, _), match in cluster.links.items() if one == lead.ref and match.ref != survivor]
    if resolution.duplicate_of is not None and resolution.duplicate_of.ref == survivor:
        return replace(resolution, candidates=tuple(own))
    match = direct or compare(lead, cluster.members[survivor], route.rules.matching)
    via = [] if direct else _on_the_way(lead.ref, cluster, survivor)
    by_way = f", by way of {' and '.join(f'lead {ref.id}' for ref in via)}" if via else ""
    because = f"Another lead is the same person and came first{by_way}."
    return Resolution(
        lead.ref, Linkage.LEAD, None, None, match, tuple(own), None, None, resolution.weak_identity, because
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
    asked: dict[RecordRef, None] = {}
    for pair in settled.contested:
        sides = {settled.survivor[one] for one in pair}
        senior = sides - {lead.ref}
        if lead.ref in sides and not _told_apart(route, cluster, settled, sides):
            asked.update(dict.fromkeys(senior))
    mine = seniority(lead)
    for ref in sorted(asked):
        if seniority(cluster.members[ref]) < mine:
            match = cluster.linked(lead.ref, ref) or compare(lead, cluster.members[ref], route.rules.matching)
            yield replace(match, band=Band.POSSIBLE)


def _told_apart(route: Route, cluster: _Cluster, settled: Clustering, sides: Iterable[RecordRef]) -> bool:
    """Whether a person said of any two members of the two clusters that they are different."""
    group = {ref: settled.survivor[ref] for ref in cluster.members if settled.survivor.get(ref) in set(sides)}
    for ref, survivor in group.items():
        for word in route.store.matches.judgements(ref):
            other = word.right if word.left == ref else word.left
            if word.word is Word.DIFFERENT and group.get(other, survivor) != survivor:
                return True
    return False
