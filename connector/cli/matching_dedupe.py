"""``connector matching dedupe``: the repeats in one table of people or companies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli.machine import processes_option
from connector.cli.matching_eval import rate_json
from connector.cli.matching_rules import helped, matching_option, rules_of
from connector.cli.output import counted, put_json, say
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs, write_rows
from connector.errors import Finding, InputError, UsageError
from connector.matching import MatchingRules
from connector.matching.measure import Rate, pairwise
from connector.matching.tables import FIELDS, TELLING, Columns, RowReader, guess_columns, object_of
from connector.model.match import Band
from connector.model.records import Kind, RecordRef
from connector.pipeline import bulk
from connector.wiring.processes import Processes
from connector.wiring.tables import CONNECTION, missing_columns, open_table, sample_of, scratch_directory

if TYPE_CHECKING:
    from connector.wiring.tables import TableFile

_FILE = click.Path(path_type=Path, dir_okay=False)
_MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with the meaning of its columns, and the rows' keys and true labels in file order."""

    file: TableFile
    columns: Columns
    key: str
    keys: Sequence[str]
    truth: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """*clusters* maps every key to the first key of its cluster; *possible* counts pairs that a person should see."""

    clusters: Mapping[str, str]
    possible: int
    rate: Rate | None


@click.command("dedupe")
@click.argument("file", type=_FILE)
@click.option("--key", required=True, help="The column that names each row.")
@click.option(
    "--truth", help="A column that is the same in all rows of one person or company; empty: the row is alone."
)
@click.option("--people", "kind", flag_value="people", help="The rows are people (else guessed).")
@click.option("--companies", "kind", flag_value="companies", help="The rows are companies (else guessed).")
@click.option("--map", "given", multiple=True, metavar="FIELD=COLUMN", help="What a column is; may be repeated.")
@click.option("--out", type=_FILE, help="Write each key and its cluster here: the first key of the same one.")
@matching_option
@processes_option
@verb
@helped
def command(
    session: Session,
    file: Path,
    out: Path | None,
    matching: Path | None,
    processes: int,
    **told: str | tuple[str, ...] | None,
) -> int:
    """Find the rows of FILE (CSV or Parquet) that are one person or one company.

    Columns are guessed by their headings and by what stands in them; --map overrides.

    Example: connector matching dedupe customers.csv --key id --out clusters.csv
    """
    spare_inputs(session, (out,), (file,))
    rules = rules_of(session, matching)
    found = _read(open_table(file), told)
    outcome = _cluster(found, rules, Processes(processes))
    if out:
        write_rows(out, (found.key, "cluster"), ((key, outcome.clusters[key]) for key in found.keys))
    _tell(session, found, outcome)
    return 0


def _read(file: TableFile, told: Mapping[str, str | tuple[str, ...] | None]) -> _Table:
    key, truth = str(told["key"]), told["truth"]
    named = [key, *([str(truth)] if truth else [])]
    if lacking := missing_columns(file, named):
        raise InputError(lacking)
    kind = {"people": Kind.LEAD, "companies": Kind.ACCOUNT}.get(str(told["kind"]))
    header = [name if name != truth else "" for name in file.columns]  # the truth is never evidence
    columns = guess_columns([n for n in header if n], _without(sample_of(file), header), kind, _given(told), key)
    if TELLING.isdisjoint(columns.chosen):
        raise UsageError(
            f"no column of {file.path} is known as a name, an e-mail address, a phone number or a company:"
            f" {', '.join(file.columns)}; the fields are {', '.join(FIELDS[columns.kind])}",
            next_command=f"connector matching dedupe {file.path} --key {key} --map name=COLUMN",
        )
    keys, labels = _keys(file, key, str(truth) if truth else None)
    return _Table(file, columns, key, keys, labels)


def _without(rows: Sequence[Sequence[str]], header: Sequence[str]) -> list[list[str]]:
    return [[cell for cell, name in zip(row, header, strict=True) if name] for row in rows]


