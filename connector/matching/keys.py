"""Blocking keys: cheap values that records of one person or one company are likely to share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

import jellyfish

from connector.matching.profile import LAYOUT, Profile, profile, written
from connector.matching.rules import MatchingRules
from connector.model.match import Entry, Known, Query
from connector.model.records import Kind, Record, digest_of

_BEGINNING, _FEW, _SOME = 6, 4, 5  # letters of a company's or a person's name
_NOT_LETTERS = re.compile(r"[^a-z]+")


def query(record: Record, rules: MatchingRules) -> Query:
    """What a record is looked up by. Junk has no keys, so it can never be found as somebody else."""
    who = profile(record, rules.lists)
    if who.junk or record.deleted:
        return Query()
    strong, weak = _split(chain(_keys(who), _guesses(who)), rules)
    return Query(strong, weak, tuple(_sought_terms(who)), tuple(who.domains))


def entry(record: Record, rules: MatchingRules) -> Entry:
    """A record as it is laid into the directory.

    A lead has the keys of a person and those of a company, a contact the former, an account the latter.
    """
    if record.deleted or record.merged_into is not None:
        return Entry(record)
    who = profile(record, rules.lists)
    if who.junk:
        return Entry(record, profile=written(who))
    strong, weak = _split(_keys(who), rules)
    vote = who.host if record.kind is Kind.CONTACT and who.mail_kind == "firm" and who.host in who.domains else ""
    return Entry(record, strong + weak, written(who), tuple(_terms(who)), vote)


def known(record: Record, rules: MatchingRules) -> Known:
    """A record as if the directory had brought it."""
    return Known(record.ref, record.kind, written(profile(record, rules.lists)))


def _split(pairs: Iterator[tuple[str, str]], rules: MatchingRules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The strong and the weak ones of the keys in use, each once, in the order of the file."""
    strong: dict[str, None] = {}
    weak: dict[str, None] = {}
    for name, value in pairs:
        is_strong = rules.keys.get(name)
        if is_strong is not None:
            (strong if is_strong else weak)[f"{name}={value}"] = None
    return tuple(strong), tuple(weak)


def _keys(who: Profile) -> Iterator[tuple[str, str]]:
    if who.kind != "account":
        yield from _person_keys(who)
    if who.kind != "contact":
        yield from _company_keys(who)
    for phone in who.phones:
        yield "phone", phone[:8]


def _person_keys(who: Profile) -> Iterator[tuple[str, str]]:
    if who.personal:
        yield "email", who.mail
        mailbox, _, domain = who.mail.rpartition("@")
        if who.mail_kind == "firm":
            yield "mailbox-domain", f"{_bare(mailbox)}@{domain}"
        else:
            yield "mailbox", _bare(mailbox)
    first, last, firm = who.first.replace(" ", ""), who.last.replace(" ", ""), who.firm.replace(" ", "")
    sound = heard(last) if last else ""
    for domain in who.domains:
        if sound:
            yield "sound-domain", f"{sound}@{domain}"
        if first:
            yield "first-domain", f"{first[:_FEW]}@{domain}"
    if sound and firm:
        yield "sound-company", f"{sound}@{firm[:_FEW]}"
    if first and firm:
        yield "first-company", f"{first}@{firm[:_SOME]}"
    if first and last:
        yield "name", f"{first}+{last}" if first < last else f"{last}+{first}"


def _guesses(who: Profile) -> Iterator[tuple[str, str]]:
    """Keys under which the person would stand if their names were swapped, or their domain is their firm's name.

    Only looked up, never laid: so the directory stays small.
    """
    first, last = who.first.replace(" ", ""), who.last.replace(" ", "")
    firms = dict.fromkeys((who.firm.replace(" ", ""), *map(stem, who.domains)))
    sounds = [heard(name) for name in (last, first) if name]
    for sound in sounds:
        for domain in who.domains:
            yield "sound-domain", f"{sound}@{domain}"
        for firm in firms:
            if firm:
                yield "sound-company", f"{sound}@{firm[:_FEW]}"
    for name in (first, last):
        for firm in firms:
            if name and firm:
                yield "first-company", f"{name}@{firm[:_SOME]}"


def stem(domain: str) -> str:
    """The part of a registrable domain that is a name, without hyphens: 'silver-fox.co.uk' -> 'silverfox'."""
    return domain.partition(".")[0].replace("-", "")


def _company_keys(who: Profile) -> Iterator[tuple[str, str]]:
    firm = who.firm.replace(" ", "")
    for domain in who.domains:
        yield "domain", domain
        yield "company-or-domain", stem(domain)
    if firm:
        yield "company-or-domain", firm
        yield "company-beginning", firm[:_BEGINNING]
        if who.acronym or len(firm) <= _SOME:
            yield "acronym", who.acronym or firm


def _terms(who: Profile) -> Iterator[str]:
    """The words of a contact or account whose frequency counts."""
    if who.kind == "contact" and who.last:
        yield f"last={who.last}"
        if who.first:
            yield whole_name(who)
    if who.kind == "account" and who.firm:
        yield f"firm={who.firm}"


def _sought_terms(who: Profile) -> Iterator[str]:
    """What a lead asks the frequency of; a last name may stand in the field of the first."""
    for name in dict.fromkeys((who.last, who.first)):
        if name:
            yield f"last={name}"
    if who.first and who.last:
        yield whole_name(who)
    if who.firm:
        yield f"firm={who.firm}"


def whole_name(who: Profile) -> str:
    """The term of a full name, in whatever order its parts came."""
    first, last = sorted((who.first, who.last))
    return f"name={first}+{last}"


@lru_cache(maxsize=1 << 15)
def heard(name: str) -> str:
    """A rough sound of a last name, the same for many of its spellings."""
    return jellyfish.metaphone(name) or name


def _bare(mailbox: str) -> str:
    """The mailbox without digits and separators, so that namesakes are compared and not overlooked."""
    return _NOT_LETTERS.sub("", mailbox) or mailbox


def layout(rules: MatchingRules) -> str:
    """What entries of the directory are made with; other lists, keys or profiles ask for new ones."""
    lists = {name: sorted(getattr(rules.lists, name)) for name in rules.lists.__slots__}
    return digest_of([LAYOUT, lists, dict(rules.keys)])
