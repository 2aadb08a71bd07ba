"""Which matching rules a command uses: a file that is named, the project's, or the shipped ones."""

from __future__ import annotations

import functools
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

import click

from connector.cli.session import Session
from connector.errors import InputError, UsageError
from connector.matching import MatchingRules, load_matching
from connector.wiring import read_text

F = TypeVar("F", bound=Callable[..., Any])

SHIPPED = "the shipped matching.yaml"


def matching_option(function: F) -> F:
    """``--matching FILE``."""
    told = "Matching rules to use, instead of those of the project or, outside a project, the shipped ones."
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("--matching", "matching", type=path, help=told)(function)


def helped(function: F) -> F:
    """Let bad input lead to the command's own help, where nothing better is named."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except InputError as error:
            error.next_command = error.next_command or f"{click.get_current_context().command_path} --help"
            raise

    return wrapped  # type: ignore[return-value]


def rules_text(session: Session, named: Path | None) -> tuple[str, str]:
    """The text of the rules and the name of their file; raises UsageError where routes use several files."""
    if named is not None:
        return read_text(named), str(named)
    if not Path(session.config_path).is_file():
        return (files("connector") / "starter" / "matching.yaml").read_text("utf-8"), SHIPPED
    config = session.config()
    paths = list(dict.fromkeys(config.resolve(route.matching) for route in config.routes.values()))
    if len(paths) > 1:
        listed = ", ".join(map(str, paths))
        raise UsageError(f"the routes use several matching files: {listed}; name one with --matching")
    if not paths:
        return (files("connector") / "starter" / "matching.yaml").read_text("utf-8"), SHIPPED
    return read_text(paths[0]), str(paths[0])


def rules_of(session: Session, named: Path | None) -> MatchingRules:
    """The rules, compiled; raises InputError with every problem of their file."""
    return load_matching(*rules_text(session, named))
