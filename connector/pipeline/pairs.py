"""Pairs: find the records that a cross-CRM route made twins of, and look at both of them as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.mapping import ObjectMapping, translate
from connector.model.progress import Woken
from connector.model.records import Kind, RawRecord, RecordRef, digest_of
from connector.model.twins import End, Pair
from connector.pipeline.pull import indexed
from connector.pipeline.route import Route
from connector.pipeline.side import Side
from connector.planning import Standing, is_carried

_LONGEST_MERGE = 5  # merges followed from one record to the next within one look


@dataclass(slots=True)
class Look:
    """A pair with both records as they are now; *raws* are their rows, empty where the directory was asked."""

    standing: Standing
    raws: Mapping[End, RawRecord]

    @property
    def pair(self) -> Pair:
        """The pair as it is known by now."""
        return self.standing.pair

    def becomes(self, pair: Pair) -> None:
        """Know the pair anew."""
        self.standing = replace(self.standing, pair=pair)


def sides(route: Route) -> dict[End, Side]:
    """Both CRMs of a route."""
    return {End.SOURCE: route.source_side, End.TARGET: route.target_side}


def words_of(route: Route, kind: Kind) -> str:
    """Names the mappings that records of *kind* are read with: values read with others cannot be compared."""
    return digest_of([side.mapping(kind).file.meaning() for side in sides(route).values()])


@dataclass(frozen=True, slots=True)
class _Common:
    """What two CRMs have in common for a kind: *fields* that can be read and written in both, and the *words*."""

    fields: tuple[str, ...]
    words: str


def _common_ground(route: Route, pairs: Sequence[Pair]) -> dict[Kind, _Common]:
    found = {}
    for kind in {pair.kind for pair in pairs}:
        per_side = [_open_fields(side, side.mapping(kind)) for side in sides(route).values()]
        found[kind] = _Common(tuple(sorted(set.intersection(*per_side))), words_of(route, kind))
    return found


def _open_fields(side: Side, mapping: ObjectMapping) -> set[str]:
    shape = side.shape(mapping)
    found = set()
    for name, field in mapping.writing.items():
        described = shape.fields.get(field.target) if shape else None
        if field.reads and is_carried(name) and (shape is None or (described is not None and described.updateable)):
            found.add(name)
    return found


def lead_of(route: Route, pair: Pair) -> RecordRef:
    """The source lead whose conversion made the pair."""
    text = pair.key[len(route.source.name) + 1 :]
    lead_id = text.removesuffix(f":{pair.kind.value}")
    return RecordRef(route.source.name, route.lead_mapping.object, lead_id)


def pair_up(route: Route) -> None:
    """Make pairs of what the crosswalk links: from now on an edit of the one is an edit of both.

    They agree on what stands there, whatever it is: nothing is overwritten because two records were found to be one.
    """
    for found in route.store.twins.unpaired(route.source.name, route.target.name):
        looks = look_at(route, found)
        with route.store.transaction():
            for look in looks:
                route.store.twins.add(look.pair, route.clock.now())
        route.checkpoint()


def look_at(route: Route, pairs: Sequence[Pair], final: bool = True) -> list[Look]:
    """Read both records of every pair (a call or two per kind and CRM); what was read is news for the directory too.

    Left out are pairs whose records cannot be read now, and those that end here because a record was deleted. A pair
    whose record was merged away goes on with the survivor. With *final* false nothing is kept.
    """
    raws = _fetched(route, pairs)
    if final:
        shelve(route, raws)
    looks: list[Look] = []
    known = _common_ground(route, pairs)
    with route.store.transaction():
        for pair in pairs:
            followed = _followed(route, pair, raws)
            if not isinstance(followed, Pair):
                if followed and final:
                    _part(route, pair, followed)
                continue
            before = pair.source, pair.target
            look = _looked(route, followed, raws, known[pair.kind], before)
            looks += [look] if look else []
            if look and final and pair.id and before != (followed.source, followed.target):
                route.store.twins.keep(look.pair, looked=False)  # the next pair may have the same survivor
                _tell(route, followed, "twin merged", "")
    return looks


def shelved(route: Route, pairs: Sequence[Pair]) -> Iterator[Look]:
    """Pairs as the directory holds them: as the last refresh found them, without a call."""
    known = _common_ground(route, pairs)
    for pair in pairs:
        found = {end: route.store.directory.get(pair.ref(end)) for end in End}
        records = {end: record for end, record in found.items() if record is not None and record.ref == pair.ref(end)}
        if len(records) == len(End) and pair.words == known[pair.kind].words:
            yield Look(Standing(pair, records, known[pair.kind].fields), {})


def look_again(route: Route, looks: Sequence[tuple[Look, End]]) -> list[Look]:
    """Read again the records that were written to; answers the looks of which all of them could be read."""
    raws = _rows(route, [(look.pair.kind, end, look.pair.ref(end).id) for look, end in looks])
    shelve(route, raws)
    unread = set()
    for look, end in looks:
        raw = raws.get(look.pair.ref(end))
        if raw is None or raw.deleted or not _read_again(route, look, end, raw):
            unread.add(look.pair.id)
    return [look for look in {each.pair.id: each for each, _ in looks}.values() if look.pair.id not in unread]


def _read_again(route: Route, look: Look, end: End, raw: RawRecord) -> bool:
    found = translate(raw, sides(route)[end].mapping(look.pair.kind))
    if found.record is None:
        return False
    doubtful = {problem.field for problem in found.doubts}
    fields = [name for name in look.standing.fields if name not in doubtful]
    look.standing = replace(look.standing, records={**look.standing.records, end: found.record}, fields=fields)
    look.raws = {**look.raws, end: raw}
    return True


def shelve(route: Route, raws: Mapping[RecordRef, RawRecord]) -> None:
    """Put rows in the directory, and wake the leads that lean on what changed."""
    mappings = {side.name: side for side in sides(route).values()}
    records = []
    for ref, raw in raws.items():
        side = mappings[ref.connection]
        mapping = next(side.mapping(kind) for kind in Kind if side.mapping(kind).object == ref.object)
        if (record := translate(raw, mapping).record) is not None:
            records.append(indexed(route, record))
    with route.store.transaction():
        changed = route.store.directory.put(records)
        if changed:
            route.store.inbox.wake(route.store.matches.leaning_on(changed), Woken.RECORD)


def _fetched(route: Route, pairs: Sequence[Pair]) -> dict[RecordRef, RawRecord]:
    """Both records of every pair, and those that they were merged into."""
    wanted = [(pair.kind, end, pair.ref(end).id) for pair in pairs for end in End]
    found: dict[RecordRef, RawRecord] = {}
    for _ in range(_LONGEST_MERGE):
        rows = _rows(route, wanted)
        found |= rows
        ends = {sides(route)[end].ref(kind, each): (kind, end) for kind, end, each in wanted}
        wanted = [(*ends[ref], raw.merged_into) for ref, raw in rows.items() if raw.merged_into and ref in ends]
    return found


def _rows(route: Route, wanted: Sequence[tuple[Kind, End, str]]) -> dict[RecordRef, RawRecord]:
    found: dict[RecordRef, RawRecord] = {}
    for end, side in sides(route).items():
        for kind in Kind:
            ids = list(dict.fromkeys(each for of, at, each in wanted if (of, at) == (kind, end)))
            if ids:
                rows = side.system.fetch(side.mapping(kind).object, ids, side.fields(kind))
                found |= {raw.ref: raw for raw in rows.values()}
    return found


def _followed(route: Route, pair: Pair, raws: Mapping[RecordRef, RawRecord]) -> Pair | str:
    """The pair at the survivors of merges; why it ends; empty text where a record cannot be found now."""
    followed = pair
    for end in End:
        raw = raws.get(pair.ref(end))
        for _ in range(_LONGEST_MERGE):
            if raw is None or not raw.merged_into:
                break
            raw = raws.get(RecordRef(raw.ref.connection, raw.ref.object, raw.merged_into))
        if raw is None:
            return ""
        if raw.deleted:
            return f"{raw.ref} was deleted"
        if raw.ref != pair.ref(end):
            followed = followed.moved(end, raw.ref)
    taken = [ref for ref in (followed.source, followed.target) if _has_other_twin(route, ref, followed)]
    return f"{taken[0]}, into which it was merged, has a twin of its own" if taken else followed


def _has_other_twin(route: Route, ref: RecordRef, pair: Pair) -> bool:
    """Whether *ref* has a twin already in the CRM at the other end, in another pair than this one."""
    other = (pair.target if ref == pair.source else pair.source).connection
    standing = [each for each in route.store.twins.of(ref) if each.id != pair.id]
    return any(other in (each.source.connection, each.target.connection) for each in standing)


def _looked(
    route: Route, pair: Pair, raws: Mapping[RecordRef, RawRecord], known: _Common, before: tuple[RecordRef, RecordRef]
) -> Look | None:
    """The pair with its records, None where one cannot be read; where it is new in some way, it agrees on what stands.

    *before* are the records that it was made of until now.
    """
    rows = {end: raws[pair.ref(end)] for end in End}
    found = {end: translate(row, sides(route)[end].mapping(pair.kind)) for end, row in rows.items()}
    records = {end: each.record for end, each in found.items() if each.record is not None}
    if len(records) < len(End):
        return None
    doubtful = {problem.field for each in found.values() for problem in each.doubts}
    look = Look(Standing(pair, records, [name for name in known.fields if name not in doubtful]), rows)
    if before != (pair.source, pair.target) or pair.words != known.words:
        look.becomes(replace(pair, agreed=look.standing.present, words=known.words, pending=()))
    return look


def _part(route: Route, pair: Pair, why: str) -> None:
    """The two are no twins any more; what is left of them is left as it is."""
    number = pair.id or route.store.twins.add(pair, route.clock.now())
    if number:
        route.store.twins.end(replace(pair, id=number), why, route.clock.now())
        _tell(route, pair, "twins parted", why)


def _tell(route: Route, pair: Pair, event: str, why: str) -> None:
    facts = {"source": str(pair.source), "target": str(pair.target), **({"why": why} if why else {})}
    route.store.audit.append(route.clock.now(), route.name, "crm", event, str(lead_of(route, pair)), facts)
