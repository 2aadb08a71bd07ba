"""``connector policy calibrate``: points and thresholds of fit from what became of leads, written as a proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from connector.cli.matching_rules import helped
from connector.cli.output import put_json, say, table
from connector.cli.policy_named import next_of
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.errors import InputError, UsageError
from connector.model.records import Scalar
from connector.policy import Rulebook, load_policy, run_policy_cases
from connector.policy.calibration.fitting import Wanted
from connector.policy.calibration.levels import Aims
from connector.policy.calibration.proposing import Request, make_proposal
from connector.policy.calibration.reading import Declared, read_history
from connector.policy.calibration.table import MOST_ROWS
from connector.policy.calibration.telling import Proposal, report_json, report_lines
from connector.wiring import SystemClock, read_text
from connector.wiring.past import past_leads
from connector.wiring.tables import open_table

if TYPE_CHECKING:
    from connector.policy.calibration.columns import History
    from connector.wiring.tables import TableFile

_HELP = "connector policy calibrate --help"
_SHIPPED = "the shipped policy.yaml"
_NAME = "policy.proposed.yaml"
_LISTED = 10  # problems of a file that are told one by one
_UNLISTED = "csv-more"
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("calibrate")
@click.option("--from", "source", required=True, metavar="FILE|CONNECTION", help="Leads with outcomes: a CSV, a CRM.")
@click.option("--outcome", metavar="COLUMN", help="What became of each lead: 1/0, yes/no, true/false, won/lost.")
@click.option("--exclude", multiple=True, metavar="COLUMN", help="Leave a column out; repeatable.")
@click.option(
    "--keep", multiple=True, metavar="COLUMN", help="Take a column in whatever speaks against it; repeatable."
)
@click.option(
    "--policy", "policy", type=_FILE, help="The policy to change (default: the project's, else the shipped one)."
)
@click.option(
    "--keep-group", "keep_groups", multiple=True, metavar="NAME", help="A group of fit that stays beside the table."
)
@click.option(
    "--precision", type=click.FloatRange(0.01, 0.999), default=0.8, show_default=True, help="Of the top level."
)
@click.option(
    "--recall", type=click.FloatRange(0.01, 0.999), default=0.9, show_default=True, help="Above the last level."
)
@click.option("--rows", type=click.IntRange(1, MOST_ROWS), default=MOST_ROWS, show_default=True, help="Most rows.")
@click.option("--seed", type=int, default=0, show_default=True, help="How the history is parted for measuring.")
@click.option("-o", "--out", type=_FILE, help=f"Where the proposal goes (default: {_NAME} beside the policy).")
@verb
@helped
def command(
    session: Session, source: str, outcome: str | None, policy: Path | None, out: Path | None, **more: Any
) -> int:
    """Fit a points table to leads with outcomes, measure it, and write a proposed policy beside the one in use.

    Columns that look as if they told the outcome are named and left out. All figures are out of fold. Nothing is put
    in force: compare the proposal with the policy in use, and take over what convinces.

    Example: connector policy calibrate --from leads.csv --outcome Converted --exclude "Last Contact"
    """
    text, path = _policy(session, policy)
    target = _target(path, out)
    spare_inputs(session, (out,), (Path(source),), proposal=True)
    rulebook = _rulebook(text, path, policy)
    declared = Declared(more["exclude"], more["keep"], rulebook.known_at)
    read = _read(session, source, outcome, rulebook)
    history, untold = read_history(read.headings, read.rows, read.outcome, declared)
    request = Request(
        text=text,
        path=path,
        source=Path(source).name,
        wanted=Wanted(_kept(history, declared), more["rows"], more["seed"]),
        aims=Aims(more["precision"], more["recall"]),
        keep_groups=more["keep_groups"],
        as_of=SystemClock().now(),
    )
    proposal, written = make_proposal(history, untold, request)
    _write(target, written)
    failing = _failing(written, target)
    if session.as_json:
        answer = report_json(proposal)
        put_json({"status": "done", "policy": path, "proposal": str(target), **answer, "cases_failing": failing})
    _tell(session, proposal, read.notes)
    _tell_next(session, target, failing)
    return 0


def _policy(session: Session, named: Path | None) -> tuple[str, str]:
    """The text of the policy to change and the name of its file; raises UsageError where routes use several."""
    if named is not None:
        return read_text(named), str(named)
    paths: list[Path] = []
    if Path(session.config_path).is_file():
        config = session.config()
        named_by = (path for route in config.routes.values() for path in route.policies)
        paths = list(dict.fromkeys(map(config.resolve, named_by)))
    if len(paths) > 1:
        listed = ", ".join(map(str, paths))
        raise UsageError(f"the routes use several policies: {listed}; name one with --policy", next_command=_HELP)
    if not paths:
        return (files("connector") / "starter" / "policy.yaml").read_text("utf-8"), _SHIPPED
    return read_text(paths[0]), str(paths[0])


def _rulebook(text: str, path: str, named: Path | None) -> Rulebook:
    """The policy; raises InputError that leads to where all its problems are told."""
    try:
        return load_policy(text, path)
    except InputError as error:
        error.next_command = next_of([named], error.next_command) if named else error.next_command
        raise


def _target(path: str, out: Path | None) -> Path:
    """Where the proposal goes, never onto the policy in use; told before anything is worked out."""
    if out is None:
        folder = Path("mappings") if path == _SHIPPED else Path(path).parent
        out = folder / _NAME if folder.is_dir() else Path(_NAME)
    if path != _SHIPPED and (out.resolve() == Path(path).resolve() or (out.exists() and out.samefile(path))):
        what = f"{out} is the policy in use; a proposal goes beside it and a person takes it over"
        raise UsageError(what, next_command=_HELP)
    if not out.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {out.absolute().parent}", next_command=_HELP)
    return out


@dataclass(frozen=True, slots=True)
class _Read:
    """A history as it was read: its columns and rows, the outcome's column, and what to say of the reading."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Scalar]]
    outcome: str
    notes: tuple[str, ...] = ()


