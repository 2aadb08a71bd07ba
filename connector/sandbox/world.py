"""What a sandbox holds when it starts: a shipped world by name, or a person's own file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, reduce
from importlib import resources
from pathlib import Path
from typing import Any


class WorldError(Exception):
    """There is no such world, or its file cannot be read as one."""


def shipped_worlds() -> list[str]:
    """Names of the worlds that come with the package: a file each, or a folder of files that add up."""
    folder = resources.files("connector.sandbox").joinpath("worlds")
    found = (item for item in folder.iterdir() if item.is_dir() or item.name.endswith(".yaml"))
    return sorted(item.name.removesuffix(".yaml") for item in found)


def read_world(world: str | Path) -> Mapping[str, object]:
    """The world as nested mappings: one entry per dialect (`salesforce`, …).

    `world` is a shipped name or the path of a YAML or JSON file. Raises `WorldError`.
    """
    if isinstance(world, str) and world in shipped_worlds():
        return _shipped(world)
    path = Path(world)
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise WorldError(
            f"no world named {str(world)!r}; shipped are {', '.join(shipped_worlds())}; a file ends in .yaml or .json"
        )
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldError(f"world file {path} cannot be read: {error}") from error
    return _parse(text, str(path))


@cache
def _shipped(name: str) -> Mapping[str, object]:
    worlds = resources.files("connector.sandbox").joinpath("worlds")
    folder = worlds.joinpath(name)
    found = folder.iterdir() if folder.is_dir() else [worlds.joinpath(f"{name}.yaml")]
    files = sorted((file for file in found if file.name.endswith(".yaml")), key=lambda file: file.name)
    parts = [_parse(file.read_text("utf-8"), name) for file in files]
    return reduce(_joined, parts)


def _joined(one: Any, other: Any) -> Any:
    """Two parts of a world as one: what both have as mappings is joined, lists follow one another."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        both = {key: _joined(value, other[key]) if key in other else value for key, value in one.items()}
        return {**both, **{key: value for key, value in other.items() if key not in one}}
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other


def _parse(text: str, name: str) -> Mapping[str, object]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        parsed = json.loads(text) if name.endswith(".json") else YAML(typ="safe", pure=True).load(text)
    except (ValueError, YAMLError) as error:
        raise WorldError(f"world {name} does not parse: {error}") from error
    if parsed is None:
        return {}
    if not isinstance(parsed, dict):
        raise WorldError(f"world {name} must be a mapping of dialects, not a {type(parsed).__name__}")
    return parsed
