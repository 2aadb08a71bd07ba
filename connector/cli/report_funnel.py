"""``connector report funnel``: how many leads came how far, how fast, and what is in the pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.cli.output import counted, say
from connector.cli.report_options import (
    SHOWN,
    Forms,
    day_option,
    form_options,
    in_order,
    in_utc,
    put_report,
    route_names,
    tell_tables,
)
from connector.cli.session import Session, verb
from connector.cli.sheets import spare_inputs
from connector.errors import UsageError
from connector.model.history import LeadHistory
from connector.reports.funnel import DIMENSIONS, FunnelReport, Question, summarise
from connector.reports.funnel_row import Anomaly
from connector.reports.funnel_told import Told, long_rows, report_json, tables

if TYPE_CHECKING:
    from connector.wiring import House


_PLAIN = ("utf-8", "utf-8-sig")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to be counted, what their reader finds strange in them, and what it assumed of them."""

    source: str
    rows: Iterable[LeadHistory]
    anomalies: list[Anomaly]
    notes: Sequence[str] = ()  # may still fill while the rows go by
    missing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Where:
    """Where the rows come from: the state file (of *routes*), a *history* file, or a *connection*."""

    history: Path | None
    connection: str
    routes: tuple[str, ...]


def _dimensions(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    named = [name.strip() for one in given for name in one.split(",") if name.strip()]
    if unknown := [name for name in named if name not in DIMENSIONS]:
        raise click.BadParameter(f"{', '.join(unknown)}; choose from {', '.join(DIMENSIONS)}", context, option)
    return tuple(dict.fromkeys(named))


@click.command("funnel")
@click.option(
    "--history",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read one row per lead from this CSV file instead of the state file.",
)
@click.option("--from", "connection", metavar="CONNECTION", default="", help="Read straight from this CRM instead.")
@click.option("--route", "routes", multiple=True, help="Only leads of this route (may be given again).")
@day_option("--since", "Only leads created on or after this day (UTC).")
@day_option("--until", "Only leads created before this day (UTC).")
@day_option("--as-of", "Take this for the present; what lies after it is an anomaly.")
@click.option("--by", multiple=True, callback=_dimensions, help=f"Also by these: {', '.join(DIMENSIONS)}.")
@form_options
@verb
def command(
    session: Session,
    history: Path | None,
    connection: str,
    routes: tuple[str, ...],
    csv_file: Path | None,
    html: Path | None,
    **asked: datetime | tuple[str, ...] | None,
) -> int:
    """Count leads from MQL to won, with rates, days, pipeline, forecast, reasons and contradictions.

    The state file is read, or with --history a CSV file with the columns lead_id, source, segment, customer (new or
    existing), owner, created_at, mql_at, srl_at, sql_at, won_at, lost_at, reason, amount (empty: not reached), or
    with --from a CRM. --json, --csv and --html have all groupings, unless --by names some.

    Example: connector report funnel --history leads.csv --by source,cohort --html funnel.html
    """
    forms, where = Forms(csv_file, html), Where(history, connection, routes)
    _check(where)
    spare_inputs(session, (forms.csv, forms.html), [where.history] if where.history else [])
    question = _question(asked, forms, session.as_json)
    with _rows(session, where, question) as rows:
        report = summarise(rows.rows, replace(question, missing=rows.missing), rows.anomalies, rows.notes)
    put_report(
        forms,
        session.as_json,
        lambda: report_json(report),
        lambda: long_rows(report),
        lambda: _document(report, rows.source),
        lambda: _tell(report, where),
    )
    return 0


def _check(where: Where) -> None:
    ways = [name for name, given in (("--history", where.history), ("--from", where.connection)) if given]
    if len(ways) > 1 or (ways and where.routes):
        raise UsageError(
            f"{' and '.join([*ways, *(['--route'] if where.routes else [])])} do not go together: name one source",
            next_command="connector report funnel --help",
        )


def _question(asked: dict[str, datetime | tuple[str, ...] | None], forms: Forms, as_json: bool) -> Question:
    moments = {name: value for name, value in asked.items() if not isinstance(value, tuple)}
    by = asked["by"] if isinstance(asked["by"], tuple) else ()
    if not by and (as_json or forms.csv or forms.html):
        by = DIMENSIONS
    in_order(moments["since"], moments["until"], "report funnel")
    as_of = in_utc(moments["as_of"]) or datetime.now(UTC)
    return Question(as_of, by, in_utc(moments["since"]), in_utc(moments["until"]))


@contextmanager
def _rows(session: Session, where: Where, question: Question) -> Iterator[Rows]:
    """The rows, while what they are read from is open."""
    if where.history is not None:
        from connector.reports.history_file import read_history
        from connector.wiring.histories import history_text

        with history_text(where.history) as (lines, encoding):
            file = read_history(lines, str(where.history))
            notes = [*file.notes, *([] if encoding in _PLAIN else [f"{where.history} was read as {encoding}"])]
            yield Rows(f"from {where.history}", file.rows, file.anomalies, notes, frozenset(file.missing))
        return
    with session.house() as house:
        yield _of_crm(house, where, question) if where.connection else _of_state(house, where)


def _of_crm(house: House, where: Where, question: Question) -> Rows:
    from connector.pipeline.histories import NOT_TOLD
    from connector.wiring.histories import crm_histories

    found = crm_histories(house, where.connection, question.since)
    return Rows(f"from {where.connection}", found.rows, [], found.notes, NOT_TOLD)


def _of_state(house: House, where: Where) -> Rows:
    names = route_names(house, where.routes)
    found = (row for batch in house.store.funnel.histories(names) for row in batch)
    return Rows("from the state file", found, [])


def _document(report: FunnelReport, source: str) -> str:
    from connector.reports.funnel_page import funnel_page

    return funnel_page(report, source)


def _tell(report: FunnelReport, where: Where) -> None:
    if not report.total.reached["lead"] and not report.anomalies:
        say(_none(report, where))
    else:
        tell_tables(tables(report))
    for words in report.notes:
        say(f"note: {words}")
    if report.outside:
        undated = f" ({report.undated} without created_at)" if report.undated else ""
        say(f"outside of the asked days: {counted(report.outside, 'lead')}{undated}")
    if report.anomalies:
        _tell_anomalies(report.anomalies)


def _none(report: FunnelReport, where: Where) -> str:
    """Why there is nothing to report."""
    if report.outside:
        return "no lead was created in the asked days: give other ones with --since and --until"
    if where.history is not None:
        return f"{where.history} has a header and no leads below it"
    if where.connection:
        return f"{where.connection} holds no leads yet"
    return "no leads yet: run `connector sync`, or name a file with --history"


def _tell_anomalies(found: Sequence[Anomaly]) -> None:
    say()
    rows = [(one.lead_id, one.what, one.place) for one in found[:SHOWN]]
    tell_tables([Told(f"Anomalies: {len(found)} found", ("lead", "what", "where"), rows)])
    if len(found) > SHOWN:
        say(f"… and {len(found) - SHOWN} more; --json, --csv and --html have them")
