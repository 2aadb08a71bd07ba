"""Who is this lead? Judgements first, then scores, ties and contradictions, then one answer."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.matching import firms
from connector.matching.identity import Identity, identity
from connector.matching.rules import Bands, MatchingRules
from connector.matching.scoring import ALONE, Surroundings, company_level, score
from connector.model.match import Band, Candidates, Judgement, Known, Linkage, Match, Resolution, Word
from connector.model.records import Kind, Record, RecordRef
from connector.values import phone as phone_values

_Homes = Mapping[tuple[str, str], Identity]  # accounts by connection and id
_AT_MOST = 5  # candidates shown to a person


@dataclass(frozen=True, slots=True)
class _Field:
    """The candidates of one kind, best first, and what they say together."""

    matches: tuple[Match, ...]
    bands: Bands

    @property
    def best(self) -> Match | None:
        return self.matches[0] if self.matches else None

    @property
    def second(self) -> Match | None:
        return self.matches[1] if len(self.matches) > 1 else None

    @property
    def gap(self) -> float | None:
        if self.best is None or self.second is None:
            return None
        return round(self.best.score - self.second.score, 4)

    @property
    def certain(self) -> Match | None:
        """The one candidate that links: judged the same, or scored so with nobody close behind."""
        best, second = self.best, self.second
        if best is None or best.band is not Band.LINK:
            return None
        if best.judged or second is None or second.band is Band.NEW:
            return best
        close = best.score - second.score < self.bands.tie
        contested = second.band is Band.LINK and _is_contradicted(best)
        return None if close or contested else best

    @property
    def open(self) -> tuple[Match, ...]:
        """Candidates that a person could choose from."""
        return tuple(match for match in self.matches if match.band is not Band.NEW)[:_AT_MOST]


_CONTRADICTIONS = {("address", "other-country"), ("branch", "different"), ("legal_form", "different")}


def _is_contradicted(match: Match) -> bool:
    """Whether something plain speaks against an account, so that another good one is not passed over for it."""
    found = {(comparison.name, comparison.level) for comparison in match.comparisons}
    return match.kind is Kind.ACCOUNT and not _CONTRADICTIONS.isdisjoint(found)


def resolve(lead: Record, candidates: Candidates, judgements: Sequence[Judgement], rules: MatchingRules) -> Resolution:
    """Say who a lead is. A person's word on a pair wins over any score; junk is nobody."""
    me = identity(lead, rules.lists)
    words = _words(lead.ref, judgements)
    known = _Known.of(candidates, rules)
    contacts = _ranked(me, known.contacts, known, words, rules.people, rules)
    accounts = _ranked(me, known.accounts, known, words, rules.companies, rules)
    repeats = _ranked(me, _other_leads(lead, known.leads), known, words, rules.repeats, rules)
    answer = _contact(me, contacts, accounts, known) or _repeat(me, repeats, known)
    return answer or _account(me, contacts, accounts) or _nobody(me, contacts, accounts)


@dataclass(frozen=True, slots=True)
class _Known:
    """The candidates, normalised, and what they tell about each other."""

    contacts: tuple[Identity, ...]
    accounts: tuple[Identity, ...]
    leads: tuple[Identity, ...]
    by_ref: Mapping[RecordRef, Identity]
    homes: _Homes
    firm_phones: frozenset[str]
    domains: Mapping[RecordRef, frozenset[str]]
    rules: MatchingRules

    @classmethod
    def of(cls, candidates: Candidates, rules: MatchingRules) -> _Known:
        contacts, accounts, leads = (
            tuple(identity(record, rules.lists) for record in _once(records))
            for records in (candidates.contacts, candidates.accounts, candidates.leads)
        )
        by_ref = {who.record.ref: who for who in (*contacts, *accounts, *leads)}
        homes = {(who.record.ref.connection, who.record.ref.id): who for who in accounts}
        phones, votes = _firm_phones(contacts, accounts), _votes(contacts, homes)
        return cls(contacts, accounts, leads, by_ref, homes, phones, votes, rules)

    def account_of(self, contact: RecordRef) -> Identity | None:
        """The account that a contact belongs to, when it came along."""
        who = self.by_ref.get(contact)
        return _account_of(who, self.homes) if who is not None else None

    def around(self, who: Identity) -> Surroundings:
        """What is known beside this candidate."""
        if who.record.kind is Kind.CONTACT:
            account = _account_of(who, self.homes)
            return Surroundings(account.firm if account else None, self.firm_phones)
        if who.record.kind is Kind.ACCOUNT:
            return Surroundings(contact_domains=self.domains.get(who.record.ref, frozenset()))
        return ALONE


