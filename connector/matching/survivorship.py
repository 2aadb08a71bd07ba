"""Which value stays when an existing record and a lead both have one, and why."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.model.conversion import Survives
from connector.model.records import Record, Scalar, Values


@dataclass(frozen=True, slots=True)
class Offer:
    """What a lead brings to a record that exists.

    *modified*: when the lead changed last. *source*: the connection that the lead came from. *origins*: for fields
    of the record whose value came with an earlier lead, the connection of that lead; any other value is the
    record's own CRM's. *sources*: for fields under SOURCE, the connections, the most trusted first.
    """

    values: Values
    modified: datetime | None = None
    source: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """One field on which the record and the lead differ: the value that stays, the one that goes, and the rule."""

    field: str
    rule: Survives
    kept: Scalar
    lost: Scalar
    lead_wins: bool
    because: str


def survivors(existing: Record, offer: Offer, rules: Mapping[str, Survives]) -> Values:
    """The offered values that win over the existing record's and differ from them."""
    return {kept.field: kept.kept for kept in settled(existing, offer, rules) if kept.lead_wins}


def settled(existing: Record, offer: Offer, rules: Mapping[str, Survives]) -> tuple[Kept, ...]:
    """Every field on which *existing* and the lead differ, and which of the two values stays.

    A field without a rule fills a blank only. An empty value never wins. RECENT needs both change stamps;
    without them, or when they are equal, the existing value stays.
    """
    found = []
    for name, value in offer.values.items():
        current = existing.values.get(name)
        if _blank(value) or value == current:
            continue
        rule = rules.get(name, Survives.BLANK)
        wins, because = _judged(rule, name, existing, offer)
        kept, lost = (value, current) if wins else (current, value)
        found.append(Kept(name, rule, kept, lost, wins, because))
    return tuple(found)


def _judged(rule: Survives, name: str, existing: Record, offer: Offer) -> tuple[bool, str]:
    """Whether the lead's value wins, and why."""
    current, value = existing.values.get(name), offer.values[name]
    if rule is Survives.NEVER:
        return False, "a record that exists is never written here"
    if rule is Survives.TIGHTEN:
        return value is True, "consent only ever gets stricter"
    if _blank(current):
        return True, "the record had no value"
    if rule is Survives.LEAD:
        return True, "the lead's value wins"
    if rule is Survives.RECENT:
        return _more_recent(existing.modified, offer.modified)
    if rule is Survives.COMPLETE:
        return _more_complete(current, value)
    if rule is Survives.SOURCE:
        return _more_trusted(name, existing, offer)
    return False, "the record has a value, and only blanks are filled"


def _more_recent(existing: datetime | None, offered: datetime | None) -> tuple[bool, str]:
    if existing is None or offered is None:
        return False, "it is not known which of the two changed last"
    return (True, "the lead changed last") if offered > existing else (False, "the record changed last")


def _more_complete(current: Scalar, value: Scalar) -> tuple[bool, str]:
    if not isinstance(current, str) or not isinstance(value, str):
        return False, "neither value says more than the other"
    if _says_more(value, current):
        return True, "the lead's value says all of the record's and more"
    if _says_more(current, value):
        return False, "the record's value says all of the lead's and more"
    return False, "neither value says more than the other"


def _says_more(longer: str, shorter: str) -> bool:
    """Whether *longer* holds every word of *shorter*, written out or abbreviated there, and something beyond.

    'Johanna' says more than 'Jo' or 'J.', '12 Main Street, Leeds' more than '12 Main St'; 'Leeds' and 'London',
    or a first and a second address, say different things.
    """
    rest, wanted = _words(longer), _words(shorter)
    if sum(map(len, rest)) <= sum(map(len, wanted)):
        return False
    for word in sorted(wanted, key=len, reverse=True):
        match = next((one for one in sorted(rest, key=len) if one == word or _written_out(word, one)), None)
        if match is None:
            return False
        rest.remove(match)
    return True


def _written_out(short: str, long: str) -> bool:
    """Whether *long* begins with *short*; a number is never short for another one."""
    return long.startswith(short) and not (short.isdecimal() and long.isdecimal() and len(short) < _SUBSCRIBER)


_SUBSCRIBER = 7  # digits from which on a longer number is the same one with its extension, not another one


def _words(text: str) -> list[str]:
    """Letters and digits of each word, folded; one number's groups are one word, however they are set apart."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(c if c.isalnum() else " " for c in folded if not unicodedata.combining(c))
    words = letters.split()
    return ["".join(words)] if words and all(word.isdecimal() for word in words) else words


def _more_trusted(name: str, existing: Record, offer: Offer) -> tuple[bool, str]:
    """By the order of the connections; one that is not named comes last, and a tie changes nothing."""
    order = offer.sources.get(name, ())
    held_by, brought_by = offer.origins.get(name, existing.ref.connection), offer.source
    here, there = (order.index(one) if one in order else len(order) for one in (held_by, brought_by))
    if there < here:
        return True, f"{brought_by} is trusted before {held_by}"
    return False, f"{held_by} is trusted before {brought_by}" if here < there else f"{held_by} is trusted as much"


def _blank(value: Scalar) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
