"""Who is this lead? Judgements first, then scores, ties and contradictions, then one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.matching import candidates as laid
from connector.matching import firms, people
from connector.matching.candidates import Field, Seen, ranked
from connector.matching.evidence import NOTHING, Found
from connector.matching.profile import Profile, profile
from connector.matching.rules import MatchingRules
from connector.matching.scoring import match
from connector.model.lookup import RUNAWAY
from connector.model.match import Band, Candidates, Judgement, Linkage, Match, Resolution, Word
from connector.model.records import Record, RecordRef

_AT_MOST = 5  # candidates shown to a person


@dataclass(frozen=True, slots=True)
class Best:
    """The best candidate of each kind, whatever its band; the score says how good it is."""

    contact: Match | None = None
    account: Match | None = None
    repeat: Match | None = None


@dataclass(frozen=True, slots=True)
class _Fields:
    """All candidates of one lead, compared."""

    lead: Profile
    contacts: Field
    accounts: Field
    repeats: Field
    homes: Mapping[str, tuple[RecordRef, Profile]]
    words: Mapping[RecordRef, Word]
    crowded: bool

    def is_named_otherwise(self, contact: Seen) -> bool:
        """Whether a person named another account or another lead than this contact, which only a score proposes."""
        home = self.homes.get(contact.profile.account_id)
        named = [one for one in (*self.accounts.seen, *self.repeats.seen) if one.word is Word.SAME]
        return contact.word is None and any(home is None or one.ref != home[0] for one in named)


def resolve(lead: Record, candidates: Candidates, judgements: Sequence[Judgement], rules: MatchingRules) -> Resolution:
    """Say who a lead is. A person's word on a pair wins over any score; junk is nobody."""
    compared = _compared(lead, candidates, _words(lead.ref, judgements), rules)
    answer = _contact(lead, compared) or _repeat(lead, compared) or _crowd(lead, compared)
    return answer or _account(lead, compared) or _nobody(lead, compared)


def best(lead: Record, candidates: Candidates, rules: MatchingRules) -> Best:
    """The best contact, account and other lead with their scores, whether or not they reach a band."""
    compared = _compared(lead, candidates, {}, rules)
    fields = (compared.contacts, compared.accounts, compared.repeats)
    return Best(*(field.match(field.seen[0]) if field.seen else None for field in fields))


def repeats(lead: Record, candidates: Candidates, rules: MatchingRules) -> tuple[Match, ...]:
    """Every other lead that may be the same person, best first, for clusters over leads."""
    field = _other_leads(lead, profile(lead, rules.lists), candidates, {}, rules)
    return tuple(field.match(one) for one in field.seen if field.band(one) is not Band.NEW)


def _compared(lead: Record, candidates: Candidates, words: Mapping[RecordRef, Word], rules: MatchingRules) -> _Fields:
    me, around = profile(lead, rules.lists), laid.beside(candidates)
    accounts = laid.profiles(candidates.accounts)
    homes = {who.account_id: (ref, who) for ref, who in accounts.items()}
    by_id = {account_id: who for account_id, (_, who) in homes.items()}
    contacts = ranked(me, laid.profiles(candidates.contacts), around, rules, words, by_id)
    through = _Through.of(contacts)
    fields = ranked(me, accounts, around, rules, words, None, through.found)
    repeated = _other_leads(lead, me, candidates, words, rules)
    crowded = me.personal and candidates.held.get(f"email={me.mail}", 0) > RUNAWAY
    return _Fields(me, contacts, fields, repeated, homes, words, crowded)


@dataclass(frozen=True, slots=True)
class _Through:
    """The account that the lead's contact belongs to, and how certain that contact is."""

    account_id: str = ""
    level: str = ""

    @classmethod
    def of(cls, contacts: Field) -> _Through:
        top = contacts.seen[0] if contacts.seen else None
        if top is None or not top.profile.account_id:
            return cls()
        band = contacts.band(top)
        return cls(top.profile.account_id, {Band.LINK: "linked", Band.POSSIBLE: "likely"}.get(band, ""))

    def found(self, account: Profile) -> Iterable[Found]:
        """What the contact says of an account."""
        if self.level and account.account_id == self.account_id:
            yield "contact", self.level, 1.0
        elif self.level == "linked":
            yield "contact", "elsewhere", 1.0