def _once(found: Iterable[Known]) -> list[Record]:
    """Each record once, in an order that does not depend on how they were found."""
    live = {known.ref: Record(known.kind, known.ref, json.loads(known.profile)) for known in found}
    return [live[ref] for ref in sorted(live)]


def _account_of(who: Identity, homes: _Homes) -> Identity | None:
    place = (who.record.ref.connection, who.record.text("account_id"))
    return homes.get(place) if place[1] else None


def _firm_phones(contacts: Iterable[Identity], accounts: Iterable[Identity]) -> frozenset[str]:
    """Numbers of a whole firm: the account's own, and those that several contacts share."""
    counts = Counter(tail for who in contacts for tail in {phone_values.tail(number) for number in who.phones})
    shared = {tail for tail, count in counts.items() if count > 2}
    return frozenset(shared | {phone_values.tail(number) for who in accounts for number in who.phones})


def _votes(contacts: Iterable[Identity], homes: _Homes) -> Mapping[RecordRef, frozenset[str]]:
    """The firm domains from which an account's contacts write."""
    found: dict[RecordRef, set[str]] = defaultdict(set)
    for who in contacts:
        account = _account_of(who, homes)
        if account is not None and who.mail is not None and who.mail.kind == "firm":
            found[account.record.ref].update(set(who.firm.domains) & {who.mail.domain})
    return {ref: frozenset(domains) for ref, domains in found.items()}


def _other_leads(lead: Record, leads: Iterable[Identity]) -> tuple[Identity, ...]:
    """Leads that could be repeats: not the lead itself, not its own landed copy, not converted, not junk."""
    own_keys = {lead.ref.key, lead.text("external_key")} - {""}
    return tuple(
        who
        for who in leads
        if who.record.ref != lead.ref
        and own_keys.isdisjoint({who.record.ref.key, who.record.text("external_key")})
        and not who.record.flag("converted")
        and not who.junk
    )


def _words(lead: RecordRef, judgements: Sequence[Judgement]) -> Mapping[RecordRef, Word]:
    """The latest word on each pair that holds the lead."""
    said: dict[RecordRef, Word] = {}
    for judgement in sorted(judgements, key=lambda j: j.at):
        if lead in (judgement.left, judgement.right):
            said[judgement.right if judgement.left == lead else judgement.left] = judgement.word
    return said


def _ranked(
    me: Identity,
    others: Sequence[Identity],
    known: _Known,
    words: Mapping[RecordRef, Word],
    bands: Bands,
    rules: MatchingRules,
) -> _Field:
    """Candidates best first: judged the same before all scores, judged different left out."""
    found = []
    for who in others:
        word = words.get(who.record.ref)
        if word is Word.DIFFERENT or (word is None and (me.junk or who.junk)):
            continue
        match = _bounded(score(me, who, rules, known.around(who)))
        if word is not None:
            match = replace(match, band=Band.LINK if word is Word.SAME else Band.POSSIBLE, judged=True)
        found.append(match)
    found.sort(key=lambda match: (not (match.judged and match.band is Band.LINK), -match.score, match.ref))
    return _Field(tuple(found), bands)


def _bounded(match: Match) -> Match:
    """What no sum of points overrules.

    A company whose name is only like the account's, on no common domain and at no common phone or street,
    is asked about. One personal address is never two people, and one name never two firms, without asking.
    """
    levels = {comparison.name: comparison.level for comparison in match.comparisons}
    if match.kind is Kind.ACCOUNT and match.band is Band.LINK and not _is_sure(levels):
        return replace(match, band=Band.POSSIBLE)
    if match.band is Band.NEW and _asks(match.kind, levels):
        return replace(match, band=Band.POSSIBLE)
    return match


def _asks(kind: Kind, levels: Mapping[str, str]) -> bool:
    if kind is Kind.CONTACT:
        return levels.get("email") == "same"
    if kind is Kind.ACCOUNT and levels.get("name") == "near":
        return levels.get("address") != "other-country"
    return kind is Kind.ACCOUNT and levels.get("name") in ("same", "joined")


def _is_sure(levels: Mapping[str, str]) -> bool:
    if levels.get("name") in ("same", "joined") or levels.get("domain") in ("same", "through-contacts"):
        return True
    alike = levels.get("name") in ("near", "short", "acronym", "shared-word")
    return alike and (levels.get("phone") == "same" or levels.get("address") == "same-street")


