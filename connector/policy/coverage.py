"""Which rules of a policy its own cases exercise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connector.model.decision import Decision, Versions
from connector.policy.cases import case_inputs
from connector.policy.facts import Fact, Facts
from connector.policy.rules import Rulebook
from connector.policy.verdict import decide

_NO_VERSIONS = Versions("", "", "")


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One rule of the file: its section, its name and the line where it stands."""

    section: str
    name: str
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """Render as people would point at it."""
        return f"{self.section}: {self.name}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The rules of a policy, and those that no case exercises, in the order of the file."""

    path: str
    rules: tuple[Rule, ...]
    untested: tuple[Rule, ...]

    @property
    def share(self) -> float:
        """The share of rules that some case exercises; 1 for a policy without rules."""
        return 1 - len(self.untested) / len(self.rules) if self.rules else 1.0


def coverage(rulebook: Rulebook) -> Coverage:
    """What the cases of *rulebook* exercise: a row by deciding, another rule by holding in some case."""
    rules = tuple(Rule(*named, rulebook.lines[named]) for named in _named(rulebook))
    seen: set[Rule] = set()
    for case in rulebook.cases:
        inputs = case_inputs(case.part)
        seen.update(_exercised(rulebook, decide(rulebook, inputs, _NO_VERSIONS), Facts(inputs)))
    return Coverage(rulebook.path, rules, tuple(rule for rule in rules if rule not in seen))


def _named(book: Rulebook) -> Iterator[tuple[str, str]]:
    """The section and the name of each rule."""
    yield from ((f"fit.{group.name}", rule.name) for group in book.fit.groups for rule in group.rules)
    yield from (("intent", name) for name in book.intent.actions)
    yield from (("owners", owner.name) for owner in book.owners)
    yield from (("stages", rule.stage.value) for rule in book.stages)
    yield from (("disqualify", entry.reason) for entry in book.disqualifiers if entry.holds is not None)
    yield from (("decide", row.name) for row in book.rows)
    yield from (("slas", sla.name) for sla in book.slas if sla.then is not None)
    yield from (("invariants", promise.name) for promise in book.invariants)


def _exercised(book: Rulebook, decision: Decision, facts: Facts) -> Iterator[Rule]:
    codes = [reason.code for reason in decision.reasons]
    for group in book.fit.groups:
        yield from (Rule(f"fit.{group.name}", rule.name) for rule in group.rules if rule.holds(facts))
    yield Rule("intent", decision.scorecard.intent.level)
    if decision.owner is not None:
        yield Rule("owners", decision.owner.rule)
    yield Rule("stages", decision.stage.value)
    yield Rule("disqualify", decision.disqualification)
    yield Rule("decide", decision.rule)
    yield from (Rule("slas", sla.name) for sla in book.slas if sla.then is not None and codes[0] == sla.reason)
    facts.derived.update(_worked_out(decision))
    yield from (Rule("invariants", promise.name) for promise in book.invariants if promise.holds(facts))


def _worked_out(decision: Decision) -> dict[str, Fact]:
    card = decision.scorecard
    return {
        "fit": card.fit.level,
        "fit_points": card.fit.points,
        "engagement": card.engagement.level,
        "engagement_points": card.engagement.points,
        "intent": card.intent.points > 0,
        "bant_met": card.bant.level == "met",
        "stage": decision.stage.value,
        "motion": decision.motion.value,
        "disqualified": decision.disqualification,
    }


def untested_lines(found: Sequence[Coverage]) -> Iterator[str]:
    """The rules that no case exercises, for people, each with the place where it stands."""
    for one in found:
        yield from (f"{one.path}:{rule.line}: no case exercises {rule}" for rule in one.untested)