def own_keys(key: str, lead: Profile) -> frozenset[str]:
    """The external keys of a lead: its own *key*, and the one that it bears where we landed it."""
    return frozenset((key, *lead.facts[:1])) - {""}


def may_repeat(own: frozenset[str], key: str, other: Profile) -> bool:
    """Whether another lead could be a repeat: not the lead itself, not its own landed copy, not converted, not junk."""
    return own.isdisjoint((key, other.facts[0])) and not other.facts[2] and not other.junk


def _other_leads(
    lead: Record, me: Profile, candidates: Candidates, words: Mapping[RecordRef, Word], rules: MatchingRules
) -> Field:
    """Leads that could be repeats of this one."""
    own = own_keys(lead.ref.key, me)
    others = {ref: who for ref, who in laid.profiles(candidates.leads).items() if may_repeat(own, ref.key, who)}
    firms_known = laid.profiles(candidates.accounts).values()
    around = laid.among_leads(me, others.values(), firms_known, laid.beside(candidates))
    return ranked(me, others, around, rules, words)


def _words(lead: RecordRef, judgements: Sequence[Judgement]) -> Mapping[RecordRef, Word]:
    """The latest word on each pair that holds the lead."""
    said: dict[RecordRef, Word] = {}
    for judgement in sorted(judgements, key=lambda j: j.at):
        if lead in (judgement.left, judgement.right):
            said[judgement.right if judgement.left == lead else judgement.left] = judgement.word
    return said


def _contact(lead: Record, compared: _Fields) -> Resolution | None:
    """An existing contact, with its account; another firm than the account's is a change of job: ask."""
    contacts, best_one = compared.contacts, compared.contacts.certain
    if best_one is None or compared.is_named_otherwise(best_one):
        return None
    home = compared.homes.get(best_one.profile.account_id)
    chosen = contacts.match(best_one)
    if home is None:
        return _linked(lead, compared, Linkage.CONTACT, contacts, chosen, None, "This is a known contact.")
    if best_one.word is None and compared.words.get(home[0]) is Word.DIFFERENT:
        because = "This is a known contact of an account that a person said the lead does not belong to."
        return _possible(lead, compared, (chosen, *compared.accounts.open), contacts, because)
    if best_one.word is None and (
        names_other_firm(compared.lead, best_one.profile, home[1]) or _is_known_elsewhere(compared, home[0])
    ):
        because = "This is a known contact who now names another firm than that of their account."
        return _possible(lead, compared, (chosen, *compared.accounts.open), contacts, because)
    account = next((one for one in compared.accounts.seen if one.ref == home[0]), None)
    told = compared.accounts.match(account) if account else _bare_match(compared, *home)
    told = replace(told, band=Band.LINK)
    return _linked(lead, compared, Linkage.CONTACT, contacts, chosen, told, "This is a known contact.")


def _bare_match(compared: _Fields, ref: RecordRef, account: Profile) -> Match:
    found = list(firms.company_evidence(compared.lead, account, NOTHING))
    return match(ref, compared.lead, account, None, found, compared.accounts.rules)


def names_other_firm(lead: Profile, contact: Profile, account: Profile) -> bool:
    """Whether the lead's company or domain contradicts the firm that its contact belongs to."""
    level = people.company_level(lead, contact, account, NOTHING)
    if level in ("different", "different-private"):
        return True
    own = account._replace(domains=[*account.domains, *contact.domains])
    return level is None and bool(lead.domains) and firms.domain_level(lead, own, NOTHING) == "different"


def _is_known_elsewhere(compared: _Fields, home: RecordRef) -> bool:
    """Whether the company that a lead names is another known account, while its address is still the old firm's."""
    levels = {
        one.ref: next((level for name, level, _ in one.found if name == "name"), "") for one in compared.accounts.seen
    }
    by_name = [ref for ref, level in levels.items() if level in ("same", "joined") and ref != home]
    return bool(by_name) and levels.get(home) == "different"


def _repeat(lead: Record, compared: _Fields) -> Resolution | None:
    """Another lead of the same person, when that one comes first in the order of survivors."""
    field, mine = compared.repeats, _seniority(lead.ref, compared.lead)
    older = [one for one in field.seen if field.band(one) is Band.LINK and _seniority(one.ref, one.profile) < mine]
    if not older:
        return None
    survivor = field.match(min(older, key=lambda one: _seniority(one.ref, one.profile)))
    because = "Another lead is the same person and came first."
    return _linked(lead, compared, Linkage.LEAD, field, survivor, None, because)


