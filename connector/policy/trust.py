"""How far the table's own verdict is trusted: near thresholds, against the error budget, by sampling."""

from __future__ import annotations

import hashlib

from connector.model.decision import Assurance, Gate, Stage, Verdict
from connector.policy.answers import ALREADY_CONVERTED, RULING, Answer, from_table
from connector.policy.facts import Facts
from connector.policy.rules import Assured, Rulebook

NEAR_THRESHOLD = "near-threshold"
GATE_CLOSED = "gate-closed"
NEEDS_CONFIRMATION = "needs-confirmation"
_NOT_OURS = frozenset({RULING, ALREADY_CONVERTED})
_AUTO = Assured(Assurance.AUTO)


def trusted(rulebook: Rulebook, facts: Facts, answer: Answer) -> Answer:
    """The answer, or a review of it where nobody may rely on it alone. A person's word is always relied on."""
    if not is_automatic(answer):
        return answer
    if answer.verdict.converts and facts.inputs.gate is Gate.CLOSED:
        told = "Automatic conversion is closed: too many of its verdicts were wrong. A person decides."
        return answer.instead(Verdict.REVIEW, GATE_CLOSED, told)
    if assured(rulebook, answer) is Assurance.HUMAN:
        told = f"The policy asks a person to confirm: {answer.verdict.value}."
        return answer.instead(Verdict.REVIEW, NEEDS_CONFIRMATION, told)
    return _not_too_near(rulebook, facts, answer)


def is_automatic(answer: Answer) -> bool:
    """Whether the policy alone gave a verdict that is carried out: no person, and no other lead that it goes with."""
    carried = answer.verdict.converts or answer.verdict is Verdict.DISQUALIFY
    return carried and answer.rule not in _NOT_OURS and not answer.follows_survivor


def assured(rulebook: Rulebook, answer: Answer) -> Assurance:
    """How the policy assures the answer's verdict."""
    return rulebook.assured.get(answer.verdict, _AUTO).assurance if is_automatic(answer) else Assurance.AUTO


def is_sampled(rulebook: Rulebook, facts: Facts, answer: Answer) -> bool:
    """Whether the answer is carried out and also reviewed blind: a fixed share, drawn by the lead's own key."""
    if not is_automatic(answer):
        return False
    share = rulebook.assured.get(answer.verdict, _AUTO).share
    if rulebook.budget is not None and facts.inputs.gate is Gate.PROBATION and answer.verdict.converts:
        share = max(share, rulebook.budget.probation_share)
    return share > 0 and _draw(rulebook.decides, facts.inputs.lead.ref.key) < share


def _draw(decides: str, key: str) -> float:
    """A number from 0 to 1, the same for one lead under one policy in every process."""
    digest = hashlib.sha256(f"{decides}\n{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _not_too_near(rulebook: Rulebook, facts: Facts, answer: Answer) -> Answer:
    """A lead that converts only because its fit is barely above a level is looked at by a person."""
    band = rulebook.fit.review_band
    if not band or not answer.verdict.converts:
        return answer
    points, level = facts.derived["fit_points"], str(facts.derived["fit"])
    above = rulebook.fit.levels.above(int(str(points)))
    if (
        above is None
        or above >= band
        or _one_level_lower(rulebook, facts, level, int(str(points)) - above - 1).converts
    ):
        return answer
    told = f"The fit is {above} points above the level {level}; under {band} a person decides."
    return answer.instead(Verdict.REVIEW, NEAR_THRESHOLD, told)


def _one_level_lower(rulebook: Rulebook, facts: Facts, level: str, points: int) -> Verdict:
    """The table's verdict if the fit were one level lower, by so many *points*; the facts are left as they were."""
    kept = dict(facts.derived)
    facts.derived.update({"fit": rulebook.fit.levels.below(level), "fit_points": points})
    facts.derived["stage"] = next((rule.stage for rule in rulebook.stages if rule.holds(facts)), Stage.NEW).value
    out = (entry.reason for entry in rulebook.disqualifiers if entry.holds is not None and entry.holds(facts))
    facts.derived["disqualified"] = next(out, "")
    lower = from_table(rulebook, facts).verdict
    facts.derived.clear()
    facts.derived.update(kept)
    return lower
