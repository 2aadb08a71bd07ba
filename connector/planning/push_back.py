"""What a conversion in one CRM tells the CRM that the lead came from."""

from __future__ import annotations

from collections.abc import Mapping

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
    """The steps in the source CRM after *convert*: a note of what was made, the same conversion there, or nothing."""
    without = convert.terms["opportunity"] == "none"
    roles = ("account", "contact") if without else ("account", "contact", "opportunity")
    takes = {role: Take(convert.key, role) for role in roles}
    note = _note(situation, situation.hand_back, dict(takes)) if situation.hand_back is not None else ()
    if situation.origin is None:
        return note
    return _there(situation.origin_after(Take(convert.key, "lead")), note)


def give_back(situation: Situation, made: Mapping[str, str | Take]) -> tuple[Step, ...]:
    """The same for a conversion that somebody else did or another lead's will do: *made* are its records, by role."""
    note = _note(situation, situation.hand_back, made) if situation.hand_back is not None else ()
    return note if situation.origin is None else _there(situation.origin, note)


def _there(origin: Situation, note: tuple[Step, ...]) -> tuple[Step, ...]:
    """The conversion after the note: a converted lead may be read-only."""
    return (*note, *conversion(origin, note[-1] if note else None))


def _note(situation: Situation, back: HandBack, made: Mapping[str, str | Take]) -> tuple[Step, ...]:
    """One update of the source lead, with the ids of what the target made of it; it closes the lead where told to."""
    lead = situation.lead.ref
    known = {role: where for role, where in made.items() if isinstance(where, str)}
    known |= {"connection": back.target, **({} if "opportunity" in made else {"opportunity": "none"})}
    elsewise = situation.origin is not None or not back.closes  # only a conversion there closes it
    closing = CLOSING if elsewise else frozenset()
    values = {name: value for name, value in back.values.items() if name not in closing}
    after = back.wording.payload(Kind.LEAD, _said_all(values, known), False)
    if not after:
        return ()
    before = back.wording.payload(Kind.LEAD, {name: situation.lead.get(name) for name in values}, False)
    told = f"tells {lead.connection} what {back.target} made of the lead"
    object_name = back.wording.object_name(Kind.LEAD)
    step = Step(
        key=step_key(back.org, lead, Action.UPDATE, object_name, after),
        action=Action.UPDATE,
        lead=lead,
        object=object_name,
        kind=Kind.LEAD.value,
        because=(told, back.why) if back.why else (told,),
        ids={"record": lead.id},
        takes={role: where for role, where in made.items() if isinstance(where, Take)},
        before={name: before.get(name) for name in after},
        after=after,
        terms={HANDS_OVER: True, FILL: True},
        cost=back.write_calls,
        connection=lead.connection,
    )
    return (step,)


def filled(step: Step, ids: Mapping[str, str]) -> Values:
    """The values of *step* with the ids that earlier steps brought in place of ``{account}`` and the like."""
    return _said_all(step.after, ids)


def _said_all(values: Values, known: Mapping[str, str]) -> Values:
    return {name: _said(value, known) if isinstance(value, str) else value for name, value in values.items()}


def _said(text: str, known: Mapping[str, str]) -> str:
    for role, value in known.items():
        text = text.replace(f"{{{role}}}", value)
    return text
