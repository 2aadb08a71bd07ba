"""Stored history for replays: a state file into which decisions are laid as they would have been made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from connector.model.decision import Decision, DecisionInputs, Versions
from connector.model.match import Band, Linkage, Match
from connector.model.records import Kind, Record, RecordRef, Scalar, digest_of
from connector.model.replay import Replayed
from connector.pipeline.replay import replay
from connector.policy import Policies, Rulebook, decide, side_by_side
from connector.store import SqliteStore, open_store
from connector.wiring import Silence
from tests.policy import making
from tests.store.making import HeldClock

ROUTE = "salesforce"
ASKS: dict[str, Any] = {"employees": 500, "requested_action": "demo", "requested_at": "2026-01-14T09:00:00Z"}
"""Fields of a lead that the small policy of the tests converts at once."""


def ref(number: int) -> RecordRef:
    """A lead of the route's source."""
    return RecordRef("crm", "Lead", f"L{number}")


@dataclass
class History:
    """Decisions of one route, made by *book* one after the other."""

    store: SqliteStore
    book: Rulebook = field(default_factory=making.small)

    def decide(
        self, number: int, *, days: float = 0, follows: int | None = None, route: str = ROUTE, **fields: Scalar
    ) -> Decision:
        """Decide on lead *number* as of *days* after the start; with *follows* it repeats that lead."""
        more: dict[str, Any] = {"as_of": making.NOW + timedelta(days=days)}
        inputs = making.inputs(_lead(number, fields), Linkage.NEW if follows is None else Linkage.LEAD, **more)
        resolution = replace(inputs.resolution, lead=ref(number))
        if follows is not None:
            older = Match(Kind.LEAD, ref(follows), 9.0, Band.LINK, ())
            resolution = replace(resolution, duplicate_of=older)
            inputs = replace(inputs, survivor=self.store.decisions.latest(ROUTE, ref(follows)))
        return self.keep(replace(inputs, resolution=resolution), route)

    def keep(self, inputs: DecisionInputs, route: str = ROUTE) -> Decision:
        """Decide on these inputs, and store both as a run does."""
        version = digest_of([self.book.version, inputs.owner]) if inputs.owner else self.book.version
        decision = decide(self.book, inputs, Versions(version, "mapping", "matching"))
        self.store.decisions.save(route, decision, inputs, "run")
        return decision

    def replay(self, *books: Rulebook, **bounds: Any) -> Replayed:
        """Replay with *books*, or with the policy that decided."""
        policies: Policies = side_by_side(books or (self.book,))
        return replay(self.store, {ROUTE: policies}, Silence(), **bounds)


def _lead(number: int, fields: dict[str, Scalar]) -> Record:
    return Record(Kind.LEAD, ref(number), {**making.lead().values, **fields})


@contextmanager
def history(folder: Path) -> Iterator[History]:
    """A state file with no decision in it yet."""
    with open_store(folder / "connector.db", clock=HeldClock()) as store:
        yield History(store)
