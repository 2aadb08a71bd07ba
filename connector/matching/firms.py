"""Comparing two companies: domains, names, legal forms, phones, places."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import log1p

from connector.matching import company_names
from connector.matching.evidence import Beside, Found
from connector.matching.keys import stem
from connector.matching.mailboxes import near_domain
from connector.matching.profile import Profile

_MOST = 2.5  # so that a name, however common, never speaks against being one firm
_ALIKE = frozenset(("same", "joined", "reordered", "near", "branch"))


def company_name_level(left: Profile, right: Profile) -> str | None:
    """How two company names agree without their legal forms; None when one side has none."""
    if not left.firm or not right.firm:
        return None
    if left.firm == right.firm:
        apart = left.branch and right.branch and left.branch != right.branch
        return "branch" if apart else "same"
    return company_names.level(firm_parts(left.firm, left.branch), firm_parts(right.firm, right.branch))


@lru_cache(maxsize=1 << 14)
def firm_parts(firm: str, branch: str) -> company_names.FirmParts:
    """A profile's company name, ready to be compared."""
    return company_names.FirmParts(tuple(firm.split()), country=branch)


def both(left: str, right: str) -> str | None:
    """``same``, ``different`` or ``one-sided``; None when neither side says anything."""
    if left == right:
        return "same" if left else None
    return "different" if left and right else "one-sided"


def company_evidence(left: Profile, right: Profile, beside: Beside) -> Iterator[Found]:
    """How a company agrees with an account; *left* is a lead with its firm, or another account."""
    level = domain_level(left, right, beside)
    if level:
        yield "domain", level, 1.0
    name = company_name_level(left, right)
    if name:
        yield "name", name, 1.0
        if left.firm == right.firm:
            yield "frequency", "same-name", min(log1p(beside.counts.get(f"firm={right.firm}", 0)), _MOST)
        if name in _ALIKE:
            yield from _details(left, right)
    if left.phones and right.phones:
        theirs = [phone[:8] for phone in right.phones]
        yield "phone", "same" if any(phone[:8] in theirs for phone in left.phones) else "different", 1.0
    level = place_level(left, right)
    if level:
        yield "place", level, 1.0


def _details(left: Profile, right: Profile) -> Iterator[Found]:
    """What can still tell two firms of one name apart."""
    for name, one, other in (
        ("legal_form", left.legal_form, right.legal_form),
        ("branch", left.branch, right.branch),
    ):
        level = both(one, other)
        if level:
            yield name, level, 1.0


def domain_level(left: Profile, right: Profile, beside: Beside) -> str | None:
    """How the domains agree; ``voted`` where contacts of the account write from a domain of the left one."""
    if not left.domains:
        reverse = left.kind == "account" and right.domains
        return domain_level(right, left, beside) if reverse else None
    if any(domain in right.domains for domain in left.domains):
        return "same"
    if any(right.account_id in beside.votes.get(domain, ()) for domain in left.domains):
        return "voted"
    stems = [stem(domain) for domain in left.domains]
    if right.domains:
        if any(stem(domain) in stems for domain in right.domains):
            return "other-ending"
        near = any(near_domain(one, other) for one in left.domains for other in right.domains)
        return "near" if near else "different"
    return "spells" if any(_spells(one, right.firm, right.acronym) for one in stems) else "unlike-name"


def _spells(label: str, firm: str, acronym: str) -> bool:
    """Whether a domain is one of the usual ways to write a firm's name."""
    words = firm.split()
    if not words or label in (acronym, "".join(words)):
        return bool(words)
    rest = words[1:]
    shortened = (words[0][0] + "".join(rest), words[0] + "".join(word[0] for word in rest), words[0])
    return len(words) > 1 and label in shortened


def place_level(left: Profile, right: Profile) -> str | None:
    """How close two addresses are; ``land`` is the country that a number or a domain tells. None when unknown."""
    if left.country and right.country and left.country != right.country:
        return "other-country"
    if left.street and left.street == right.street and (left.city == right.city or not left.city or not right.city):
        return "same-street"
    if left.postal and left.postal == right.postal:
        return "same-postal"
    if left.city and right.city:
        return "same-city" if left.city == right.city else "other-city"
    if left.land and right.land:
        return "same-land" if left.land == right.land else "other-land"
    return None
