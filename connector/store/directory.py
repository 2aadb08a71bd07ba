"""Local index of a target's accounts and contacts, and of leads, by blocking keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from connector.model.match import Candidates, Entry, Known, Query
from connector.model.records import Record, RecordRef
from connector.ports import Spread
from connector.store import directory_rebuild
from connector.store.codec import parts
from connector.store.database import Database
from connector.store.directory_lookup import Lookup
from connector.store.directory_rows import KINDS, RECORD_COLUMNS, is_bare, record_of
from connector.store.directory_writing import Batch, standing

_LONGEST_MERGE = 20


class SqliteDirectory:
    """Keeps `connector.ports.Directory`.

    What a CRM holds is in the table ``directory``; what matching made of it in ``identities``, ``blocking_keys``,
    ``directory_terms`` and ``directory_votes``. A record that is gone is in the first only, without its fields.
    """

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database
        self._lookup = Lookup(database)

    def put(self, entries: Sequence[Entry]) -> Sequence[RecordRef]:
        """Add or replace records; answers those whose content changed. Deleted and merged ones leave the index.

        A live one that comes without its identity is to be laid anew with all others: until then nobody finds it.
        """
        latest = {entry.record.ref: entry for entry in entries}
        with self._database.transaction():
            if any(map(is_bare, latest.values())):
                self._database.run("UPDATE directory_layout SET made_by = ''")
            batch = Batch(self._database)
            before = standing(self._database, list(latest))
            for ref, entry in latest.items():
                batch.take(entry, before.get(parts(ref)))
            batch.write()
        return batch.changed

    def candidates(self, query: Query, connections: Sequence[str]) -> Candidates:
        """Records on *connections* that share a key, those that share most first.

        Contacts bring their account, and domains of the query the accounts that most contacts speak for.
        """
        return self._lookup.candidates(query, connections)

    def known(self, ref: RecordRef) -> Known | None:
        """The identity of a record, merged ones followed to their survivor; None when it is gone or unknown.

        None too for a record that no lead is matched with: it has no identity.
        """
        found = self._lookup.known(ref)
        if found is not None:
            return found
        record = self.get(ref)
        return None if record is None or record.ref == ref else self._lookup.known(record.ref)

    def get(self, ref: RecordRef) -> Record | None:
        """A record by reference, merged ones followed to their survivor; None when unknown or deleted."""
        for _ in range(_LONGEST_MERGE):
            row = self._database.row(
                f"SELECT {RECORD_COLUMNS}, gone, merged_into FROM directory"
                " WHERE connection = ? AND record_id = ? AND object = ?",
                parts(ref),
            )
            if row is None or not row[6]:
                return None if row is None else record_of(row)
            if row[7] is None:
                return None
            ref = RecordRef(ref.connection, ref.object, row[7])
        return None

    def counts(self) -> Mapping[str, int]:
        """Live records per kind."""
        return dict(
            self._database.rows(
                "SELECT kind, sum(live) FROM directory_sizes WHERE live > 0 GROUP BY kind ORDER BY kind"
            )
        )

    def sizes(self) -> Mapping[str, Mapping[str, int]]:
        """Live records per connection and kind."""
        sizes: dict[str, dict[str, int]] = {}
        sql = "SELECT connection, kind, live FROM directory_sizes WHERE live > 0 ORDER BY connection, kind"
        for connection, kind, live in self._database.rows(sql):
            sizes.setdefault(connection, {})[kind] = live
        return sizes

    def live(self, batch: int = directory_rebuild.BATCH) -> Iterator[Sequence[Record]]:
        """Every account, contact and lead that is not gone, in batches."""
        for rows in directory_rebuild.live_rows(self._database, KINDS, batch):
            yield [record_of(row[1:]) for row in rows]

    def rebuild(
        self,
        entry_of: Callable[[Record], Entry],
        made_by: str,
        spread: Spread = map,
        told: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Lay every live record anew, from its own fields and in one transaction; answers how many have an identity."""
        return directory_rebuild.rebuild(self._database, entry_of, made_by, spread, told)

    def made_by(self) -> str:
        """What the standing entries were made with; empty when none was ever laid, or all are to be laid anew."""
        row = self._database.row("SELECT made_by FROM directory_layout")
        return str(row[0]) if row else ""
