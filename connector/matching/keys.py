"""Blocking keys: cheap values that records of one person or one company are likely to share."""

from __future__ import annotations

from collections.abc import Iterator

import jellyfish

from connector.matching.identity import Identity, identity
from connector.matching.rules import MatchingRules
from connector.model.match import Entry, Known, Query
from connector.model.records import Kind, Record, canonical_json
from connector.values import phone as phone_values

_BEGINNING, _FEW = 6, 4  # letters of a company's name


def query(record: Record, rules: MatchingRules) -> Query:
    """What a lead is looked up by. Junk has no keys, so it can never be found as somebody else."""
    who = identity(record, rules.lists)
    if who.junk or record.deleted:
        return Query()
    found = list(dict.fromkeys((name, value) for name, value in _pairs(who) if name in rules.keys and value))
    strong = tuple(f"{name}={value}" for name, value in found if rules.keys[name])
    return Query(strong, tuple(f"{name}={value}" for name, value in found if not rules.keys[name]))


def entry(record: Record, rules: MatchingRules) -> Entry:
    """A record as it is laid into the directory; a contact has the keys of a person, an account those of a firm."""
    found = query(record, rules)
    return Entry(record, (*found.strong, *found.weak), profile(record))


def profile(record: Record) -> str:
    """The identity of a record as the directory keeps it."""
    return canonical_json(dict(record.values))


def known(record: Record) -> Known:
    """A record as if the directory had brought it."""
    return Known(record.ref, record.kind, profile(record))


def _pairs(who: Identity) -> Iterator[tuple[str, str]]:
    if who.record.kind is not Kind.ACCOUNT:
        yield from _person_keys(who)
    if who.record.kind is not Kind.CONTACT:
        yield from _company_keys(who)
    for number in who.phones:
        yield "phone", phone_values.tail(number)


def _person_keys(who: Identity) -> Iterator[tuple[str, str]]:
    mail = who.mail
    sound = jellyfish.metaphone("".join(who.person.last)) if who.person.last else ""
    if mail is not None and mail.personal:
        yield "email", mail.address
        if mail.kind == "firm":
            yield "mailbox-domain", f"{_bare(mail.mailbox)}@{mail.domain}"
    for domain in who.firm.domains:
        if sound:
            yield "sound-domain", f"{sound}@{domain}"
    names = sorted(filter(None, ("".join(who.person.first), "".join(who.person.last))))
    if len(names) == 2:
        yield "name", "+".join(names)
    if len(names) == 2 and who.firm.joined:
        yield "name-company", f"{'+'.join(names)}@{who.firm.joined}"
    if sound and who.firm.joined:
        yield "sound-company", f"{sound}@{who.firm.joined[:_FEW]}"


def _company_keys(who: Identity) -> Iterator[tuple[str, str]]:
    for domain in who.firm.domains:
        yield "domain", domain
    if who.firm.joined:
        yield "company", who.firm.joined
        yield "company-beginning", who.firm.joined[:_BEGINNING]


def _bare(mailbox: str) -> str:
    """The mailbox without digits and separators, so that namesakes are compared and not overlooked."""
    return "".join(character for character in mailbox if character.isalpha()) or mailbox
