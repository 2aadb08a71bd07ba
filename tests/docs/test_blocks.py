"""What the pages show is what happens: every block that can be run is run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox import Sandbox

from .blocks import Command, Shell, agrees, commands, languages, masked, shell
from .forks import PROJECT, connector_folder

PAGES = [page for page in [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))] if [*commands(page)]]
REFRESH = "shows something else (python -m tests.docs.blocks PAGE writes it anew) than:"


@pytest.fixture(scope="module")
def programs() -> Iterator[Path]:
    """The folder of a `connector` that starts at once."""
    with connector_folder() as folder:
        yield folder


@pytest.fixture
def typing(tmp_path: Path, demo_sandbox: Sandbox, programs: Path) -> Iterator[Shell]:
    """A shell in a fresh folder, with the demo world behind SANDBOX."""
    made = shell(tmp_path / "page", demo_sandbox.base_url, programs)
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_shows_what_happens(page: Path, typing: Shell) -> None:
    """Run in order, each block ends with the exit code it states and prints what it shows."""
    for command in commands(page):
        done = typing.run(command)
        assert done.exit_code == command.exit_code, f"{command.place}: {done.output}"
        assert "Traceback" not in done.output, command.place
        if command.shown is not None:
            assert agrees(command.shown, done.output), f"{command.place}: {REFRESH}\n{done.output}"


AS_PROCESSES = """
connector --version | grep -c version; connector sync || echo code $?
mkdir -p sub && cd sub && connector init --sandbox "$SANDBOX" 'a folder' > /dev/null && ls 'a folder'/connector.yaml
connector sandbox serve > said.json & first=$!; connector sandbox serve > other.json & second=$!
until [ -s said.json ] && [ -s other.json ]; do sleep 0.05; done
kill $first; wait $first; echo ended $?; kill -9 $second; wait $second || echo ended $?
"""
THEY_SAY = """1
...
code 78
a folder/connector.yaml
ended 0
...
ended 137"""


def test_forked_commands_are_processes(typing: Shell) -> None:
    """What shells do with a command they do with the forked one: folders, pipes, exit codes, signals."""
    done = typing.run(Command("here", 0, AS_PROCESSES, 0))
    assert agrees(THEY_SAY, done.output), done.output


def test_how_tos_and_readme_are_run() -> None:
    """The pages for people who do things hold blocks that run, and few that do not."""
    names = {page.name for page in PAGES}
    assert {"README.md", "how-to-scheduler.md", "how-to-admin.md", "how-to-revops.md", "state.md"} <= names
    for page in PAGES:
        found = languages(page)
        assert found.count("text") <= max(2, len(found) // 2), page.name


def test_shown_output_is_compared(tmp_path: Path, programs: Path) -> None:
    """A page that shows another line, or states another exit code, is found out; ids and times may differ."""
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ echo one; false  # exit code 1\none\n$ pwd\n...\n```\n\n```sh\nexit 3 # exit code 3\n```\n"
    )
    first, second, third = commands(page)
    made = shell(tmp_path / "home", "http://127.0.0.1:1", programs)
    assert (first.exit_code, first.shown, second.shown, third.exit_code) == (1, "one", "...", 3)
    assert made.run(first).exit_code == 1
    assert made.run(third).exit_code == 3
    assert agrees("one", "one\n")
    assert not agrees("one", "two")
    assert agrees("a\n...\nz", "a\nb\nc\nz")
    assert not agrees("a\n...\nz", "a\nb\nc")
    assert masked("at 2026-01-02T03:04:05Z of 2026-01-02, 00Q5g00000Clsc1EAB") == ["at TIME of DATE, 00Q..."]
    assert masked("  waited 3 d 20 s: source 3 d 19 s, us 1 s") == masked("  waited 2 d: source 2 d")
