"""The answer of the decision table, and what overrules it: a person's word, a person's work, SLAs, promises, doubts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connector.model.decision import DecisionInputs, Reason, Ruling, Verdict
from connector.model.records import Record
from connector.policy.facts import Facts
from connector.policy.operators import folded
from connector.policy.owners import owner_of
from connector.policy.rules import NOT_A_FIT, Row, Rulebook
from connector.policy.timing import run_out

RULING = "ruling"
ALREADY_CONVERTED = "already-converted"
DUPLICATE_OF = "duplicate-of"
WORKED = "worked-by-person"
QUEUE_OWNED = "queue-owned"
UNKNOWN_VALUE = "unknown-value"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with the row that gave it; *runner_up* is the next row that would have.

    *follows_survivor*: the lead duplicates another one and goes with it.
    """

    verdict: Verdict
    rule: str
    reasons: tuple[Reason, ...]
    disqualification: str = ""
    runner_up: str = ""
    runner_up_verdict: Verdict | None = None
    follows_survivor: bool = False

    def instead(self, verdict: Verdict, code: str, detail: str) -> Answer:
        """The same row, overruled: another verdict for a reason that stands first."""
        return replace(self, verdict=verdict, reasons=(Reason(code, detail), *self.reasons), disqualification="")


def answer_of(rulebook: Rulebook, facts: Facts) -> Answer:
    """What the policy and people say of the lead; the facts must hold scores, stage and disqualification."""
    inputs = facts.inputs
    if inputs.lead.flag("converted"):
        return _already_converted(facts)
    table = from_table(rulebook, facts)
    if inputs.ruling is not None:
        return _owned(rulebook, facts, _ruled(rulebook, facts, inputs.ruling, table))
    worked = "" if rulebook.even_if_worked else how_worked(rulebook, facts)
    answer = _owned(rulebook, facts, _left_to_people(_possible_only(table, facts), facts, worked))
    if not worked:
        answer = _run_out(rulebook, facts, answer)
    return _understood(_kept_promises(rulebook, answer, facts), inputs)


def _understood(answer: Answer, inputs: DecisionInputs) -> Answer:
    """A value that no mapping table knows is for a person: guessing `Other` would lose what the lead said."""
    if not inputs.doubts or answer.verdict is Verdict.DISQUALIFY or answer.follows_survivor:
        return answer
    return answer.instead(Verdict.REVIEW, UNKNOWN_VALUE, " ".join(inputs.doubts))


def from_table(rulebook: Rulebook, facts: Facts) -> Answer:
    """The first row that holds, and the next one that would have."""
    fired: Row | None = None
    runner_up: Row | None = None
    for row in rulebook.rows:
        if not row.holds(facts):
            continue
        if fired is not None:
            runner_up = row
            break
        fired = row
    assert fired is not None, "the last row of the table holds for every lead"
    name, verdict = (runner_up.name, runner_up.verdict) if runner_up is not None else ("", None)
    if fired.verdict is None:
        return replace(_as_survivor(fired, facts), runner_up=name, runner_up_verdict=verdict)
    if fired.verdict is not Verdict.DISQUALIFY:
        return Answer(fired.verdict, fired.name, (Reason(fired.reason, fired.says),), "", name, verdict)
    code = fired.disqualification or str(facts.derived["disqualified"] or NOT_A_FIT)
    reasons = (Reason(code, rulebook.disqualification_reasons[code]),)
    return Answer(fired.verdict, fired.name, reasons, code, name, verdict)


def _as_survivor(row: Row, facts: Facts) -> Answer:
    """The survivor's verdict; a survivor that was set aside does not speak for a lead that asks anew."""
    survivor, match = facts.inputs.survivor, facts.inputs.resolution.duplicate_of
    other = match.ref.id if match else "another lead"
    if survivor is None:
        return _follow(row, Verdict.NURTURE, f"The same person as lead {other}, which is decided first.")
    if survivor.verdict.converts:
        return _follow(row, Verdict.ATTACH, f"The same person as lead {other}, which is converted.")
    if survivor.verdict is Verdict.DISQUALIFY and facts.derived["intent"]:
        detail = f"The same person as lead {other}, which was disqualified, asks for something now."
        return Answer(Verdict.REVIEW, row.name, (Reason("asked-again", detail),))
    answer = _follow(row, survivor.verdict, f"The same person as lead {other}, whose verdict it takes.")
    return replace(answer, disqualification=survivor.disqualification)


