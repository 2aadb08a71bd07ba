"""What a conversion in one CRM tells the CRM that the lead came from."""

from __future__ import annotations

from connector.model.plan import Action, Step, Take, step_key
from connector.model.records import Kind, Values
from connector.planning.conversion import conversion
from connector.planning.situation import HandBack, Situation

# What a conversion writes on its lead by itself.
CLOSING = frozenset({"status", "converted"})
# Marks the step that tells the source lead what became of it elsewhere.
HANDS_OVER = "hands_over"
# Marks a step whose values name ids that only earlier steps bring; see `filled`.
FILL = "fill"


def push_back(situation: Situation, convert: Step) -> tuple[Step, ...]:
    """The steps in the source CRM: the same conversion there, or a note of where the lead went, or nothing."""
    note = _note(situation, situation.hand_back, convert) if situation.hand_back is not None else ()
    if situation.origin is None:
        return note
    origin = situation.origin_after(Take(convert.key, "lead"))
    return (*note, *conversion(origin, note[-1] if note else None))  # after it: a converted lead may be read-only


def _note(situation: Situation, back: HandBack, convert: Step) -> tuple[Step, ...]:
    """One update of the source lead, with the ids of what the target made of it; it closes the lead where told to."""
    lead = situation.lead.ref
    none = convert.terms["opportunity"] == "none"
    known = {"connection": back.target, **({"opportunity": "none"} if none else {})}
    closing = CLOSING if situation.origin is not None else frozenset()  # the conversion there closes it
    values = {name: value for name, value in back.values.items() if name not in closing}
    wanted = {name: _said(value, known) if isinstance(value, str) else value for name, value in values.items()}
    after = back.wording.payload(Kind.LEAD, wanted, False)
    if not after:
        return ()
    object_name = back.wording.object_name(Kind.LEAD)
    roles = ("account", "contact") if none else ("account", "contact", "opportunity")
    step = Step(
        key=step_key(back.org, lead, Action.UPDATE, object_name, after),
        action=Action.UPDATE,
        lead=lead,
        object=object_name,
        kind=Kind.LEAD.value,
        because=(f"tells {lead.connection} what {back.target} made of the lead",),
        ids={"record": lead.id},
        takes={role: Take(convert.key, role) for role in roles},
        after=after,
        terms={HANDS_OVER: True, FILL: True},
        cost=back.write_calls,
        connection=lead.connection,
    )
    return (step,)


def filled(step: Step, ids: dict[str, str]) -> Values:
    """The values of *step* with the ids that earlier steps brought in place of ``{account}`` and the like."""
    return {name: _said(value, ids) if isinstance(value, str) else value for name, value in step.after.items()}


def _said(text: str, known: dict[str, str]) -> str:
    for role, value in known.items():
        text = text.replace(f"{{{role}}}", value)
    return text
