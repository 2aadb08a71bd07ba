"""What of a record counts as identity: its person and its firm, normalised once, with junk taken out.

Junk, role mailboxes and throw-away addresses never prove who somebody is; they glue strangers together.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass

from connector.matching.rules import Lists
from connector.model.records import Kind, Record
from connector.values import company as company_values
from connector.values import country as country_values
from connector.values import email as email_values
from connector.values import names as name_values
from connector.values import phone as phone_values
from connector.values.name_words import POST_NOMINALS, SUFFIXES, TITLES

JUNK = "junk"

_ADDED = re.compile(r"\s+(?:[-–—|]\s.+|\((?!haftungsbeschr)[^()]*\))$", re.IGNORECASE)
_LIKE_A_DOMAIN = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}/?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mail:
    """An address that is not junk. *kind*: ``firm``, ``free``, ``role`` or ``disposable``; *domain* is registrable."""

    address: str
    mailbox: str
    domain: str
    kind: str

    @property
    def personal(self) -> bool:
        """Whether the address belongs to one person."""
        return self.kind in ("firm", "free")


@dataclass(frozen=True, slots=True)
class Person:
    """A name, folded: *first* and *last* as words; *suffix* as ``jr``, ``sr``, ``3``."""

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    suffix: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """An address, folded; *country* as ISO code, empty where it cannot be told."""

    street: str = ""
    city: str = ""
    postal: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """A company: its name as written and apart, its registrable domains, and where it is.

    *branch* is the country that the name itself tells, as in 'Acme Deutschland GmbH'.
    """

    written: str = ""
    core: str = ""
    joined: str = ""
    tokens: tuple[str, ...] = ()
    acronym: str = ""
    legal_form: str = ""
    branch: str = ""
    domains: tuple[str, ...] = ()
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Identity:
    """A record as matching sees it; *weak* names what was set aside."""

    record: Record
    person: Person
    mail: Mail | None
    phones: tuple[str, ...]
    firm: Firm
    weak: tuple[str, ...]

    @property
    def junk(self) -> bool:
        """Whether nothing is left that tells who this is."""
        return JUNK in self.weak


def identity(record: Record, lists: Lists) -> Identity:
    """Normalise a lead, contact or account; what is no evidence is left out and named in `weak`."""
    weak: list[str] = []
    person = _person(record, lists, weak) if record.kind is not Kind.ACCOUNT else Person()
    mail = _mail(record.text("email"), lists, weak)
    phones = _phones(record, lists, weak)
    firm = _firm(record, mail, lists, weak)
    if record.kind is not Kind.ACCOUNT and _is_nobody(person, mail, phones, firm, weak):
        weak.insert(0, JUNK)
    return Identity(record, person, mail, phones, firm, tuple(weak))


def _is_nobody(person: Person, mail: Mail | None, phones: tuple[str, ...], firm: Firm, weak: list[str]) -> bool:
    """Fillers where the identity should be: a filler for a name, or for an address with nothing else to go by."""
    reachable = mail is not None and mail.kind != "disposable"
    named = bool(person.first or person.last)
    fillers = {"junk-name", "junk-email", "junk-company", "junk-phone"}.intersection(weak)
    if "junk-name" in fillers and not named:
        echoes = mail is not None and mail.mailbox in name_values.fold(person.written).split()
        return not reachable or echoes or "junk-company" in fillers
    return not reachable and not phones and "junk-email" in fillers and not firm.core


def _mail(text: str, lists: Lists, weak: list[str]) -> Mail | None:
    if not text.strip():
        return None
    address = email_values.delivery(text)
    if not address or email_values.is_junk(text) or address in lists.junk_emails:
        weak.append("junk-email")
        return None
    mailbox, domain = email_values.mailbox(address), email_values.registrable(address)
    host = email_values.domain(address)
    if domain in lists.free_mail_domains or email_values.is_free(host) or email_values.mistyped_free(host):
        return Mail(address, mailbox, domain, "free")
    if email_values.is_disposable(host):
        weak.append("disposable")
        return Mail(address, mailbox, domain, "disposable")
    if mailbox in lists.role_mailboxes or email_values.is_role(mailbox):
        weak.append("role-mailbox")
        return Mail(address, mailbox, domain, "role")
    return Mail(address, mailbox, domain, "firm")


def _person(record: Record, lists: Lists, weak: list[str]) -> Person:
    first, last = record.text("first_name"), record.text("last_name")
    written = " ".join(filter(None, (first, last)))
    fillers = [part for part in (first, last) if part and _is_filler(part, lists)]
    if written and (_is_filler(written, lists) or len(fillers) == len([part for part in (first, last) if part])):
        weak.append("junk-name")
        return Person(written=written)
    first, last = ("" if part in fillers else part for part in (first, last))
    suffix = _generation(first, last)
    if not first or not last:
        whole = name_values.split_full(first or last)
        if whole.first:
            first, last, suffix = whole.first, whole.last, name_values.suffix(f"x {whole.suffix}") or suffix
    ends = SUFFIXES if suffix else frozenset[str]()
    return Person(_words(first, TITLES, ends), _words(last, SUFFIXES, POST_NOMINALS), suffix, written)


def _generation(first: str, last: str) -> str:
    """The generation after the last name, or after the first where the two were swapped."""
    found = name_values.suffix(last) if " " in last.strip() else ""
    swapped = name_values.suffix(first) if " " in first.strip() else ""
    return found or (swapped if swapped in ("jr", "sr") else "")


def _is_filler(text: str, lists: Lists) -> bool:
    return name_values.is_junk(text) or name_values.fold(text) in lists.junk_names


def _words(text: str, *dropped: Container[str]) -> tuple[str, ...]:
    """The folded words, without those that are no part of the name; at least one stays."""
    words = tuple(name_values.fold(text).split())
    kept = tuple(word for word in words if not any(word in group for group in dropped))
    return kept or words


def _phones(record: Record, lists: Lists, weak: list[str]) -> tuple[str, ...]:
    found = []
    for name in ("phone", "mobile"):
        number = record.text(name)
        if not number:
            continue
        if phone_values.is_junk(number) or phone_values.tail(number) in lists.junk_phones:
            weak.append("junk-phone")
        elif phone_values.tail(number) and number not in found:
            found.append(number)
    return tuple(found)


def _firm(record: Record, mail: Mail | None, lists: Lists, weak: list[str]) -> Firm:
    written = record.text("name" if record.kind is Kind.ACCOUNT else "company")
    if written and (company_values.is_junk(written) or company_values.normal(written) in lists.junk_companies):
        weak.append("junk-company")
        written = ""
    name = _bare_name(written) if record.kind is Kind.LEAD else written
    domains = _domains(record, mail, lists)
    if _LIKE_A_DOMAIN.match(name):
        domains, name = tuple(dict.fromkeys((*domains, email_values.registrable(name)))), ""
    return Firm(
        written,
        company_values.core(name),
        company_values.joined(name),
        company_values.tokens(name) if name else (),
        company_values.acronym(name) if name else "",
        company_values.legal_form(name),
        company_values.country(name),
        domains,
        _place(record, company_values.country(name)),
    )


def _bare_name(company: str) -> str:
    """A lead's company without the place or department that people add: 'Acme (Berlin)', 'Acme - Purchasing'."""
    bare = _ADDED.sub("", company).strip()
    return bare if len(company_values.joined(bare)) >= 3 else company


def _place(record: Record, branch: str) -> Place:
    return Place(
        name_values.fold(record.text("street")),
        name_values.fold(record.text("city")),
        "".join(record.text("postal_code").casefold().split()),
        country_values.code(record.text("country")) or branch,
    )


def _domains(record: Record, mail: Mail | None, lists: Lists) -> tuple[str, ...]:
    """The firm's registrable domains: of the mailbox where it is the firm's own, and of the web site."""
    found = [mail.domain] if mail is not None and mail.kind in ("firm", "role") else []
    site = email_values.registrable(record.text("website"))
    if site and not email_values.is_free(site) and site not in lists.free_mail_domains:
        found.append(site)
    return tuple(dict.fromkeys(domain for domain in found if domain and domain not in lists.own_domains))
