"""``connector matching eval``: precision and recall of the links on labelled leads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from connector.cli.machine import peak_mb, processes_option
from connector.cli.matching_rules import helped, matching_option, rules_of
from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs, write_rows
from connector.errors import Finding, InputError
from connector.matching import MatchingRules
from connector.matching.measure import Figures, Rate, figures
from connector.matching.truth import COLUMNS, DEV, TEST, Asked, Mistake, Proposed, Truth, TruthReader, graded, mistakes
from connector.model.match import Comparison, Match
from connector.model.records import RecordRef
from connector.pipeline import bulk
from connector.ports import Store
from connector.wiring.processes import Processes
from connector.wiring.tables import CONNECTION, LabelledFiles, missing_columns, open_table, scratch_directory

_FILE = click.Path(path_type=Path, dir_okay=False)
_LINK_COLUMNS = (
    "lead_id", "contact_id", "contact_score", "account_id", "account_score", "dup_of", "dup_score",
)  # fmt: skip
_ERROR_COLUMNS = (
    "lead_id", "link", "mistake", "split", "case", "found", "score", "threshold", "right", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Run:
    """What came of linking every lead."""

    rows: Mapping[str, int]
    links: Sequence[bulk.Link]
    proposed: Mapping[Asked, Mapping[str, Proposed]]


@click.command("eval")
@click.option("--leads", type=_FILE, required=True, help="Leads, CSV or Parquet, with a column lead_id.")
@click.option("--contacts", type=_FILE, required=True, help="Contacts, with contact_id and account_id.")
@click.option("--accounts", type=_FILE, required=True, help="Accounts, with account_id.")
@click.option("--truth", type=_FILE, required=True, help=f"What is true of each lead: {', '.join(COLUMNS)}.")
@click.option("--errors", type=_FILE, help="Write the wrong and the missed links here, with case and evidence.")
@click.option("--links", "links_file", type=_FILE, help="Write the best link of every lead here, with its scores.")
@matching_option
@processes_option
@verb
@helped
def command(
    session: Session,
    truth: Path,
    errors: Path | None,
    links_file: Path | None,
    matching: Path | None,
    processes: int,
    **named: Path,
) -> int:
    """Measure the links on labelled leads: thresholds are chosen on the dev rows, figures are of the test rows.

    Example: connector matching eval --leads leads.csv --contacts contacts.csv --accounts accounts.csv --truth truth.csv
    """
    begun = time.perf_counter()
    spare_inputs(session, (links_file, errors), (truth, *named.values()))
    rules = rules_of(session, matching)
    files, truths = _open(truth, named)
    with scratch_directory() as (store, opened):
        run = _link(files, store, opened, rules, Processes(processes))
        found = {asked: _figures(truths, run.proposed[asked], asked) for asked in Asked}
        if links_file:
            write_rows(links_file, _LINK_COLUMNS, _link_rows(run))
        if errors:
            write_rows(errors, _ERROR_COLUMNS, _error_rows(truths, run, found, store, rules))
    facts = {"seconds": round(time.perf_counter() - begun, 2), "peak_mb": peak_mb(processes)}
    _tell(session, rules, run, found, facts)
    return 0


def _open(truth: Path, named: Mapping[str, Path]) -> tuple[LabelledFiles, list[Truth]]:
    """The four files; raises InputError with the problems of all of them."""
    findings: list[Finding] = []
    truths: list[Truth] = []
    try:
        truths = read_truth(truth)
    except InputError as error:
        findings.extend(error.findings)
    try:
        files = LabelledFiles.open(**named)
    except InputError as error:
        raise InputError([*error.findings, *findings]) from None
    if findings:
        raise InputError(findings)
    return files, truths


def read_truth(path: Path) -> list[Truth]:
    """The truth of each lead; raises InputError for a file without its columns, or without one of the splits."""
    opened = open_table(path)
    if lacking := missing_columns(opened, COLUMNS):
        raise InputError(lacking)
    read = TruthReader(opened.columns)
    truths = [read(row) for rows in opened.batches() for row in rows]
    splits = {truth.split for truth in truths}
    if {DEV, TEST} - splits:
        what = f"the column `split` has no {' and no '.join(sorted({DEV, TEST} - splits))} rows"
        fix = "thresholds are chosen on rows marked dev and judged on rows marked test"
        raise InputError([Finding(str(path), 1, 0, "no-split", what, fix)])
    return truths


def _link(files: LabelledFiles, store: Store, opened: bulk.Opener, rules: MatchingRules, processes: Processes) -> _Run:
    rows = files.lay(store, rules, processes)
    links = list(bulk.link(files.leads.batches(500), files.lead_reader(), opened, rules, processes))
    proposed = {
        Asked.CONTACT: {one.lead: one.contact for one in links if one.contact},
        Asked.ACCOUNT: {one.lead: one.account for one in links if one.account},
        Asked.LEAD: bulk.settle_repeats(links, rules.repeats.link_at),
    }
    return _Run(rows, links, proposed)


def _figures(truths: Sequence[Truth], links: Mapping[str, Proposed], asked: Asked) -> Figures:
    return figures(graded(truths, links, asked, DEV), graded(truths, links, asked, TEST))


def _link_rows(run: _Run) -> Iterator[Sequence[object]]:
    for one in run.links:
        found = [run.proposed[asked].get(one.lead) for asked in Asked]
        yield one.lead, *(cell for link in found for cell in ((link.id, f"{link.score:.4f}") if link else ("", "")))


def _error_rows(
    truths: Sequence[Truth], run: _Run, found: Mapping[Asked, Figures], store: Store, rules: MatchingRules
) -> Iterator[Sequence[object]]:
    for asked in Asked:
        threshold = found[asked].chosen.threshold
        for mistake in mistakes(truths, run.proposed[asked], asked, threshold):
            link = mistake.found
            yield (
                mistake.truth.lead,
                asked.value,
                "wrong" if mistake.linked else "missed",
                mistake.truth.split,
                mistake.truth.case,
                link.id if link else "",
                f"{link.score:.4f}" if link else "",
                f"{threshold:.4f}",
                "|".join(sorted(mistake.truth.right[asked])),
                _evidence(mistake, store, rules),
            )


def _evidence(mistake: Mistake, store: Store, rules: MatchingRules) -> str:
    """Every piece of evidence for the record that was found, a line each."""
    best = bulk.evidence(RecordRef(CONNECTION, "Lead", mistake.truth.lead), store.directory, rules)
    match: Match | None = {
        Asked.CONTACT: best.contact,
        Asked.ACCOUNT: best.account,
        Asked.LEAD: best.repeat,
    }[mistake.asked]
    return "\n".join(_piece(piece) for piece in match.comparisons) if match else ""


def _piece(piece: Comparison) -> str:
    return f"{piece.points:+.2f} {piece.name} {piece.level}: {piece.left} | {piece.right}"


def _tell(
    session: Session, rules: MatchingRules, run: _Run, found: Mapping[Asked, Figures], facts: Mapping[str, object]
) -> None:
    if session.as_json:
        answer = {asked.value: _figures_json(figures) for asked, figures in found.items()}
        put_json({"status": "done", "matching": rules.path, "rows": dict(run.rows), **answer, **facts})
    columns = ("link", "precision", "recall", "F1", "threshold", "recall at P>=.99", "dev P>=.99: P", "R")
    table(columns, [_row(asked, figures) for asked, figures in found.items()], session.as_json)
    what = f"{run.rows['leads']} leads against {run.rows['contacts']} contacts and {run.rows['accounts']} accounts"
    say(f"{what} in {facts['seconds']} s, at most {facts['peak_mb']} MB; by {rules.path}", as_json=session.as_json)


def _row(asked: Asked, found: Figures) -> Sequence[object]:
    sure = found.at_dev_p99
    cells = (
        found.chosen.precision, found.chosen.recall, found.chosen.f1, found.chosen.threshold, found.recall_at_p99,
        sure.precision if sure else None, sure.recall if sure else None,
    )  # fmt: skip
    return asked.value, *("-" if cell is None else f"{cell:.3f}" for cell in cells)


def _figures_json(found: Figures) -> dict[str, object]:
    """The published form of one kind of link."""
    sure = found.at_dev_p99
    return {
        **rate_json(found.chosen),
        "threshold": _finite(found.chosen.threshold),
        "recall_at_p99": round(found.recall_at_p99, 4),
        "at_dev_p99": {
            "precision": _rounded(sure.precision) if sure else None,
            "recall": round(sure.recall, 4) if sure else 0.0,
        },
    }


def rate_json(found: Rate) -> dict[str, object]:
    """Precision, recall and F1."""
    return {"precision": _rounded(found.precision), "recall": round(found.recall, 4), "f1": round(found.f1, 4)}


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _finite(score: float) -> float | None:
    """No threshold where nothing is ever linked: JSON knows no infinity."""
    return round(score, 4) if abs(score) < float("inf") else None
