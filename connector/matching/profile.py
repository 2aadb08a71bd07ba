"""What of a record counts as identity, normalised once and kept: its person, its addresses and its firm.

Junk, role mailboxes and throw-away addresses never prove who somebody is; they glue strangers together, so they
are set aside here, before anything is compared. The directory keeps profiles as text; see `written` and `read`.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from connector.matching import company_names, name_parts
from connector.matching.rules import Lists
from connector.model.records import Kind, Record
from connector.values import company as company_values
from connector.values import country as country_values
from connector.values import email as email_values
from connector.values import letters, titles
from connector.values import names as name_values
from connector.values import phone as phone_values
from connector.values import street as street_values
from connector.values.dialing import land_of, land_of_domain

LAYOUT = 2
"""Number of this layout; a directory that holds profiles of another one is laid anew."""

JUNK = "junk"
DISGUISED = "disguised"
_ADDED = re.compile(r"\s+(?:[-–—|]\s.+|\((?!haftungsbeschr)[^()]*\))$", re.IGNORECASE)
_LIKE_A_DOMAIN = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}/?$", re.IGNORECASE)
_WIDE = re.compile("[\u3002\uff0e\uff61\uff10-\uff19\uff20-\uff3a\uff41-\uff5a]")
_FILLERS = frozenset(("junk-name", "junk-email", "junk-company", "junk-phone"))


class Profile(NamedTuple):
    """The identity of one lead, contact or account; texts are folded, and empty where nothing is known.

    *first* and *last* are words with a space between them; *script* is ``east`` and the characters for names in
    Chinese, Japanese or Korean ones, ``bare`` for scripts without vowels. *mail_kind*: ``firm``, ``free``, ``role``,
    ``disposable``.
    *phones* are the last eight digits of each number, with ``x`` and the extension where there is one. *firm* is
    the company's name without legal form and country, *branch* the country that the name itself tells. *domains*
    are registrable, the mailbox's first. *land* is the country as anything tells it: address, name, number or
    domain. *account_id* is the account that a contact belongs to, and an account itself. *weak* names what was set
    aside. *facts* (of a lead): external key, instant of creation, ``1`` where
    it is converted. *shown* are name, company, phones, title and place as people wrote them.
    """

    kind: str
    first: str = ""
    last: str = ""
    suffix: str = ""
    script: str = ""
    mail: str = ""
    mail_kind: str = ""
    phones: tuple[str, ...] | list[str] = ()
    firm: str = ""
    legal_form: str = ""
    branch: str = ""
    acronym: str = ""
    domains: tuple[str, ...] | list[str] = ()
    street: str = ""
    city: str = ""
    postal: str = ""
    country: str = ""
    land: str = ""
    title: str = ""
    account_id: str = ""
    weak: tuple[str, ...] | list[str] = ()
    facts: tuple[str, ...] | list[str] = ()
    shown: tuple[str, ...] | list[str] = ("", "", "", "", "")

    @property
    def junk(self) -> bool:
        """Whether nothing is left that tells who this is."""
        return JUNK in self.weak

    @property
    def mailbox(self) -> str:
        """The part of the address before the @."""
        return self.mail.rpartition("@")[0]

    @property
    def host(self) -> str:
        """The registrable domain of the address."""
        return self.mail.rpartition("@")[2]

    @property
    def personal(self) -> bool:
        """Whether the address belongs to one person."""
        return self.mail_kind in ("firm", "free")


def written(profile: Profile) -> str:
    """A profile as the directory keeps it: a JSON list in the order of the fields."""
    return _written(profile)


_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def read(text: str) -> Profile:
    """What `written` wrote."""
    return Profile._make(json.loads(text))


_latest: list[tuple[Record, Lists, Profile]] = []


def profile(record: Record, lists: Lists) -> Profile:
    """Normalise a lead, contact or account; what is no evidence is left out and named in `weak`.

    The last answer is remembered, for a lead is asked about several times in a row.
    """
    for kept, under, found in _latest:
        if kept is record and under is lists:
            return found
    made = _profile(record, lists)
    _latest[:] = [(record, lists, made)]
    return made


def _profile(record: Record, lists: Lists) -> Profile:
    weak: list[str] = []
    is_account = record.kind is Kind.ACCOUNT
    person, name = (_NOBODY, "") if is_account else _person(record, lists, weak)
    mail, mail_kind = _mail(record.text("email"), lists, weak)
    phones, numbers = _phones(record, lists, weak)
    (core, form, branch), company, site = _firm(record, lists, weak)
    first, last, suffix, strict, bare, native = person
    if not is_account and _is_nobody(bool(first or last), name, (mail, mail_kind), bool(phones), bool(core), weak):
        weak.insert(0, JUNK)
    if _poses(name, company, record.text("email")):
        weak.append(DISGUISED)
    domains = _domains(mail, mail_kind, (site, email_values.registrable(record.text("website"))), lists)
    country = country_values.code(record.text("country")) or branch
    return Profile(
        kind=record.kind.value,
        first=" ".join(first),
        last=" ".join(last),
        suffix=suffix,
        script=f"east {native}" if strict else "bare" if bare else "",
        mail=mail,
        mail_kind=mail_kind,
        phones=phones,
        firm=" ".join(core),
        legal_form=form,
        branch=branch,
        acronym=company_names.initials(core),
        domains=domains,
        street=_street(record.text("street")),
        city=name_values.fold(record.text("city")),
        postal="".join(record.text("postal_code").casefold().split()),
        country=country,
        land=country or _land(numbers, domains),
        title=titles.normal(record.text("title")),
        account_id=record.ref.id if is_account else record.text("account_id"),
        weak=tuple(weak),
        facts=_facts(record),
        shown=(name, company, ", ".join(numbers), record.text("title"), _shown_place(record)),
    )


_Name = tuple[tuple[str, ...], tuple[str, ...], str, bool, bool, str]
_Firm = tuple[tuple[str, ...], str, str]
_NOBODY: _Name = ((), (), "", False, False, "")


def _person(record: Record, lists: Lists, weak: list[str]) -> tuple[_Name, str]:
    """The name, and how it was written; a filler is no name."""
    first, last = record.text("first_name"), record.text("last_name")
    written = f"{first} {last}" if first and last else first or last
    if not written:
        return _NOBODY, ""
    fillers = [part for part in (first, last) if part and _is_filler(part, lists)]
    if len(fillers) == bool(first) + bool(last) or _is_filler(written, lists):
        weak.append("junk-name")
        return _NOBODY, written
    first, last = ("" if part in fillers else part for part in (first, last))
    return name_parts.taken_apart(first, last), written


def _is_filler(text: str, lists: Lists) -> bool:
    return name_values.is_junk(text) or (bool(lists.junk_names) and name_values.fold(text) in lists.junk_names)


def _poses(name: str, company: str, mail: str) -> bool:
    """Whether anything may pose as somebody else's; wide Latin letters do only where nothing East Asian is near."""
    if name.isascii() and company.isascii() and mail.isascii():
        return False
    if any(map(letters.looks_disguised, (name, company, mail))):
        return True
    return bool(_WIDE.search(mail) or (_WIDE.search(name + company) and not letters.is_east_asian(name + company)))


