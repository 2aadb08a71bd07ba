"""The reference page of the command line, written from the commands' own help.

python -m connector.cli.reference > docs/commands.md
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import click

from connector.cli import HELP, cli

WIDTH = 100  # columns of the help texts; a page does not know the reader's terminal

EXIT_CODES = (
    (0, "done", "nothing"),
    (1, "done, but some rows were parked, wait, or were not read", "`connector status`, `connector dead-letters list`"),
    (2, "the command cannot be carried out as it was typed", "its `--help`"),
    (3, "the plan has changes (`plan --detailed-exitcode`)", "read the plan, then `connector apply FILE`"),
    (65, "an input file is broken: a CSV, or findings of `mapping lint`", "mend what is listed with file and line"),
    (69, "the CRM cannot be reached, or what answers is not it", "run again later; `connector doctor`"),
    (70, "a bug of the connector", "report it with the place that the message names"),
    (74, "the state file cannot be read, written or trusted", "`connector state verify`; restore a backup"),
    (75, "stopped cleanly: API budget, or another run holds the lease", "run again later; it resumes"),
    (76, "refused for safety: other org, mass change, edited plan", "read the message; a person must decide"),
    (77, "the CRM refuses the login or a permission", "`connector doctor`; mend the login"),
    (78, "the configuration or a mapping cannot be used", "`connector mapping lint`, `connector doctor`"),
    (130, "interrupted by Ctrl-C", "run again; it resumes"),
    (143, "ended by SIGTERM", "run again; it resumes"),
)

# Commands without an answer of one JSON object, and why.
WITHOUT_SCHEMA = {
    "sandbox serve": "prints one JSON line with address and logins once the port accepts calls, then serves",
    "mapping schema": "prints the JSON Schema that was asked for",
}

_HEAD = """\
# Commands

This page is written from the commands' own help: `python -m connector.cli.reference > docs/commands.md`.

`--config FILE` stands before the verb. `--json` may stand before or after it: one JSON object on stdout, words for
people on stderr. Each object keeps to the JSON Schema named with the command; a command that fails gives an
[error](../connector/cli/schemas/error.json) with `status`, `error`, `message`, `exit_code`, `findings` and `next`,
the command to type next. `daemon` gives one such object per run, a line each.
"""


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group below *group* with the words that call it, in the order of the help."""
    if not isinstance(group, click.Group):
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        yield (*path, name), command
        yield from commands(command, (*path, name))


def help_of(path: tuple[str, ...], command: click.Command) -> str:
    """What ``connector PATH --help`` prints on a page of `WIDTH` columns."""
    name = " ".join(("connector", *path))
    context = click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH, **HELP)
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())


def schema_name(path: tuple[str, ...]) -> str:
    """The file in ``cli/schemas`` that describes the JSON answer of a command."""
    return "-".join(path) + ".json"


def page() -> Iterator[str]:
    """The page, line by line."""
    yield from _HEAD.splitlines()
    yield from ("", "## Exit codes", "", "| code | means | then |", "|---|---|---|")
    yield from (f"| {code} | {means} | {then} |" for code, means, then in EXIT_CODES)
    yield from ("", "## connector", "", "```text", help_of((), cli), "```")
    for path, command in commands(cli):
        yield from _section(path, command)


def _section(path: tuple[str, ...], command: click.Command) -> Iterator[str]:
    name = " ".join(path)
    yield from ("", f"##{'#' * (len(path) - 1)} connector {name}", "", "```text", help_of(path, command), "```")
    if isinstance(command, click.Group):
        return
    schema = schema_name(path)
    if name in WITHOUT_SCHEMA:
        yield from ("", f"`--json`: none; it {WITHOUT_SCHEMA[name]}.")
    elif (files("connector") / "cli" / "schemas" / schema).is_file():
        yield from ("", f"`--json`: [{schema}](../connector/cli/schemas/{schema})")


if __name__ == "__main__":
    click.echo("\n".join(page()))
