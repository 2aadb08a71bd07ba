"""Comparing two people: names, mailboxes, phones, titles."""

from __future__ import annotations

import re

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from connector.matching.identity import Identity, Mail, Person
from connector.values import email as email_values
from connector.values import names as name_values
from connector.values import phone as phone_values

_BY_FIRST = {"same": "same", "nickname": "nickname", "initial": "initial", "none": "last-only", "near": "mistyped"}
_NOT_LETTERS = re.compile(r"[^a-z]+")
_NOT_DIGITS = re.compile(r"\D+")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def name_level(left: Person, right: Person) -> str | None:
    """How well two names agree, in either order of first and last; None when one side has none."""
    if not (left.first or left.last) or not (right.first or right.last):
        return None
    straight = _parts_level(left.first, left.last, right)
    if straight in ("same", "nickname", "initial"):
        return straight
    if left.first and left.last and _parts_level(left.last, left.first, right) == "same":
        return "swapped"
    return straight


def _parts_level(first: tuple[str, ...], last: tuple[str, ...], right: Person) -> str:
    firsts, lasts = _first(first, right.first), _last(last, right.last)
    if lasts == "none":
        return "first-only" if firsts in ("same", "nickname") else "different"
    if lasts == "same":
        by_first = {
            "same": "same",
            "nickname": "nickname",
            "initial": "initial",
            "none": "last-only",
            "near": "mistyped",
        }
        return by_first.get(firsts, "other-first")
    if lasts in ("near", "part") and firsts in ("same", "nickname"):
        return "mistyped" if lasts == "near" else "part"
    return "other-last" if firsts == "same" else "different"


