"""Comparing two e-mail addresses in the light of the names that they should spell."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from connector.matching.profile import Profile
from connector.values import email as email_values
from connector.values import names as name_values

_NOT_LETTERS = re.compile(r"[^a-z]+")
_NOT_DIGITS = re.compile(r"\D+")
_LONG, _MEDIUM = 12, 5


def email_level(left: Profile, right: Profile, firm: Profile | None) -> str | None:
    """What two addresses say together; None when they say nothing. *firm* is the right one's account.

    A firm numbers a mailbox when the plain one is taken, so a numbered one that is not known hints at a namesake.
    """
    if not left.mail or not right.mail:
        return "numbered" if _is_numbered(left) or _is_numbered(right) else None
    if left.mail == right.mail:
        return "same" if left.personal else "same-role"
    if not left.personal or not right.personal:
        return None
    if left.host == right.host or _are_sisters(left, right, firm):
        return _one_domain(left, right)
    return _two_domains(left, right)


def _is_numbered(who: Profile) -> bool:
    return who.mail_kind == "firm" and any(map(str.isdigit, who.mailbox))


def _are_sisters(left: Profile, right: Profile, firm: Profile | None) -> bool:
    """Whether both domains belong to the one firm."""
    both_firms = left.mail_kind == "firm" == right.mail_kind
    return firm is not None and both_firms and left.host in firm.domains and right.host in firm.domains


def _one_domain(left: Profile, right: Profile) -> str:
    (letters, digits), (other, numbers) = taken_apart(left.mailbox), taken_apart(right.mailbox)
    if letters == other:
        return "other-digits" if digits != numbers else "respelled"
    shorter = min(len(letters), len(other))
    if digits == numbers and shorter >= _MEDIUM and OSA.distance(letters, other, score_cutoff=1) <= 1:
        own = left.last != right.last and fits(left.mailbox, left) and fits(right.mailbox, right)
        return "other-mailbox" if own else "mistyped"
    if left.mail_kind == "free":
        return "other-free"
    return "other-pattern" if digits == numbers and _spell_one_name(left, right) else "other-mailbox"


def _spell_one_name(left: Profile, right: Profile) -> bool:
    """Whether both mailboxes are ways to write the name of both; a side without its full name is not asked."""
    named = [who for who in (left, right) if who.first and who.last]
    return bool(named) and all(fits(left.mailbox, who) and fits(right.mailbox, who) for who in named)


def _two_domains(left: Profile, right: Profile) -> str:
    if taken_apart(left.mailbox) == taken_apart(right.mailbox):
        if _meant(left.host) == _meant(right.host) or near_domain(left.host, right.host):
            return "mistyped-domain"
        if len(left.mailbox) >= _MEDIUM:
            return "same-mailbox"
    if left.mail_kind == right.mail_kind:
        return "other-free" if left.mail_kind == "free" else "other-firm"
    return "numbered" if _is_numbered(left) or _is_numbered(right) else "private-and-work"


def _meant(domain: str) -> str:
    return email_values.mistyped_free(domain) or domain


def near_domain(one: str, other: str) -> bool:
    """Whether one domain looks like the other mistyped: one letter off, or two in a long one."""
    cut = 1 if min(len(one), len(other)) < _LONG else 2
    return one != other and OSA.distance(one, other, score_cutoff=cut) <= cut


@lru_cache(maxsize=1 << 14)
def taken_apart(mailbox: str) -> tuple[str, str]:
    """The letters and the digits of a mailbox, without its separators."""
    return _NOT_LETTERS.sub("", mailbox), _NOT_DIGITS.sub("", mailbox)


def fits(mailbox: str, who: Profile) -> bool:
    """Whether the letters of *mailbox* are one of the usual ways to write the person's name."""
    return bool(who.first and who.last) and taken_apart(mailbox)[0] in _spellings(who.first, who.last)


@lru_cache(maxsize=1 << 13)
def _spellings(first: str, last: str) -> frozenset[str]:
    """The usual mailboxes of a name, by its short forms too."""
    name, family = first.split()[0], last.replace(" ", "")
    firsts = {name, first.replace(" ", "")}
    if len(name) > 1:
        firsts |= name_values.nickname_group(name)
    initial = family[0]
    return frozenset(
        spelled
        for one in firsts
        for spelled in (
            one + family, family + one, one[0] + family, family + one[0], one + initial, initial + one, one, family,
            one[0] + initial,
        )
    )  # fmt: skip


def told_name(mailbox_of: Profile, named: Profile) -> str | None:
    """What the mailbox of one tells of the first name of the other, for a lead that does not give its own in full."""
    if not mailbox_of.personal or mailbox_of.mail == named.mail or not named.first or not named.last:
        return None
    first, letters = named.first.split()[0], taken_apart(mailbox_of.mailbox)[0]
    if len(first) < 3:
        return None
    if first in letters:
        return "tells-first"
    return "fits" if fits(mailbox_of.mailbox, named) else "unlike"
