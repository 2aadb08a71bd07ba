"""What the corridor asks of the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from connector.model.match import Candidates, Entry, Known, Query
from connector.model.records import Record, RecordRef

_Batch = TypeVar("_Batch")
_Done = TypeVar("_Done")


class Spread(Protocol):
    """How work on batches is done: one after the other, as by `map`, or by several processes at once."""

    def __call__(self, work: Callable[[_Batch], _Done], batches: Iterable[_Batch], /) -> Iterable[_Done]:
        """What *work* makes of each batch, in their order; batches are asked for as they are needed."""


class Directory(Protocol):
    """Local index of a target's accounts and contacts, and of leads, by blocking keys."""

    def put(self, entries: Sequence[Entry]) -> Sequence[RecordRef]:
        """Add or replace records; answers those whose content changed. Deleted and merged ones leave the index."""

    def candidates(self, query: Query, connections: Sequence[str]) -> Candidates:
        """Records on *connections* that share a key, those that share most first.

        A few of each kind come. Contacts bring their account, and domains of the query the accounts that most
        contacts speak for.
        """

    def known(self, ref: RecordRef) -> Known | None:
        """The identity of a record, merged ones followed to their survivor; None when it is gone or unknown.

        None too for a record that no lead is matched with: it has no identity.
        """

    def get(self, ref: RecordRef) -> Record | None:
        """A record by reference, merged ones followed to their survivor."""

    def counts(self) -> Mapping[str, int]:
        """Live records per kind."""

    def sizes(self) -> Mapping[str, Mapping[str, int]]:
        """Live records per connection and kind."""

    def live(self, batch: int = 2000) -> Iterator[Sequence[Record]]:
        """Every account, contact and lead that is not gone, in batches."""

    def rebuild(
        self, entry_of: Callable[[Record], Entry], made_by: str, spread: Spread, told: Callable[[int], None]
    ) -> int:
        """Lay every live record anew, from its own fields and in one transaction; answers how many have an identity.

        *made_by* names the rules and the layout that *entry_of* makes entries with. *told* hears how many are done.
        """

    def made_by(self) -> str:
        """What the standing entries were made with; empty when none was ever laid, or all are to be laid anew."""
