"""Pairs whose truth is known: from people's words, from the CRM's own past, and from labelled tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from connector.matching import Best, MatchingRules, best, compare
from connector.matching.training import Example, example
from connector.matching.truth import Asked, Truth
from connector.model.match import Band, Candidates, Known, Match, Word
from connector.model.records import Kind, Record, RecordRef
from connector.pipeline.bulk import candidates_for
from connector.ports import Crosswalk, Directory, Store

MOST_LEADS = 5000
"""More leads than this teach nothing new, and take long."""

_MATCHED = (Kind.CONTACT, Kind.LEAD, Kind.ACCOUNT)


def weighed(lead: Record, directory: Directory, rules: MatchingRules) -> Iterator[Match]:
    """Every candidate of a lead with its score, whatever its band, and all the evidence that is known beside it.

    What rivals take off is told of the best candidate of each kind alone.
    """
    found = candidates_for(lead, directory, rules)
    top = best(lead, found, rules)
    tops = {match.ref: match for match in (top.contact, top.account, top.repeat) if match}
    for known in (*found.contacts, *found.accounts, *found.leads):
        match = tops.get(known.ref) or _of_kind(best(lead, _alone(known, found), rules), known.kind)
        if match is not None:
            yield match


def _of_kind(found: Best, kind: Kind) -> Match | None:
    return {Kind.CONTACT: found.contact, Kind.ACCOUNT: found.account}.get(kind, found.repeat)


def _alone(known: Known, found: Candidates) -> Candidates:
    """One candidate without rivals, and all that speaks for it: a contact's account, an account's contacts."""
    if known.kind is Kind.CONTACT:
        return replace(found, contacts=(known,), leads=())
    if known.kind is Kind.ACCOUNT:
        return replace(found, accounts=(known,), leads=())
    return replace(found, contacts=(), accounts=(), leads=(known,))


def from_words(store: Store, rules: MatchingRules) -> Iterator[Example]:
    """What people said of pairs: the same, or different; what they were unsure of teaches nothing."""
    for words in store.matches.words():
        for said in words:
            left, right = store.directory.get(said.left), store.directory.get(said.right)
            if said.word is not Word.UNSURE and left is not None and right is not None:
                match = _compared(left, right, store.directory, rules)
                yield example(match, said.word is Word.SAME, str(said.left), rules)


def _compared(left: Record, right: Record, directory: Directory, rules: MatchingRules) -> Match:
    """A pair as it is weighed among the candidates, else by itself; the lead is the one that is asked about."""
    lead, other = (right, left) if right.kind is Kind.LEAD and left.kind is not Kind.LEAD else (left, right)
    among = (match for match in weighed(lead, directory, rules) if match.ref == other.ref)
    return next(among, None) or compare(lead, other, rules)


def from_history(store: Store, rules: MatchingRules) -> Iterator[Example]:
    """Leads that people converted into a contact or account which was there before the lead.

    A record that was made by the conversion is a copy of the lead and teaches nothing; what we converted ourselves
    would teach us our own opinion. The other candidates of such a lead are examples of what is different.
    """
    for records in store.directory.live():
        for lead in records:
            if lead.kind is Kind.LEAD and lead.flag("converted") and not _is_ours(lead, store.crosswalk):
                yield from _past(lead, store.directory, rules)


def _is_ours(lead: Record, crosswalk: Crosswalk) -> bool:
    """Whether the connector converted the lead: it keeps the ids of what became of it."""
    links = (link for own in crosswalk.by_ref(lead.ref) for link in crosswalk.by_key(own.key))
    return any(link.role in (Kind.CONTACT.value, Kind.ACCOUNT.value) for link in links)


def _past(lead: Record, directory: Directory, rules: MatchingRules) -> Iterator[Example]:
    became = {Kind.CONTACT: lead.text("converted_contact_id"), Kind.ACCOUNT: lead.text("converted_account_id")}
    matches = list(weighed(lead, directory, rules))
    for kind, record_id in became.items():
        own = [match for match in matches if match.kind is kind]
        if record_id and any(match.ref.id == record_id and _was_there(lead, match.ref, directory) for match in own):
            yield from (example(match, match.ref.id == record_id, str(lead.ref), rules) for match in own)


def _was_there(lead: Record, ref: RecordRef, directory: Directory) -> bool:
    """Whether the record is older than the lead; where one has no date nothing is known."""
    record = directory.get(ref)
    born, asked = record.text("created_at") if record else "", lead.text("created_at")
    return bool(born and asked and born < asked)


def from_labels(
    truths: Sequence[Truth], connection: str, directory: Directory, rules: MatchingRules
) -> Iterator[Example]:
    """Every candidate of the labelled leads, the same where the truth names it; at most `MOST_LEADS` of them."""
    persons = {truth.lead: truth.person or next(iter(truth.right[Asked.LEAD]), truth.lead) for truth in truths}
    step = max(1, -(-len(truths) // MOST_LEADS))
    for truth in truths[::step]:
        lead = directory.get(RecordRef(connection, "Lead", truth.lead))
        if lead is None:
            continue
        for match in weighed(lead, directory, rules):
            if match.kind is Kind.LEAD:
                if match.ref.id not in persons:
                    continue
                same = persons[match.ref.id] == persons[truth.lead]
            else:
                same = match.ref.id in truth.right[Asked(match.kind.value)]
            yield example(match, same, truth.lead, rules, persons[truth.lead])


@dataclass(frozen=True, slots=True)
class Decoys:
    """Scores of the best candidates of one kind: of every lead, and once more as if the first were not there."""

    best: tuple[float, ...]
    second: tuple[float, ...]


def decoys(directory: Directory, rules: MatchingRules) -> Mapping[Kind, Decoys]:
    """The directory's own leads, at most `MOST_LEADS` of them: what they find, and what they find without that."""
    first: dict[Kind, list[float]] = {kind: [] for kind in _MATCHED}
    second: dict[Kind, list[float]] = {kind: [] for kind in _MATCHED}
    for lead in _some_leads(directory):
        found = candidates_for(lead, directory, rules)
        top = best(lead, found, rules)
        other = best(lead, _without(top, found, directory, rules), rules)
        for kind in _MATCHED:
            first[kind] += [match.score for match in [_of_kind(top, kind)] if match]
            second[kind] += [match.score for match in [_of_kind(other, kind)] if match]
    return {kind: Decoys(tuple(first[kind]), tuple(second[kind])) for kind in _MATCHED}