def _is_nobody(named: bool, name: str, mail: tuple[str, str], phones: bool, firm: bool, weak: list[str]) -> bool:
    """Fillers where the identity should be: a filler for a name, or for an address with nothing else to go by."""
    if _FILLERS.isdisjoint(weak):
        return False
    address, kind = mail
    reachable = bool(address) and kind != "disposable"
    if "junk-name" in weak and not named:
        echoes = bool(address) and address.rpartition("@")[0] in name_values.fold(name).split()
        return not reachable or echoes or "junk-company" in weak
    return not reachable and not phones and "junk-email" in weak and not firm


def _mail(text: str, lists: Lists, weak: list[str]) -> tuple[str, str]:
    """The address as ``mailbox@registrable domain`` and its kind; both empty for junk and where there is none."""
    if not text or text.isspace():
        return "", ""
    address = email_values.delivery(text)
    if not address or email_values.is_junk(text) or address in lists.junk_emails:
        weak.append("junk-email")
        return "", ""
    mailbox, _, host = address.rpartition("@")
    domain = email_values.registrable(address)
    whole = f"{mailbox}@{domain}"
    if domain in lists.free_mail_domains or email_values.is_free(host) or email_values.mistyped_free(host):
        return whole, "free"
    if email_values.is_disposable(host):
        weak.append("disposable")
        return whole, "disposable"
    if mailbox in lists.role_mailboxes or email_values.is_role(mailbox):
        weak.append("role-mailbox")
        return whole, "role"
    return whole, "firm"


