"""Rebuild: the directory laid anew from its own records, when the rules that they were laid by are others now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from connector.matching import MatchingRules, entry, layout
from connector.model.match import Entry
from connector.model.records import Kind, Record
from connector.ports import Directory, Observer, Spread


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many records were laid anew, and how many of them a lead can be matched with."""

    records: int
    known: int


def laid_by(rules: MatchingRules, record: Record) -> Entry:
    """A record as the directory keeps it under *rules*.

    One that no lead is matched with is under no key: an opportunity, and a lead that is closed already.
    """
    if record.kind is Kind.OPPORTUNITY:
        return Entry(record)
    laid = entry(record, rules)
    if record.kind is Kind.LEAD and record.flag("converted"):
        return replace(laid, keys=(), terms=(), vote="")
    return laid


def is_current(directory: Directory, rules: MatchingRules) -> bool:
    """Whether what stands in the directory was laid by *rules*."""
    return directory.made_by() == layout(rules)


def rebuild_directory(directory: Directory, rules: MatchingRules, spread: Spread, observer: Observer) -> Rebuilt:
    """Lay every record anew by *rules*, from what the directory itself holds; no CRM is asked.

    All or nothing: who reads meanwhile, or after a crash, finds the directory as it was.
    """
    total = sum(live for kind, live in directory.counts().items() if kind != Kind.OPPORTUNITY)
    observer.stage("directory", "lay anew", total)
    known = directory.rebuild(partial(laid_by, rules), layout(rules), spread, observer.advance)
    return Rebuilt(total, known)