def _contact(me: Identity, contacts: _Field, accounts: _Field, known: _Known) -> Resolution | None:
    """An existing contact, with its account; another firm than the account's is a change of job: ask."""
    best = contacts.certain
    if best is None:
        return None
    account = known.account_of(best.ref)
    if account is None:
        return _linked(me, Linkage.CONTACT, contacts, contact=best, because="This is a known contact.")
    if not best.judged and names_other_firm(me, known.by_ref[best.ref], account):
        because = "This is a known contact who now names another firm than that of their account."
        return _possible(me, (best, *accounts.open), contacts, because)
    match = next((found for found in accounts.matches if found.ref == account.record.ref), None)
    home = match or score(me, account, known.rules, known.around(account))
    home = replace(home, band=Band.LINK)
    return _linked(me, Linkage.CONTACT, contacts, contact=best, account=home, because="This is a known contact.")


def names_other_firm(lead: Identity, contact: Identity, account: Identity) -> bool:
    """Whether the lead's company or domain contradicts the firm that its contact belongs to."""
    own = tuple(dict.fromkeys((*contact.firm.domains, *account.firm.domains)))
    firm = replace(account.firm, domains=own)
    level = company_level(lead.firm, firm)
    if level == "different":
        return True
    if level is None and lead.firm.domains:
        return firms.domain_level(lead.firm, firm, frozenset()) == "different"
    return False


def _repeat(me: Identity, repeats: _Field, known: _Known) -> Resolution | None:
    """Another lead of the same person, when that one comes first in the order of survivors."""
    mine = _seniority(me.record)
    linked = [match for match in repeats.matches if match.band is Band.LINK]
    older = [match for match in linked if _seniority(known.by_ref[match.ref].record) < mine]
    if not older:
        return None
    survivor = min(older, key=lambda match: _seniority(known.by_ref[match.ref].record))
    because = "Another lead is the same person and came first."
    return _linked(me, Linkage.LEAD, repeats, duplicate_of=survivor, because=because)


def _seniority(lead: Record) -> tuple[bool, str, RecordRef]:
    """Survivors first: landed by us, then created earlier, then the smaller id. The same from both sides."""
    return (not lead.text("external_key"), lead.text("created_at") or "~", lead.ref)


def _account(me: Identity, contacts: _Field, accounts: _Field) -> Resolution | None:
    best = accounts.certain
    if best is None or (contacts.open and not best.judged):
        return None
    return _linked(me, Linkage.ACCOUNT, accounts, account=best, because="The company is a known account.")


def _nobody(me: Identity, contacts: _Field, accounts: _Field) -> Resolution:
    """Possible when anything could be the lead, else new."""
    if contacts.open:
        tied = contacts.best is not None and contacts.best.band is Band.LINK
        because = "Several known contacts could be this person." if tied else "A known contact may be this person."
        return _possible(me, (*contacts.open, *accounts.open), contacts, because)
    if accounts.open:
        tied = accounts.best is not None and accounts.best.band is Band.LINK
        because = "Several accounts could be this company." if tied else "An account may be this company."
        return _possible(me, accounts.open, accounts, because)
    field = contacts if contacts.matches else accounts
    because = "The lead holds no identity to look for." if me.junk else "Nobody like this is known."
    return Resolution(me.record.ref, Linkage.NEW, runner_up=field.best, weak_identity=me.weak, because=because)


def _linked(
    me: Identity,
    linkage: Linkage,
    field: _Field,
    *,
    contact: Match | None = None,
    account: Match | None = None,
    duplicate_of: Match | None = None,
    because: str,
) -> Resolution:
    chosen = contact if linkage is Linkage.CONTACT else account if linkage is Linkage.ACCOUNT else duplicate_of
    others = [match for match in field.matches if chosen is not None and match.ref != chosen.ref]
    runner_up = others[0] if others else None
    gap = round(chosen.score - runner_up.score, 4) if chosen is not None and runner_up is not None else None
    judged = " A person said so." if chosen is not None and chosen.judged else ""
    return Resolution(
        me.record.ref, linkage, contact, account, duplicate_of, (), runner_up, gap, me.weak, because + judged
    )


def _possible(me: Identity, candidates: Iterable[Match], field: _Field, because: str) -> Resolution:
    shown = tuple({match.ref: match for match in candidates}.values())[:_AT_MOST]
    return Resolution(
        me.record.ref,
        Linkage.POSSIBLE,
        candidates=shown,
        runner_up=field.second,
        gap=field.gap,
        weak_identity=me.weak,
        because=because,
    )


def company_group(lead: Record, rules: MatchingRules) -> str:
    """A name for the new company that several leads share; empty when it cannot be told.

    The registrable domain where the lead has one of its firm's own, else company and country. A domain that the
    lead's company name contradicts is still the firm's: names are typed by people, domains by machines.
    """
    me = identity(lead, rules.lists)
    if me.junk:
        return ""
    if me.firm.domains:
        return f"domain:{me.firm.domains[0]}"
    if not me.firm.joined:
        return ""
    return f"company:{me.firm.joined}:{me.firm.place.country}".rstrip(":")
