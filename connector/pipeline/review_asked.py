"""What a review asks: a fingerprint of the lead, the candidates and the question, so that nobody answers another one.

What was seen may change before it is answered: a candidate is edited or merged, the lead gets another e-mail. Each
review keeps the fingerprint of what was asked and of what each person saw; an answer given on other content is not
taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.model.match import Match, Resolution
from connector.model.progress import Review
from connector.model.records import RecordRef, digest_of
from connector.ports import Store

_LENGTH = 16  # hexadecimal digits: 64 bits tell apart what one question will ever ask
_UNSEEN = frozenset({"last_activity_at", "created_at", "external_key"})
"""Fields that say nothing about who the lead is or what should be done with it, and that change by themselves."""


def open_review(store: Store, route: str, resolution: Resolution, question: str, at: datetime) -> int:
    """Ask a person about a lead, or ask anew what is open already; answers the number of the review."""
    asked = fingerprint(store, resolution.lead, question, resolution.candidates)
    return store.reviews.open(route, resolution, question, at, asked)


def asked_now(store: Store, review: Review) -> str:
    """The fingerprint of a review as it would be shown at this moment."""
    return fingerprint(store, review.lead, review.question, review.candidates)


def fingerprint(store: Store, lead: RecordRef, question: str, candidates: Sequence[Match]) -> str:
    """Names what is asked by its content: equal content, equal name, in every process."""
    refs = [lead, *(match.ref for match in candidates)]
    return digest_of([question, *([str(ref), _content(store, ref)] for ref in refs)])[:_LENGTH]


def show_to(store: Store, review: Review, by: str, at: datetime) -> str:
    """Note that *by* sees the review now; answers the fingerprint of what they see."""
    asked = asked_now(store, review)
    store.reviews.looked(review.id, by, asked, at)
    return asked


def was_shown(store: Store, review: Review, by: str) -> str:
    """What an answer of *by* is about: what they saw last, else what anybody saw, else what was asked last.

    Empty where nothing is known of that: the review was opened by an earlier version, and never shown.
    """
    return store.reviews.seen(review.id, by) or review.asked


def _content(store: Store, ref: RecordRef) -> str:
    """The digest of what a person sees of a record; empty when it is gone."""
    record = store.directory.get(ref)
    if record is None:
        return ""
    seen = {name: value for name, value in record.values.items() if name not in _UNSEEN and value not in (None, "")}
    return digest_of([str(record.ref), seen])
