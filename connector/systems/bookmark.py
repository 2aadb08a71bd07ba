"""How far a pull may say that it has read; the same for every CRM that is read by change stamps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from connector.errors import StateError
from connector.model.progress import Watermark
from connector.model.records import RawRecord

_FUTURE = timedelta(minutes=1)


class Bookmark:
    """The bookmark of one pull.

    Rows may be committed after the second that they are stamped with, so nothing is promised beyond the CRM's
    present at the first page (or *until*), and every pull starts *overlap* seconds before its bookmark.
    """

    def __init__(self, name: str, after: Watermark | None, until: datetime | None, overlap: float) -> None:
        """Start where the last pull of the connection *name* ended."""
        self._name = name
        self._after = after
        self._until = until
        self._overlap = timedelta(seconds=overlap)
        self._bound: datetime | None = None
        self._reached = after

    def bound(self, present: datetime) -> datetime:
        """Rows after this belong to the next pull; the CRM's *present* of the first call decides.

        Raises StateError for a bookmark in the CRM's future.
        """
        if self._bound is None:
            if self._after is not None and self._after.position > present + _FUTURE:
                raise StateError(
                    f"the bookmark of {self._name} lies in the future of its own clock",
                    next_command="connector state verify",
                )
            self._bound = min(self._until, present) if self._until else present
        return self._bound

    @property
    def lower(self) -> datetime | None:
        """The first change stamp to ask for; None for a first pull."""
        return None if self._after is None else self._after.position - self._overlap

    @property
    def upper(self) -> datetime | None:
        """The last change stamp to ask for; None while neither *until* nor the CRM's present is known."""
        return self._until or self._bound

    def reach(self, records: Sequence[RawRecord], *, done: bool) -> Watermark | None:
        """Move on to the last of *records* below the bound; to the bound itself when the pull is *done*."""
        bound = self._bound
        for record in reversed(records):
            if record.modified is not None and (bound is None or record.modified < bound):
                self._advance(Watermark(record.modified, record.ref.id))
                break
        if done and bound is not None:
            self._advance(Watermark(bound))
        return self._reached

    def _advance(self, mark: Watermark) -> None:
        if self._reached is None or mark.position >= self._reached.position:
            self._reached = mark
