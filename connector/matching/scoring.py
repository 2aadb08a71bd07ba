"""From comparisons to a score: additive points, so that every link has a reason that can be printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from connector.matching import firms, people
from connector.matching.identity import Firm, Identity, identity
from connector.matching.rules import Bands, MatchingRules, Weights
from connector.model.match import Comparison, Match
from connector.model.records import Kind, Record, Scalar

Found = tuple[str, str | None, Scalar, Scalar]
"""Comparison, level (None: nothing to compare), left value, right value."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the two records.

    *firm* and *firm_phones* are those of a contact's account; *contact_domains* the mail domains of an
    account's contacts.
    """

    firm: Firm | None = None
    firm_phones: frozenset[str] = frozenset()
    contact_domains: frozenset[str] = frozenset()


ALONE = Surroundings()


def compare(left: Record, right: Record, rules: MatchingRules) -> Match:
    """Compare a lead with a contact, an account or another lead, and explain every point."""
    return score(identity(left, rules.lists), identity(right, rules.lists), rules, ALONE)


def score(left: Identity, right: Identity, rules: MatchingRules, around: Surroundings) -> Match:
    """As `compare`, with what is known beside the two records."""
    if right.record.kind is Kind.ACCOUNT:
        found, weights, bands = _company(left, right, around), rules.company_weights, rules.companies
    else:
        bands = rules.people if right.record.kind is Kind.CONTACT else rules.repeats
        found, weights = _person(left, right, around), rules.person_weights
    return _match(right.record, list(_weighed(found, weights)), bands)


def _match(record: Record, comparisons: list[Comparison], bands: Bands) -> Match:
    total = round(bands.start + sum(comparison.points for comparison in comparisons), 4)
    return Match(record.kind, record.ref, total, bands.of(total), tuple(comparisons))


def _weighed(found: Iterable[Found], weights: Weights) -> Iterable[Comparison]:
    for name, level, left, right in found:
        if level is not None:
            points, says = weights[name, level]
            yield Comparison(name, left, right, level, points, says)


def _person(left: Identity, right: Identity, around: Surroundings) -> Iterable[Found]:
    one, other = left.record, right.record
    firm = _contact_firm(right, around)
    yield "email", people.email_level(left, right), one.text("email"), other.text("email")
    phones = people.phone_level(left, right, around.firm_phones)
    yield "phone", phones, ", ".join(left.phones), ", ".join(right.phones)
    yield "name", people.name_level(left.person, right.person), left.person.written, right.person.written
    suffix = people.suffix_level(left.person, right.person)
    yield "suffix", suffix, left.person.suffix, right.person.suffix
    yield "company", company_level(left.firm, firm), _shown(left.firm), _shown(firm)
    forms = firms.legal_form_level(left.firm, firm) if firms.name_level(left.firm, firm) == "same" else None
    if forms != "one-sided":
        yield "legal_form", forms, left.firm.legal_form, firm.legal_form
    yield "title", people.title_level(one.text("title"), other.text("title")), one.text("title"), other.text("title")
    level = _place_level(left.firm, firm)
    yield "address", level, _place(left.firm), _place(firm)


def company_level(left: Firm, right: Firm) -> str | None:
    """How a lead's company agrees with that of a person, by domain first, then by name."""
    if left.domains and not set(left.domains).isdisjoint(right.domains):
        return "same-domain"
    level = firms.name_level(left, right)
    if level in ("same", "joined"):
        return "same"
    if level in ("short", "acronym", "shared-word"):
        return "short"
    return level


def _contact_firm(right: Identity, around: Surroundings) -> Firm:
    """A contact's firm: its account's name and place, and the domains of both."""
    if around.firm is None:
        return right.firm
    own, firm = right.firm, around.firm
    domains = tuple(dict.fromkeys((*own.domains, *firm.domains)))
    place = own.place if any((own.place.street, own.place.city, own.place.postal)) else firm.place
    return replace(firm, domains=domains, place=place)


def _place_level(left: Firm, right: Firm) -> str | None:
    level = firms.address_level(left.place, right.place)
    if level in ("same-street", "same-place", "same-city"):
        return "same-place"
    return {"other-city": "other-place", "other-country": "other-country"}.get(level or "")


def _company(left: Identity, right: Identity, around: Surroundings) -> Iterable[Found]:
    one, other = left.firm, right.firm
    domain = firms.domain_level(one, other, around.contact_domains)
    yield "domain", domain, ", ".join(one.domains), ", ".join(other.domains)
    name = firms.name_level(one, other)
    yield "name", name, one.written, other.written
    forms = firms.legal_form_level(one, other) if name in ("same", "joined", "near") else None
    yield "legal_form", forms, one.legal_form, other.legal_form
    branch = firms.branch_level(one, other) if name in ("same", "joined", "near") else None
    yield "branch", branch, one.branch, other.branch
    yield "phone", firms.phone_level(left.phones, right.phones), ", ".join(left.phones), ", ".join(right.phones)
    yield "address", firms.address_level(one.place, other.place), _place(one), _place(other)


def _shown(firm: Firm) -> str:
    return firm.written or ", ".join(firm.domains)


def _place(firm: Firm) -> str:
    place = firm.place
    return ", ".join(filter(None, (place.street, place.postal, place.city, place.country)))
