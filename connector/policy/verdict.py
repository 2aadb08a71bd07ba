"""From a lead and everything known of it to one verdict, with its reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connector.model.decision import (
    CLOSED_IN_CRM,
    Decision,
    DecisionInputs,
    Motion,
    Reason,
    Ruling,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.policy.facts import Facts
from connector.policy.intent import Asked
from connector.policy.operators import folded
from connector.policy.opportunity import terms
from connector.policy.rules import NOT_A_FIT, Row, Rulebook
from connector.policy.timing import look_again_at, sla_reasons
from connector.values import company as company_values
from connector.values import email as email_values

RULING = "ruling"
ALREADY_CONVERTED = "already-converted"
DUPLICATE_OF = "duplicate-of"
WORKED = "worked-by-person"
QUEUE_OWNED = "queue-owned"
UNKNOWN_VALUE = "unknown-value"


@dataclass(frozen=True, slots=True)
class _Answer:
    verdict: Verdict
    rule: str
    reasons: tuple[Reason, ...]
    disqualification: str = ""
    runner_up: str = ""
    follows_survivor: bool = False

    def instead(self, verdict: Verdict, code: str, detail: str) -> _Answer:
        """The same row, overruled: another verdict for a reason that stands first."""
        return replace(self, verdict=verdict, reasons=(Reason(code, detail), *self.reasons), disqualification="")


def decide(rulebook: Rulebook, inputs: DecisionInputs, versions: Versions) -> Decision:
    """Decide about one lead. Deterministic: equal inputs give an equal decision, reasons included."""
    facts = Facts(inputs)
    card, asked = _scorecard(rulebook, facts)
    stage = _stage(rulebook, facts)
    motion = _motion(facts)
    facts.derived["disqualified"] = _disqualified(rulebook, facts)
    answer = _answer(rulebook, facts)
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
        opportunity=terms(rulebook.opportunity, facts, asked) if _opens(answer, facts) else None,
        duplicate_of=known.ref if known and answer.follows_survivor else None,
        disqualification=answer.disqualification,
        look_again_at=look_again_at(rulebook, facts, asked, answer.verdict, stage),
        runner_up=answer.runner_up,
        ruled_by=inputs.ruling.by if inputs.ruling and answer.rule == RULING else "",
    )


def _scorecard(rulebook: Rulebook, facts: Facts) -> tuple[Scorecard, Asked | None]:
    facts.derived["named_account"] = _is_named(rulebook, facts)
    fit, engagement = rulebook.fit.score(facts), rulebook.engagement.score(facts)
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


def _is_named(rulebook: Rulebook, facts: Facts) -> bool:
    named = rulebook.named
    if not named:
        return False
    domains = (facts.derived["email_domain"], email_values.registrable(str(facts.lead.get("website") or "")))
    if any(domain in named.domains for domain in domains if domain):
        return True
    company = str(facts.lead.get("company") or "")
    return bool(company) and company_values.core(company) in named.names


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
    found = next((entry.reason for entry in rulebook.disqualifiers if entry.holds and entry.holds(facts)), "")
    if found != CLOSED_IN_CRM:
        return found
    facts.closed = True
    recorded = str(facts.lead.get("disqualification_reason") or "")
    told = (entry.reason for entry in rulebook.disqualifiers if recorded and recorded in (entry.reason, entry.says))
    return next(told, found)


def _answer(rulebook: Rulebook, facts: Facts) -> _Answer:
    inputs = facts.inputs
    if inputs.lead.flag("converted"):
        return _already_converted(facts)
    table = _table(rulebook, facts)
    if inputs.ruling is not None:
        return _owned(_ruled(rulebook, facts, inputs.ruling, table), inputs)
    answer = _possible_only(table, facts)
    if not rulebook.even_if_worked:
        answer = _left_to_people(answer, facts, _worked(rulebook, facts))
    return _understood(_kept_promises(rulebook, _owned(answer, inputs), facts), inputs)


def _understood(answer: _Answer, inputs: DecisionInputs) -> _Answer:
    """A value that no mapping table knows is for a person: guessing `Other` would lose what the lead said."""
    if not inputs.doubts or answer.verdict is Verdict.DISQUALIFY or answer.follows_survivor:
        return answer
    return answer.instead(Verdict.REVIEW, UNKNOWN_VALUE, " ".join(inputs.doubts))


def _table(rulebook: Rulebook, facts: Facts) -> _Answer:
    """The first row that holds, and the name of the next one that would have."""
    fired: Row | None = None
    runner_up = ""
    for row in rulebook.rows:
        if not row.holds(facts):
            continue
        if fired is not None:
            runner_up = row.name
            break
        fired = row
    assert fired is not None, "the last row of the table holds for every lead"
    return replace(_from_row(rulebook, fired, facts), runner_up=runner_up)


def _from_row(rulebook: Rulebook, row: Row, facts: Facts) -> _Answer:
    if row.verdict is None:
        return _as_survivor(row, facts)
    if row.verdict is not Verdict.DISQUALIFY:
        return _Answer(row.verdict, row.name, (Reason(row.reason, row.says),))
    code = row.disqualification or str(facts.derived["disqualified"] or NOT_A_FIT)
    return _Answer(row.verdict, row.name, (Reason(code, rulebook.disqualification_reasons[code]),), code)


def _as_survivor(row: Row, facts: Facts) -> _Answer:
    """The survivor's verdict; a survivor that was set aside does not speak for a lead that asks anew."""
    survivor, match = facts.inputs.survivor, facts.inputs.resolution.duplicate_of
    other = match.ref.id if match else "another lead"
    if survivor is None:
        return _follow(row, Verdict.NURTURE, f"The same person as lead {other}, which is decided first.")
    if survivor.verdict.converts:
        return _follow(row, Verdict.ATTACH, f"The same person as lead {other}, which is converted.")
    if survivor.verdict is Verdict.DISQUALIFY and facts.derived["intent"]:
        detail = f"The same person as lead {other}, which was disqualified, asks for something now."
        return _Answer(Verdict.REVIEW, row.name, (Reason("asked-again", detail),))
    answer = _follow(row, survivor.verdict, f"The same person as lead {other}, whose verdict it takes.")
    return replace(answer, disqualification=survivor.disqualification)


