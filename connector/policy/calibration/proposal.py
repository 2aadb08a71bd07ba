"""The proposed `policy.yaml`: another `fit` in its place, and everything else as people wrote it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector.model.document import parse
from connector.policy.calibration.rules import Rule

HISTORY = "history"
"""The group of `fit` that holds the points table."""

_TOP = re.compile(r"""^(?:"fit"|'fit'|fit)[ \t]*:""", re.MULTILINE)
_NEXT = re.compile(r"^[^\s#]", re.MULTILINE)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*\Z")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def proposed(
    text: str,
    rules: Sequence[Rule],
    bounds: tuple[int, int],
    levels: Mapping[str, int],
    head: Sequence[str],
    keep: Collection[str] = (),
) -> str:
    """*text* with a `fit` of the table (cap and floor are *bounds*) and the groups *keep*; *head* stands above it.

    Everything outside `fit` stays as it is, comments too. Raises KeyError for a text that has no `fit` of its own line.
    """
    begin, end = _span(text)
    data = parse(text, "policy").data["fit"]
    lines = [f"# {line}".rstrip() for line in head]
    lines += ["fit:", f"  levels: {_flow(dict(levels))}"]
    lines += [f"  {key}: {_flow(value)}" for key, value in data.items() if key not in ("levels", "groups")]
    lines += ["  groups:"]
    for name in (name for name in data.get("groups", {}) if name in keep and name != HISTORY):
        lines.append(f"    {name}: {_flow(data['groups'][name])}")
    lines += _group(rules, bounds)
    return text[:begin] + "\n".join(lines) + "\n" + ("\n" if text[end:].strip() else "") + text[end:]


def _span(text: str) -> tuple[int, int]:
    """From the line of `fit:` to where the comments of the next section begin."""
    found = _TOP.search(text)
    if found is None:
        raise KeyError("fit")
    after = text.index("\n", found.start()) + 1 if "\n" in text[found.start() :] else len(text)
    following = _NEXT.search(text, after)
    if following is None:
        return found.start(), len(text)
    end = following.start()
    while (before := text.rfind("\n", 0, end - 1) + 1) > after and text[before:end].strip()[:1] in ("#", ""):
        end = before
    return found.start(), end


def _group(rules: Iterable[Rule], bounds: tuple[int, int]) -> Iterator[str]:
    yield f"    {HISTORY}:"
    yield f"      cap: {bounds[0]}"
    yield f"      floor: {bounds[1]}"
    rows = [line for rule in rules for line in _rule(rule)]
    yield from ["      rules:", *rows] if rows else ["      rules: []"]


def _rule(rule: Rule) -> Iterator[str]:
    yield f"        - name: {_flow(rule.name)}"
    yield f"          says: {_quoted(rule.says)}"
    yield f"          points: {rule.points}"
    yield f"          when: {_flow(rule.when)}"


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(str(key))}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    return str(value) if _PLAIN.match(value) and value.casefold() not in _WORDS else _quoted(str(value))


def _quoted(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(letter: str) -> str:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    return letter if letter.isprintable() else f"\\U{ord(letter):08X}"
