"""The files of a route, read once for the same texts: most runs of the tests share one set of files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

from connector import wiring
from connector.config import Config
from connector.config import Route as RouteConfig
from connector.pipeline import Rules


def remembered_rules() -> Callable[[Config, RouteConfig], Rules]:
    """`wiring.read_rules`, but files of the same names and texts are read and checked only the first time."""
    read = wiring.read_rules
    known: dict[tuple[tuple[str, str], ...], Rules] = {}

    @functools.wraps(read)
    def reading(config: Config, settings: RouteConfig) -> Rules:
        key = tuple(_texts(wiring.RuleFiles.of_route(config, settings)))
        if key not in known:
            known[key] = read(config, settings)
        return known[key]

    return reading


def _texts(files: wiring.RuleFiles) -> Iterator[tuple[str, str]]:
    """Name and content of each file, in the order in which the route names them; nothing of one that is missing."""
    for path in (*sorted(files.mapping.rglob("*.yaml")), files.matching, *files.policies):
        yield files.name(path), _content(path)


def _content(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "backslashreplace") if path.is_file() else ""


READING = remembered_rules()
