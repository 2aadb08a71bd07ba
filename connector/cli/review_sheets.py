"""``connector review export`` and ``import``: the queue as a sheet to fill in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import click

from connector.cli.output import counted, put_json, say
from connector.cli.review_desk import find_of, order_terms, terms_of
from connector.cli.review_files import read_sheet, write_sheet
from connector.cli.session import Session, by_option, verb
from connector.cli.sheets import spare_inputs
from connector.errors import UsageError
from connector.model.progress import Standing
from connector.pipeline.review_queue import Waiting, queue
from connector.pipeline.review_sheet import Desk, Imported, choices, sheet, take_in
from connector.pipeline.review_words import Find
from connector.wiring import House


@click.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--route", help="Only this route's.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@verb
def export(session: Session, file: Path, route: str | None, force: bool) -> int:
    """Write the open reviews to FILE, a .csv or .xlsx to fill in: the column `answer`, and `note` where you like.

    One row per review, most valuable first, look-alikes together. The column `asked` names what the row shows; leave
    it as it is. An answer is what `review decide` takes, such as `same 1`, `different` or `disqualify junk`.

    Example: connector review export reviews.csv
    """
    if file.exists() and not force:
        raise UsageError(f"{file} exists", next_command=f"connector review export {file} --force")
    spare_inputs(session, (file,))
    with session.house() as house:
        found = queue(house.store, order_terms(house), house.clock.now())
        wanted = [one for one in found if route in (None, one.review.route)]
        write_sheet(file, sheet(house.store, wanted), _choices(house, wanted))
    if session.as_json:
        put_json({"status": "done", "file": str(file), "reviews": len(wanted)})
    say(f"{counted(len(wanted), 'review')} written to {file}", as_json=session.as_json)
    say(f"next: fill in the column `answer`, then connector review import {file}", as_json=session.as_json)
    return 0


@click.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@by_option("Who answered.")
@click.option("--skip-bad", is_flag=True, help="Keep the sound rows, and tell what is wrong with the others.")
@verb
def take_in_answers(session: Session, file: Path, by: str, skip_bad: bool) -> int:
    """Read the answers out of FILE, a sheet of `review export`.

    Every problem is told with its row, and nothing is kept while there is one. Each row answers its own review. A
    second import of the same file changes nothing. Ends with 1 where rows were skipped or somebody else had answered
    otherwise.

    Example: connector review import reviews.csv --by sam
    """
    rows = read_sheet(file)
    with session.house() as house:
        done = take_in(house.store, rows, str(file), _desk(house, by), skip_bad)
    if session.as_json:
        put_json(_done_json(done))
    for finding in done.findings:
        say(str(finding), as_json=True)
    for line in _lines(done):
        say(line, as_json=session.as_json)
    return 1 if done.findings or done.count(Standing.CONFLICT) else 0


def _choices(house: House, wanted: list[Waiting]) -> list[str]:
    """What every row's answer can be chosen from; a reason only where all routes accept it."""
    terms = [order_terms(house)(name) for name in dict.fromkeys(one.review.route for one in wanted)]
    most = max((len(one.review.candidates) for one in wanted), default=0)
    offered = [choices(one, most) for one in terms]
    return [word for word in (offered[0] if offered else []) if all(word in some for some in offered)]


def _desk(house: House, by: str) -> Desk:
    @cache
    def find(route: str) -> Find:
        return find_of(house, route)

    return Desk(by, house.clock.now(), find, terms_of(house))


def _done_json(done: Imported) -> dict[str, object]:
    return {
        "status": "done",
        "kept": done.count(Standing.SETTLED),
        "unsure": done.count(Standing.UNSURE),
        "agreed": done.count(Standing.AGREED),
        "conflicts": [one.review.id for one in done.settled if not one.again and one.standing is Standing.CONFLICT],
        "unchanged": done.unchanged,
        "unanswered": done.unanswered,
        "skipped": [str(finding) for finding in done.findings],
    }


def _lines(done: Imported) -> list[str]:
    kept = done.count(Standing.SETTLED)
    parts = [f"{counted(kept, 'answer')} kept"]
    named = {"unsure": done.count(Standing.UNSURE), "in agreement with an earlier answer": done.count(Standing.AGREED)}
    named |= {"in conflict with an earlier answer, which stands": done.count(Standing.CONFLICT)}
    named |= {"known already": done.unchanged, "not answered": done.unanswered, "skipped": len(done.findings)}
    parts += [f"{number} {name}" for name, number in named.items() if number]
    routes = list(dict.fromkeys(one.review.route for one in done.settled if not one.again))
    sync = f"connector sync {routes[0]}" if len(routes) == 1 else "connector sync"
    following = f"; the next `{sync}` carries {'it' if kept == 1 else 'them'} out" if kept else ""
    return [", ".join(parts) + following]
