"""What the corridor asks of the shelves that remember what happened over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from connector.model.assurance import Fate, GateRecord, Sample
from connector.model.decision import Verdict
from connector.model.history import ActivityRow, LeadHistory, StageChange
from connector.model.records import Activity, Kind, RecordRef
from connector.model.stagnant import Deadline, Deed, Quiet, Stay


class Activities(Protocol):
    """What people did, and what was done with them, as the CRMs tell it."""

    def put(self, rows: Sequence[ActivityRow]) -> Sequence[RecordRef]:
        """Keep rows, the newest word of each; answers the records whose activities changed by it, each once."""

    def of(self, who: RecordRef) -> tuple[Activity, ...]:
        """The activities of a record that are not gone, oldest first."""

    def keep_only(self, connection: str, objects: Sequence[str]) -> Sequence[RecordRef]:
        """Take away what came from other objects of a connection; answers the records that had any, each once."""

    def between(self, connection: str, since: datetime, until: datetime) -> Sequence[RecordRef]:
        """The records with which something happens after *since*, up to and including *until*; each once."""

    def last(self, connection: str) -> Mapping[str, datetime]:
        """Per record id and per account id of a connection: when something last happened with it."""


class Stages(Protocol):
    """How opportunities moved."""

    def put(self, changes: Sequence[StageChange]) -> None:
        """Keep changes, each once. A snapshot that tells nothing new is left out."""

    def of(self, opportunity: RecordRef) -> Sequence[StageChange]:
        """All that is known of an opportunity, oldest first; history goes before snapshots of the same instant."""


class Funnel(Protocol):
    """Leads with how far they came, as the state file knows them."""

    def histories(self, routes: Sequence[str], batch: int = 1000) -> Iterator[Sequence[LeadHistory]]:
        """One row per lead of *routes* that was ever decided on, in the order in which they first came."""

    def with_opportunity(self, routes: Sequence[str], batch: int = 1000) -> Iterator[Sequence[LeadHistory]]:
        """As `histories`, of the leads alone of which an opportunity is known."""

    def deadlines(self, routes: Sequence[str], batch: int = 1000) -> Iterator[Sequence[Deadline]]:
        """Every SLA that a standing decision of *routes* speaks of, kept or not."""

    def quiet(self, kind: Kind, before: datetime, batch: int = 1000) -> Iterator[Sequence[Quiet]]:
        """Live accounts or contacts with which nothing has happened since *before*, in the order of their ids."""

    def stays(self, batch: int = 5000) -> Iterator[Stay]:
        """Every stay of an opportunity in a stage, those of one opportunity together and in the order of time."""

    def deeds(self, routes: Sequence[str], since: datetime, until: datetime) -> Sequence[Deed]:
        """What was decided from *since* until before *until* and still stands, counted by day, verdict and rule."""


class Samples(Protocol):
    """Automatic verdicts that are reviewed blind, and where the error budget of each policy stands."""

    def add(self, samples: Iterable[Sample]) -> None:
        """Keep what is to be reviewed; a lead is sampled once per policy version (as of `Sample`)."""

    def list(self, open_only: bool = True) -> Sequence[Sample]:
        """Samples, the oldest first."""

    def answer(self, sample_id: int, answer: Verdict, by: str, at: datetime) -> Sample:
        """Keep a person's blind answer; raises UsageError when there is no such sample or it was answered before."""

    def reviewed(self, policy: str, version: str) -> Sequence[Sample]:
        """Answered samples of one policy as it decides, in the order in which they were answered."""

    def gate(self, policy: str, version: str) -> GateRecord | None:
        """Where the gate of a policy as it decides stands; None when nothing was kept of it."""

    def set_gate(self, record: GateRecord) -> None: ...

    def gates(self) -> Sequence[GateRecord]:
        """Every gate that was ever kept, the newest first."""

    def fates(self, policy: str, under: Sequence[tuple[str, str]], since: datetime) -> Sequence[Fate]:
        """What became of the opportunities that a policy opened by itself, in the order in which it became known.

        *under*: the routes, each with the version that its decisions name. Those that are still open in their first
        stage are left out, and so is what was converted before *since*.
        """


class Turns(Protocol):
    """Who is next where owners take turns, and how much was made lately."""

    def take(self, pool: str, lead: RecordRef) -> int:
        """The turn of a lead in a pool, counted from 0; a lead keeps the turn it was once given."""

    def held(self, pool: str, lead: RecordRef) -> int | None:
        """The turn that a lead was given; None where it has none yet."""

    def next(self, pool: str) -> int:
        """The turn that the next lead without one would be given."""

    def made_since(self, route: str, since: datetime, policy: str | None = None) -> Mapping[str, int]:
        """Conversions sent, and accounts made by them, since an instant: ``{"conversions": n, "accounts": m}``.

        Only those into the route's target count, and where *policy* names one, that this policy decided.
        """
