"""How the command line speaks: one JSON object on stdout, or words for people.

People's output goes to stdout, and to stderr where ``--json`` keeps stdout for the object.
"""

from __future__ import annotations

import json
import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

import click

import connector
from connector.errors import (
    ConfigError,
    ConnectorError,
    Finding,
    InputError,
    Rejected,
    RemoteError,
    StateError,
    UsageError,
)

if TYPE_CHECKING:
    from rich.console import Console

_LOGIN_FILE = re.compile(r"the shared login (?:at|cannot be)\b")
_HOUSE = connector.__path__[0] + os.sep
# The next command for errors that name none themselves; the first family that fits.
_NEXT = (
    (Rejected, "connector dead-letters list"),
    (RemoteError, "connector doctor"),
    (StateError, "connector state verify"),
    (InputError, ""),
    (UsageError, "connector --help"),
)


def put_json(answer: Mapping[str, object]) -> None:
    """The one JSON object of a command."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def say(line: str = "", *, as_json: bool = False) -> None:
    """One line for people."""
    click.echo(line, err=as_json)


def counted(number: int, name: str) -> str:
    """*number* of things called *name*: ``1 row``, ``2 rows``, ``2 opportunities``."""
    if number == 1:
        return f"1 {name}"
    return f"{number} {name[:-1]}ies" if name.endswith(("ty", "ry")) else f"{number} {name}s"


def console(as_json: bool = False) -> Console:
    """A rich console for tables and bars, on the stream that people read."""
    from rich.console import Console

    stream: TextIO = sys.stderr if as_json else sys.stdout
    return Console(file=stream, highlight=False, soft_wrap=not stream.isatty())


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], as_json: bool = False) -> None:
    """A table on a terminal; tab-separated plain lines otherwise."""
    stream = sys.stderr if as_json else sys.stdout
    if not stream.isatty():
        for row in [columns, *rows]:
            say("\t".join(_cell(value) for value in row), as_json=as_json)
        return
    from rich.table import Table

    drawn = Table(*columns, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        drawn.add_row(*(_cell(value) for value in row))
    console(as_json).print(drawn, markup=False)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("\t", " ").replace("\n", " ")


def tell_error(error: ConnectorError, where: str = "") -> None:
    """A known error for people, on stderr: its findings, a sentence, and the next command."""
    for finding in _findings(error):
        click.echo(str(finding), err=True)
    click.echo(f"connector: {where}{error}", err=True)
    if following := next_command(error):
        click.echo(f"next: {following}", err=True)


def error_json(error: ConnectorError) -> dict[str, object]:
    """The published form of an error."""
    return {
        "status": "error",
        "error": type(error).__name__,
        "message": str(error),
        "exit_code": error.exit_code,
        "findings": [str(finding) for finding in _findings(error)],
        "next": next_command(error),
    }


def next_command(error: ConnectorError) -> str:
    """What to type next: what the error names, else what helps with errors of its family; may be empty."""
    if error.next_command:
        return error.next_command
    if keeps_login(error):
        return "connector doctor"
    return next((command for family, command in _NEXT if isinstance(error, family)), "")


def keeps_login(error: ConnectorError) -> bool:
    """Whether it is the file of a CRM's login that cannot be used, and not the state file."""
    return isinstance(error, StateError) and _LOGIN_FILE.match(str(error)) is not None


def _findings(error: ConnectorError) -> Sequence[Finding]:
    return error.findings if isinstance(error, InputError | ConfigError) else ()


def show_error(error: ConnectorError, as_json: bool) -> int:
    """A known error as a sentence, its findings, and the next command; answers the exit code."""
    tell_error(error)
    if as_json:
        put_json(error_json(error))
    return error.exit_code


def show_usage(error: click.ClickException, as_json: bool) -> int:
    """A command that was typed wrongly: exit code 2, with the way to its help."""
    error.show(sys.stderr)
    if as_json:
        put_json(error_json(UsageError(error.format_message(), next_command=_help_of(error))))
    return 2


def _help_of(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{context.command_path if context else 'connector'} --help"


def show_bug(error: Exception, as_json: bool) -> int:
    """A bug: where it happened, without a traceback and without anybody's data; exit code 70."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(_HOUSE)]
    place = f"{frames[-1].filename.removeprefix(_HOUSE)}:{frames[-1].lineno}" if frames else "unknown place"
    sentence = f"a bug in the connector ({type(error).__name__} at {place}); the state is as the last step left it"
    click.echo(f"connector: {sentence}", err=True)
    click.echo("next: connector state verify", err=True)
    if as_json:
        facts = {"status": "error", "error": "Bug", "message": sentence, "exit_code": 70}
        put_json({**facts, "findings": [], "next": "connector state verify"})
    return 70
