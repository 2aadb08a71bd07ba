"""``connector matching judge``: a person's word on a pair of records."""

from __future__ import annotations

from collections.abc import Iterator

import click

from connector.cli.blame import judgement_json, places_of
from connector.cli.output import counted, put_json, say
from connector.cli.session import Session, by_option, verb
from connector.model.match import Judgement, Word
from connector.model.records import iso
from connector.pipeline.blame import called_wrong
from connector.pipeline.judge import Judged, judge_pair
from connector.pipeline.lookup import record_named


@click.command("judge")
@click.argument("left")
@click.argument("word", type=click.Choice([word.value for word in Word]))
@click.argument("right")
@by_option("Who says so.")
@click.option("--note", default="", help="Why; kept with the word.")
@verb
def command(session: Session, left: str, word: str, right: str, by: str, note: str) -> int:
    """Say of two records whether they are the same; the word stands above every score, for ever.

    LEFT and RIGHT are leads, contacts or accounts, each named by connection:object:id, its id in the CRM, its
    external key or its e-mail. What was planned on the link and not written yet is stopped.

    Example: connector matching judge 00Q5g00000AbCdEEAV different 0035g00000AbCdEEAV --note "father and son"
    """
    with session.house() as house:
        places = places_of(house)
        one, other = (record_named(house.store, text, places) for text in (left, right))
        now = house.clock.now()
        judged = judge_pair(house.store, Judgement(one, other, Word(word), by, now, note), now)
    if session.as_json:
        put_json({"status": "done", **_judged_json(judged)})
    for line in _judged_lines(judged):
        say(line, as_json=session.as_json)
    return 0


def _judged_json(judged: Judged) -> dict[str, object]:
    said = judged.judgement
    return {
        "judgement": judgement_json(said),
        "before": judgement_json(judged.before),
        "leaning": called_wrong(judged.leaning),
        "next": _next(said) if judged.leaning else "connector sync",
    }


def _next(said: Judgement) -> str:
    return f"connector matching blame {said.left} {said.right}"


def _judged_lines(judged: Judged) -> Iterator[str]:
    said, before = judged.judgement, judged.before
    yield f"kept: {said.left} and {said.right}: {said.word.value}"
    if before is not None and before.word is not said.word:
        yield f"  before, {before.by} said {before.word.value} ({iso(before.at)[:10]}); it stays on record"
    if judged.leaning:
        told = ", ".join(f"{count} {state}" for state, count in called_wrong(judged.leaning).items())
        verb_word = "leans" if len(judged.leaning) == 1 else "lean"
        yield f"  {counted(len(judged.leaning), 'decision')} {verb_word} on this link: {told}"
        yield f"next: {_next(said)}"
    else:
        yield "  the next `connector sync` carries it out"
