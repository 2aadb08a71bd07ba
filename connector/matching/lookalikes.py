"""When do two leads ask a person the same question? What of them counts for that, and when they contradict.

Pure and without weights: this joins questions, never records, so plain equality of normalised values is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

from connector.model.records import Record
from connector.values import company as company_values
from connector.values import email as email_values
from connector.values import names as name_values


@dataclass(frozen=True, slots=True)
class Traits:
    """What tells whether two leads ask the same.

    *mail* is the delivery address of a mailbox that belongs to one person, *person* name and firm, *firm* its
    registrable domain or else its name and country; each empty where the lead does not tell.
    """

    mail: str
    person: str
    firm: str


def traits(lead: Record) -> Traits:
    """What of a lead counts; junk, role mailboxes and throw-away addresses do not."""
    mail = _own_mail(lead.text("email"))
    firm = _firm(lead, mail)
    name = name_values.fold(f"{lead.text('first_name')} {lead.text('last_name')}").strip()
    company = company_values.joined(lead.text("company"))
    named = bool(name) and not name_values.is_junk(name) and bool(company)
    return Traits(mail, f"{name} @ {company}" if named else "", firm)


def contradict(left: Traits, right: Traits) -> bool:
    """Whether two leads of one name are two people for all we know: two mailboxes of one firm."""
    if not left.mail or not right.mail or left.mail == right.mail:
        return False
    return email_values.domain(left.mail) == email_values.domain(right.mail)


def _own_mail(text: str) -> str:
    address = email_values.delivery(text) if text.strip() else ""
    if not address or email_values.is_junk(address) or email_values.is_role(email_values.mailbox(address)):
        return ""
    return "" if email_values.is_disposable(email_values.domain(address)) else address


def _firm(lead: Record, mail: str) -> str:
    domain = email_values.registrable(mail) if mail else ""
    if domain and not email_values.is_free(email_values.domain(mail)):
        return f"domain:{domain}"
    site = email_values.registrable(lead.text("website"))
    if site and not email_values.is_free(site):
        return f"domain:{site}"
    company = lead.text("company")
    joined = company_values.joined(company)
    if not joined or company_values.is_junk(company):
        return ""
    return f"company:{joined}:{lead.text('country').casefold()}"
