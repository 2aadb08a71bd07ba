"""Replay: decide every stored decision anew under another policy, on what was known at its time and nothing later.

The inputs of a decision are kept as they were known then, so the new policy sees neither what came after nor what
its own verdicts would have brought about: a lead that the old policy converted shows nothing of what it would have
done as a lead. Only the verdict that a repeated lead takes from its survivor is carried on, as the new policy gave
it before that instant. Two decisions are compared by the very text that is kept of them.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connector.model.decision import CLOSED_IN_CRM, Decision, DecisionInputs, OpportunityTerms, Verdict
from connector.model.history import StoredDecision
from connector.model.records import RecordRef, digest_of
from connector.model.replay import Flip, FlipExample, Part, Replayed
from connector.pipeline.replay_changes import because, holds, parts_changed
from connector.pipeline.replay_ledger import (
    CARRIED,
    CARRIED_OPENED,
    CLOSED,
    NEVER,
    NEW_AUTOMATIC,
    NEW_OPENED,
    OLD_AUTOMATIC,
    OLD_OPENED,
    PERSON_NO,
    PERSON_YES,
    Ledger,
)
from connector.pipeline.replay_outcomes import measured_calls, moved, note_outcomes, opened, outcomes, standing
from connector.policy import Policies, decide
from connector.ports import Observer, Store

EXAMPLES = 3
"""Leads that are named per way in which verdicts changed."""

_BATCH = 250  # decisions read at once: few enough to be forgotten before they are counted as old
_SAMPLED = 200  # leads per verdict whose journal entries tell what they cost
_AT_ONCE = timedelta(minutes=1)
_CARRIED_OUT = ("verdict", "disqualification", "opportunity", "duplicate_of", "owner")


def replay(
    store: Store,
    policies: Mapping[str, Policies],
    observer: Observer,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Replayed:
    """Decide anew what was decided on the routes of *policies* from *since* until before *until*.

    Memory is bounded but for about fifty bytes per lead.
    """
    run = _Replay(store)
    for route, books in policies.items():
        observer.stage(route, "replay", None)
        for batch in store.decisions.stored(route, since, until, _BATCH):
            run.take(route, books, batch)
            observer.advance(len(batch))
        run.rest(route, books)
        note_outcomes(store, route, run.ledger)
    return run.replayed(tuple(policies))


@dataclass(frozen=True, slots=True)
class _Said:
    """What one side says of a lead at one instant."""

    verdict: Verdict
    rule: str
    disqualification: str
    opens: bool
    automatic: bool
    closed: bool


class _Replay:
    """The replay as it goes on: counts, and the ledger of leads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.ledger = Ledger()
        self.counts: Counter[str] = Counter()
        self.versions: Counter[str] = Counter()
        self.differs_in: Counter[Part] = Counter()
        self.new_versions: dict[str, None] = {}
        self.flips: Counter[tuple[Verdict, Verdict, str, str]] = Counter()
        self.examples: dict[tuple[Verdict, Verdict, str, str], list[FlipExample]] = defaultdict(list)
        self.reviews: dict[str, list[int]] = {}
        self.bounds: tuple[datetime, datetime] | None = None
        self.sampled: dict[tuple[str, Verdict], deque[RecordRef]] = {}
        self._codes: dict[str, int] = {}
        self._waiting: StoredDecision | None = None

    def take(self, route: str, books: Policies, batch: Sequence[StoredDecision]) -> None:
        """Decide a batch anew; its last decision waits for the one after it."""
        for stored in batch:
            if self._waiting is not None:
                self._one(route, books, self._waiting, superseded=_supersedes(stored, self._waiting))
            self._waiting = stored

    def rest(self, route: str, books: Policies) -> None:
        """Decide what still waits."""
        if self._waiting is not None:
            self._one(route, books, self._waiting, superseded=False)
        self._waiting = None

    def _one(self, route: str, books: Policies, stored: StoredDecision, superseded: bool) -> None:
        inputs = self._as_then(route, stored.inputs)
        decision = decide(books.of(inputs), inputs, stored.versions)
        version = _version(books, inputs.owner)
        self.new_versions[version] = None
        self.versions[stored.versions.policy] += 1
        first, last = self.bounds or (inputs.as_of, inputs.as_of)
        self.bounds = (min(first, inputs.as_of), max(last, inputs.as_of))
        old, new, why = self._compared(stored, decision, same=version == stored.versions.policy)
        if superseded:
            self.counts["superseded"] += 1
            return
        if old.verdict is not new.verdict:
            self._flip(old, new, inputs, why)
        self._keep(route, inputs, old, new)

    def _as_then(self, route: str, inputs: DecisionInputs) -> DecisionInputs:
        """The inputs with the survivor's verdict as the new policy gave it before; untouched where it gave the same."""
        survivor = inputs.survivor
        row = self.ledger.find(route, survivor.lead) if survivor else None
        if survivor is None or row is None or not self.ledger.bits[row] & CARRIED:
            return inputs
        terms = (survivor.opportunity or OpportunityTerms("")) if self.ledger.bits[row] & CARRIED_OPENED else None
        verdict = self.ledger.last(row)[1] or survivor.verdict
        code = next(word for word, number in self._codes.items() if number == self.ledger.code(row))
        carried = replace(survivor, verdict=verdict, disqualification=code, opportunity=terms)
        return replace(inputs, survivor=carried)

    def _compared(self, stored: StoredDecision, decision: Decision, same: bool) -> tuple[_Said, _Said, tuple[str, ...]]:
        """What the two say, and where they differ why; counts how near they are."""
        self.counts["decisions"] += 1
        new = _said(decision)
        text = self.store.decisions.text_of(decision)
        if text == stored.text:
            self.counts["identical" if same else "renamed"] += 1
            return new, new, ()
        was, made = json.loads(stored.text), json.loads(text)
        if _is_part(was, made):
            self.counts["before_fields"] += 1
            return new, new, ()
        if _but_for_the_name(was, made, draws=not same):
            self.counts["renamed"] += 1
            return new, new, ()
        self.counts["differs"] += 1
        old = _said_in(was)
        if old.verdict is not new.verdict:
            return old, new, because(was, made)
        self.counts["kept_verdict"] += 1
        self.differs_in.update(parts_changed(was, made))
        if any(was.get(name) != made.get(name) for name in _CARRIED_OUT):
            self.counts["other_answers"] += 1
        return old, new, ()

    def _flip(self, old: _Said, new: _Said, inputs: DecisionInputs, why: tuple[str, ...]) -> None:
        way = (old.verdict, new.verdict, old.rule, new.rule)
        self.flips[way] += 1
        shown = self.examples[way]
        if len(shown) < EXAMPLES and all(example.lead != inputs.lead.ref for example in shown):
            shown.append(FlipExample(inputs.lead.ref, inputs.as_of, why))

    def _keep(self, route: str, inputs: DecisionInputs, old: _Said, new: _Said) -> None:
        lead, ledger = inputs.lead.ref, self.ledger
        row, first = ledger.row(route, lead)
        if inputs.lead.flag("converted"):
            if first:
                ledger.set_last(row, old.verdict, new.verdict)
            return
        self._note_person(row, inputs, old)
        self._note_review(row, inputs.as_of, old, new)
        seconds = inputs.as_of.timestamp()
        if old.verdict.converts:
            _convert(ledger.old, ledger.bits, row, seconds, _flags(old, OLD_AUTOMATIC, OLD_OPENED))
        if new.verdict.converts:
            _convert(ledger.new, ledger.bits, row, seconds, _flags(new, NEW_AUTOMATIC, NEW_OPENED))
        ledger.set_last(row, old.verdict, new.verdict)
        self._carry(row, old, new)
        shown = self.sampled.setdefault((route, old.verdict), deque(maxlen=_SAMPLED))
        if not shown or shown[-1] != lead:
            shown.append(lead)

    def _note_person(self, row: int, inputs: DecisionInputs, old: _Said) -> None:
        bits = self.ledger.bits[row] & ~CLOSED | (CLOSED if old.closed else 0)
        if inputs.ruling is not None:
            said = PERSON_YES if inputs.ruling.verdict.converts else PERSON_NO
            bits = bits & ~(PERSON_YES | PERSON_NO) | said
        self.ledger.bits[row] = bits

    def _note_review(self, row: int, at: datetime, old: _Said, new: _Said) -> None:
        """A review is opened where the verdict was another one before."""
        last = self.ledger.last(row)
        for side, (before, now) in enumerate(zip(last, (old, new), strict=True)):
            if now.verdict is Verdict.REVIEW and before is not Verdict.REVIEW:
                year, week, _ = at.isocalendar()
                self.reviews.setdefault(f"{year}-W{week:02}", [0, 0])[side] += 1

    def _carry(self, row: int, old: _Said, new: _Said) -> None:
        if (old.verdict, old.disqualification, old.opens) == (new.verdict, new.disqualification, new.opens):
            self.ledger.drop(row)
            return
        code = self._codes.setdefault(new.disqualification, len(self._codes))
        self.ledger.carry(row, new.opens, code)

    def replayed(self, routes: tuple[str, ...]) -> Replayed:
        """All of it."""
        counts, first_last = self.counts, self.bounds or (None, None)
        stands = standing(self.ledger)
        return Replayed(
            routes=routes,
            versions=dict(self.versions),
            new_versions=tuple(self.new_versions),
            first=first_last[0],
            last=first_last[1],
            decisions=counts["decisions"],
            leads=len(self.ledger),
            identical=counts["identical"],
            renamed=counts["renamed"],
            before_fields=counts["before_fields"],
            differs=counts["differs"],
            superseded=counts["superseded"],
            flips=tuple(self._flips()),
            other_answers=counts["other_answers"],
            standing=stands,
            conversions=moved(self.ledger),
            opportunities=opened(self.ledger),
            reviews={week: (old, new) for week, (old, new) in sorted(self.reviews.items())},
            calls=measured_calls(self.store, self.sampled, stands),
            outcomes=outcomes(self.ledger),
            kept_verdict=counts["kept_verdict"],
            differs_in={part: self.differs_in[part] for part in Part if self.differs_in[part]},
        )

    def _flips(self) -> Iterator[Flip]:
        for way, count in sorted(self.flips.items(), key=lambda item: (-item[1], item[0])):
            yield Flip(*way, decisions=count, examples=tuple(self.examples[way]))