def _given(told: Mapping[str, str | tuple[str, ...] | None]) -> dict[str, str]:
    """The columns that a person named; raises UsageError listing what cannot be read."""
    words = told["given"] or ()
    bad = [word for word in words if not all(part.strip() for part in word.partition("=")[::2])]
    if bad:
        raise UsageError(f"--map takes FIELD=COLUMN, and was given {', '.join(bad)}")
    return {name.strip(): column.strip() for name, _, column in (word.partition("=") for word in words)}


def _keys(file: TableFile, key: str, truth: str | None) -> tuple[Sequence[str], Mapping[str, str] | None]:
    """Keys in file order and the true label of each; raises InputError for keys that are empty or stand twice."""
    at, label = file.columns.index(key), file.columns.index(truth) if truth else None
    first: dict[str, int] = {}
    labels: dict[str, str] = {}
    findings: list[Finding] = []
    for line, cells in file.numbered():
        name = cells[at].strip()
        if not name or name in first:
            what = f"the key {name!r} stands in {file.unit} {first[name]} too" if name else "the key is empty"
            findings.append(Finding(str(file.path), line, at + 1, "bad-key", what, "every row needs a key of its own"))
        if len(findings) >= _MOST_FINDINGS:
            break
        first.setdefault(name, line)
        if label is not None:
            labels[name] = cells[label].strip()
    if findings:
        raise InputError(findings)
    return list(first), labels if truth else None


def _cluster(found: _Table, rules: MatchingRules, processes: Processes) -> _Outcome:
    read = RowReader(found.file.columns, found.columns, found.key, CONNECTION)
    order = {key: at for at, key in enumerate(found.keys)}
    name = object_of(found.columns.kind)
    with scratch_directory() as (store, opened):
        bulk.lay(store.directory, found.file.batches(), read, processes)
        bulk.index(store.directory, rules, processes)
        pairs = list(bulk.pairs(found.file.batches(500), read, opened, rules, processes))
        at = partial(RecordRef, CONNECTION, name)
        firsts = bulk.settle_pairs(pairs, at, store.directory, rules, order.__getitem__)
    clusters = {key: firsts.get(key, key) for key in found.keys}
    possible = sum(p.band is Band.POSSIBLE and clusters[p.left] != clusters[p.right] for p in pairs)
    return _Outcome(clusters, possible, pairwise(clusters, found.truth) if found.truth is not None else None)


def _tell(session: Session, found: _Table, outcome: _Outcome) -> None:
    kind = "companies" if found.columns.kind is Kind.ACCOUNT else "people"
    several = [size for size in Counter(outcome.clusters.values()).values() if size > 1]
    counts = {
        "rows": len(found.keys),
        "clusters": len(set(outcome.clusters.values())),
        "repeats": len(found.keys) - len(set(outcome.clusters.values())),
        "largest": max(several, default=1 if found.keys else 0),
        "possible": outcome.possible,
    }
    if session.as_json:
        columns = {"columns": dict(found.columns.chosen), "unused": list(found.columns.unused)}
        rate = rate_json(outcome.rate) if outcome.rate else {"precision": None, "recall": None, "f1": None}
        put_json({"status": "done", "kind": kind, **counts, **columns, **rate})
    for line in _lines(kind, found, outcome, counts):
        say(line, as_json=session.as_json)


def _lines(kind: str, found: _Table, outcome: _Outcome, counts: Mapping[str, int]) -> Iterator[str]:
    used = ", ".join(f"{name} = {column}" for name, column in found.columns.chosen.items())
    yield f"{kind} by {used}" + (f"; not used: {', '.join(found.columns.unused)}" if found.columns.unused else "")
    yield (
        f"{counted(counts['rows'], 'row')}, {counts['clusters']} different, {counted(counts['repeats'], 'repeat')};"
        f" {counted(counts['possible'], 'pair')} more for a person to look at"
    )
    if rate := outcome.rate:
        precision = "-" if rate.precision is None else f"{rate.precision:.3f}"
        yield f"pairwise precision {precision}, recall {rate.recall:.3f}, F1 {rate.f1:.3f}"