def _follow(row: Row, verdict: Verdict, detail: str) -> _Answer:
    return _Answer(verdict, row.name, (Reason(DUPLICATE_OF, detail),), follows_survivor=True)


def _already_converted(facts: Facts) -> _Answer:
    """A converted lead stays as it is. It was attached when its account is older than the lead itself."""
    created = str(facts.lead.get("created_at") or "")
    older = str(facts.account.get("created_at") or "") < created if created else bool(facts.account)
    verdict = Verdict.ATTACH if facts.account and older else Verdict.CONVERT
    reason = Reason(ALREADY_CONVERTED, "The lead is converted already and read-only; nothing is left to do.")
    return _Answer(verdict, ALREADY_CONVERTED, (reason,))


def _ruled(rulebook: Rulebook, facts: Facts, ruling: Ruling, table: _Answer) -> _Answer:
    """A person's word. Converting into an account that is known meanwhile is attaching."""
    said = f": {ruling.note}" if ruling.note else ""
    reasons = (Reason("human-answer", f"{ruling.by} answered {ruling.verdict.value}{said}."),)
    answer = _Answer(ruling.verdict, RULING, reasons, runner_up=table.rule)
    if ruling.verdict is Verdict.DISQUALIFY:
        code = ruling.reason if ruling.reason in rulebook.disqualification_reasons else NOT_A_FIT
        told = Reason(code, rulebook.disqualification_reasons[code])
        return replace(answer, disqualification=code, reasons=(*answer.reasons, told))
    if not ruling.verdict.converts:
        return answer
    if table.follows_survivor and table.verdict is Verdict.ATTACH:
        return replace(answer, verdict=Verdict.ATTACH, follows_survivor=True)
    if facts.inputs.resolution.account is not None and facts.account_is_known:
        return replace(answer, verdict=Verdict.ATTACH)
    if ruling.verdict is Verdict.ATTACH:
        return answer.instead(Verdict.REVIEW, "no-account", "There is no account to attach the lead to.")
    return answer


