"""From a lead and everything known of it to one verdict, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from connector.model.decision import (
    CLOSED_IN_CRM,
    Decision,
    DecisionInputs,
    Motion,
    OwnerChoice,
    Reason,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.policy.answers import ALREADY_CONVERTED, RULING, Answer, answer_of
from connector.policy.facts import Facts
from connector.policy.fit import Levels
from connector.policy.intent import Asked
from connector.policy.opportunity import is_wanted, terms
from connector.policy.owners import named_account, owner_of
from connector.policy.rules import Rulebook
from connector.policy.timing import look_again_at, sla_reasons
from connector.policy.trust import assured, is_sampled, trusted

GONE = "gone"
_NO_SCORE = Scorecard(*(Score(0, "unknown") for _ in range(4)))


@dataclass(frozen=True, slots=True)
class Shift:
    """Points added to what was found, to ask what a lead with more or fewer of them would get."""

    fit: int = 0
    engagement: int = 0


AS_FOUND = Shift()


def decide(rulebook: Rulebook, inputs: DecisionInputs, versions: Versions, shift: Shift = AS_FOUND) -> Decision:
    """Decide about one lead. Deterministic: equal inputs give an equal decision, reasons included."""
    if inputs.lead.deleted:
        return _gone(rulebook, inputs, versions)
    facts = Facts(inputs)
    card, asked = _scorecard(rulebook, facts, shift)
    stage = _stage(rulebook, facts)
    motion = _motion(facts)
    facts.derived["disqualified"] = _disqualified(rulebook, facts)
    answer = trusted(rulebook, facts, answer_of(rulebook, facts))
    known = inputs.resolution.duplicate_of
    return Decision(
        lead=inputs.lead.ref,
        verdict=answer.verdict,
        stage=stage,
        motion=motion,
        scorecard=card,
        reasons=(*answer.reasons, *sla_reasons(rulebook, facts, answer.verdict, stage), *_told(card, inputs)),
        rule=answer.rule,
        versions=versions,
        decided_at=inputs.as_of,
        opportunity=terms(rulebook.opportunity, facts, asked) if _opens(rulebook, answer, facts) else None,
        duplicate_of=known.ref if known and answer.follows_survivor else None,
        disqualification=answer.disqualification,
        look_again_at=look_again_at(rulebook, facts, asked, answer.verdict, stage),
        runner_up=answer.runner_up,
        ruled_by=inputs.ruling.by if inputs.ruling and answer.rule == RULING else "",
        policy=rulebook.name,
        runner_up_verdict=answer.runner_up_verdict,
        owner=_owner(rulebook, facts, answer),
        assurance=assured(rulebook, answer),
        sampled=is_sampled(rulebook, facts, answer),
    )


def _gone(rulebook: Rulebook, inputs: DecisionInputs, versions: Versions) -> Decision:
    """A lead that somebody deleted or merged away in the CRM: followed and recorded, never fought."""
    merged = inputs.lead.merged_into
    reason = (
        Reason("merged-in-crm", f"merged into {merged} in the CRM; that record goes on")
        if merged
        else Reason("deleted-in-crm", "deleted in the CRM; an undelete brings it back")
    )
    return Decision(
        lead=inputs.lead.ref,
        verdict=Verdict.DISQUALIFY,
        stage=Stage.NEW,
        motion=Motion.HUNTER,
        scorecard=_NO_SCORE,
        reasons=(reason,),
        rule=GONE,
        versions=versions,
        decided_at=inputs.as_of,
        policy=rulebook.name,
    )


def _scorecard(rulebook: Rulebook, facts: Facts, shift: Shift) -> tuple[Scorecard, Asked | None]:
    facts.derived["named_account"] = bool(named_account(rulebook, facts))
    fit = _shifted(rulebook.fit.score(facts), shift.fit, rulebook.fit.levels)
    engagement = _shifted(rulebook.engagement.score(facts), shift.engagement, rulebook.engagement.levels)
    asked = rulebook.intent.asked(facts)
    bant, refused = rulebook.bant.score(facts)
    facts.derived.update(
        {
            "fit": fit.level,
            "fit_points": fit.points,
            "engagement": engagement.level,
            "engagement_points": engagement.points,
            "intent": asked is not None,
            "action": asked.rule.name if asked else None,
            "bant_met": bant.level == "met",
            "bant_yes": bant.points,
            "bant_no": refused,
        }
    )
    return Scorecard(fit, engagement, rulebook.intent.score(facts, asked), bant), asked


def _shifted(score: Score, points: int, levels: Levels) -> Score:
    return replace(score, points=score.points + points, level=levels.name(score.points + points)) if points else score


def _stage(rulebook: Rulebook, facts: Facts) -> Stage:
    stage = next((rule.stage for rule in rulebook.stages if rule.holds(facts)), Stage.NEW)
    facts.derived["stage"] = stage.value
    return stage


def _motion(facts: Facts) -> Motion:
    farmed = facts.account_is_known or facts.derived["named_account"]
    motion = Motion.FARMER if farmed else Motion.HUNTER
    facts.derived["motion"] = motion.value
    return motion


def _disqualified(rulebook: Rulebook, facts: Facts) -> str:
    """The first reason that holds; a lead that was closed with one of our reasons keeps that reason."""
    found = ""
    for entry in rulebook.disqualifiers:
        if entry.holds is not None and entry.holds(facts):
            found = entry.reason
            break
    if found != CLOSED_IN_CRM:
        return found
    facts.closed = True
    recorded = str(facts.lead.get("disqualification_reason") or "")
    told = (entry.reason for entry in rulebook.disqualifiers if recorded and recorded in (entry.reason, entry.says))
    return next(told, found)


def _owner(rulebook: Rulebook, facts: Facts, answer: Answer) -> OwnerChoice | None:
    """Who owns a new company; what is attached stays with the account's owner."""
    if answer.verdict is not Verdict.CONVERT or answer.rule == ALREADY_CONVERTED:
        return None
    return owner_of(rulebook, facts)


def _opens(rulebook: Rulebook, answer: Answer, facts: Facts) -> bool:
    """An opportunity is opened once: not again for a duplicate of a lead that opened one."""
    if not answer.verdict.converts or answer.rule == ALREADY_CONVERTED:
        return False
    survivor = facts.inputs.survivor
    if answer.follows_survivor and survivor is not None and survivor.opportunity is not None:
        return False
    return is_wanted(rulebook.opportunity, facts)


def _told(card: Scorecard, inputs: DecisionInputs) -> tuple[Reason, ...]:
    """The lines of the scorecard and the identity, as reasons that stand behind the verdict."""
    fit, engagement, bant = card.fit, card.engagement, card.bant
    lines = [_line("fit", fit.level, fit.points), _line("engagement", engagement.level, engagement.points)]
    lines += [Reason("intent", reason.detail) for reason in card.intent.reasons]
    if bant.reasons:
        lines.append(_bant_line(bant.level, bant.points))
    if inputs.resolution.because:
        lines.append(Reason("identity", inputs.resolution.because))
    return tuple(lines)


@lru_cache(maxsize=4096)
def _line(name: str, level: str, points: int) -> Reason:
    return Reason(name, f"{name.capitalize()} is {level} with {points} points.", points)


@lru_cache(maxsize=64)
def _bant_line(level: str, yes: int) -> Reason:
    return Reason("bant", f"BANT is {level} with {yes} of 4 answered yes.")