def _follow(row: Row, verdict: Verdict, detail: str) -> Answer:
    return Answer(verdict, row.name, (Reason(DUPLICATE_OF, detail),), follows_survivor=True)


def _already_converted(facts: Facts) -> Answer:
    """A converted lead stays as it is. It was attached when its account is older than the lead itself."""
    created = str(facts.lead.get("created_at") or "")
    older = str(facts.account.get("created_at") or "") < created if created else bool(facts.account)
    verdict = Verdict.ATTACH if facts.account and older else Verdict.CONVERT
    reason = Reason(ALREADY_CONVERTED, "The lead is converted already and read-only; nothing is left to do.")
    return Answer(verdict, ALREADY_CONVERTED, (reason,))


def _ruled(rulebook: Rulebook, facts: Facts, ruling: Ruling, table: Answer) -> Answer:
    """A person's word. Converting into an account that is known meanwhile is attaching."""
    said = f": {ruling.note}" if ruling.note else ""
    reasons = (Reason("human-answer", f"{ruling.by} answered {ruling.verdict.value}{said}."),)
    answer = Answer(ruling.verdict, RULING, reasons, runner_up=table.rule, runner_up_verdict=table.verdict)
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


def _possible_only(answer: Answer, facts: Facts) -> Answer:
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


def how_worked(rulebook: Rulebook, facts: Facts) -> str:
    """How a person has worked the lead: what was seen to change, or a status that only people set."""
    status = facts.inputs.lead.text("status")
    if facts.inputs.worked or not status or not rulebook.untouched_statuses:
        return facts.inputs.worked
    return "" if folded(status) in rulebook.untouched_statuses else f"its status is {status}"


def _left_to_people(answer: Answer, facts: Facts, worked: str) -> Answer:
    """A lead that a person works is not taken out of their hands; one they closed stays closed."""
    if not worked or (facts.closed and answer.verdict is Verdict.DISQUALIFY):
        return answer
    if answer.verdict.converts:
        return answer.instead(Verdict.REVIEW, WORKED, f"A person is working this lead: {worked}.")
    if answer.verdict is Verdict.DISQUALIFY:
        return answer.instead(Verdict.NURTURE, WORKED, f"A person is working this lead: {worked}.")
    return answer


def _owned(rulebook: Rulebook, facts: Facts, answer: Answer) -> Answer:
    """What a queue's lead becomes must belong to a person: the account's owner, the policy's or the route's."""
    inputs = facts.inputs
    if not answer.verdict.converts or inputs.lead.text("owner_kind") != "queue" or inputs.owner:
        return answer
    named = owner_of(rulebook, facts)
    if named is not None and (answer.verdict is Verdict.CONVERT or _is_owned(inputs.account)):
        return answer
    detail = (
        "A queue owns the lead, and neither the policy (`motions.owners`) nor the route (`owner` in connector.yaml)"
        " names an owner for what it would become."
    )
    return answer.instead(Verdict.REVIEW, QUEUE_OWNED, detail)


def _is_owned(account: Record | None) -> bool:
    """Whether a person owns the account, who keeps what is attached to it."""
    return account is not None and bool(account.text("owner_id")) and account.text("owner_kind") != "queue"


def _run_out(rulebook: Rulebook, facts: Facts, answer: Answer) -> Answer:
    """What the policy says of a lead whose SLA has run out; one that follows another is not moved by itself.

    The verdict that comes then may have an SLA of its own that has run out too; each speaks once.
    """
    spoken: list[str] = []
    while not answer.follows_survivor:
        sla = run_out(rulebook, facts, answer.verdict, spoken)
        if sla is None or sla.then is None:
            break
        spoken.append(sla.name)
        code = sla.reason if sla.then is Verdict.DISQUALIFY else ""
        answer = replace(answer.instead(sla.then, sla.reason, sla.says), disqualification=code)
    return answer


def _kept_promises(rulebook: Rulebook, answer: Answer, facts: Facts) -> Answer:
    for promise in rulebook.invariants:
        if answer.verdict in promise.never and promise.holds(facts):
            return answer.instead(Verdict.REVIEW, promise.name, promise.says)
    return answer
