"""What the reports have in common on the command line: which leads, and the forms in which a report is put out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from connector.cli.output import put_json, say, table
from connector.cli.sheets import write_rows
from connector.errors import UsageError
from connector.reports.funnel_told import LONG_COLUMNS, Told

if TYPE_CHECKING:
    from connector.wiring import House

Command = TypeVar("Command", bound=Callable[..., object])
_DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"])
SHOWN = 20
"""Rows of a long list that are told to people; the other forms have all."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The files that a report is asked to be written to, besides what is told."""

    csv: Path | None
    html: Path | None


def form_options(command: Command) -> Command:
    """``--csv`` and ``--html``."""
    path = click.Path(dir_okay=False, path_type=Path)
    command = click.option("--html", "html", type=path, help="Write one self-contained page with plots.")(command)
    return click.option("--csv", "csv_file", type=path, help="Write every figure as a row of a CSV file.")(command)


def day_option(name: str, meaning: str) -> Callable[[Command], Command]:
    """An option that takes a day, or an instant in UTC."""
    return click.option(name, type=_DAY, help=meaning, metavar="DAY")


def in_utc(moment: datetime | None) -> datetime | None:
    """What a day option gave, as an instant."""
    return None if moment is None else moment.replace(tzinfo=UTC)


def in_order(since: datetime | None, until: datetime | None, command: str) -> None:
    """Raise UsageError where a stretch of time ends before it begins."""
    if since is not None and until is not None and since >= until:
        raise UsageError("--since does not lie before --until", next_command=f"connector {command} --help")


def route_names(house: House, named: tuple[str, ...]) -> tuple[str, ...]:
    """The routes that were named, else all; raises UsageError for a name that was typed wrongly."""
    for name in named:
        house.config.route(name)
    return named or tuple(house.config.routes)


def put_report(
    forms: Forms,
    as_json: bool,
    answer: Callable[[], Mapping[str, object]],
    rows: Callable[[], Iterable[Sequence[object]]],
    document: Callable[[], str],
    told: Callable[[], None],
) -> None:
    """Put out a report in every form that was asked for; each is made only where it is."""
    if forms.csv is not None:
        write_rows(forms.csv, LONG_COLUMNS, rows())
    if forms.html is not None:
        _write_page(forms.html, document())
    if as_json:
        put_json(answer())
    else:
        told()
    for path in (forms.csv, forms.html):
        if path is not None:
            say(f"wrote {path}", as_json=as_json)


def tell_tables(tables: Iterable[Told], headed: bool = True) -> None:
    """Tables for people, each under its title."""
    for number, one in enumerate(tables):
        if number:
            say()
        if headed:
            say(one.title)
        table(one.columns, one.rows)


def _write_page(path: Path, document: str) -> None:
    try:
        path.write_text(document, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
