"""rapidfuzz on blocks, with weights set by hand: what a careful script of a day does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.blocks import FIRM_KEYS, PERSON_KEYS, Frame, earlier, pairs, side
from benchmarks.peers.grading import Answer
from benchmarks.peers.simple import frames, homes, linked
from connector.matching.truth import Truth

_CHUNK = 500_000
_PERSON = ("first", "last", "email", "mailbox", "domain", "tail", "tail2", "company")
_FIRM = ("company", "company_full", "site", "tail", "city", "country")


def hand_weights(folder: Path, _: Sequence[Truth]) -> Answer:
    """Weighted likeness of names, address, number and company; a lack of either value counts nothing."""
    leads, contacts, accounts = frames(folder)
    found, repeats = pairs(leads, contacts, PERSON_KEYS), earlier(leads, PERSON_KEYS)
    homes_found = pairs(leads, accounts, FIRM_KEYS)
    return Answer(
        contact=linked(leads, contacts, found, in_chunks(leads, contacts, found, person_score)),
        account=linked(leads, accounts, homes_found, in_chunks(leads, accounts, homes_found, firm_score)),
        earlier=linked(leads, leads, repeats, in_chunks(leads, leads, repeats, person_score)),
        homes=homes(contacts),
    )


def in_chunks(left: Frame, right: Frame, found: Frame, score: Any) -> Any:
    """The score of every pair, without laying all pairs out at once."""
    from numpy import concatenate, zeros

    names = _PERSON if score is person_score else _FIRM
    scores = [zeros(0)]
    for start in range(0, len(found), _CHUNK):
        some = found.iloc[start : start + _CHUNK]
        scores.append(score(side(left, some["left"], *names), side(right, some["right"], *names)))
    return concatenate(scores)


def person_score(left: Frame, right: Frame) -> Any:
    """How alike two people are."""
    from numpy import maximum

    first, last = (signed(likeness(left[name], right[name]), 0.8) for name in ("first", "last"))
    swapped = signed(likeness(left["first"], right["last"]), 0.8) + signed(likeness(left["last"], right["first"]), 0.8)
    names = maximum(1.5 * first + 2.5 * last, 2.0 * swapped)
    same_mail, same_firm = equal(left["email"], right["email"]), equal(left["domain"], right["domain"])
    mailbox = signed(likeness(left["mailbox"], right["mailbox"]), 0.85)
    mail = 4.0 * same_mail + (1 - same_mail) * same_firm * (1.0 + 1.0 * mailbox)
    phone = maximum(equal(left["tail"], right["tail"]), equal(left["tail"], right["tail2"]))
    company = signed(likeness(left["company"], right["company"], "tokens"), 0.7)
    return names + mail + 2.0 * phone + 1.5 * company


def firm_score(left: Frame, right: Frame) -> Any:
    """How alike two firms are."""
    name = signed(likeness(left["company"], right["company"], "tokens"), 0.75)
    whole = signed(likeness(left["company_full"], right["company_full"]), 0.9)
    site, phone = equal(left["site"], right["site"]), equal(left["tail"], right["tail"])
    country = equal(left["country"], right["country"]) - 0.5 * both(left["country"], right["country"])
    city = equal(left["city"], right["city"])
    return 2.5 * name + 0.5 * whole + 3.0 * site + 1.5 * phone + 1.0 * country + 0.7 * city


def likeness(left: Any, right: Any, how: str = "jaro") -> Any:
    """Likeness of pairs of texts from 0 to 1, -1 where one is missing."""
    from numpy import where
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import JaroWinkler

    scorer = fuzz.token_sort_ratio if how == "tokens" else JaroWinkler.normalized_similarity
    score = process.cpdist(list(left), list(right), scorer=scorer) / (100 if how == "tokens" else 1)
    return where(both(left, right), score, -1.0)


def signed(score: Any, middle: float) -> Any:
    """From -1 to 1 with nothing at *middle*; a missing value counts nothing."""
    from numpy import clip, where

    return where(score < 0, 0.0, clip((score - middle) / (1 - middle), -1, 1))


def both(left: Any, right: Any) -> Any:
    """Whether both are told."""
    return ((left != "") & (right != "")).to_numpy()


def equal(left: Any, right: Any) -> Any:
    """1 where both are told and the same."""
    return ((left == right).to_numpy() & both(left, right)).astype(float)