def _without(top: Best, found: Candidates, directory: Directory, rules: MatchingRules) -> Candidates:
    """The candidates as if the best of each kind, and those that are the same as it, were not in the directory."""
    return replace(
        found,
        contacts=_others(top.contact, found.contacts, directory, rules),
        accounts=_others(top.account, found.accounts, directory, rules),
        leads=_others(top.repeat, found.leads, directory, rules),
    )


def _others(
    top: Match | None, candidates: Sequence[Known], directory: Directory, rules: MatchingRules
) -> tuple[Known, ...]:
    best_one = directory.get(top.ref) if top else None
    if best_one is None:
        return tuple(candidates)
    return tuple(known for known in candidates if not _is_same(best_one, known, directory, rules))


def _is_same(one: Record, known: Known, directory: Directory, rules: MatchingRules) -> bool:
    other = directory.get(known.ref)
    return known.ref == one.ref or (other is not None and compare(one, other, rules).band is Band.LINK)


def _some_leads(directory: Directory) -> Iterator[Record]:
    step = max(1, -(-directory.counts().get(Kind.LEAD.value, 0) // MOST_LEADS))
    leads = (record for records in directory.live() for record in records if record.kind is Kind.LEAD)
    return islice(leads, 0, None, step)


def from_pairs(pairs: Iterable[tuple[Record, Record, bool]], rules: MatchingRules) -> Iterator[Example]:
    """Labelled pairs of records, each weighed by itself."""
    for left, right, same in pairs:
        yield example(compare(left, right, rules), same, str(left.ref), rules)
