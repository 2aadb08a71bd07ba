"""Whether two answers mean the same: ids, times, sessions and tokens are matched by kind and then held to each other.

An id seen in a recorded answer is bound to the id in the sandbox's answer at the same place; from then on both stand
for one record, in answers and in requests, and for no other. A moment that the caller sent is his own and comes back
as it is; one of the server's lies near the recorded one and is nobody else's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
SESSION = r"[0-9a-f]{32}"
_STORED_TIME = r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"
_ISO_TIME = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}"
_TOKEN = re.compile(rf"(?P<guid>{GUID})|(?P<session>\b{SESSION}\b)|(?P<iso>{_ISO_TIME})|(?P<time>{_STORED_TIME})")
_LEFT_OUT = "(cut)"
_FIXED = frozenset({"name", "module_name", "type"})
# The sandbox's clock is set to the recorded hour: a moment further off is another one, or in another zone.
_NEAR = timedelta(hours=1)


class Names:
    """What a recorded name (an id, a session, a user) is called in the sandbox, and which moments callers sent."""

    def __init__(self, known: Mapping[str, str] | None = None, sent: Iterable[str] = ()) -> None:
        self._here = dict(known or {})
        self._taken = set(self._here.values())
        self._sent = set(sent)

    def copy(self) -> Names:
        """The same names, to go on from twice."""
        return Names(self._here, self._sent)

    def bind(self, recorded: str, here: str) -> None:
        """From now on the recorded name stands for this one."""
        self._here[recorded] = here
        self._taken.add(here)

    def send(self, request: str) -> None:
        """Note the moments and ids that a recorded request brings along: the server did not make them."""
        for match in _TOKEN.finditer(request):
            if not _is_name(match[0]):
                self._sent.add(match[0])
            elif not self.knows(match[0]):
                self.bind(match[0], match[0])

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
        parts: list[str] = []
        groups: list[str] = []
        last = 0
        for match in _TOKEN.finditer(recorded):
            parts.append(re.escape(recorded[last : match.start()]))
            parts.append(self._part(match, groups))
            last = match.end()
        found = re.fullmatch("".join([*parts, re.escape(recorded[last:])]), here, re.DOTALL)
        if found is None:
            return False
        met = dict(zip(groups, found.groups(), strict=True))
        moments = {name: text for name, text in met.items() if not _is_name(name)}
        names = {name: text for name, text in met.items() if _is_name(name)}
        if not self._is_free(names) or not all(self._is_near(*moment) for moment in moments.items()):
            return False
        for name, text in names.items():
            self.bind(name, text)
        return True

    def _is_free(self, fresh: Mapping[str, str]) -> bool:
        """Two names never stand for one id: whoever answers one record twice made one too few."""
        return len(set(fresh.values())) == len(fresh) and not self._taken & set(fresh.values())

    def _is_near(self, recorded: str, here: str) -> bool:
        try:
            away = abs(datetime.fromisoformat(recorded) - datetime.fromisoformat(here))
        except ValueError:
            return False
        return here not in self._sent and away <= _NEAR

    def _part(self, match: re.Match[str], groups: list[str]) -> str:
        """The pattern of one id, session or moment; what is met twice in a text is the same both times."""
        name = match[0]
        if name in self._here:
            return re.escape(self._here[name])
        if name in self._sent:
            return re.escape(name)
        if name in groups:
            return rf"(?:\{groups.index(name) + 1})"
        groups.append(name)
        if match["guid"] or match["session"]:
            return f"({GUID if match['guid'] else SESSION})"
        if match["time"]:
            return f"({_STORED_TIME})"
        # Seconds that the server lost stay lost, and the offset is part of the meaning.
        return rf"(\d{{4}}-\d{{2}}-\d{{2}}T\d{{2}}:\d{{2}}:{re.escape(name[17:])})"


def _is_name(token: str) -> bool:
    found = _TOKEN.fullmatch(token)
    return bool(found and (found["guid"] or found["session"]))


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
        if len(here) <= len(recorded):
            yield f"{at}: more than {len(recorded)} rows / {len(here)} rows"
        here = here[: len(recorded)]
    if len(recorded) != len(here):
        yield f"{at}: {len(recorded)} rows / {len(here)} rows"
        return
    if loose(at):
        yield from _unsorted(recorded, here, names, at)
        return
    for position, (one, other) in enumerate(zip(recorded, here, strict=True)):
        yield from differences(one, other, names, loose, f"{at}[{position}]")


def _unsorted(recorded: list[object], here: list[object], names: Names, at: str) -> Iterator[str]:
    by_id = {_id(row): row for row in here}
    expected = {names.here(_id(one)) for one in recorded}
    strangers = [row for row in here if _id(row) not in expected]
    for position, one in enumerate(recorded):
        other = by_id.get(names.here(_id(one)))
        if other is not None:
            yield from differences(one, other, names, lambda at: False, f"{at}[{position}]")
        elif not strangers or not _of_one_kind(one, strangers.pop()):
            yield f"{at}[{position}]: {one} is of another kind"


def _id(row: object) -> str:
    return str(row.get("id")) if isinstance(row, dict) else ""


def _of_one_kind(one: object, other: object, key: str = "") -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_of_one_kind(one[name], other[name], name) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_of_one_kind, one, other))
    if isinstance(one, str) and isinstance(other, str):
        forms = (_form(one), _form(other))
        if key in _FIXED or _TOKEN.search(one):
            return forms[0] == forms[1]
        return bool(one) == bool(other) and not _TOKEN.search(other)
    return type(one) is type(other) and (key not in _FIXED or one == other)


def _form(text: str) -> str:
    """A text with the sort of each id, session and moment in its place."""
    return _TOKEN.sub(lambda match: f"<{match.lastgroup}>", text)


def _same(recorded: str, here: str, names: Names) -> bool:
    if recorded == "<jwt>":
        return len(here.split(".")) == 3
    if recorded == "<refresh token>":
        return len(here) > 40
    if recorded.startswith("<pre>...</pre>"):
        return here.lstrip().startswith("<pre>")
    return names.same_text(recorded, here)
