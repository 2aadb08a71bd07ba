"""Plans for people and plans in files: the same steps, read aloud or sealed."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from connector.errors import SafetyStop
from connector.model.plan import Action, Plan, Step
from connector.model.records import digest_of
from connector.planning.differences import changed

FORMAT = 1
_VERBS = {
    Action.LAND: "create or update by key",
    Action.UPDATE: "update",
    Action.CONVERT: "convert",
    Action.STAMP: "stamp",
    Action.CREATE: "create",
    Action.SKIP: "leave",
}


def estimate_calls(steps: tuple[Step, ...]) -> int:
    """API calls that *steps* will take when batches are full, with one read-back before; logins not counted."""
    conversions = sum(step.cost for step in steps if step.action is Action.CONVERT)
    writes = sum(step.cost for step in steps if step.writes and step.action is not Action.CONVERT)
    reads = 1 if conversions or writes else 0
    return math.ceil(round(conversions, 6)) + math.ceil(round(writes, 6)) + reads


def seal(plan: Plan) -> dict[str, Any]:
    """The plan as JSON with a digest over all of it; see `unseal`."""
    body = json.loads(TypeAdapter(Plan).dump_json(plan))
    return {"format": FORMAT, "digest": digest_of(body), "summary": summary(plan), "plan": body}


def unseal(sealed: object) -> Plan:
    """Read a sealed plan; raises SafetyStop when it is not one, or was edited."""
    if not isinstance(sealed, dict) or sealed.get("format") != FORMAT or "plan" not in sealed:
        raise SafetyStop("this file is not a plan", next_command="connector plan ROUTE -o FILE")
    if digest_of(sealed["plan"]) != sealed.get("digest"):
        raise SafetyStop(
            "the plan was edited after it was sealed; nothing was applied", next_command="connector plan ROUTE -o FILE"
        )
    return TypeAdapter(Plan).validate_python(sealed["plan"])


def summary(plan: Plan) -> dict[str, Any]:
    """Totals of a plan: leads, steps per action, grades, calls."""
    return {
        "leads": len(plan.leads),
        "changes": plan.changes,
        "actions": dict(sorted(Counter(step.action.value for step in plan.steps).items())),
        "grades": dict(sorted(Counter(step.grade.value for step in plan.steps if step.writes).items())),
        "calls": plan.calls,
    }


def read_aloud(plan: Plan, everything: bool = False) -> Iterator[str]:
    """The plan in lines for people: each lead, each step, before -> after, because.

    Steps that leave a record as it is are told only when *everything* is asked for; the last line counts the leads.
    """
    totals = summary(plan)
    yield (
        f"Plan {plan.id} for route {plan.route}: {totals['leads']} leads, {totals['changes']} changes, "
        f"about {totals['calls']} call{'' if totals['calls'] == 1 else 's'} to write, besides logging in and reading"
    )
    yield from _held(plan)
    left = 0
    for lead in plan.leads:
        steps = [step for step in lead.steps if everything or step.action is not Action.SKIP]
        if not steps:
            left += 1
            continue
        yield f"{lead.lead}: {lead.verdict.value}"
        for step in steps:
            yield from _step_lines(step)
    if left:
        yield f"{'1 lead is left as it is' if left == 1 else f'{left} leads are left as they are'} (--all shows them)"


def _held(plan: Plan) -> Iterator[str]:
    """What the plan leaves out: conversions above a ceiling, and those that would break an invariant."""
    held = Counter(lead.held for lead in plan.leads if lead.held is not None)
    for ceiling in sorted(held):
        told = "1 conversion is" if held[ceiling] == 1 else f"{held[ceiling]} conversions are"
        yield f"{told} held back by {ceiling}"
    for lead in plan.leads:
        for breach in lead.refused:
            yield f"{lead.lead}: nothing is written, it would break {breach.invariant.value}: {breach.what}"


def _step_lines(step: Step) -> Iterator[str]:
    where = step.ids.get("record") or step.ids.get("lead") or ""
    mark = f" [{step.grade.value}]" if step.writes else ""
    crm = f"in {step.connection}: " if step.connection else ""
    yield f"  {crm}{_VERBS[step.action]} {step.object} {where}".rstrip() + mark
    for name in changed(step.before, step.after):
        yield f"    {name}: {_shown(step.before.get(name))} -> {_shown(step.after[name])}"
    if step.action is Action.CONVERT:
        yield f"    account: {_target(step, 'account')}, contact: {_target(step, 'contact')}, {_opportunity(step)}"
    yield f"    because {'; '.join(step.because)}"


def _shown(value: object) -> str:
    return "(empty)" if value in (None, "") else str(value)


def _target(step: Step, role: str) -> str:
    if role in step.ids:
        return step.ids[role]
    return (
        "new"
        if role not in step.takes or step.takes[role].role == "record"
        else "shared with another lead of this plan"
    )


def _opportunity(step: Step) -> str:
    terms = {"none": "no opportunity", "join": "joins an opportunity"}
    return terms.get(str(step.terms["opportunity"]), f"opportunity: new, {step.terms.get('opportunity_name')}")
