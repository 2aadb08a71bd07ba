"""The help that every command gives, the page made from it, and what it costs to ask for it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connector import errors
from connector.cli import cli
from connector.cli.reference import EXIT_CODES, commands, help_of, page

from .terminal import type_command

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "commands.md").read_text("utf-8")
COMMANDS = list(commands(cli))
LEAVES = [(path, command) for path, command in COMMANDS if not isinstance(command, click.Group)]
SLOW = {"pydantic", "requests", "rich", "ruamel", "starlette", "uvicorn", "simple_salesforce", "sqlite3"}


def _name(value: object) -> str:
    return "-".join(value) if isinstance(value, tuple) else "command"


def test_commands_page_is_fresh() -> None:
    """docs/commands.md is what `python -m connector.cli.reference` prints."""
    assert "\n".join(page()) + "\n" == PAGE, "run: python -m connector.cli.reference > docs/commands.md"


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=_name)
def test_every_command_explains_itself(path: tuple[str, ...], command: click.Command) -> None:
    """Each command and group has a sentence of help, a help for every option, and a section on the page."""
    assert command.help
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [option.name for option in options if not option.help] == []
    assert help_of(path, command) in PAGE


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=_name)
def test_every_command_shows_an_example(
    path: tuple[str, ...], command: click.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The help ends with an example of that very command, and its words are accepted."""
    monkeypatch.chdir(tmp_path)
    for name in ("plan.json", "leads.csv"):
        (tmp_path / name).touch()
    words = shlex.split((command.help or "").rpartition("Example: ")[2])
    assert words[: len(path) + 1] == ["connector", *path]
    command.make_context(path[-1], words[len(path) + 1 :]).close()


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS], ids="-".join)
def test_help_runs_from_the_front_door(path: tuple[str, ...]) -> None:
    """`connector … --help` answers 0 and prints usage."""
    answer = type_command(*path, "--help")
    assert answer.code == 0
    assert answer.out.startswith(f"Usage: connector {' '.join(path)}")


def test_help_imports_nothing_heavy() -> None:
    """`connector --help` stays quick because it loads none of the large libraries and no command."""
    script = (
        "import sys\nfrom connector.cli import main\ncode = main(['--help'])\n"
        "print(code, *sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    code, *modules = done.stderr.split()
    assert code == "0"
    assert "demo" in done.stdout
    assert SLOW & {name.split(".")[0] for name in modules} == set()
    assert [name for name in modules if name.startswith(("connector.pipeline", "connector.cli.sync"))] == []


def test_every_exit_code_is_in_the_table() -> None:
    """Each code that an error of the house can give has its line in the table."""
    known = {code for code, _, _ in EXIT_CODES}
    assert {family.exit_code for family in _families(errors.ConnectorError)} - known == set()
    assert {0, 1, 2, 3, 65, 69, 70, 74, 75, 76, 77, 78, 130, 143} == known


def _families(family: type[errors.ConnectorError]) -> Iterator[type[errors.ConnectorError]]:
    yield family
    for child in family.__subclasses__():
        yield from _families(child)


def test_opening_the_state_imports_no_tables() -> None:
    """Numpy and pandas, where they are installed, are not imported for the state file, and can be afterwards."""
    script = (
        "import sys\nimport connector.store\n"
        "assert not {'numpy', 'pandas'} & {*sys.modules}\nimport numpy\nprint(numpy.int8(7))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "7\n"
