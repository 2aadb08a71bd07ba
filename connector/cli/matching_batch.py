"""``connector matching batch``: link whole tables at once, on the engine that fits their size."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from connector.cli.machine import peak_mb, processes_option
from connector.cli.matching_rules import helped, matching_option, rules_of
from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs, write_rows
from connector.errors import UsageError
from connector.matching import MatchingRules
from connector.matching.truth import Asked, Proposed
from connector.pipeline import bulk
from connector.wiring.engines import EngineName, links
from connector.wiring.tables import LabelledFiles

_FILE = click.Path(path_type=Path, dir_okay=False)
_COLUMNS = ("lead_id", "contact_id", "contact_score", "account_id", "account_score", "dup_of", "dup_score")
_PARQUET = (".parquet", ".pq")


@click.command("batch")
@click.option(
    "--engine",
    type=click.Choice([name.value for name in EngineName]),
    default=EngineName.SQLITE.value,
    show_default=True,
    help="Where keys are joined and scores summed: the directory's own SQLite, DuckDB, or Apache Spark.",
)
@click.option("--leads", type=_FILE, required=True, help="Leads, CSV or Parquet, with a column lead_id.")
@click.option("--contacts", type=_FILE, required=True, help="Contacts, with contact_id and account_id.")
@click.option("--accounts", type=_FILE, required=True, help="Accounts, with account_id.")
@click.option("--links", "out", type=_FILE, required=True, help="Write the best links here, .csv or .parquet.")
@click.option("--memory", type=click.IntRange(256), default=2048, show_default=True, help="MB for duckdb and spark.")
@click.option("--master", default="", help="Address of a Spark cluster, as spark://host:7077; else this machine alone.")
@matching_option
@processes_option
@verb
@helped
def command(session: Session, engine: str, out: Path, matching: Path | None, **told: object) -> int:
    """Find the best contact, account and other lead for every lead of a table; every engine finds the same.

    \b
    Example: connector matching batch --engine duckdb --leads leads.csv --contacts contacts.csv
      --accounts accounts.csv --links links.csv
    """
    begun = time.perf_counter()
    master, memory, processes = str(told["master"]), int(str(told["memory"])), int(str(told["processes"]))
    if master and engine != EngineName.SPARK:
        raise UsageError(f"--master is the address of a Spark cluster, and the engine is {engine}")
    given = [Path(str(told[name])) for name in ("leads", "contacts", "accounts")]
    spare_inputs(session, (out,), given)
    rules = rules_of(session, matching)
    files = LabelledFiles.open(*given)
    found = list(links(EngineName(engine), files, rules, (processes, memory), master))
    proposed = _settled(found, rules)
    _write(out, found, proposed)
    facts = {"seconds": round(time.perf_counter() - begun, 2), "peak_mb": _peak(engine, processes)}
    _tell(session, {"engine": engine, "matching": rules.path, "leads": len(found), "out": str(out)}, proposed, facts)
    return 0


def _peak(engine: str, processes: int) -> int | None:
    """Memory in MB at its peak; None for Spark, whose processes are not this one's."""
    return None if engine == EngineName.SPARK else peak_mb(processes)


def _settled(found: Sequence[bulk.Link], rules: MatchingRules) -> Mapping[Asked, Mapping[str, Proposed]]:
    """The links of each kind by lead; repeats as the first lead of their cluster."""
    return {
        Asked.CONTACT: {one.lead: one.contact for one in found if one.contact},
        Asked.ACCOUNT: {one.lead: one.account for one in found if one.account},
        Asked.LEAD: bulk.settle_repeats(found, rules.repeats.link_at),
    }


def _rows(
    found: Sequence[bulk.Link], proposed: Mapping[Asked, Mapping[str, Proposed]]
) -> Iterator[tuple[str | float | None, ...]]:
    for one in found:
        best = [proposed[asked].get(one.lead) for asked in Asked]
        yield one.lead, *(cell for link in best for cell in ((link.id, link.score) if link else (None, None)))


def _write(out: Path, found: Sequence[bulk.Link], proposed: Mapping[Asked, Mapping[str, Proposed]]) -> None:
    if out.suffix.lower() in _PARQUET:
        _write_parquet(out, list(_rows(found, proposed)))
        return
    write_rows(out, _COLUMNS, ([_cell(cell) for cell in row] for row in _rows(found, proposed)))


def _cell(cell: str | float | None) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else f"{cell:.4f}"


def _write_parquet(out: Path, rows: Sequence[tuple[str | float | None, ...]]) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise UsageError(
            f"{out} is to be a Parquet file, and writing those needs an extra",
            next_command="pip install 'lead-connector[parquet]'",
        ) from None
    kinds = [pa.float64() if name.endswith("_score") else pa.string() for name in _COLUMNS]
    columns = list(zip(*rows, strict=True)) or [()] * len(_COLUMNS)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    try:
        pq.write_table(pa.Table.from_arrays(arrays, _COLUMNS), out)
    except OSError as error:
        raise UsageError(f"cannot write {out}: {error.strerror or error}") from None


def _tell(
    session: Session,
    what: Mapping[str, object],
    proposed: Mapping[Asked, Mapping[str, Proposed]],
    facts: Mapping[str, object],
) -> None:
    counts = {asked.value: len(links) for asked, links in proposed.items()}
    if session.as_json:
        put_json({"status": "done", **what, "links": counts, **facts})
    table(("link", "leads that have a candidate"), list(counts.items()), session.as_json)
    took = f"{what['leads']} leads in {facts['seconds']} s on {what['engine']}; by {what['matching']}"
    say(f"{took}; written to {what['out']}", as_json=session.as_json)
