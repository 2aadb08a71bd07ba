"""Runs what a Markdown page shows: its blocks in order, in one folder, with the real commands.

The ``connector`` on PATH is that of `forks`, which starts at once.

A ``sh`` block is a script that must end with exit code 0, or with the one that a comment in it states
(``# exit code 65``). A ``console`` block has commands after ``$ `` and below each what it prints; a line ``...``
stands for any lines. What differs from run to run (ids, times, ports) is masked on both sides.

    python -m tests.docs.blocks PAGE…     writes into the pages what the commands print now
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from connector.sandbox import Sandbox

from .forks import PROJECT, connector_folder

SECONDS = 120  # per command, on a slow machine
_FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"# exit code (\d+)\s*$", re.MULTILINE)
_MASKS = (
    (re.compile(r"\bplan-\d{8}T\d{6}Z-[0-9a-f]{6}\b"), "plan-ID"),
    (re.compile(r"\b\d{8}T\d{6,9}Z?(?:-[0-9a-f]{6})?"), "RUN"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)"), "TIME"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "DATE"),
    (re.compile(r"\b(00Q|001|003|005|006|00D|00G)[A-Za-z0-9]{12,15}\b"), r"\1..."),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{16,64}\b"), "DIGEST"),
    (re.compile(r"\b(version|replayed with) [0-9a-f]{12}\b"), r"\1 DIGEST"),
    (re.compile(r"version \d+\.\d+\.\d+"), "version N"),
    (re.compile(r"\b\d+ MiB"), "N MiB"),
    (re.compile(r"\bwaited .*: source .*"), "waited TIMES"),
    (re.compile(r"\bin [\d.]+ s, at most \d+ MB"), "in N s, at most N MB"),
    (re.compile(r"\blaid anew in [\d.]+ s"), "laid anew in N s"),
    (re.compile(r"\bwaits \d+ (?:s|min)\b"), "waits N"),
    (re.compile(r"\b\d+ of 15000\b"), "N of 15000"),
)


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to run, where it and its block stand, and what should come of it; *shown* None: any output."""

    place: str
    at: int
    script: str
    exit_code: int
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a command."""

    exit_code: int
    output: str


@dataclass
class Shell:
    """A shell that goes on where the last command left it: folder and exported variables."""

    home: Path
    environment: dict[str, str]
    groups: list[int] = field(default_factory=list)

    def run(self, command: Command) -> Done:
        """Run one command in bash; stdout and stderr come in the order in which they were written."""
        saved, here = self.home / ".exports", self.home / ".folder"
        script = f"""
            trap 'pwd > {shlex.quote(str(here))}; export -p > {shlex.quote(str(saved))}' EXIT
            [ -f {shlex.quote(str(saved))} ] && . {shlex.quote(str(saved))} && cd "$(cat {shlex.quote(str(here))})"
            set -e\n{command.script}"""
        output = self.home / ".output"
        with output.open("wb") as sink:
            process = subprocess.Popen(
                ["bash", "-c", script],
                cwd=self.home / "work",
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.groups.append(process.pid)
            code = process.wait(SECONDS)
        text = output.read_text("utf-8", "replace")
        return Done(code, text.replace(str(self.home.resolve() / "work"), "/srv/leads"))

    def close(self) -> None:
        """End what the page left running in the background."""
        for group in self.groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)


def shell(home: Path, address: str, programs: Path) -> Shell:
    """A shell in a fresh folder; SANDBOX names a running sandbox that holds the demo world.

    *programs* is the folder of the ``connector`` that it finds.
    """
    (home / "work").mkdir(parents=True)
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    here = {"PATH": path, "PYTHONPATH": str(PROJECT), "HOME": str(home), "SANDBOX": address}
    return Shell(home, {**here, "LC_ALL": "C.UTF-8", "TZ": "UTC"})


def commands(page: Path) -> Iterator[Command]:
    """Everything that the page shows and that can be run."""
    text = page.read_text("utf-8")
    for block in _FENCE.finditer(text):
        line = text.count("\n", 0, block.start()) + 2
        if block[1] == "sh":
            yield Command(f"{page.name}:{line}", block.start(), block[2], _exit_code(block[2]))
        elif block[1] == "console":
            yield from _typed(page.name, line, block)


def languages(page: Path) -> list[str]:
    """The language of every fence of the page."""
    return [block[1] for block in _FENCE.finditer(page.read_text("utf-8"))]


def _exit_code(script: str) -> int:
    found = _EXIT.search(script)
    return int(found[1]) if found else 0


def _typed(name: str, line: int, block: re.Match[str]) -> Iterator[Command]:
    lines = block[2].split("\n")
    starts = [number for number, content in enumerate(lines) if content.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        first = start + 1
        while first < end and lines[first].startswith("> "):
            first += 1
        typed = "\n".join(content[2:] for content in lines[start:first])
        shown = "\n".join(lines[first:end]).strip("\n")
        yield Command(f"{name}:{line + start}", block.start(), typed, _exit_code(typed), shown)


def masked(text: str) -> list[str]:
    """The lines of a text without what differs from run to run."""
    for pattern, name in _MASKS:
        text = pattern.sub(name, text)
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def agrees(shown: str, printed: str) -> bool:
    """Whether a command printed what the page shows; a shown line ``...`` stands for any lines."""
    pattern = "\n".join(r"(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in masked(shown))
    return re.fullmatch(pattern, "\n".join(masked(printed))) is not None


def refresh(page: Path, typing: Shell) -> None:
    """Write into *page* what its commands print now, wherever it shows something else."""

    def rewritten(block: re.Match[str]) -> str:
        found = [command for command in commands(page) if command.at == block.start()]
        printed = [_refreshed(command, typing.run(command)) for command in found]
        return block[0] if block[1] != "console" else "```console\n" + "".join(printed) + "```"

    try:
        text = _FENCE.sub(rewritten, page.read_text("utf-8"))
    finally:
        typing.close()
    page.write_text(text, "utf-8")


def _refreshed(command: Command, done: Done) -> str:
    if done.exit_code != command.exit_code:
        print(f"{command.place}: exit code {done.exit_code}\n{done.output}")
    same = command.shown is None or agrees(command.shown, done.output)
    shown = command.shown if same else done.output.strip("\n")
    typed = "\n".join(f"{'> ' if at else '$ '}{line}" for at, line in enumerate(command.script.split("\n")))
    return "".join(f"{part}\n" for part in (typed, shown) if part)


def main() -> None:
    """Refresh the pages named."""
    import tempfile

    with connector_folder() as programs:
        for name in sys.argv[1:]:
            with Sandbox("demo") as sandbox, tempfile.TemporaryDirectory(prefix="connector-docs-") as home:
                refresh(Path(name), shell(Path(home) / "page", sandbox.base_url, programs))


if __name__ == "__main__":
    main()
