"""Candidates laid beside a lead: every one with its evidence and score, best first, rivals taken into account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log1p

from connector.matching import mailboxes, people
from connector.matching.bounds import bounded
from connector.matching.evidence import Beside, Found
from connector.matching.profile import Profile, read
from connector.matching.rules import Bands, MatchingRules
from connector.matching.scoring import evidence, match, odds, points
from connector.model.match import Band, Candidates, Known, Match, Word
from connector.model.records import Kind, RecordRef

_A_FIRM = 2  # people at least who answer the number of a firm
_AT_MOST = 5  # candidates that are put into words
_ONE_NAME = frozenset(("same", "sound", "swapped", "middle", "nickname", "initial", "mistyped"))
_TWO_MAILBOXES = frozenset(("other-digits", "other-mailbox", "numbered"))

Adds = Callable[[Profile], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A candidate as it was compared: *total* without its rivals, *others* what they take off."""

    ref: RecordRef
    profile: Profile
    firm: Profile | None
    found: tuple[Found, ...]
    total: float
    others: float = 0.0
    word: Word | None = None

    @property
    def score(self) -> float:
        """The total less what the rivals take off."""
        return self.total - self.others


@dataclass(frozen=True, slots=True)
class Field:
    """The candidates of one kind, best first, beside one lead."""

    lead: Profile
    seen: tuple[Seen, ...]
    bands: Bands
    rules: MatchingRules

    def match(self, one: Seen) -> Match:
        """A candidate in words, with the band that its score and what no sum overrules allow."""
        made = match(one.ref, self.lead, one.profile, one.firm, one.found, self.rules, one.others)
        if one.word is not None:
            band = Band.LINK if one.word is Word.SAME else Band.POSSIBLE
            return replace(made, band=band, judged=True)
        return replace(made, band=self.band(one))

    def band(self, one: Seen) -> Band:
        """What a candidate's score allows, within what no sum of points overrules."""
        if one.word is not None:
            return Band.LINK if one.word is Word.SAME else Band.POSSIBLE
        return bounded(self.bands.of(one.score), self.lead, one.profile, one.found)

    @property
    def matches(self) -> tuple[Match, ...]:
        """The best few in words."""
        return tuple(self.match(one) for one in self.seen[:_AT_MOST])

    @property
    def open(self) -> tuple[Match, ...]:
        """Candidates that a person could choose from."""
        return tuple(
            self.match(one) for one in self.seen[:_AT_MOST] if self.band(one) is not Band.NEW or self._vies(one)
        )

    def _vies(self, one: Seen) -> bool:
        """Whether a candidate keeps the best one from being linked, however much less it scores."""
        return not self.lead.mail and one is not self.seen[0] and _is_numbered_namesake(self.seen[0], one)

    @property
    def certain(self) -> Seen | None:
        """The one candidate that links: judged the same, or scored so with nobody close behind."""
        if not self.seen or self.band(self.seen[0]) is not Band.LINK:
            return None
        best, others = self.seen[0], self.seen[1:]
        if best.word is not None or not others:
            return best
        if not self.lead.mail and any(_is_numbered_namesake(best, other) for other in others):
            return None
        if self.band(others[0]) is Band.NEW:
            return best
        return None if best.total - others[0].total < self.bands.tie else best


def _is_numbered_namesake(best: Seen, other: Seen) -> bool:
    """Whether a colleague bears the name just as well, and only a number in the mailbox tells the two apart."""
    if other.profile.kind != Kind.CONTACT or other.profile.account_id != best.profile.account_id:
        return False
    ours, theirs = ({name: level for name, level, _ in one.found} for one in (best, other))
    return theirs.get("email") == "numbered" and "email" not in ours and theirs.get("name") == ours.get("name")


def beside(candidates: Candidates) -> Beside:
    """What the directory knows beside the records."""
    return Beside(candidates.counts, candidates.held, candidates.votes, candidates.size)


def among_leads(lead: Profile, leads: Iterable[Profile], accounts: Iterable[Profile], around: Beside) -> Beside:
    """What is known beside a lead and other leads: a line is shared by all who bear other names on it, and a firm's.

    Leads of one person share their line with nobody, however often that person asked.
    """
    lines = {phone[:8] for phone in lead.phones}
    names: dict[str, set[tuple[str, str]]] = {line: {(lead.first, lead.last)} for line in lines}
    for other in leads:
        for line in lines.intersection(phone[:8] for phone in other.phones):
            names[line].add((other.first, other.last))
    firms_own = lines.intersection(phone[:8] for account in accounts for phone in account.phones)
    held = {
        f"phone={line}": max(len(on) + (_A_FIRM if line in firms_own else 0), around.held.get(f"phone={line}", 0))
        for line, on in names.items()
    }
    return replace(around, held={**around.held, **held})


def profiles(found: Iterable[Known]) -> dict[RecordRef, Profile]:
    """Each candidate's identity once, in an order that does not depend on how they were found."""
    kept = {known.ref: known.profile for known in found}
    return {ref: read(kept[ref]) for ref in sorted(kept)}


def ranked(
    lead: Profile,
    others: Mapping[RecordRef, Profile],
    around: Beside,
    rules: MatchingRules,
    words: Mapping[RecordRef, Word],
    homes: Mapping[str, Profile] | None = None,
    adds: Adds = lambda _: (),
) -> Field:
    """Candidates of one kind, best first: judged the same before all scores, judged different left out.

    *homes* are the accounts of contacts by id, *adds* is evidence beside that of the two records.
    """
    kind = Kind(next(iter(others.values())).kind) if others else Kind.CONTACT
    bands, weights = rules.of(kind)
    seen: list[Seen] = []
    for ref, other in others.items():
        word = words.get(ref)
        if word is Word.DIFFERENT or (word is None and (lead.junk or other.junk)):
            continue
        firm = homes.get(other.account_id) if homes else None
        found = (*evidence(lead, other, firm, around), *adds(other))
        seen.append(Seen(ref, other, firm, found, points(found, bands.start, weights), 0.0, word))
    seen.sort(key=lambda one: (one.word is not Word.SAME, -one.total, one.ref))
    return Field(lead, tuple(_with_rivals(seen)), bands, rules)


def _with_rivals(seen: list[Seen]) -> list[Seen]:
    """The best ones with what the others take off; the same person or firm kept twice is no rival of itself."""
    if not seen or seen[0].profile.kind == Kind.LEAD:
        return seen
    weights = [odds(one.total) for one in seen]
    return [_less_rivals(seen, place, weights) for place in range(min(len(seen), _AT_MOST))] + seen[_AT_MOST:]


def _less_rivals(seen: list[Seen], place: int, weights: Sequence[float]) -> Seen:
    """One candidate with what all others take off that are not its twins."""
    one, are_people = seen[place], seen[place].profile.kind == Kind.CONTACT
    against = sum(
        weight
        for at, weight in enumerate(weights)
        if at != place and not (are_people and is_twin(one.profile, seen[at].profile, one.firm))
    )
    return Seen(one.ref, one.profile, one.firm, one.found, one.total, log1p(against), one.word)


def is_twin(left: Profile, right: Profile, firm: Profile | None) -> bool:
    """Whether two contacts are plainly one person whom the CRM holds twice; a person may leave any number of leads.

    *firm* is the account of *left*.
    """
    if left.kind != Kind.CONTACT:
        return left.kind == Kind.LEAD
    if left.account_id != right.account_id:
        return left.personal and left.mail == right.mail
    if left.suffix != right.suffix or mailboxes.email_level(left, right, firm) in _TWO_MAILBOXES:
        return False
    return people.name_level(left, right) in _ONE_NAME
