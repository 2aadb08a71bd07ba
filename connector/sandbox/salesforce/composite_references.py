"""`@{ref.id}`: values that one part of a composite takes from the answer of an earlier part.

Source: REST API developer guide, "Composite Subrequest", referenceId.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from connector.sandbox.salesforce.org import ApiError

_REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d+\])*)\}")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")


def references_in(value: object) -> Iterator[str]:
    """The reference ids that a text, or any text inside a body, takes values from."""
    if isinstance(value, str):
        yield from (found[1] for found in _REFERENCE.finditer(value))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from references_in(name)
            yield from references_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references_in(inner)


def resolved(value: object, bodies: Mapping[str, object]) -> object:
    """The value with every reference replaced; `bodies` are the earlier answers by reference id.

    Raises ApiError PROCESSING_HALTED when an answer does not hold what is asked for.
    """
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return _look_up(whole, bodies)
        return _REFERENCE.sub(lambda found: str(_look_up(found, bodies)), value)
    if isinstance(value, Mapping):
        return {name: resolved(inner, bodies) for name, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, bodies) for inner in value]
    return value


def _look_up(found: re.Match[str], bodies: Mapping[str, object]) -> object:
    name, path = found[1], found[2]
    missing = ApiError("PROCESSING_HALTED", f"Invalid reference specified. No value for {name}{path} found in {name}")
    if name not in bodies:
        raise missing
    current = bodies[name]
    for step in _STEP.finditer(path):
        if step[1] is not None and isinstance(current, Mapping) and step[1] in current:
            current = current[step[1]]
        elif step[2] is not None and isinstance(current, list) and int(step[2]) < len(current):
            current = current[int(step[2])]
        else:
            raise missing
    return current