def _read(session: Session, source: str, outcome: str | None, rulebook: Rulebook) -> _Read:
    """A file where there is one of that name, else a connection; a folder is never a file of leads."""
    path = Path(source)
    is_file = path.exists() and not path.is_dir()
    if not is_file and Path(session.config_path).is_file() and source in session.config().connections:
        return _of_connection(session, source, outcome, rulebook)
    if path.is_dir():
        what = f"{source} is a folder, and no connection is called that; name one file of leads, or a connection"
        raise UsageError(what, next_command=_HELP)
    opened = _opened(path)
    if outcome is None:
        what = (
            f"--outcome names the column that says what became of each lead; {source} has {', '.join(opened.columns)}"
        )
        raise UsageError(what, next_command=_HELP)
    return _Read(opened.columns, [cells for _, cells in opened.numbered()], outcome)


def _opened(path: Path) -> TableFile:
    """The file; raises InputError with its first problems: a shifted file has one on every line."""
    try:
        return open_table(path)
    except InputError as error:
        listed = [one for one in error.findings if one.rule != _UNLISTED]
        if (more := len(listed) - _LISTED) <= 0:
            raise
        least = "at least " if len(listed) < len(error.findings) else ""
        what = f"{least}{len(listed)} problems found: {_LISTED} are listed, and {least}{more} more are not"
        raise InputError(listed[:_LISTED], what, next_command=_HELP) from None


def _of_connection(session: Session, name: str, outcome: str | None, rulebook: Rulebook) -> _Read:
    """Leads of a CRM in canonical words; without --outcome what became of them is what the CRM made of them."""
    with session.house() as house:
        leads, unreadable = past_leads(house, name, rulebook)
    headings = list(dict.fromkeys(field for lead in leads for field in lead.values))
    rows: list[list[Scalar]] = [[lead.values.get(field) for field in headings] for lead in leads]
    if outcome is None:
        if all(lead.won is None for lead in leads):
            raise InputError([], _untold(session, name, len(leads)), next_command=_HELP)
        outcome = "outcome"
        headings.append(outcome)
        for row, lead in zip(rows, leads, strict=True):
            row.append(lead.won)
    notes = (f"{unreadable} leads cannot be translated and were left out",) if unreadable else ()
    return _Read(headings, rows, outcome, notes)


def _untold(session: Session, name: str, leads: int) -> str:
    """That no lead of the connection has an outcome, and what to name instead."""
    if not leads:
        return f"the connection {name} holds no lead that can be read"
    told = f"none of the {leads} leads of the connection {name} is converted, disqualified or closed"
    if session.config().connections[name].type != "csv":
        return f"{told}, so none tells what became of it"
    return f"{told}: CSV files say what became of leads in a column; name one file with --from and it with --outcome"


def _kept(history: History, declared: Declared) -> frozenset[str]:
    """The headings of columns that nothing speaks against because a person said so."""
    return frozenset(one.name for one in history.columns if declared.kept(one.name, one.field))


def _write(target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None


def _failing(text: str, target: Path) -> list[str]:
    """The cases in the file that come out otherwise under the proposal: they were written for other points."""
    return [result.name for result in run_policy_cases(load_policy(text, str(target))) if not result.passed]


def _tell(session: Session, proposal: Proposal, notes: Sequence[str]) -> None:
    rules = [(f"{rule.points:+d}", rule.name, rule.leads, f"{rule.won / rule.leads:.0%}") for rule in proposal.rules]
    table(("points", "rule", "leads", "won"), rules, session.as_json)
    columns = ("from points", "leads", "precision", "recall", "level")
    table(columns, list(_threshold_rows(proposal)), session.as_json)
    for line in (*notes, *report_lines(proposal)):
        say(line, as_json=session.as_json)


def _tell_next(session: Session, target: Path, failing: Sequence[str]) -> None:
    if failing:
        what = f"{len(failing)} of its cases come out otherwise than written: connector policy test {target}"
        say(what, as_json=session.as_json)
    say(f"proposal: {target}; compare it with the policy in use, and take over what convinces", as_json=session.as_json)


def _threshold_rows(proposal: Proposal) -> Iterator[Sequence[object]]:
    levels = {begins.points: name for name, begins in proposal.levels.begins.items()}
    for one in proposal.thresholds:
        name = levels.get(one.points, "")
        yield one.points, one.leads, f"{one.precision:.1%}", f"{one.recall:.1%}", name