def _possible_only(answer: _Answer, facts: Facts) -> _Answer:
    """Keep the table from asking for what cannot be done: an account twice, none at all, one without a name."""
    known = facts.account_is_known and facts.inputs.resolution.account is not None
    if answer.follows_survivor or not answer.verdict.converts:
        return answer
    if answer.verdict is Verdict.CONVERT and known:
        return replace(answer, verdict=Verdict.ATTACH)
    if answer.verdict is Verdict.ATTACH and not known:
        return answer.instead(Verdict.REVIEW, "no-account", "There is no account to attach the lead to.")
    if answer.verdict is Verdict.CONVERT and not facts.derived["company_known"]:
        return answer.instead(Verdict.REVIEW, "no-company", "The lead names no company to make an account of.")
    return answer


def _worked(rulebook: Rulebook, facts: Facts) -> str:
    """How a person has worked the lead: what was seen to change, or a status that only people set."""
    status = facts.inputs.lead.text("status")
    if facts.inputs.worked or not status or not rulebook.untouched_statuses:
        return facts.inputs.worked
    return "" if folded(status) in rulebook.untouched_statuses else f"its status is {status}"


def _left_to_people(answer: _Answer, facts: Facts, worked: str) -> _Answer:
    """A lead that a person works is not taken out of their hands; one they closed stays closed."""
    if not worked or (facts.closed and answer.verdict is Verdict.DISQUALIFY):
        return answer
    if answer.verdict.converts:
        return answer.instead(Verdict.REVIEW, WORKED, f"A person is working this lead: {worked}.")
    if answer.verdict is Verdict.DISQUALIFY:
        return answer.instead(Verdict.NURTURE, WORKED, f"A person is working this lead: {worked}.")
    return answer


def _owned(answer: _Answer, inputs: DecisionInputs) -> _Answer:
    if answer.verdict.converts and inputs.lead.text("owner_kind") == "queue" and not inputs.owner:
        detail = "A queue owns the lead and the route names no `owner` (connector.yaml) for what it would become."
        return answer.instead(Verdict.REVIEW, QUEUE_OWNED, detail)
    return answer


def _kept_promises(rulebook: Rulebook, answer: _Answer, facts: Facts) -> _Answer:
    for promise in rulebook.invariants:
        if answer.verdict in promise.never and promise.holds(facts):
            return answer.instead(Verdict.REVIEW, promise.name, promise.says)
    return answer


def _opens(answer: _Answer, facts: Facts) -> bool:
    """An opportunity is opened on intent or BANT, once: not again for a duplicate of a lead that opened one."""
    if not answer.verdict.converts or answer.rule == ALREADY_CONVERTED:
        return False
    survivor = facts.inputs.survivor
    if answer.follows_survivor and survivor is not None and survivor.opportunity is not None:
        return False
    return bool(facts.derived["intent"] or facts.derived["bant_met"])


def _told(card: Scorecard, inputs: DecisionInputs) -> tuple[Reason, ...]:
    """The lines of the scorecard and the identity, as reasons that stand behind the verdict."""
    lines = [_line("fit", card.fit), _line("engagement", card.engagement)]
    lines += [Reason("intent", reason.detail) for reason in card.intent.reasons]
    if card.bant.reasons:
        lines.append(Reason("bant", f"BANT is {card.bant.level} with {card.bant.points} of 4 answered yes."))
    if inputs.resolution.because:
        lines.append(Reason("identity", inputs.resolution.because))
    return tuple(lines)


def _line(name: str, score: Score) -> Reason:
    return Reason(name, f"{name.capitalize()} is {score.level} with {score.points} points.", score.points)
