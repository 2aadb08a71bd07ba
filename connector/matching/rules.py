"""Reading `matching.yaml`: every problem at once, then compiled into `MatchingRules`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import InputError
from connector.matching.grammar import BandsPart, LevelPart, ListsPart, MatchingPart
from connector.matching.levels import COMPANY_LEVELS, KEY_NAMES, PERSON_LEVELS
from connector.model.document import Document, Loc, parse, validate
from connector.model.match import Band
from connector.model.records import Kind, digest_of
from connector.values import company as company_values
from connector.values import email as email_values
from connector.values import names as name_values
from connector.values import phone as phone_values

Weights = Mapping[tuple[str, str], tuple[float, str]]
"""(comparison, level) -> (points, sentence)."""


@dataclass(frozen=True, slots=True)
class Bands:
    """The score before any evidence, where linking and asking begin, and how close two candidates tie."""

    start: float
    link_at: float
    ask_at: float
    tie: float

    def of(self, score: float) -> Band:
        """The band that *score* falls into."""
        if score >= self.link_at:
            return Band.LINK
        return Band.POSSIBLE if score >= self.ask_at else Band.NEW


@dataclass(frozen=True, slots=True)
class Lists:
    """This organisation's own additions to the built-in lists, folded."""

    free_mail_domains: frozenset[str]
    own_domains: frozenset[str]
    role_mailboxes: frozenset[str]
    junk_emails: frozenset[str]
    junk_names: frozenset[str]
    junk_companies: frozenset[str]
    junk_phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class MatchingRules:
    """How records are looked up, compared and judged. *version* changes with the meaning of the file only.

    *keys*: the keys in use and whether each is strong. *people* holds for a lead against a contact,
    *repeats* for a lead against another lead (with the same weights), *companies* against an account.
    """

    version: str
    path: str
    lists: Lists
    keys: Mapping[str, bool]
    people: Bands
    repeats: Bands
    companies: Bands
    person_weights: Weights
    company_weights: Weights

    def of(self, kind: Kind) -> tuple[Bands, Weights]:
        """The bands and weights for a candidate of *kind*."""
        if kind is Kind.ACCOUNT:
            return self.companies, self.company_weights
        return (self.repeats if kind is Kind.LEAD else self.people), self.person_weights


def load_matching(text: str, path: str) -> MatchingRules:
    """Read the matching rules; raises InputError with every problem of the file."""
    document = parse(text, path)
    part = validate(document, MatchingPart, "matching")
    if part is not None:
        _check(part, document)
    if part is None or document.findings:
        raise InputError(document.findings, next_command="connector mapping lint")
    return MatchingRules(
        version=digest_of(part.model_dump(mode="json")),
        path=path,
        lists=_lists(part.lists),
        keys={name: key.strong for name, key in part.keys.items()},
        people=_bands(part.people),
        repeats=_bands(part.repeats),
        companies=_bands(part.companies),
        person_weights=_weights(part.people.evidence),
        company_weights=_weights(part.companies.evidence),
    )


def matching_schema() -> dict[str, Any]:
    """The JSON Schema of `matching.yaml`, for editors."""
    schema = MatchingPart.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for part, levels in (("PeoplePart", PERSON_LEVELS), ("CompaniesPart", COMPANY_LEVELS)):
        schema["$defs"][part]["properties"]["evidence"] = _evidence_schema(levels)
    key = {"$ref": "#/$defs/KeyPart"}
    schema["properties"]["keys"] = {
        "type": "object",
        "properties": dict.fromkeys(KEY_NAMES, key),
        "additionalProperties": False,
    }
    return schema


def _evidence_schema(levels: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    level = {"$ref": "#/$defs/LevelPart"}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(levels),
        "properties": {
            name: {
                "type": "object",
                "additionalProperties": False,
                "required": list(words),
                "properties": dict.fromkeys(words, level),
            }
            for name, words in levels.items()
        },
    }


def _check(part: MatchingPart, document: Document) -> None:
    _names(part.keys, KEY_NAMES, ("keys",), "key", document)
    if not part.keys:
        document.find(("keys",), "no-keys", "without keys nothing is ever looked up", "keep at least `email`")
    _evidence(part.people.evidence, PERSON_LEVELS, ("people", "evidence"), document)
    _evidence(part.companies.evidence, COMPANY_LEVELS, ("companies", "evidence"), document)
    for name, bands in (("people", part.people), ("repeats", part.repeats), ("companies", part.companies)):
        if bands.ask_at > bands.link_at:
            what = "asking a person must begin below linking"
            document.find((name, "ask_at"), "bands", what, "make `ask_at` at most `link_at`")


def _evidence(
    given: Mapping[str, Mapping[str, LevelPart]],
    wanted: Mapping[str, tuple[str, ...]],
    loc: Loc,
    document: Document,
) -> None:
    _names(given, wanted, loc, "comparison", document)
    for name, levels in wanted.items():
        if name not in given:
            document.find(loc, "missing-key", f"the comparison `{name}` is missing", f"add `{name}:`")
            continue
        _names(given[name], levels, (*loc, name), "level", document)
        for level in levels:
            if level not in given[name]:
                document.find((*loc, name), "missing-key", f"`{name}` lacks the level `{level}`", f"add `{level}:`")


def _names(given: Iterable[str], known: Iterable[str], loc: Loc, kind: str, document: Document) -> None:
    options = ", ".join(f"`{name}`" for name in known)
    for name in given:
        if name not in known:
            document.find((*loc, name), "unknown-key", f"there is no {kind} `{name}`", f"one of {options}")


def _bands(part: BandsPart) -> Bands:
    return Bands(part.start, part.link_at, part.ask_at, part.tie)


def _weights(evidence: Mapping[str, Mapping[str, LevelPart]]) -> Weights:
    return {
        (name, level): (part.points, part.says) for name, levels in evidence.items() for level, part in levels.items()
    }


def _lists(part: ListsPart) -> Lists:
    return Lists(
        free_mail_domains=frozenset(email_values.registrable(name) for name in part.free_mail_domains),
        own_domains=frozenset(email_values.registrable(name) for name in part.own_domains),
        role_mailboxes=frozenset(name.casefold() for name in part.role_mailboxes),
        junk_emails=frozenset(email_values.normal(address) for address in part.junk_emails),
        junk_names=frozenset(name_values.fold(name) for name in part.junk_names),
        junk_companies=frozenset(company_values.normal(name) for name in part.junk_companies),
        junk_phones=frozenset(phone_values.tail(number) for number in part.junk_phones),
    )
