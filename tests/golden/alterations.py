"""Answers with one place altered: what a comparison has to notice, or it compares nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def alterations(body: object, places: int) -> Iterator[tuple[str, Any]]:
    """The body altered at so many places, spread over it: each change with where it is and what stands there now."""
    found = list(_places(body, ()))
    step = max(1, len(found) // places)
    for path, value in found[::step]:
        for other in _others(value):
            at = ".".join(map(str, path)) or "the whole"
            yield f"{at}: {str(value)[:60]!r} made {str(other)[:60]!r}", _with(body, path, other)


def _places(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _places(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _places(item, (*path, position))


def _others(value: object) -> list[Any]:
    """What is not the same as a value: another type, another word, a number more, a row or key fewer or more."""
    if isinstance(value, dict):
        fewer = [{name: item for name, item in value.items() if name != last} for last in list(value)[-1:]]
        return [*fewer, {**value, "extra": None}, []]
    if isinstance(value, list):
        return [*([value[:-1]] if value else []), [*value[:1], *value] if value else ["extra"], {}]
    if isinstance(value, bool):
        return [not value, int(value)]
    if isinstance(value, int | float):
        return [value + 1, str(value)]
    if value is None:
        return ["", 0]
    return [f"x{value}", 7, None, *([""] if value else [])]


def _with(body: Any, path: Path, other: object) -> Any:
    if not path:
        return other
    copied: Any = dict(body) if isinstance(body, dict) else list(body)
    copied[path[0]] = _with(body[path[0]], path[1:], other)
    return copied
