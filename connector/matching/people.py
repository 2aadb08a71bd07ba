"""Comparing two people: names, mailboxes, phones, titles and the firms that they belong to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA

from connector.matching import firms, mailboxes, person_names
from connector.matching.evidence import Beside, Found
from connector.matching.keys import whole_name
from connector.matching.name_parts import NameParts
from connector.matching.profile import Profile
from connector.model.records import Kind

_FEW = 2  # people who may share a direct line: an assistant's, a couple's
_LEAST = 10_000  # people that a directory is taken to hold at least, so that a small one knows rare names too
_LAST_AGREES = frozenset(("same", "swapped", "nickname", "initial", "last-only", "middle", "other-middle"))
_WHOLE_AGREES = frozenset(("same", "swapped"))
_MOST = 2.5  # so that a name, however common, never speaks against being one person
_PARTLY_NAMED = frozenset(("last-only", "initial"))


def person_evidence(left: Profile, right: Profile, firm: Profile | None, beside: Beside) -> Iterator[Found]:
    """How two people agree. *firm* is the account of the right one, None where it is unknown or the right a lead."""
    level = mailboxes.email_level(left, right, firm)
    if level:
        yield "email", level, 1.0
    level = phone_level(left, right, firm, beside)
    if level:
        yield "phone", level, 1.0
    name = name_level(left, right)
    if name:
        yield "name", name, 1.0
        yield from _frequency(left, right, name, beside)
    level = firms.both(left.suffix, right.suffix)
    if level:
        yield "suffix", level, 1.0
    yield from _company(left, right, firm, beside)
    if left.title and right.title:
        yield "title", "same" if left.title == right.title else "different", 1.0
    level = firms.place_level(left, firm or right)
    if level:
        yield "place", level, 1.0
    if name in _PARTLY_NAMED or name is None:
        shorter, longer = sorted((left, right), key=lambda who: (len(who.first), who.first))
        level = mailboxes.told_name(shorter, longer)
        if level:
            yield "mailbox_name", level, 1.0


def name_level(left: Profile, right: Profile) -> str | None:
    """How well two names agree, as one of `person_names.LEVELS`; None when one side has none."""
    if not (left.first or left.last) or not (right.first or right.last):
        return None
    if left.first == right.first and left.last == right.last and not other_characters(left, right):
        return "same" if left.first and left.last else "last-only" if left.last else "first-only"
    found = person_names.level(
        name_parts(left.first, left.last, left.script), name_parts(right.first, right.last, right.script)
    )
    whole = (left.first and left.last) or (right.first and right.last)
    return found if whole or found != "same" else "last-only"


@lru_cache(maxsize=1 << 14)
def name_parts(first: str, last: str, script: str) -> NameParts:
    """A profile's name, ready to be compared."""
    east, _, native = script.partition(" ")
    strict = east == "east"
    return NameParts(tuple(first.split()), tuple(last.split()), strict=strict, bare=script == "bare", native=native)


def other_characters(left: Profile, right: Profile) -> bool:
    """Whether both names are written in East Asian characters, and in other ones: read alike, they may be two."""
    return left.script != right.script and left.script.startswith("east") and right.script.startswith("east")


def _frequency(left: Profile, right: Profile, name: str, beside: Beside) -> Iterator[Found]:
    """How much an agreement of names is worth: rare names much, names that many contacts bear little."""
    last = _shared_last(left, right) if name in _LAST_AGREES else ""
    if last:
        people = max(beside.size.get(Kind.CONTACT, 0), _LEAST)
        yield "frequency", "last-name", math.log(people / (beside.counts.get(f"last={last}", 0) + 1))
    if name in _WHOLE_AGREES and left.first and left.last:
        yield "frequency", "namesakes", min(math.log1p(beside.counts.get(whole_name(left), 0)), _MOST)


def _shared_last(left: Profile, right: Profile) -> str:
    """The last name that both bear, in whichever field it stands on one side; '' for none."""
    if right.last and right.last in (left.last, left.first):
        return right.last
    return left.last if left.last == right.first else ""


def phone_level(left: Profile, right: Profile, firm: Profile | None, beside: Beside) -> str | None:
    """Whether two people share a number, and whether that is a number of their own."""
    if not left.phones:
        return None
    lines = {phone[:8] for phone in firm.phones} if firm is not None else frozenset()
    mine = {phone[:8]: phone[8:] for phone in left.phones}
    if not right.phones:
        return None if lines.isdisjoint(mine) else "firm-line"
    theirs = {phone[:8]: phone[8:] for phone in right.phones}
    common = mine.keys() & theirs.keys()
    if common:
        common = {one for one in common if not mine[one] or not theirs[one] or mine[one] == theirs[one]}
        if not common:
            return "other-extension"
        direct = common - lines
        if not direct:
            return "switchboard"
        return "same" if min(beside.held.get(f"phone={one}", 1) for one in direct) <= _FEW else "shared"
    if not lines.isdisjoint(mine):
        return "firm-line"
    near = any(OSA.distance(one, other, score_cutoff=1) <= 1 for one in mine for other in theirs)
    return "one-digit-off" if near else "different"


def _company(left: Profile, right: Profile, firm: Profile | None, beside: Beside) -> Iterator[Found]:
    theirs = firm or right
    level = company_level(left, right, firm, beside)
    if level:
        yield "company", level, 1.0
    if level == "same" and (left.legal_form or theirs.legal_form):
        yield "legal_form", firms.both(left.legal_form, theirs.legal_form) or "same", 1.0


def company_level(left: Profile, right: Profile, firm: Profile | None, beside: Beside) -> str | None:
    """How a lead's company agrees with that of a person, by domain first, then by name."""
    theirs = firm or right
    if left.domains:
        if any(domain in theirs.domains or domain in right.domains for domain in left.domains):
            return "same-domain"
        if right.account_id and any(right.account_id in beside.votes.get(domain, ()) for domain in left.domains):
            return "voted-domain"
    level = firms.company_name_level(left, theirs)
    if level in ("different", "other-number"):
        private = left.mail_kind == "free" or (firm is None and right.mail_kind == "free")
        return "different-private" if private else "different"
    return _BY_NAME.get(level or "", level)


_BY_NAME = {"joined": "same", "reordered": "same", "branch": "near"}
