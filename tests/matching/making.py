"""The shipped matching rules, and records made in one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from connector.matching import MatchingRules, entry, known, load_matching, resolve
from connector.model.lookup import OF_CONTACTS
from connector.model.match import Candidates, Judgement, Known, Match, Resolution, Word
from connector.model.records import Kind, Record, RecordRef, Scalar

PROJECT = Path(__file__).resolve().parent.parent.parent
PATH = "mappings/matching.yaml"
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def text() -> str:
    """The shipped matching rules as text."""
    return (PROJECT / PATH).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def rules() -> MatchingRules:
    """The shipped matching rules."""
    return load_matching(text(), PATH)


def lead(record_id: str = "L1", connection: str = "crm", /, **values: Scalar) -> Record:
    """A lead of Ann Weber at Nordwind Tools, unless told otherwise."""
    given: dict[str, Scalar] = {
        "first_name": "Ann",
        "last_name": "Weber",
        "email": "ann.weber@nordwindtools.com",
        "company": "Nordwind Tools",
    }
    return Record(Kind.LEAD, RecordRef(connection, "Lead", record_id), _filled(given | values))


def contact(record_id: str = "C1", /, **values: Scalar) -> Record:
    """The contact Ann Weber of account A1."""
    given: dict[str, Scalar] = {
        "first_name": "Ann",
        "last_name": "Weber",
        "email": "ann.weber@nordwindtools.com",
        "account_id": "A1",
    }
    return Record(Kind.CONTACT, RecordRef("crm", "Contact", record_id), _filled(given | values))


def account(record_id: str = "A1", /, **values: Scalar) -> Record:
    """The account Nordwind Tools GmbH."""
    given: dict[str, Scalar] = {"name": "Nordwind Tools GmbH", "website": "www.nordwindtools.com"}
    return Record(Kind.ACCOUNT, RecordRef("crm", "Account", record_id), _filled(given | values))


def _filled(values: dict[str, Scalar]) -> dict[str, Scalar]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def found(*records: Record) -> Candidates:
    """What a directory that holds just these records would bring, and what it would know beside them."""
    live = [record for record in records if not record.deleted and record.merged_into is None]
    laid = [entry(record, rules()) for record in live]
    votes: dict[str, Counter[str]] = {}
    for one in laid:
        if one.vote:
            votes.setdefault(one.vote, Counter())[one.record.text("account_id")] += 1
    return Candidates(
        _of(live, Kind.CONTACT),
        _of(live, Kind.ACCOUNT),
        _of(live, Kind.LEAD),
        counts=Counter(term for one in laid for term in one.terms),
        held=Counter(
            key
            for one in laid
            for key in one.keys
            if one.record.kind is Kind.CONTACT or not key.startswith(OF_CONTACTS)
        ),
        votes=votes,
        size=Counter(record.kind for record in live),
    )


def _of(records: Iterable[Record], kind: Kind) -> tuple[Known, ...]:
    return tuple(known(record, rules()) for record in records if record.kind is kind)


def resolved(who: Record, *records: Record, words: Iterable[Judgement] = ()) -> Resolution:
    """Who *who* is among *records*, by the shipped rules."""
    return resolve(who, found(*records), tuple(words), rules())


def word(left: Record, right: Record, said: Word, minutes: int = 0) -> Judgement:
    """A person's word on a pair, some minutes after `NOW`."""
    return Judgement(left.ref, right.ref, said, "ann", NOW + timedelta(minutes=minutes))


def level(match: Match, name: str) -> str:
    """The level of one comparison; empty when it was not made."""
    return next((comparison.level for comparison in match.comparisons if comparison.name == name), "")
