"""``connector review samples`` and ``sample``: automatic verdicts, reviewed by people who are not told them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import click

from connector.cli.output import put_json, say, table
from connector.cli.sampled import Counting
from connector.cli.session import Session, by_option, verb
from connector.cli.story import match_lines, refs_json, resolution_json
from connector.errors import UsageError
from connector.model.assurance import GateRecord, Sample, gate_facts
from connector.model.decision import DecisionInputs, Gate, Verdict
from connector.model.match import Match, Resolution
from connector.model.records import Record, Scalar, iso
from connector.pipeline.gate import settle
from connector.policy import Rulebook
from connector.ports import Store
from connector.wiring import House

_INSTANT = timedelta(microseconds=1)
_NO_LONGER = "this sample no longer counts: what the policy decides by, or its gate, is new since"
_NOT_SHOWN = ("converted", "external_key")  # how far our own work came would tell the verdict


@dataclass(frozen=True, slots=True)
class _Listed:
    """A sample, whether an answer to it still counts, and what was known when it was drawn."""

    sample: Sample
    counts: bool
    inputs: DecisionInputs | None


@click.command("samples")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Answered ones too, with what the policy did, and those that no longer count.",
)
@verb
def samples(session: Session, everything: bool) -> int:
    """List what is to be reviewed blind: leads that the policy decided by itself, without what it decided.

    The answers are the evidence that the error budget of the policy rests on. They change nothing for the lead. Samples
    that no longer count, because today's policy decides otherwise or its gate was opened anew, are left out.

    Example: connector review samples
    """
    with session.house() as house:
        counts, store = Counting(house).counts, house.store
        listed = [(one, counts(one)) for one in store.samples.list(not everything)]
        found = [_Listed(one, counted, _inputs(store, one)) for one, counted in listed if counted or everything]
    if session.as_json:
        put_json({"status": "done", "samples": [_listed_json(one) for one in found]})
    elif not found:
        say("nothing to review blind")
    else:
        table(["sample", "lead", "decided", "answer"], [_row(one) for one in found])
        say("next: connector review sample NUMBER")
    return 0


@click.command("sample")
@click.argument("number", type=int)
@click.option("--answer", type=click.Choice([word.value for word in Verdict]), help="What you would have done.")
@by_option("Who answers.")
@verb
def sample(session: Session, number: int, answer: str | None, by: str) -> int:
    """Show lead NUMBER of the blind review as it was known when it was decided; with --answer keep what you say.

    What the policy did is told once you have answered. `convert` and `attach` both agree with a conversion; every
    other answer says that it was wrong. Nothing happens to the lead.

    Example: connector review sample 1 --answer nurture
    """
    with session.house() as house:
        if answer is None:
            _show(session, house, _known(house.store, number))
        else:
            _keep(session, house, number, Verdict(answer), by)
    return 0


def _known(store: Store, number: int) -> Sample:
    found = next((one for one in store.samples.list(open_only=False) if one.number == number), None)
    if found is None:
        raise UsageError(f"there is no sample {number}", next_command="connector review samples")
    return found


def _inputs(store: Store, sample: Sample) -> DecisionInputs | None:
    """What was known when the verdict was given; the lead may look otherwise by now, for it may be converted."""
    at = sample.decided_at
    for batch in store.decisions.stored(sample.route, at, at + _INSTANT):
        for stored in batch:
            if stored.decision.lead == sample.lead:
                return stored.inputs
    return None


def _show(session: Session, house: House, sample: Sample) -> None:
    inputs, counted = _inputs(house.store, sample), Counting(house).counts(sample)
    if session.as_json:
        put_json({"status": "done", "sample": _sample_json(sample, counted), **_seen_json(inputs)})
        return
    say(f"Sample {sample.number}: {_name(inputs)}, as known on {sample.decided_at:%Y-%m-%d %H:%M}")
    for line in _seen_lines(inputs) if inputs else ["  what was known then is not kept any more"]:
        say(line)
    if not counted:
        say(_NO_LONGER)
    if sample.answer is None:
        words = "|".join(word.value for word in Verdict)
        say(f"next: connector review sample {sample.number} --answer {words}")
    else:
        say(_told(sample))


def _keep(session: Session, house: House, number: int, answer: Verdict, by: str) -> None:
    now = house.clock.now()
    with house.store.transaction():
        kept = house.store.samples.answer(number, answer, by, now)
        facts: dict[str, Scalar] = {"sample": number, "answer": answer.value}
        house.store.audit.append(now, "", by, "blind review", str(kept.lead), facts)
    counting = Counting(house)
    gate, counted = _weighed(house, kept, counting.book(kept)), counting.counts(kept)
    if session.as_json:
        told = gate_facts(gate) if gate else None
        put_json({"status": "done", "sample": _sample_json(kept, counted), "agreed": kept.right, "gate": told})
        return
    say(f"kept: {_told(kept)}")
    if not counted:
        say(_NO_LONGER)
    if gate is not None and gate.state is Gate.CLOSED:
        say(f"policy {gate.policy} is closed: {gate.why}; from the next sync on people decide")
        say("next: connector policy gate")


def _weighed(house: House, sample: Sample, book: Rulebook | None) -> GateRecord | None:
    """The gate with this answer counted; None where no policy of the route decides as that one did."""
    if book is None or book.budget is None or not sample.verdict.converts:
        return None
    return settle(house.store, book, house.clock.now(), reviews_only=True)


def _told(sample: Sample) -> str:
    answer = f"{sample.answer.value if sample.answer else 'nothing'}, by {sample.answered_by}"
    return f"{answer}; the policy decided {sample.verdict.value}: {'agreed' if sample.right else 'not agreed'}"


def _listed_json(listed: _Listed) -> dict[str, object]:
    return {**_sample_json(listed.sample, listed.counts), "name": _name(listed.inputs)}


def _sample_json(sample: Sample, counts: bool) -> dict[str, object]:
    """A sample; what the policy did is told only of those that were answered."""
    answered = sample.answer is not None
    return {
        "id": sample.number,
        "route": sample.route,
        "lead": refs_json(sample.lead),
        "decided_at": iso(sample.decided_at),
        "answer": sample.answer.value if sample.answer else None,
        "by": sample.answered_by,
        "answered_at": iso(sample.answered_at) if sample.answered_at else None,
        "counts": counts,
        **({"verdict": sample.verdict.value, "policy": sample.policy, "agreed": sample.right} if answered else {}),
    }


def _row(listed: _Listed) -> list[str]:
    sample, answer = listed.sample, [_told(listed.sample)] if listed.sample.answer is not None else []
    told = "; ".join([*answer, *([] if listed.counts else ["no longer counts"])])
    return [str(sample.number), _name(listed.inputs) or str(sample.lead), f"{sample.decided_at:%Y-%m-%d}", told]


def _name(inputs: DecisionInputs | None) -> str:
    if inputs is None:
        return ""
    person = f"{inputs.lead.text('first_name')} {inputs.lead.text('last_name')}".strip()
    return f"{person}, {inputs.lead.text('company')}".strip(", ")


def _values(lead: Record) -> dict[str, Scalar]:
    shown = sorted(lead.values.items())
    return {name: value for name, value in shown if value not in (None, "") and not name.startswith(_NOT_SHOWN)}


def _seen_json(inputs: DecisionInputs | None) -> dict[str, object]:
    if inputs is None:
        return {"values": None, "activities": [], "match": None}
    done = [{"kind": each.kind, "at": iso(each.at)} for each in inputs.activities]
    return {"values": _values(inputs.lead), "activities": done, "match": resolution_json(inputs.resolution)}


def _seen_lines(inputs: DecisionInputs) -> Iterator[str]:
    for name, value in _values(inputs.lead).items():
        yield f"  {name}: {value}"
    for each in inputs.activities:
        yield f"  {each.at:%Y-%m-%d}  {each.kind}"
    for match in _matches(inputs.resolution):
        yield f"  {match.kind.value} {_known_as(inputs, match)}"
        yield from (f"    {line}" for line in match_lines(match))
    yield f"  matched as: {inputs.resolution.because or inputs.resolution.linkage.value}"


def _known_as(inputs: DecisionInputs, match: Match) -> str:
    named = next((one for one in (inputs.account, inputs.contact) if one is not None and one.ref == match.ref), None)
    words = [named.text(name) for name in ("name", "first_name", "last_name")] if named else []
    return " ".join(word for word in words if word) or match.ref.id


def _matches(resolution: Resolution) -> list[Match]:
    named = (resolution.contact, resolution.account, resolution.duplicate_of)
    return list(resolution.candidates) or [match for match in named if match is not None]