def _phones(record: Record, lists: Lists, weak: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The numbers as compared, and as they were written."""
    tails: list[str] = []
    numbers: list[str] = []
    for name in ("phone", "mobile"):
        number = record.text(name)
        if not number:
            continue
        tail = phone_values.tail(number)
        if phone_values.is_junk(number) or tail in lists.junk_phones:
            weak.append("junk-phone")
        elif tail and number not in numbers:
            extension = phone_values.extension(number)
            tails.append(f"{tail}x{extension}" if extension else tail)
            numbers.append(number)
    return tuple(tails), numbers


_NO_FIRM: _Firm = ((), "", "")


def _firm(record: Record, lists: Lists, weak: list[str]) -> tuple[_Firm, str, str]:
    """The company's name taken apart, as it was written, and the domain where the name is one: 'acme.com'."""
    written = record.text("name" if record.kind is Kind.ACCOUNT else "company")
    if not written:
        return _NO_FIRM, "", ""
    if company_values.is_junk(written) or (
        lists.junk_companies and company_values.normal(written) in lists.junk_companies
    ):
        weak.append("junk-company")
        return _NO_FIRM, "", ""
    name = _bare_name(written) if record.kind is Kind.LEAD else written
    if "." in name and _LIKE_A_DOMAIN.match(name):
        return _NO_FIRM, written, email_values.registrable(name)
    return company_names.taken_apart(name), name, ""


def _bare_name(company: str) -> str:
    """A lead's company without the place or department that people add: 'Acme (Berlin)', 'Acme - Purchasing'."""
    bare = _ADDED.sub("", company).strip()
    return bare if bare == company or len(company_values.joined(bare)) >= 3 else company


def _domains(mail: str, mail_kind: str, sites: tuple[str, ...], lists: Lists) -> tuple[str, ...]:
    """The firm's registrable domains: of the mailbox where it is the firm's own, and of the web site."""
    found = [mail.rpartition("@")[2]] if mail_kind in ("firm", "role") else []
    found += [site for site in sites if site and site not in lists.free_mail_domains and not email_values.is_free(site)]
    return tuple(dict.fromkeys(domain for domain in found if domain and domain not in lists.own_domains))


def _land(numbers: list[str], domains: tuple[str, ...]) -> str:
    """The country that numbers or domains tell, where nothing says it outright."""
    told = next(filter(None, map(land_of, numbers)), "")
    return told or next(filter(None, map(land_of_domain, domains)), "")


def _street(text: str) -> str:
    """House number and name of a street, without what people abbreviate or leave out: '435 la cienega'."""
    return f"{street_values.number(text)} {street_values.name(text)}".strip() if text else ""


def _facts(record: Record) -> tuple[str, ...]:
    if record.kind is not Kind.LEAD:
        return ()
    return record.text("external_key"), record.text("created_at"), "1" if record.flag("converted") else ""


def _shown_place(record: Record) -> str:
    return ", ".join(filter(None, map(record.text, ("street", "postal_code", "city", "country"))))
