"""``connector review``: the questions that need a person."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from connector.cli.output import counted, put_json, say
from connector.cli.review_desk import find_of, known_review, order_terms, terms_of
from connector.cli.review_samples import sample, samples
from connector.cli.review_sheets import export, take_in_answers
from connector.cli.review_told import (
    answer_told,
    contest,
    fields_json,
    groups_json,
    lines_of,
    priorities_json,
    priority_json,
    review_json,
    say_queue,
    say_review,
)
from connector.cli.session import Session, by_option, verb
from connector.cli.story import match_json
from connector.model.progress import Answer, AnswerWord, Review, Standing
from connector.pipeline.review import Manner, Settled, decide_review
from connector.pipeline.review_asked import show_to
from connector.pipeline.review_queue import Waiting, queue
from connector.pipeline.review_words import understood
from connector.wiring import House


@click.group("review")
def command() -> None:
    """Answer the questions that need a person; the next sync carries the answers out."""


command.add_command(export)
command.add_command(take_in_answers)
command.add_command(samples)
command.add_command(sample)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Answered and closed ones too, at the end.")
@click.option("--each", is_flag=True, help="Every look-alike on a line of its own.")
@click.option("--why", "reasoned", is_flag=True, help="The factors of each priority, and what they rest on.")
@by_option("Who asks: what they passed is last.")
@verb
def list_reviews(session: Session, everything: bool, each: bool, reasoned: bool, by: str) -> int:
    """List open reviews, those first whose answer is worth most.

    The priority is what the lead may be worth, times how uncertain the answer is, times how long it has waited against
    the SLA. Reviews that ask the same stand as one line; one answer settles them all.

    Example: connector review list --why
    """
    with session.house() as house:
        found = queue(house.store, order_terms(house), house.clock.now(), by, everything)
        if session.as_json:
            reviews = [review_json(house.store, one.review, one) for one in found]
            groups, priorities = groups_json(found), priorities_json(found)
            put_json({"status": "done", "reviews": reviews, "groups": groups, "priorities": priorities})
        elif not found:
            say("no open reviews")
        else:
            say_queue(house.store, found, each or everything, reasoned)
    return 0


@command.command("show")
@click.argument("review_id", type=int)
@by_option("Who looks.")
@verb
def show(session: Session, review_id: int, by: str) -> int:
    """Show one review: lead and candidates side by side, the evidence, and what can be answered.

    In the columns of the candidates = stands for the same, ~ for nearly the same, and ≠ for something else. What you
    saw is remembered: an answer to a review that changed since is not taken.

    Example: connector review show 1
    """
    with session.house() as house:
        review = known_review(house, review_id)
        show_to(house.store, review, by, house.clock.now())
        waiting = _waiting(house, review)
        reasons = list(order_terms(house)(review.route).reasons)
        if session.as_json:
            put_json({"status": "done", **_shown_json(house, review, waiting, reasons)})
        else:
            say_review(house.store, review, waiting, reasons)
    return 0


def _manner(function: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that say how an answer is given, as one `Manner`."""

    @click.option("--only", is_flag=True, help="Leave look-alikes open.")
    @click.option("--asked", help="What you saw, as `show --json` names it; else what you were shown last.")
    @functools.wraps(function)
    def wrapped(*args: Any, only: bool, asked: str | None, **kwargs: Any) -> int:
        return function(*args, manner=Manner(asked, only), **kwargs)

    return wrapped


@command.command("decide")
@click.argument("review_id", type=int)
@click.argument("word", type=click.Choice([word.value for word in AnswerWord]))
@click.argument("what", required=False)
@by_option("Who decides.")
@click.option("--note", default="", help="Why; kept with the answer.")
@_manner
@verb
def decide(session: Session, review_id: int, word: str, what: str | None, by: str, note: str, manner: Manner) -> int:
    """Answer review REVIEW_ID, and its look-alikes with it.

    same CANDIDATE (its id or its number), other RECORD (an account, contact or lead that was not offered), different,
    unsure (somebody else should say), new, convert, nurture, or disqualify REASON. Ends with 1 where somebody else
    answered otherwise before: the first answer stands, and both are kept.

    Example: connector review decide 1 disqualify competitor --note "they sell the same"
    """
    with session.house() as house:
        review = known_review(house, review_id)
        find = find_of(house, review.route)
        candidate, reason = understood(review, AnswerWord(word), what or "", find)
        answer = Answer(AnswerWord(word), by, house.clock.now(), candidate, reason, note)
        settled = decide_review(house.store, review_id, answer, terms_of(house)(review.route), manner)
        if session.as_json:
            put_json(_settled_json(house, settled))
    for line in _outcome(settled):
        say(line, as_json=session.as_json)
    return 1 if settled.standing is Standing.CONFLICT else 0


def _waiting(house: House, review: Review) -> Waiting | None:
    """The review's place in the queue."""
    found = queue(house.store, order_terms(house), house.clock.now())
    return next((one for one in found if one.review.id == review.id), None)


def _shown_json(house: House, review: Review, waiting: Waiting | None, reasons: list[str]) -> dict[str, object]:
    second, gap = contest(review, house.store.matches.latest(review.route, review.lead))
    return {
        "review": review_json(house.store, review, waiting),
        "priority": priority_json(waiting.priority) if waiting and waiting.priority else None,
        "fields": fields_json(lines_of(house.store, review)),
        "runner_up": match_json(second) if second is not None else None,
        "gap": gap,
        "look_alikes": [n for n in waiting.group.reviews if n != review.id] if waiting and waiting.group else [],
        "reasons": reasons,
    }


def _settled_json(house: House, settled: Settled) -> dict[str, object]:
    return {
        "status": "conflict" if settled.standing is Standing.CONFLICT else "done",
        "review": review_json(house.store, settled.review),
        "standing": settled.standing.value,
        "again": settled.again,
        "group": settled.group or None,
        "also": [review.id for review in settled.also],
    }


def _outcome(settled: Settled) -> list[str]:
    """What became of an answer, for people."""
    review, first = settled.review, settled.review.answer
    others = ", ".join(str(other.id) for other in settled.also)
    also = f" for {counted(1 + len(settled.also), 'review')} (also {others})" if settled.also else ""
    if settled.standing is Standing.CONFLICT and first is not None:
        told = f"{first.by} answered review {review.id} first ({answer_told(first)})"
        return [f"{told}: that answer stands, and yours is kept", f"next: connector review show {review.id}"]
    if settled.again:
        return ["you had said so before; nothing was changed"]
    if settled.standing is Standing.AGREED and first is not None:
        return [f"{first.by} had answered the same; kept beside it"]
    if settled.standing is Standing.UNSURE:
        stays = "the answer that was given stands" if first is not None else "the question stays open for somebody else"
        return [f"kept{also}; {stays}"]
    return [f"kept{also}; the next `connector sync {review.route}` carries it out"]
