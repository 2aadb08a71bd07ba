"""Writing a changed `matching.yaml` beside the one in use, never over it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from connector.cli.matching_rules import SHIPPED
from connector.errors import UsageError
from connector.matching import load_matching
from connector.matching.proposal import changed

F = TypeVar("F", bound=Callable[..., Any])

_NAME = "matching.proposed.yaml"


def out_option(function: F) -> F:
    """``--out FILE``."""
    told = f"Where the proposal goes.  [default: {_NAME} beside the file in use]"
    return click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help=told)(function)


def write_proposal(
    text: str, path: str, out: Path | None, numbers: Mapping[tuple[str, ...], float], head: Sequence[str]
) -> Path:
    """Write *text*, the file at *path*, with other numbers; answers where. Raises UsageError for the file in use."""
    target = out or (Path("mappings") if path == SHIPPED else Path(path).parent) / _NAME
    if path != SHIPPED and target.resolve() == Path(path).resolve():
        raise UsageError(f"{target} is the file in use; a proposal goes beside it and a person takes it over")
    if out is None and path == SHIPPED and not target.parent.is_dir():
        target = Path(_NAME)
    proposed = changed(text, numbers, head)
    load_matching(proposed, str(target))  # what cannot be used is not proposed
    try:
        target.write_text(proposed, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None
    return target