def _crowd(lead: Record, compared: _Fields) -> Resolution | None:
    """An address that so many records bear that none of them was looked at: never a new contact without asking."""
    if not compared.crowded:
        return None
    because = f"More than {RUNAWAY} records bear the same e-mail address, so that none of them can be told apart."
    found = (*compared.contacts.open, *compared.accounts.open)
    return _possible(lead, compared, found, compared.contacts, because)


def _seniority(ref: RecordRef, who: Profile) -> tuple[bool, str, RecordRef]:
    """Survivors first: landed by us, then created earlier, then the smaller id. The same from both sides."""
    external_key, created_at, _ = who.facts
    return (not external_key, created_at or "~", ref)


def _account(lead: Record, compared: _Fields) -> Resolution | None:
    field, best_one = compared.accounts, compared.accounts.certain
    if best_one is None or (compared.contacts.open and best_one.word is None):
        return None
    because = "The company is a known account."
    return _linked(lead, compared, Linkage.ACCOUNT, field, None, field.match(best_one), because)


def _nobody(lead: Record, compared: _Fields) -> Resolution:
    """Possible when anything could be the lead, else new."""
    contacts, accounts = compared.contacts.open, compared.accounts.open
    if contacts:
        tied = contacts[0].band is Band.LINK
        because = "Several known contacts could be this person." if tied else "A known contact may be this person."
        return _possible(lead, compared, (*contacts, *accounts), compared.contacts, because)
    if accounts:
        tied = accounts[0].band is Band.LINK
        because = "Several accounts could be this company." if tied else "An account may be this company."
        return _possible(lead, compared, accounts, compared.accounts, because)
    field = compared.contacts if compared.contacts.seen else compared.accounts
    runner_up = field.match(field.seen[0]) if field.seen else None
    because = "The lead holds no identity to look for." if compared.lead.junk else "Nobody like this is known."
    return Resolution(
        lead.ref, Linkage.NEW, runner_up=runner_up, weak_identity=tuple(compared.lead.weak), because=because
    )


def _linked(
    lead: Record,
    compared: _Fields,
    linkage: Linkage,
    field: Field,
    chosen: Match | None,
    account: Match | None,
    because: str,
) -> Resolution:
    """The answer with its runner-up; *chosen* is a contact or a lead, *account* stands beside it or alone."""
    link = chosen or account
    second = _other(field, link.ref) if link else None
    runner_up = field.match(second) if second else None
    gap = round(link.score - runner_up.score, 4) if link and runner_up else None
    return Resolution(
        lead.ref,
        linkage,
        contact=chosen if linkage is Linkage.CONTACT else None,
        account=account,
        duplicate_of=chosen if linkage is Linkage.LEAD else None,
        runner_up=runner_up,
        gap=gap,
        weak_identity=tuple(compared.lead.weak),
        because=because + (" A person said so." if link and link.judged else ""),
    )


def _other(field: Field, ref: RecordRef) -> Seen | None:
    return next((one for one in field.seen if one.ref != ref), None)


def _possible(lead: Record, compared: _Fields, found: Iterable[Match], field: Field, because: str) -> Resolution:
    best_one, second = (*field.seen[:2], None, None)[:2]
    return Resolution(
        lead.ref,
        Linkage.POSSIBLE,
        candidates=tuple({one.ref: one for one in found}.values())[:_AT_MOST],
        runner_up=field.match(second) if second else None,
        gap=round(best_one.score - second.score, 4) if best_one and second else None,
        weak_identity=tuple(compared.lead.weak),
        because=because,
    )


def company_group(lead: Record, rules: MatchingRules) -> str:
    """A name for the new company that several leads share; empty when it cannot be told.

    The registrable domain where the lead has one of its firm's own, else company and country. A domain that the
    lead's company name contradicts is still the firm's: names are typed by people, domains by machines.
    """
    me = profile(lead, rules.lists)
    if me.junk:
        return ""
    if me.domains:
        return f"domain:{me.domains[0]}"
    if not me.firm:
        return ""
    return f"company:{me.firm.replace(' ', '')}:{me.country}".rstrip(":")
