"""What the corridor asks of the shelf that holds resolutions, the words of people, and what a word has stopped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from connector.model.match import Frozen, Judgement, Resolution, Saying
from connector.model.records import RecordRef


class Matches(Protocol):
    """What resolution found, and the standing words of people."""

    def save(self, route: str, resolution: Resolution, at: datetime) -> None: ...

    def latest(self, route: str, lead: RecordRef) -> Resolution | None: ...

    def leaning_on(self, refs: Iterable[RecordRef]) -> Sequence[RecordRef]:
        """Leads whose latest resolution leans on one of *refs*."""

    def judge(self, judgement: Judgement) -> None:
        """Keep a person's word; a later word on the same pair supersedes the earlier, which stays on record."""

    def judgements(self, ref: RecordRef) -> Sequence[Judgement]:
        """Standing words on pairs that hold *ref*."""

    def words(self, batch: int = 1000) -> Iterator[Sequence[Judgement]]:
        """Every standing word that a person said, oldest first; copies of a word (`carry`, `lend`) are left out."""

    def carry(self, gone: RecordRef, survivor: RecordRef, at: datetime, why: str) -> Sequence[Judgement]:
        """Let the standing words on *gone* hold for *survivor* too, each once; answers those that hold now.

        Where the survivor's own word on a pair is another one, a person is to be asked: UNSURE stands then,
        said by *why* at *at*. A word on the two themselves is not carried.
        """

    def lend(self, source: RecordRef, copy: RecordRef) -> None:
        """Let the standing words on *source* hold for its *copy* too, each once; the later word on a pair stands."""

    def unweighed(self) -> Sequence[Saying]:
        """Words of which it was not looked yet what leans on their pair, oldest first."""

    def weighed(self, number: int, at: datetime) -> None:
        """It was looked what leans on the pair of word *number*."""

    def freeze(self, leads: Mapping[RecordRef, str], saying: Saying) -> None:
        """Nothing that was planned for *leads* (with the reason for each) before the word was kept is written."""

    def frozen(self, since: datetime | None = None) -> Mapping[RecordRef, Frozen]:
        """Leads frozen after *since*, decided anew meanwhile or not; without it, those not decided anew."""

    def froze(self, lead: RecordRef) -> Sequence[Frozen]:
        """Every time that *lead* was frozen, oldest first."""

    def release(self, lead: RecordRef, at: datetime) -> None:
        """The lead was decided anew at *at*."""
