"""What the passing of time alone will do to a decision, and what it has done already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from connector.model.decision import Reason, Stage, Verdict
from connector.model.records import iso
from connector.policy.facts import Facts, later, moment
from connector.policy.intent import Asked
from connector.policy.rules import Rulebook, Sla


def look_again_at(
    rulebook: Rulebook, facts: Facts, asked: Asked | None, verdict: Verdict, stage: Stage
) -> datetime | None:
    """The next instant at which time alone could change the answer.

    That is when intent expires, engagement falls a level, a condition about days flips, or an SLA runs out.
    None for verdicts that close the lead: time does not reopen them.
    """
    if verdict not in (Verdict.REVIEW, Verdict.NURTURE):
        return None
    times = [rulebook.engagement.next_level_at(facts)]
    if asked is not None and asked.until is not None:
        times.append(later(asked.until, timedelta(seconds=1)))
    for test in rulebook.timed:
        at = moment(facts, test.read)
        times.append(later(at, test.span) if at else None)
    times += [_due(sla, facts) for sla in rulebook.slas if _applies(sla, verdict, stage)]
    return min((time for time in times if time is not None and time > facts.as_of), default=None)


def run_out(rulebook: Rulebook, facts: Facts, verdict: Verdict, but: Sequence[str] = ()) -> Sla | None:
    """The first SLA on this verdict that has run out and says what then, *but* for those named; None when none has."""
    stage = facts.derived["stage"]
    for sla in rulebook.slas:
        if sla.then is None or sla.verdict is not verdict or sla.stage not in (None, stage) or sla.name in but:
            continue
        due = _due(sla, facts)
        if due is not None and due <= facts.as_of:
            return sla
    return None


def sla_reasons(rulebook: Rulebook, facts: Facts, verdict: Verdict, stage: Stage) -> tuple[Reason, ...]:
    """For each SLA on this verdict: until when it holds, or since when it is missed."""
    reasons = []
    for sla in rulebook.slas:
        due = _due(sla, facts) if _applies(sla, verdict, stage) else None
        if due is not None:
            state = "Due" if due > facts.as_of else "Overdue since"
            reasons.append(Reason(sla.name, f"{sla.says} {state} {iso(due)}."))
    return tuple(reasons)


def _applies(sla: Sla, verdict: Verdict, stage: Stage) -> bool:
    return sla.verdict is verdict and sla.stage in (None, stage)


def _due(sla: Sla, facts: Facts) -> datetime | None:
    for read in sla.counted_from:
        start = moment(facts, read)
        if start is not None:
            return later(start, sla.span)
    return None
