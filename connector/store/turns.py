"""Who is next where owners take turns, and how much was made lately."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.model.records import RecordRef
from connector.store.codec import parts, stamp
from connector.store.database import Database


class SqliteTurns:
    """Keeps `connector.ports.Turns` in the table ``owner_turns``; what was made is read from the journal."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def take(self, pool: str, lead: RecordRef) -> int:
        """The turn of a lead in a pool, counted from 0; a lead keeps the turn it was once given."""
        with self._database.transaction():
            kept = self.held(pool, lead)
            if kept is not None:
                return kept
            turn = self.next(pool)
            self._database.run(
                "INSERT INTO owner_turns (pool, connection, record_id, object, turn) VALUES (?, ?, ?, ?, ?)",
                (pool, *parts(lead), turn),
            )
            return turn

    def held(self, pool: str, lead: RecordRef) -> int | None:
        """The turn that a lead was given; None where it has none yet."""
        row = self._database.row(
            "SELECT turn FROM owner_turns WHERE pool = ? AND connection = ? AND record_id = ? AND object = ?",
            (pool, *parts(lead)),
        )
        return None if row is None else int(row[0])

    def next(self, pool: str) -> int:
        """The turn that the next lead without one would be given."""
        row = self._database.row("SELECT coalesce(max(turn) + 1, 0) FROM owner_turns WHERE pool = ?", (pool,))
        return int(row[0]) if row else 0

    def made_since(self, route: str, since: datetime, policy: str | None = None) -> Mapping[str, int]:
        """Conversions sent, and accounts made by them, since an instant: ``{"conversions": n, "accounts": m}``.

        Only those into the route's target count, and where *policy* names one, that this policy decided; of steps
        sent by an earlier version, which did not tell their policy, all count.

        What was refused or certainly not applied does not count; what is not known to be applied does. An account that
        several leads share counts once: the others take it from the step that makes it.
        """
        row = self._database.row(
            "SELECT count(DISTINCT connection || ':' || object || ':' || record_id), count(DISTINCT CASE"
            " WHEN json_extract(step, '$.ids.account') IS NULL"
            " THEN coalesce(json_extract(step, '$.takes.account.step'), key) END)"
            " FROM journal WHERE action = 'convert' AND sent_at IS NOT NULL AND route = ? AND sent_at >= ?"
            " AND state NOT IN ('planned', 'rejected') AND coalesce(json_extract(step, '$.connection'), '') = ''"
            " AND (? IS NULL OR coalesce(json_extract(step, '$.policy'), '') IN ('', ?))",
            (route, stamp(since), policy, policy),
        )
        conversions, accounts = row or (0, 0)
        return {"conversions": int(conversions), "accounts": int(accounts)}
