"""Twins: two records, one in each CRM of a route, that stand for one thing and are kept in step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from connector.model.records import Kind, RecordRef, Values


class End(StrEnum):
    """A side of a pair: the CRM that the lead came from, or the one that it was converted in."""

    SOURCE = "source"
    TARGET = "target"

    @property
    def other(self) -> End:
        """The side opposite."""
        return End.TARGET if self is End.SOURCE else End.SOURCE


@dataclass(frozen=True, slots=True)
class Carrying:
    """A write under way: *values* of the one side (canonical) go *to* the other, where *stood* what they replace.

    *step* is the key of the step in the journal.
    """

    step: str
    to: End
    values: Values
    stood: Values


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that are one, and what each held when they were last in step.

    *key* is the external key that both were linked under. *agreed* are canonical values: what differs from them
    now was changed since. They need not be the same on both sides: a CRM cuts, trims, and has words of its own.
    A field that is not among them has never been compared. *words* names the mappings that the values were read
    with. *revision* counts what was planned for the pair. *id* is its number in the state file, 0 for none yet.
    """

    kind: Kind
    key: str
    source: RecordRef
    target: RecordRef
    agreed: Mapping[End, Values] = field(default_factory=dict)
    words: str = ""
    revision: int = 0
    pending: tuple[Carrying, ...] = ()
    id: int = 0

    def ref(self, end: End) -> RecordRef:
        """The record at one end."""
        return self.source if end is End.SOURCE else self.target

    def moved(self, end: End, ref: RecordRef) -> Pair:
        """The pair with another record at one end."""
        return replace(self, source=ref) if end is End.SOURCE else replace(self, target=ref)
