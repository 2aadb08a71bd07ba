"""What became of the leads of a replay: when they convert, what that costs, and how it fared where that is known."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from connector.model.decision import Verdict
from connector.model.progress import JournalState
from connector.model.records import RecordRef
from connector.model.replay import Calls, Fared, Moved, Opened, Outcomes
from connector.pipeline.replay_ledger import (
    CLOSED,
    LOST,
    NEVER,
    NEW_AUTOMATIC,
    NEW_OPENED,
    OLD_AUTOMATIC,
    OLD_OPENED,
    PERSON_NO,
    PERSON_YES,
    WON,
    Ledger,
)
from connector.ports import Store

_DAY = 86400.0
_DONE = (JournalState.APPLIED, JournalState.ALREADY)


def moved(ledger: Ledger) -> Moved:
    """When leads convert under the new policy, against the old one."""
    earlier, later = array("d"), array("d")
    counts: Counter[str] = Counter()
    for old, new, _ in ledger.rows():
        counts["old"] += old < NEVER
        counts["new"] += new < NEVER
        counts["gained"] += new < NEVER == old
        counts["lost"] += old < NEVER == new
        if new < old < NEVER:
            earlier.append((old - new) / _DAY)
        elif old < new < NEVER:
            later.append((new - old) / _DAY)
    return Moved(counts["old"], counts["new"], earlier, later, counts["gained"], counts["lost"])


def opened(ledger: Ledger) -> Opened:
    """Leads on which an opportunity is opened, old and new."""
    counts = Counter((bool(bits & OLD_OPENED), bool(bits & NEW_OPENED)) for _, _, bits in ledger.rows())
    both, lost, gained = counts[True, True], counts[True, False], counts[False, True]
    return Opened(both + lost, both + gained, gained, lost)


def standing(ledger: Ledger) -> dict[tuple[Verdict, Verdict], int]:
    """Leads by the last verdict on them, old and new."""
    counts: Counter[tuple[Verdict, Verdict]] = Counter()
    for row in range(len(ledger)):
        old, new = ledger.last(row)
        if old is not None and new is not None:
            counts[old, new] += 1
    return dict(sorted(counts.items()))


def measured_calls(
    store: Store,
    leads: Mapping[tuple[str, Verdict], Iterable[RecordRef]],
    stands: Mapping[tuple[Verdict, Verdict], int],
) -> Calls:
    """What carrying the verdicts out costs, by what the journal says that leads of each verdict cost before.

    *leads* are some of each route and verdict. A verdict that writes nothing has no entries and costs nothing, but
    a conversion that was never carried out has no known price.
    """
    costs: dict[Verdict, list[float]] = {}
    for (route, verdict), some in leads.items():
        found = [cost for cost in (_cost(store, route, lead) for lead in some) if cost or not verdict.converts]
        costs.setdefault(verdict, []).extend(found)
    each = {verdict: sum(found) / len(found) for verdict, found in costs.items() if found}
    totals = []
    for side in (0, 1):
        counts = Counter[Verdict]()
        for pair, count in stands.items():
            counts[pair[side]] += count
        unknown = any(verdict.converts and verdict not in each for verdict in counts)
        totals.append(None if unknown else sum(each.get(verdict, 0.0) * count for verdict, count in counts.items()))
    return Calls(totals[0], totals[1], each, {verdict: len(found) for verdict, found in costs.items() if found})


def _cost(store: Store, route: str, lead: RecordRef) -> float:
    """Calls that were spent to write for a lead, with batches as full as they were planned."""
    entries = store.journal.story(lead)
    return sum(entry.step.cost for entry in entries if entry.route == route and entry.state in _DONE)


def note_outcomes(store: Store, route: str, ledger: Ledger) -> None:
    """Keep in the ledger which leads of a route were won or lost, and what blind reviews said.

    A lead that is said to be both won and lost is neither.
    """
    for batch in store.funnel.with_opportunity([route]):
        for lead in batch:
            row = ledger.find_key(route, lead.lead_id)
            if row is not None and (lead.won_at is None) != (lead.lost_at is None):
                ledger.bits[row] |= WON if lead.won_at is not None else LOST
    for sample in store.samples.list(open_only=False):
        row = ledger.find(route, sample.lead) if sample.route == route and sample.answer is not None else None
        if row is not None and sample.answer is not None and not ledger.bits[row] & (PERSON_YES | PERSON_NO):
            ledger.bits[row] |= PERSON_YES if sample.answer.converts else PERSON_NO


def outcomes(ledger: Ledger) -> Outcomes:
    """How automatic conversions fared, old and new, and those that only one of the two makes."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("old", "new", "only_old", "only_new", "all_known")}
    for old, new, bits in ledger.rows():
        found = _found(bits)
        if found & {"won", "lost", "disqualified"}:
            counts["all_known"].update(found | {"leads"})
        is_old, is_new = bool(bits & OLD_AUTOMATIC), bool(bits & NEW_AUTOMATIC)
        for name, counts_here in (
            ("old", is_old),
            ("new", is_new),
            ("only_old", is_old and new == NEVER),
            ("only_new", is_new and old == NEVER),
        ):
            if counts_here:
                counts[name].update(found | {"leads"})
    return replace(Outcomes(), **{name: Fared(**found) for name, found in counts.items()})


def _found(bits: int) -> set[str]:
    """What is known of a lead: its outcome, and what people said."""
    found = set()
    if bits & (WON | LOST):
        found.add("won" if bits & WON else "lost")
    elif bits & CLOSED:
        found.add("disqualified")
    if bits & (PERSON_YES | PERSON_NO):
        found.add("right" if bits & PERSON_YES else "wrong")
    return found
