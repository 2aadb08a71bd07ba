"""Stages: how the target's opportunities move, by the CRM's own history, else as seen whenever we look."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from connector.model.history import Origin, StageChange
from connector.model.records import Record, RecordRef
from connector.ports import Source, Store

MOST = 2000
"""Opportunities of one cycle whose history is asked for, the newest: one call's worth where a CRM answers in bulk."""


class StageKeeper:
    """Keeps the moves of the opportunities that one reading of the directory brings.

    Take each record that changed, in the order of the change stamps, and `finish` in the end. The newest `MOST` are
    asked of the CRM's history; those before them, and those of which it tells nothing, are kept as seen now.
    """

    def __init__(self, store: Store, source: Source) -> None:
        """Hold nothing yet."""
        self._store = store
        self._source = source
        self._newest: deque[Record] = deque()

    def news(self, records: Sequence[Record]) -> list[Record]:
        """Those of *records* that differ from what the directory holds; ask before they are put there."""
        live = [record for record in records if not record.deleted]
        return [record for record in live if not _same(self._store.directory.get(record.ref), record)]

    def take(self, changed: Sequence[Record]) -> None:
        """Take what changed; call it in the transaction that puts it in the directory."""
        self._newest.extend(changed)
        over = [self._newest.popleft() for _ in range(len(self._newest) - MOST)]
        self._store.stages.put([self._seen(record) for record in over])

    def finish(self) -> None:
        """Ask the CRM's history, and keep everything."""
        if not self._newest:
            return
        told = self._source.stage_history([record.ref.id for record in reversed(self._newest)])
        last: dict[RecordRef, StageChange] = {}
        for change in told:
            if change.opportunity not in last or last[change.opportunity].at <= change.at:
                last[change.opportunity] = change
        seen = [self._seen(record) for record in self._newest if not _agrees(last.get(record.ref), record)]
        with self._store.transaction():
            self._store.stages.put(told)
            self._store.stages.put(seen)
        self._newest.clear()

    def _seen(self, record: Record) -> StageChange:
        amount = record.get("amount")
        return StageChange(
            opportunity=record.ref,
            at=self._source.now(),
            stage=record.text("stage"),
            origin=Origin.SNAPSHOT,
            amount=float(amount) if isinstance(amount, int | float) else None,
            close_date=record.text("close_date"),
            closed=record.flag("closed"),
            won=record.flag("won"),
        )


def _same(known: Record | None, record: Record) -> bool:
    return known is not None and known.digest == record.digest


def _agrees(last: StageChange | None, record: Record) -> bool:
    """Whether the CRM's history ends where the opportunity stands."""
    return last is not None and last.stage == record.text("stage")
