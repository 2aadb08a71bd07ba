"""New companies: leads that are about to open an account, compared with each other as companies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from connector.matching.keys import entry, known, query
from connector.matching.resolution import company_group, resolve
from connector.matching.rules import MatchingRules
from connector.model.match import Candidates, Known, Linkage
from connector.model.records import Kind, Record, RecordRef
from connector.values import email as email_values

_OF_THE_FIRM = ("website", "phone", "street", "city", "state", "postal_code", "country", "industry")
_AT_MOST = 50
"""Firms that one lead is compared with: those that share most keys."""


class Likeness(StrEnum):
    """SAME: it is a company that another lead opens. UNSURE: it may be one. NEW: nobody opens it yet."""

    SAME = "same"
    UNSURE = "unsure"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What a lead's company is among those that other leads are about to open.

    *share* names the company; leads of one share open one account. *like* is the lead whose company it is or may
    be, None for none.
    """

    likeness: Likeness
    share: str = ""
    like: RecordRef | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A company as one lead names it."""

    share: str
    lead: RecordRef
    keys: frozenset[str]
    firm: Known


@dataclass
class NewCompanies:
    """The companies that leads are about to open accounts for, looked up by blocking keys."""

    rules: MatchingRules
    _opened: dict[RecordRef, _Opened] = field(default_factory=dict)
    _holders: dict[str, dict[RecordRef, None]] = field(default_factory=dict)
    _shares: dict[str, dict[RecordRef, None]] = field(default_factory=dict)

    def of(self, lead: Record) -> Newcomer:
        """Which of these companies the lead's is: by the same name for it, else by the evidence for accounts.

        A company that is certainly one of them takes that one's share. Where it may be one, or is like several,
        it is unsure. A lead without a company of its own has no share.
        """
        share = company_group(lead, self.rules)
        if not share:
            return Newcomer(Likeness.NEW)
        founders = [ref for ref in self._shares.get(share, ()) if ref != lead.ref]
        if founders:
            return Newcomer(Likeness.SAME, share, founders[0])
        alike = self._alike(lead)
        found = {one: _linkage(lead, one.firm, self.rules) for one in alike}
        linked = [one for one, linkage in found.items() if linkage is Linkage.ACCOUNT]
        shares = dict.fromkeys(one.share for one in linked)
        if len(shares) == 1:
            return Newcomer(Likeness.SAME, linked[0].share, linked[0].lead)
        unsure = linked or [one for one, linkage in found.items() if linkage is Linkage.POSSIBLE]
        return Newcomer(Likeness.UNSURE, share, unsure[0].lead) if unsure else Newcomer(Likeness.NEW, share)

    def add(self, lead: Record, share: str) -> None:
        """The lead opens, or helps to open, the account of *share*."""
        self.drop(lead.ref)
        firm = as_account(lead, self.rules)
        keys = frozenset(entry(firm, self.rules).keys)
        self._opened[lead.ref] = _Opened(share, lead.ref, keys, known(firm, self.rules))
        self._shares.setdefault(share, {})[lead.ref] = None
        for key in keys:
            self._holders.setdefault(key, {})[lead.ref] = None

    def drop(self, lead: RecordRef) -> None:
        """The lead opens no account any more."""
        before = self._opened.pop(lead, None)
        if before is None:
            return
        del self._shares[before.share][lead]
        for key in before.keys:
            del self._holders[key][lead]

    def _alike(self, lead: Record) -> list[_Opened]:
        """Companies that share a key with the lead's, those that share most first, then in order of their leads."""
        asked = query(lead, self.rules)
        shared = Counter(ref for key in (*asked.strong, *asked.weak) for ref in self._holders.get(key, ()))
        shared.pop(lead.ref, None)
        ranked = sorted(shared, key=lambda ref: (-shared[ref], ref))
        return [self._opened[ref] for ref in ranked[:_AT_MOST]]


def _linkage(lead: Record, firm: Known, rules: MatchingRules) -> Linkage:
    return resolve(lead, Candidates(accounts=(firm,)), (), rules).linkage


def as_account(lead: Record, rules: MatchingRules) -> Record:
    """The account that a lead's company would become: its name, its site or the domain of its mail, its place."""
    values = {name: value for name in _OF_THE_FIRM if (value := lead.get(name)) is not None}
    domain = company_group(lead, rules).partition("domain:")[2]
    if domain and email_values.registrable(lead.text("website")) != domain:
        values["website"] = domain
    return Record(Kind.ACCOUNT, lead.ref, {**values, "name": lead.get("company")}, modified=lead.modified)
