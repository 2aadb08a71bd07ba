"""How far a pair is from a link, and what would bring it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.matching.rules import Bands, MatchingRules, Weights
from connector.model.match import Match
from connector.model.records import Kind

_NOT_OF_THE_PAIR = frozenset(("frequency", "contact"))  # what others are called, and who else is linked


@dataclass(frozen=True, slots=True)
class Gain:
    """A level that one comparison could reach, the points it would bring beyond now, and its sentence."""

    name: str
    level: str
    points: float
    says: str


@dataclass(frozen=True, slots=True)
class Distance:
    """*missing* points to a link (0 or less: it links) and to a question; *enough* are single pieces that would do."""

    missing: float
    missing_to_ask: float
    enough: Sequence[Gain]
    most: Gain | None


def bands_of(kind: Kind, rules: MatchingRules) -> Bands:
    """The bands that hold for a record of *kind*: a contact, an account, or another lead."""
    return {Kind.CONTACT: rules.people, Kind.ACCOUNT: rules.companies}.get(kind, rules.repeats)


def weights_of(kind: Kind, rules: MatchingRules) -> Weights:
    """The weights that hold for a record of *kind*."""
    return rules.company_weights if kind is Kind.ACCOUNT else rules.person_weights


def distance(match: Match, rules: MatchingRules) -> Distance:
    """How far *match* is from a link, and which single piece of better evidence would be enough."""
    bands = bands_of(match.kind, rules)
    missing = round(bands.link_at - match.score, 4)
    gains = _gains(match, weights_of(match.kind, rules))
    enough = [gain for gain in gains if gain.points >= missing > 0]
    return Distance(missing, round(bands.ask_at - match.score, 4), enough, gains[0] if gains else None)


def _gains(match: Match, weights: Weights) -> list[Gain]:
    """What the best level of each comparison would bring, most first."""
    now = {piece.name: piece.points for piece in match.comparisons}
    best: dict[str, Gain] = {}
    for (name, level), (points, says) in weights.items():
        if name in _NOT_OF_THE_PAIR:
            continue
        gain = Gain(name, level, round(points - now.get(name, 0.0), 4), says)
        if gain.points > 0 and (name not in best or best[name].points < gain.points):
            best[name] = gain
    return sorted(best.values(), key=lambda gain: -gain.points)
