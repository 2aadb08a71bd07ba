"""Comparing two companies: domains, names, legal forms, places."""

from __future__ import annotations

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from connector.matching.identity import Firm, Place
from connector.matching.people import near_domain
from connector.values import phone as phone_values


def domain_level(left: Firm, right: Firm, through_contacts: frozenset[str]) -> str | None:
    """How the domains agree; *through_contacts* are the mail domains of the account's contacts."""
    if not left.domains:
        return None
    if not set(left.domains).isdisjoint(right.domains):
        return "same"
    if not through_contacts.isdisjoint(left.domains):
        return "through-contacts"
    if not right.domains:
        return None
    pairs = [(one, other) for one in left.domains for other in right.domains]
    if any(_stem(one) == _stem(other) for one, other in pairs):
        return "other-ending"
    return "near" if any(near_domain(one, other) for one, other in pairs) else "different"


def _stem(domain: str) -> str:
    return domain.partition(".")[0]


def name_level(left: Firm, right: Firm) -> str | None:
    """How the names agree without their legal forms; None when one side has none."""
    if not left.core or not right.core:
        return None
    if left.core == right.core:
        return "same"
    if left.joined == right.joined:
        return "joined"
    if _shorter(left.tokens, right.tokens):
        return "short"
    if _near(left.joined, right.joined):
        return "near"
    if left.joined == right.acronym or right.joined == left.acronym:
        return "acronym"
    return "shared-word" if _shared(left.tokens, right.tokens) else "different"


def _shorter(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """One name is the beginning of the other: 'Blue Grove' and 'Blue Grove Technologies'."""
    count = min(len(left), len(right))
    return left[:count] == right[:count] and sum(map(len, left[:count])) >= 3


def _near(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < 5:
        return False
    cut = 1 if shorter < 9 else 2
    return bool(DamerauLevenshtein.distance(one, other, score_cutoff=cut) <= cut)


def _shared(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Most of the words agree, spelling mistakes allowed."""
    fewer, more = sorted((left, right), key=len)
    found = sum(1 for word in fewer if any(word == w or JaroWinkler.similarity(word, w) >= 0.93 for w in more))
    return found * 2 > len(more)


def legal_form_level(left: Firm, right: Firm) -> str | None:
    """Two firms may differ in nothing but the legal form; None when neither side names one."""
    return _both(left.legal_form, right.legal_form)


def branch_level(left: Firm, right: Firm) -> str | None:
    """Whether two firms of one name say that they are of the same country; None when neither says one."""
    return _both(left.branch, right.branch)


def _both(left: str, right: str) -> str | None:
    if not left and not right:
        return None
    if left == right:
        return "same"
    return "different" if left and right else "one-sided"


def phone_level(left: tuple[str, ...], right: tuple[str, ...]) -> str | None:
    """Whether the lead calls from the account's number; None when one side has none."""
    if not left or not right:
        return None
    tails = {phone_values.tail(number) for number in right}
    return "same" if any(phone_values.tail(number) in tails for number in left) else "different"


def address_level(left: Place, right: Place) -> str | None:
    """How close two addresses are; None when they cannot be compared."""
    if left.country and right.country and left.country != right.country:
        return "other-country"
    if left.street and right.street and left.street == right.street and _same(left.city, right.city) is not False:
        return "same-street"
    if left.postal and right.postal and left.postal == right.postal:
        return "same-place"
    city = _same(left.city, right.city)
    if city is not None:
        return "same-city" if city else "other-city"
    return "same-country" if left.country and left.country == right.country else None


def _same(left: str, right: str) -> bool | None:
    return left == right if left and right else None