def _convert(firsts: Any, bits: Any, row: int, seconds: float, flags: int) -> None:
    if firsts[row] == NEVER:
        firsts[row] = seconds
        bits[row] |= flags


def _flags(said: _Said, automatic: int, opened: int) -> int:
    return (automatic if said.automatic else 0) | (opened if said.opens else 0)


def _supersedes(later: StoredDecision, earlier: StoredDecision) -> bool:
    """Whether a lead was decided on again at once, because a CRM has no word for what would have been written."""
    return (
        later.number == earlier.number + 1
        and later.inputs.lead.ref == earlier.inputs.lead.ref
        and len(later.inputs.doubts) > len(earlier.inputs.doubts)
        and later.inputs.as_of - earlier.inputs.as_of < _AT_ONCE
    )


def _version(books: Policies, owner: str) -> str:
    """What decisions name as their policy; the owner that the route names counts as policy."""
    return digest_of([books.version, owner]) if owner else books.version


def _said(decision: Decision) -> _Said:
    return _Said(
        decision.verdict,
        decision.rule,
        decision.disqualification,
        decision.opportunity is not None,
        not decision.ruled_by and decision.duplicate_of is None,
        decision.reasons[0].code == CLOSED_IN_CRM,
    )


def _said_in(kept: Mapping[str, Any]) -> _Said:
    """As `_said`, from the text that is kept, by whichever version of the program."""
    return _Said(
        Verdict(kept["verdict"]),
        kept["rule"],
        kept.get("disqualification", ""),
        kept.get("opportunity") is not None,
        not kept.get("ruled_by") and kept.get("duplicate_of") is None,
        kept["reasons"][0]["code"] == CLOSED_IN_CRM,
    )


def _but_for_the_name(was: Mapping[str, Any], made: Mapping[str, Any], draws: bool) -> bool:
    """Whether nothing but the policy's name tells the two apart: a file gives it one.

    With *draws*, nor which leads are drawn for blind review: each version draws its own.
    """
    nameless = {"policy": "", "sampled": False} if draws else {"policy": ""}
    return {**was, **nameless} == {**made, **nameless}


def _is_part(was: Any, made: Any) -> bool:
    """Whether *made* says all that *was* does, and has fields besides that were not kept at the time."""
    return was != made and holds(was, made)
