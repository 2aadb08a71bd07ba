"""Progress for people: a bar on a terminal, one plain line per stage otherwise, nothing at all when quiet."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

import click


class Progress:
    """An observer that draws on stderr; a context manager, so that a bar never outlives its run."""

    def __init__(self, quiet: bool = False) -> None:
        """Draw a bar only where a person sees it."""
        self._quiet = quiet
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        """Start drawing."""
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
            self._bar = Bar(*columns, console=Console(file=sys.stderr), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def stage(self, route: str, name: str, total: int | None) -> None:
        """A stage begins."""
        if self._bar is not None:
            self._task = self._bar.add_task(f"{route}: {name}", total=total)

    def advance(self, count: int) -> None:
        """More rows are done."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task, count)

    def note(self, message: str) -> None:
        """A line worth reading."""
        if not self._quiet:
            click.echo(message, err=True)
