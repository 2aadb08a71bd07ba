"""From comparisons to a score: additive points, so that every link has a reason that can be printed.

Points are log-odds, after Fellegi and Sunter (A Theory for Record Linkage, 1969), with the frequency of names as a
comparison of its own. A candidate that others fit as well loses the logarithm of what all of them weigh, so that a
score stands for "this one and no other".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import exp

from connector.matching import firms, people
from connector.matching.bounds import bounded
from connector.matching.evidence import NOTHING, Beside, Found
from connector.matching.profile import Profile, profile
from connector.matching.rules import MatchingRules, Weights
from connector.model.match import Comparison, Match
from connector.model.records import Kind, Record, RecordRef, Scalar

RIVALS = "rivals"
HIGHEST = 50.0
"""Beyond this a score is certain, and its exponential of no use."""


def evidence(left: Profile, right: Profile, firm: Profile | None, beside: Beside) -> Iterator[Found]:
    """How *left* agrees with *right*; *firm* is the account of *right* where that is a contact."""
    if right.kind == Kind.ACCOUNT:
        return firms.company_evidence(left, right, beside)
    return people.person_evidence(left, right, firm, beside)


def points(found: Iterable[Found], start: float, weights: Weights) -> float:
    """The sum of the points of *found*; a level that the file gives no points to counts nothing."""
    return start + sum(weights[name, level][0] * amount for name, level, amount in found)


def compare(left: Record, right: Record, rules: MatchingRules, firm: Record | None = None) -> Match:
    """Compare two records, and explain every point; *firm* is the account of *right* where that is a contact.

    A lead or contact is compared with an account by its company, with everybody else as a person.
    """
    if left.kind is Kind.ACCOUNT and right.kind is not Kind.ACCOUNT:
        left, right = right, left
    one, other = profile(left, rules.lists), profile(right, rules.lists)
    home = profile(firm, rules.lists) if firm is not None else None
    found = list(evidence(one, other, home, NOTHING))
    return match(right.ref, one, other, home, found, rules)


def match(
    ref: RecordRef,
    left: Profile,
    right: Profile,
    firm: Profile | None,
    found: Sequence[Found],
    rules: MatchingRules,
    others: float = 0.0,
) -> Match:
    """A candidate with its evidence in words; *others* is what its rivals take off."""
    kind = Kind(right.kind)
    bands, weights = rules.of(kind)
    shown = _shown(left, right, firm)
    told = [_comparison(one, shown, weights) for one in found]
    if others:
        told.append(Comparison(RIVALS, None, None, "others-fit", -round(others, 4), _RIVALS_SAY))
    total = round(points(found, bands.start, weights) - others, 4)
    return Match(kind, ref, total, bounded(bands.of(total), left, right, found), tuple(told))


_RIVALS_SAY = "Other candidates fit as well, so that it is less certain that it is this one."


def odds(score: float) -> float:
    """What a candidate with this *score* weighs; rivals take ln(1 + the sum of their odds) off another's score."""
    return exp(min(score, HIGHEST))


def _comparison(one: Found, shown: Mapping[str, tuple[Scalar, Scalar]], weights: Weights) -> Comparison:
    name, level, amount = one
    worth, says = weights[name, level]
    left, right = shown.get(name, (None, None))
    if name == "frequency":
        left, right = round(amount, 3), None
    return Comparison(name, left, right, level, round(worth * amount, 4) + 0.0, says)


def _shown(left: Profile, right: Profile, firm: Profile | None) -> dict[str, tuple[Scalar, Scalar]]:
    """Both values of each comparison, as people wrote them where that is kept."""
    theirs = firm or right
    by_person = right.kind != Kind.ACCOUNT
    return {
        "email": (left.mail, right.mail),
        "phone": (left.shown[2], right.shown[2] or theirs.shown[2]),
        "name": (left.shown[0], right.shown[0]) if by_person else (_firm(left), _firm(right)),
        "mailbox_name": (left.mail, right.shown[0]),
        "suffix": (left.suffix, right.suffix),
        "company": (_firm(left), _firm(theirs)),
        "domain": (", ".join(left.domains), ", ".join(right.domains)),
        "legal_form": (left.legal_form, theirs.legal_form),
        "branch": (left.branch, right.branch),
        "title": (left.shown[3], right.shown[3]),
        "place": (left.shown[4] or left.land, theirs.shown[4] or theirs.land),
    }


def _firm(who: Profile) -> str:
    return who.shown[1] or ", ".join(who.domains)
