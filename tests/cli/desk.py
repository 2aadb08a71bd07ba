"""A project whose queue of reviews is laid by hand, so that a test says exactly what people are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connector.config import load_config
from connector.model.match import Band, Comparison, Entry, Linkage, Match, Resolution
from connector.model.progress import Review
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.pipeline.review_asked import open_review
from connector.ports import Store
from connector.wiring import open_house

from .terminal import Answer, Folder

ROUTE = "salesforce"
_OBJECTS = {Kind.LEAD: "Lead", Kind.CONTACT: "Contact", Kind.ACCOUNT: "Account"}
_PREFIXES = {Kind.LEAD: "00Q", Kind.CONTACT: "003", Kind.ACCOUNT: "001"}
ANN = {"first_name": "Ann", "last_name": "Lee", "company": "Harbor Grid", "email": "ann@harbor.example"}


def ref(kind: Kind, number: int) -> RecordRef:
    """A record of the project's Salesforce, with a sound id of 18 characters."""
    return RecordRef("salesforce", _OBJECTS[kind], f"{_PREFIXES[kind]}{number:012}AAA")


def candidate(kind: Kind, number: int, score: float = 3.0) -> Match:
    """A record that the lead may be, with one piece of evidence for it."""
    piece = Comparison("name", "a", "b", "near", score, "The names are nearly the same.")
    return Match(kind, ref(kind, number), score, Band.POSSIBLE, (piece,))


@dataclass(frozen=True, slots=True)
class Desk:
    """The project, and its queue."""

    folder: Folder

    def type(self, *words: str) -> Answer:
        """A command of the review group."""
        return self.folder.type("review", *words)

    def answer(self, *words: str) -> dict[str, Any]:
        """What a command of the review group answers with ``--json``."""
        found: dict[str, Any] = self.type(*words, "--json").json
        return found

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The project's state."""
        with open_house(load_config(self.folder.config)) as house:
            yield house.store

    def put(self, kind: Kind, number: int, **values: Scalar) -> None:
        """Lay a record in the directory, or change it."""
        with self.store() as store:
            store.directory.put([Entry(Record(kind, ref(kind, number), values, modified=datetime.now(UTC)))])

    def ask(
        self, number: int, *candidates: Match, hours: float = 1, question: str = "Who is it?", **values: Scalar
    ) -> int:
        """Ask who lead *number* is; it was asked *hours* ago. Answers the number of the review."""
        self.put(Kind.LEAD, number, **(ANN | values))
        resolution = Resolution(ref(Kind.LEAD, number), Linkage.POSSIBLE, candidates=candidates)
        with self.store() as store:
            return open_review(store, ROUTE, resolution, question, datetime.now(UTC) - timedelta(hours=hours))

    def review(self, number: int) -> Review:
        """A review as it is kept."""
        with self.store() as store:
            found = store.reviews.get(number)
        assert found is not None
        return found

    def words(self, number: int) -> list[tuple[str, str]]:
        """The standing words on lead *number*: id of the other record, and the word."""
        lead = ref(Kind.LEAD, number)
        with self.store() as store:
            found = store.matches.judgements(lead)
        return sorted(((j.right if j.left == lead else j.left).id, j.word.value) for j in found)

    def audited(self, event: str) -> list[dict[str, Scalar]]:
        """The facts of every audit line of one event."""
        with self.store() as store:
            return [dict(entry.facts) for entry in store.audit.entries() if entry.event == event]

    def open_ids(self) -> Sequence[int]:
        """The open reviews, in the order of the queue."""
        return [review["id"] for review in self.answer("list")["reviews"]]
