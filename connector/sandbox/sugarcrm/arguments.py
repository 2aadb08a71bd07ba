"""Arguments of a call: query string and body, with PHP's nested keys (`filter[0][status]=New`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from connector.sandbox.sugarcrm.answers import SugarError

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
_FORM = "application/x-www-form-urlencoded"
_MAX_DEPTH = 32
_LARGE = 2**62


def parse_query(text: str) -> dict[str, object]:
    """A query string or form body as PHP reads it; a later plain value of a name replaces an earlier one.

    Keys that count 0, 1, 2 … become lists, all others mappings.
    """
    tree: dict[str, object] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found = _KEY.fullmatch(name)
        path = [found[1], *_PART.findall(found[2])] if found else [name]
        _put(tree, path[:_MAX_DEPTH], value)
    return {name: _listed(value) for name, value in tree.items()}


def _put(tree: dict[str, object], path: list[str], value: str) -> None:
    node = tree
    for part in path[:-1]:
        key = part or str(len(node))
        child = node.get(key)
        if not isinstance(child, dict):
            child = {}
            node[key] = child
        node = child
    node[path[-1] or str(len(node))] = value


def _listed(value: object) -> object:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    if list(inner) == [str(position) for position in range(len(inner))]:
        return list(inner.values())
    return inner


def parse_body(body: bytes, content_type: str) -> Mapping[str, object]:
    """The body's members: a form's where it says that it is one, else JSON.

    JSON is told by its first character from a form of that type, which is what many clients send it as. Raises
    SugarError (422) for what is neither.
    """
    text = body.decode("utf-8", "replace").strip()
    if not text:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM and text[0] not in "{[":
        return parse_query(text)
    try:
        parsed = parse_json(text)
    except (ValueError, RecursionError) as error:
        raise SugarError("invalid_parameter", f"The body is not valid JSON: {error}") from error
    if isinstance(parsed, dict):
        return parsed
    if parsed == []:
        return {}
    raise SugarError("invalid_parameter", "The body must be a JSON object.")


def parse_json(text: str) -> object:
    """A JSON text. Raises ValueError or RecursionError for what PHP refuses to decode."""
    parsed: object = json.loads(text)
    if "\\ud" in text.lower():
        # Half a surrogate pair is no text.
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    return parsed


def as_whole(arguments: Mapping[str, object], name: str, default: int) -> int:
    """A whole-number argument. Raises SugarError for anything else."""
    value = arguments.get(name, default)
    try:
        whole = int(str(value).strip()) if value not in (None, "") else default
        return max(-_LARGE, min(_LARGE, whole))
    except ValueError as error:
        raise SugarError("invalid_parameter", f"Invalid value for {name}: {value}") from error


def as_flag(arguments: Mapping[str, object], name: str) -> bool:
    """A yes-or-no argument as PHP reads it: `true`, `1`, `"1"`, `on`, `yes`."""
    return str(arguments.get(name, "")).strip().lower() in ("true", "1", "on", "yes")
