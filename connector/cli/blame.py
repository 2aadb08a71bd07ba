"""``connector matching blame``: every decision that leans on a link, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from connector.cli.output import counted, put_json, say
from connector.cli.session import Session, verb
from connector.cli.story import entry_json, refs_json
from connector.model.match import Judgement
from connector.model.records import Kind, RecordRef, iso
from connector.pipeline import Rules
from connector.pipeline.blame import Leaning, called_wrong, leaning_on, remedy
from connector.pipeline.judge import word_on
from connector.pipeline.lookup import Place, record_named
from connector.wiring import House, read_rules

_KINDS = (Kind.LEAD, Kind.CONTACT, Kind.ACCOUNT)


@click.command("blame")
@click.argument("one")
@click.argument("other", required=False)
@verb
def command(session: Session, one: str, other: str | None) -> int:
    """List every decision that leans on ONE record, or on the link between ONE and OTHER.

    Told are the reason, what was written, how far it can be taken back, and what a person can do. Nothing is undone.

    Example: connector matching blame 00Q5g00000AbCdEEAV 0035g00000AbCdEEAV
    """
    with session.house() as house:
        places = places_of(house)
        refs = [record_named(house.store, text, places) for text in (one, other) if text]
        leaning = leaning_on(house.store, *refs)
        word = word_on(house.store, *refs) if len(refs) > 1 else None
    if session.as_json:
        put_json({"status": "done", **_blame_json(refs, word, leaning)})
        return 0
    for line in _blame_lines(refs, word, leaning):
        say(line)
    return 0


def places_of(house: House) -> list[Place]:
    """Where the project's routes have records, each connection once."""
    places: dict[str, Place] = {}
    read: dict[tuple[str, ...], Rules] = {}
    for settings in house.config.routes.values():
        files = (settings.mapping, settings.matching, *settings.policies)
        if files not in read:
            read[files] = read_rules(house.config, settings)
        mappings = read[files].mappings.mappings
        for connection in (settings.source, settings.target):
            system = house.config.connections[connection].type
            objects = {kind: mappings[system, kind].object for kind in _KINDS if (system, kind) in mappings}
            places.setdefault(connection, Place(connection, objects, read[files].matching))
    return list(places.values())


def judgement_json(said: Judgement | None) -> dict[str, object] | None:
    """A word on a pair, spelled out."""
    if said is None:
        return None
    facts = {"word": said.word.value, "by": said.by, "at": iso(said.at), "note": said.note}
    return {"left": refs_json(said.left), "right": refs_json(said.right), **facts}


def _blame_json(refs: Sequence[RecordRef], word: Judgement | None, leaning: Sequence[Leaning]) -> dict[str, object]:
    return {
        "of": [refs_json(ref) for ref in refs],
        "judgement": judgement_json(word),
        "counts": called_wrong(leaning),
        "decisions": [_leaning_json(one) for one in leaning],
    }


def _leaning_json(one: Leaning) -> dict[str, object]:
    decision, frozen = one.decision, one.frozen
    return {
        "lead": refs_json(one.lead),
        "route": one.route,
        "because": one.because,
        "state": one.state,
        "verdict": decision.verdict.value if decision else None,
        "decided_at": iso(decision.decided_at) if decision else None,
        "frozen": {"since": iso(frozen.since), "why": frozen.why} if frozen else None,
        "written": [{**entry_json(entry), "remedy": remedy(entry)} for entry in one.written],
        "records": [
            {"key": e.key, "role": e.role, "record": refs_json(e.ref), "created": e.created} for e in one.records
        ],
    }


def _blame_lines(refs: Sequence[RecordRef], word: Judgement | None, leaning: Sequence[Leaning]) -> Iterator[str]:
    what = " and ".join(str(ref) for ref in refs)
    if word is not None:
        yield f"{what}: {word.by} said {word.word.value}" + (f" ({word.note})" if word.note else "")
    if not leaning:
        yield f"no decision leans on {what}"
        return
    yield f"{counted(len(leaning), 'decision')} on {what}; nothing is undone by itself"
    for one in leaning:
        verdict = f", {one.decision.verdict.value}" if one.decision else ""
        yield f"  {one.lead} (route {one.route}): {one.state}{verdict}"
        yield f"    leans on it: {one.because}"
        if one.frozen is not None:
            yield f"    frozen: {one.frozen.why}"
        for entry in one.written:
            step = entry.step
            yield f"    written: {step.action.value} {step.object} ({entry.state.value}, grade {step.grade.value})"
            yield f"      {remedy(entry)}"
        opened = [entry.ref.id for entry in one.records if entry.role == Kind.OPPORTUNITY.value]
        if opened:
            yield f"    opportunity: {', '.join(opened)}"