def _first(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    if not left or not right:
        return "none"
    one, other = left[0], right[0]
    if one == other or "".join(left) == "".join(right) or _same_spelling(one, other):
        return "same"
    if len(one) == 1 or len(other) == 1:
        return "initial" if one[0] == other[0] else "different"
    if not name_values.nickname_group(one).isdisjoint(name_values.nickname_group(other)):
        return "nickname"
    if (len(left) > 1 and other in left) or (len(right) > 1 and one in right):
        return "nickname"
    return "near" if _near(one, other) else "different"


def _last(left: tuple[str, ...], right: tuple[str, ...]) -> str:
    if not left or not right:
        return "none"
    one, other = "".join(left), "".join(right)
    if one == other or _same_spelling(one, other):
        return "same"
    if min(len(one), len(other)) >= 4 and (set(left) <= set(right) or set(right) <= set(left)):
        return "part"
    return "near" if _near(one, other) else "different"


def _same_spelling(one: str, other: str) -> bool:
    """The German and Nordic letters in one or two letters: mueller and muller."""
    return _short(one) == _short(other)


def _short(word: str) -> str:
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("aa", "a").replace("ss", "s")


def _near(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < 3:
        return False
    if shorter < 5:
        return bool(one[0] == other[0] and DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1)
    if DamerauLevenshtein.distance(one, other, score_cutoff=2) <= (1 if shorter < 8 else 2):
        return True
    return bool(JaroWinkler.similarity(one, other) >= 0.94)


def suffix_level(left: Person, right: Person) -> str | None:
    """Jr against Sr are two people; a generation on one side only is a hint."""
    if not left.suffix and not right.suffix:
        return None
    if left.suffix == right.suffix:
        return "same"
    return "different" if left.suffix and right.suffix else "one-sided"


def email_level(left: Identity, right: Identity) -> str | None:
    """What two addresses say together; None when one side has none that counts.

    A firm numbers a mailbox when the plain one is taken, so a numbered one alone hints at a namesake.
    """
    one, other = left.mail, right.mail
    if one is None or other is None:
        alone = one or other
        numbered = alone is not None and alone.kind == "firm" and any(map(str.isdigit, alone.mailbox))
        return "numbered" if numbered else None
    if one.address == other.address:
        return "same" if one.personal else "same-role"
    if not one.personal or not other.personal:
        return None
    if one.domain == other.domain:
        return _one_domain(one, other, left.person, right.person)
    return _two_domains(one, other)


def _one_domain(one: Mail, other: Mail, left: Person, right: Person) -> str:
    bare = _NOT_LETTERS.sub("", one.mailbox), _NOT_LETTERS.sub("", other.mailbox)
    if _NOT_DIGITS.sub("", one.mailbox) != _NOT_DIGITS.sub("", other.mailbox):
        return "other-free" if one.kind == "free" and bare[0] != bare[1] else "other-digits"
    if bare[0] == bare[1]:
        return "mistyped"
    if min(map(len, bare)) >= 6 and DamerauLevenshtein.distance(*bare, score_cutoff=1) <= 1:
        own = left.last != right.last and fits_name(one.mailbox, left) and fits_name(other.mailbox, right)
        return "other-mailbox" if own else "mistyped"
    if one.kind == "free":
        return "other-free"
    fits = fits_name(one.mailbox, left) and fits_name(other.mailbox, left)
    return "other-pattern" if fits and fits_name(other.mailbox, right) else "other-mailbox"


def _two_domains(one: Mail, other: Mail) -> str:
    mailboxes = _NOT_ALNUM.sub("", one.mailbox), _NOT_ALNUM.sub("", other.mailbox)
    if mailboxes[0] == mailboxes[1] and _near_domains(one.domain, other.domain):
        return "mistyped-domain"
    if one.kind == "free" and other.kind == "free":
        return "other-free"
    return "private-and-work" if "free" in (one.kind, other.kind) else "other-firm"


def _near_domains(one: str, other: str) -> bool:
    meant = email_values.mistyped_free(one) or one, email_values.mistyped_free(other) or other
    return meant[0] == meant[1] or near_domain(one, other)


def near_domain(one: str, other: str) -> bool:
    """Whether one domain looks like the other mistyped: one letter off, or two in a long one."""
    cut = 1 if min(len(one), len(other)) < 12 else 2
    return one != other and bool(DamerauLevenshtein.distance(one, other, score_cutoff=cut) <= cut)


def fits_name(mailbox: str, person: Person) -> bool:
    """Whether the letters of *mailbox* are one of the usual ways to write the person's name."""
    if not person.first or not person.last:
        return False
    letters = _NOT_LETTERS.sub("", mailbox)
    last = "".join(person.last)
    for first in {person.first[0], *name_values.nickname_group(person.first[0])}:
        if letters in _patterns(first, last):
            return True
    return False


def _patterns(first: str, last: str) -> frozenset[str]:
    one, two = first[:1], last[:1]
    return frozenset(
        {first + last, last + first, one + last, last + one, first + two, two + first, first, last, one + two}
    )


def phone_level(left: Identity, right: Identity, shared: frozenset[str]) -> str | None:
    """Whether two people share a number; *shared* are the last digits of numbers that belong to a whole firm."""
    if not left.phones or not right.phones:
        return None
    tails = {phone_values.tail(number) for number in right.phones}
    common = [number for number in left.phones if phone_values.tail(number) in tails]
    if common:
        if _other_extension(left.phones, right.phones):
            return "different"
        direct = any(phone_values.tail(number) not in shared for number in common)
        return "same" if direct else "switchboard"
    near = any(
        DamerauLevenshtein.distance(phone_values.tail(number), tail, score_cutoff=1) <= 1
        for number in left.phones
        for tail in tails
    )
    return "one-digit-off" if near else "different"


def _other_extension(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    one = {phone_values.extension(number) for number in left} - {""}
    other = {phone_values.extension(number) for number in right} - {""}
    return bool(one and other and one.isdisjoint(other))


def title_level(left: str, right: str) -> str | None:
    """Whether two job titles are worded alike; None when one is missing."""
    one, other = name_values.fold(left), name_values.fold(right)
    if not one or not other:
        return None
    return "same" if one == other else "different"
