"""``connector review``: the questions that need a person."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime

import click

from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.story import match_json, match_lines, refs_json
from connector.errors import UsageError
from connector.model.progress import Answer, AnswerWord, Review
from connector.model.records import RecordRef, iso
from connector.ports import Store
from connector.wiring import House, read_rules


@click.group("review")
def command() -> None:
    """Answer the questions that need a person; the next sync carries the answers out."""


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Answered and closed ones too.")
@verb
def list_reviews(session: Session, everything: bool) -> int:
    """List open reviews, oldest first.

    Example: connector review list
    """
    with session.house() as house:
        reviews = house.store.reviews.list(open_only=not everything)
        rows = [(r.id, _name(house.store, r.lead), r.question, len(r.candidates), r.state.value) for r in reviews]
    if session.as_json:
        put_json({"status": "done", "reviews": [review_json(review) for review in reviews]})
    elif not rows:
        say("no open reviews")
    else:
        table(("id", "lead", "question", "candidates", "state"), rows)
    return 0


@command.command("show")
@click.argument("review_id", type=int)
@verb
def show(session: Session, review_id: int) -> int:
    """Show one review: the lead, each candidate side by side, and what can be answered.

    Example: connector review show 1
    """
    with session.house() as house:
        review = house.store.reviews.get(review_id)
        if review is None:
            raise UsageError(f"there is no review {review_id}", next_command="connector review list")
        lines = [*_lines(house.store, review), f"  reasons: {', '.join(_reasons(house, review_id))}"]
    if session.as_json:
        put_json({"status": "done", "review": review_json(review)})
    else:
        for line in lines:
            say(line)
    return 0


@command.command("decide")
@click.argument("review_id", type=int)
@click.argument("word", type=click.Choice([word.value for word in AnswerWord]))
@click.argument("what", required=False)
@click.option("--by", default=getpass.getuser, show_default="the user's name", help="Who decides.")
@click.option("--note", default="", help="Why; kept with the answer.")
@verb
def decide(session: Session, review_id: int, word: str, what: str | None, by: str, note: str) -> int:
    """Answer review REVIEW_ID: same CANDIDATE, different, new, convert, nurture, or disqualify REASON.

    Example: connector review decide 1 disqualify competitor --note "they sell the same"
    """
    with session.house() as house:
        answer = _answer(house, review_id, AnswerWord(word), what or "", by, note)
        from connector.pipeline import decide_review

        review = decide_review(house.store, review_id, answer, _reasons(house, review_id))
    if session.as_json:
        put_json({"status": "done", "review": review_json(review)})
    say(f"kept; the next `connector sync {review.route}` carries it out", as_json=session.as_json)
    return 0


def _answer(house: House, review_id: int, word: AnswerWord, what: str, by: str, note: str) -> Answer:
    if what and word not in (AnswerWord.SAME, AnswerWord.DISQUALIFY):
        raise UsageError(
            f"`{word.value}` takes no further word, and `{what}` was given; nothing was kept",
            next_command=f"connector review show {review_id}",
        )
    candidate = _candidate(house.store, review_id, what) if word is AnswerWord.SAME else None
    reason = what if word is AnswerWord.DISQUALIFY else ""
    return Answer(word, by, datetime.now(UTC), candidate, reason, note)


def _candidate(store: Store, review_id: int, what: str) -> RecordRef | None:
    """The candidate that a person named: by its id alone or in full; the only one when none was named."""
    review = store.reviews.get(review_id)
    refs = [match.ref for match in review.candidates] if review else []
    if not what and len(refs) == 1:
        return refs[0]
    return next((ref for ref in refs if what and what in (ref.id, ref.id[:15], str(ref))), None)


def _reasons(house: House, review_id: int) -> dict[str, str]:
    review = house.store.reviews.get(review_id)
    if review is None or review.route not in house.config.routes:
        return {}
    return dict(read_rules(house.config, house.config.route(review.route)).policy.disqualification_reasons)


def review_json(review: Review) -> dict[str, object]:
    """The published form of a review."""
    answer = review.answer
    return {
        "id": review.id,
        "route": review.route,
        "lead": refs_json(review.lead),
        "question": review.question,
        "state": review.state.value,
        "opened_at": iso(review.opened_at),
        "candidates": [match_json(match) for match in review.candidates],
        "answer": {
            "word": answer.word.value,
            "by": answer.by,
            "at": iso(answer.at),
            "candidate": refs_json(answer.candidate) if answer.candidate else None,
            "reason": answer.reason,
            "note": answer.note,
        }
        if answer
        else None,
    }


def _name(store: Store, ref: RecordRef) -> str:
    record = store.directory.get(ref)
    if record is None:
        return str(ref)
    person = " ".join(part for part in (record.text("first_name"), record.text("last_name")) if part)
    return f"{person}, {record.text('company')}".strip(", ") or str(ref)


def _lines(store: Store, review: Review) -> list[str]:
    lines = [f"Review {review.id} ({review.state.value}): {_name(store, review.lead)}  {review.lead}"]
    lines.append(f"  {review.question}")
    for match in review.candidates:
        lines.append("")
        lines.append(f"  candidate {match.ref.id} ({match.kind.value}): {_name(store, match.ref)}")
        lines.extend(f"    {line}" for line in match_lines(match))
    if review.candidates:
        lines += ["", "  answer: same CANDIDATE | different | new | convert | nurture | disqualify REASON"]
    else:
        lines += ["", "  answer: convert | nurture | disqualify REASON"]
    return lines
