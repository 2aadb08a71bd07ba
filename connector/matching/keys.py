"""Blocking keys: cheap values that records of one person or one company are likely to share."""

from __future__ import annotations

from collections.abc import Iterator

import jellyfish

from connector.matching.identity import Identity, identity
from connector.matching.rules import MatchingRules
from connector.model.match import BlockingKey
from connector.model.records import Kind, Record
from connector.values import phone as phone_values

_BEGINNING, _FEW = 6, 4  # letters of a company's name


def keys(record: Record, rules: MatchingRules) -> tuple[BlockingKey, ...]:
    """The keys of a lead, contact or account, strong ones first.

    A lead has the keys of a person and those of a company, a contact the former, an account the latter.
    Junk has none, so it can never be found as somebody else.
    """
    who = identity(record, rules.lists)
    if who.junk or record.deleted:
        return ()
    found = dict.fromkeys(_pairs(who))
    made = [BlockingKey(name, value, rules.keys[name]) for name, value in found if name in rules.keys and value]
    return tuple(sorted(made, key=lambda key: not key.strong))


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
