"""``connector dead-letters``: rows that could not walk on."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from connector.cli.output import counted, put_json, say, table
from connector.cli.session import Session, by_option, verb
from connector.cli.story import refs_json
from connector.errors import UsageError
from connector.model.progress import DeadLetter
from connector.model.records import iso


@click.group("dead-letters")
def command() -> None:
    """See to rows that could not walk on: mend the cause and retry, or discard them with a reason."""


@command.command("list")
@click.option("--route", help="Only this route's.")
@verb
def list_letters(session: Session, route: str | None) -> int:
    """List parked rows with every problem and the mapping line it points to.

    Example: connector dead-letters list
    """
    with session.house() as house:
        letters = house.store.dead_letters.list(route)
    if session.as_json:
        put_json({"status": "done", "dead_letters": [letter_json(letter) for letter in letters]})
        return 0
    if not letters:
        say("no dead letters")
        return 0
    rows = [
        (letter.id, letter.route, letter.lead, letter.stage, problem.place, problem.code, problem.message)
        for letter in letters
        for problem in letter.problems
    ]
    table(("id", "route", "lead", "stage", "place", "code", "problem"), rows)
    return 0


@command.command("retry")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@verb
def retry(session: Session, ids: tuple[int, ...], everything: bool) -> int:
    """Give parked rows back to the next sync.

    Example: connector dead-letters retry --all
    """
    with session.house() as house:
        wanted = _wanted([letter.id for letter in house.store.dead_letters.list()], ids, everything)
        letters = house.store.dead_letters.retry(wanted)
    if session.as_json:
        put_json({"status": "done", "dead_letters": [letter_json(letter) for letter in letters]})
    say(
        f"{counted(len(letters), 'row')} {'waits' if len(letters) == 1 else 'wait'} for the next `connector sync`",
        as_json=session.as_json,
    )
    return 0


@command.command("discard")
@click.argument("ids", nargs=-1, type=int)
@click.option("--why", required=True, help="The reason; no lead is left aside without one.")
@by_option("Who discards them.")
@verb
def discard(session: Session, ids: tuple[int, ...], why: str, by: str) -> int:
    """Set parked rows aside for good, with a reason that is kept.

    Example: connector dead-letters discard 3 --why "test entry of the web team"
    """
    with session.house() as house:
        known = [letter.id for letter in house.store.dead_letters.list()]
        now = datetime.now(UTC)
        letters = house.store.dead_letters.discard(_wanted(known, ids, False), by, why, now)
        for letter in letters:
            house.store.audit.append(now, "", by, "dead letter discarded", str(letter.lead), {"why": why})
    if session.as_json:
        put_json({"status": "done", "dead_letters": [letter_json(letter) for letter in letters]})
    say(f"{counted(len(letters), 'row')} discarded", as_json=session.as_json)
    return 0


def _wanted(known: list[int], ids: tuple[int, ...], everything: bool) -> list[int]:
    unknown = sorted(set(ids) - set(known))
    if unknown:
        raise UsageError(
            f"there is no dead letter {', '.join(map(str, unknown))}", next_command="connector dead-letters list"
        )
    if not ids and not everything:
        raise UsageError("name the ids", next_command="connector dead-letters list")
    return known if everything else list(ids)


def letter_json(letter: DeadLetter) -> dict[str, object]:
    """The published form of a dead letter."""
    return {
        "id": letter.id,
        "route": letter.route,
        "lead": refs_json(letter.lead),
        "stage": letter.stage,
        "problems": [
            {"field": p.field, "place": p.place, "code": p.code, "message": p.message} for p in letter.problems
        ],
        "parked_at": iso(letter.parked_at),
        "attempts": letter.attempts,
    }
