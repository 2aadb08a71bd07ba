"""Whether two answers mean the same: ids, times, sessions and tokens are matched by kind and then held to each other.

An id seen in a recorded answer is bound to the id in the sandbox's answer at the same place; from then on both stand
for one record, in answers and in requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
SESSION = r"[0-9a-f]{32}"
_STORED_TIME = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
_ISO_TIME = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}"
_TOKEN = re.compile(rf"(?P<guid>{GUID})|(?P<session>\b{SESSION}\b)|(?P<iso>{_ISO_TIME})|(?P<time>{_STORED_TIME})")
_LEFT_OUT = "(cut)"
_FIXED = frozenset({"name", "module_name", "type"})


class Names:
    """What a recorded name (an id, a session, a user) is called in the sandbox."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._here = dict(known or {})

    def bind(self, recorded: str, here: str) -> None:
        """From now on the recorded name stands for this one."""
        self._here[recorded] = here

    def knows(self, recorded: str) -> bool:
        """Whether the name stands for something already."""
        return recorded in self._here

    def here(self, text: str) -> str:
        """A recorded text with every known id and session replaced; a whole text that is a known name, too."""
        if text in self._here:
            return self._here[text]
        return _TOKEN.sub(lambda match: self._here.get(match[0], match[0]), text)

    def translate(self, value: object) -> object:
        """A recorded JSON value with every known name replaced."""
        if isinstance(value, str):
            return self.here(value)
        if isinstance(value, list):
            return [self.translate(item) for item in value]
        if isinstance(value, dict):
            return {self.here(key): self.translate(item) for key, item in value.items()}
        return value

    def same_text(self, recorded: str, here: str) -> bool:
        """Whether the sandbox's text says the same; binds ids that were not known yet."""
        if recorded in self._here:
            return self._here[recorded] == here
        pattern, fresh = self._pattern(recorded)
        found = re.fullmatch(pattern, here, re.DOTALL)
        if found is None:
            return False
        for position, name in enumerate(fresh, start=1):
            self._here.setdefault(name, found[position])
        return True

    def _pattern(self, recorded: str) -> tuple[str, list[str]]:
        parts: list[str] = []
        fresh: list[str] = []
        last = 0
        for match in _TOKEN.finditer(recorded):
            parts.append(re.escape(recorded[last : match.start()]))
            parts.append(self._part(match, fresh))
            last = match.end()
        return "".join([*parts, re.escape(recorded[last:])]), fresh

    def _part(self, match: re.Match[str], fresh: list[str]) -> str:
        name = match[0]
        if name in self._here:
            return re.escape(self._here[name])
        if match["guid"] or match["session"]:
            fresh.append(name)
            return f"({GUID if match['guid'] else SESSION})"
        if match["time"]:
            return _STORED_TIME
        # Seconds that the server lost stay lost, and the offset is part of the meaning.
        return rf"\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:{re.escape(name[17:])}"


Rule = Callable[[str], bool]


def differences(recorded: object, here: object, names: Names, loose: Rule, at: str = "") -> Iterator[str]:
    """Every place where the sandbox's answer differs, as `path: recorded / here`.

    `loose` names the paths of lists that the server did not sort: rows are told by their ids there, and of a row that
    the other answer does not have only the kind counts.
    """
    if isinstance(recorded, dict) and isinstance(here, dict):
        yield from _objects(recorded, here, names, loose, at)
    elif isinstance(recorded, list) and isinstance(here, list):
        yield from _lists(recorded, here, names, loose, at)
    elif isinstance(recorded, str) and isinstance(here, str):
        if not _same(recorded, here, names):
            yield f"{at}: {recorded!r} / {here!r}"
    elif type(recorded) is not type(here) or recorded != here:
        yield f"{at}: {recorded!r} / {here!r}"


def _objects(
    recorded: Mapping[str, object], here: Mapping[str, object], names: Names, loose: Rule, at: str
) -> Iterator[str]:
    missing = [key for key in recorded if names.here(key) not in here]
    extra = sorted(set(here) - {names.here(key) for key in recorded})
    if missing or extra:
        yield f"{at}: missing {missing}, extra {extra}"
    for key, value in recorded.items():
        if names.here(key) in here:
            yield from differences(value, here[names.here(key)], names, loose, f"{at}.{key}")


def _lists(recorded: list[object], here: list[object], names: Names, loose: Rule, at: str) -> Iterator[str]:
    if _LEFT_OUT in recorded:
        recorded = recorded[: recorded.index(_LEFT_OUT)]
        here = here[: len(recorded)]
    if len(recorded) != len(here):
        yield f"{at}: {len(recorded)} rows / {len(here)} rows"
        return
    if loose(at):
        yield from _unsorted(recorded, here, names, at)
        return
    for position, (one, other) in enumerate(zip(recorded, here, strict=True)):
        yield from differences(one, other, names, loose, f"{at}[{position}]")


def _unsorted(recorded: list[Any], here: list[Any], names: Names, at: str) -> Iterator[str]:
    by_id = {row["id"]: row for row in here}
    strangers = [row for row in here if row["id"] not in {names.here(one["id"]) for one in recorded}]
    for position, one in enumerate(recorded):
        other = by_id.get(names.here(one["id"]))
        if other is not None:
            yield from differences(one, other, names, lambda at: False, f"{at}[{position}]")
        elif not _of_one_kind(one, strangers.pop()):
            yield f"{at}[{position}]: {one} is of another kind"


def _of_one_kind(one: object, other: object, key: str = "") -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_of_one_kind(one[name], other[name], name) for name in one)
    return type(one) is type(other) and (key not in _FIXED or one == other)


def _same(recorded: str, here: str, names: Names) -> bool:
    if recorded == "<jwt>":
        return len(here.split(".")) == 3
    if recorded == "<refresh token>":
        return len(here) > 40
    if recorded.startswith("<pre>...</pre>"):
        return here.lstrip().startswith("<pre>")
    return names.same_text(recorded, here)
