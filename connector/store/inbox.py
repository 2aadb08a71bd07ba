"""Source leads as they were pulled, per route, and which of them are awake."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from connector.model.decision import Versions
from connector.model.progress import InboxRow, InboxState, Page, Received, Window, Woken
from connector.model.records import RawRecord, RecordRef, Values
from connector.store.codec import (
    moment,
    moment_or_none,
    parts,
    plain_json,
    ref_of,
    stamp,
    stamp_or_none,
    values_from,
)
from connector.store.database import Database, Row
from connector.store.watermarks import SqliteWatermarks

_EMAIL = re.compile(r"[^\s<>,;:\"'()]+@[^\s<>,;:\"'()]+")
_LONGEST_ADDRESS_FIELD = 500
"""A longer text is prose that may quote anybody's address, not the lead's own."""

_COLUMNS = (
    "id, route, connection, record_id, object, fields, first_fields, fingerprint, modified, deleted, merged_into,"
    " origin, state, woken, received_at"
)
_OPEN = "state NOT IN ('done', 'gone')"
_THIS = "route = ? AND connection = ? AND record_id = ? AND object = ?"


class SqliteInbox:
    """Keeps `connector.ports.Inbox` in the tables ``inbox`` and ``inbox_emails``."""

    def __init__(self, database: Database, watermarks: SqliteWatermarks) -> None:
        """Work on *database*; a received page moves *watermarks* in the same transaction."""
        self._database = database
        self._watermarks = watermarks

    def receive(self, route: str, page: Page, fingerprints: Sequence[str], scope: str, run_id: str) -> Received:
        """Lay a page in the inbox and move the watermark of *scope*, in one transaction."""
        latest = {raw.ref: (raw, mark) for raw, mark in zip(page.records, fingerprints, strict=True)}
        tally = {"new": 0, "changed": 0, "unchanged": 0}
        with self._database.transaction():
            for raw, fingerprint in latest.values():
                what = self._lay(route, raw, fingerprint, run_id)
                if what:
                    tally[what] += 1
            if page.reached and page.records:
                self._watermarks.advance(scope, page.records[0].ref.object, page.reached)
        return Received(**tally)

    def awake(self, route: str, batch: int = 500) -> Iterator[Sequence[InboxRow]]:
        """Rows to be looked at now, oldest first, in batches; each row comes once, whatever happens meanwhile."""
        last = 0
        while True:
            found = self._database.rows(
                f"SELECT {_COLUMNS} FROM inbox WHERE route = ? AND woken IS NOT NULL AND id > ? ORDER BY id LIMIT ?",
                (route, last, batch),
            )
            if not found:
                return
            last = found[-1][0]
            yield [_inbox_row(row) for row in found]

    def row(self, route: str, ref: RecordRef) -> InboxRow | None:
        """One lead on one route."""
        found = self._database.row(f"SELECT {_COLUMNS} FROM inbox WHERE {_THIS}", (route, *parts(ref)))
        return None if found is None else _inbox_row(found)

    def rows(self, route: str, refs: Sequence[RecordRef]) -> Mapping[RecordRef, InboxRow]:
        """Those of *refs* that the route holds."""
        found = ((ref, self.row(route, ref)) for ref in dict.fromkeys(refs))
        return {ref: row for ref, row in found if row is not None}

    def set_state(self, route: str, ref: RecordRef, state: InboxState) -> None:
        """Set the state; PENDING keeps the row awake (or wakes it), any other puts it to sleep."""
        woken = "coalesce(woken, 'retry')" if state is InboxState.PENDING else "NULL"
        with self._database.transaction():
            self._database.run(
                f"UPDATE inbox SET state = ?, woken = {woken} WHERE {_THIS}", (state.value, route, *parts(ref))
            )

    def wake(self, refs: Iterable[RecordRef], why: Woken) -> int:
        """Wake sleeping open rows on every route that holds them; answers how many woke."""
        with self._database.transaction():
            return self._database.run_many(
                "UPDATE inbox SET state = 'pending', woken = ? WHERE connection = ? AND record_id = ? AND object = ?"
                f" AND woken IS NULL AND {_OPEN}",
                ((why.value, *parts(ref)) for ref in refs),
            )

    def wake_due(self, route: str, as_of: datetime, versions: Versions) -> int:
        """Wake rows whose standing decision rests on other versions or whose look-again time has come.

        Rows that an earlier run left waiting are woken too.
        """
        with self._database.transaction():
            waiting = self._database.run(
                "UPDATE inbox SET state = 'pending', woken = 'retry'"
                " WHERE route = ? AND state = 'waiting' AND woken IS NULL",
                (route,),
            ).rowcount
            return (
                waiting
                + self._wake_decided(
                    Woken.VERSION,
                    "decisions_by_versions",
                    "d.route = ? AND (d.policy_version, d.mapping_version, d.matching_version) <> (?, ?, ?)",
                    (route, versions.policy, versions.mapping, versions.matching),
                )
                + self._wake_decided(
                    Woken.LOOK_AGAIN,
                    "decisions_to_look_again",
                    "d.route = ? AND d.look_again_at <= ?",
                    (route, stamp(as_of)),
                )
            )

    def expect(self, route: str, ref: RecordRef, written: Values, fingerprint: str) -> None:
        """Our own write changed the row: keep it as we left it, so that reading it back is no news."""
        standing = self.row(route, ref)
        if standing is None:
            return
        fields = {**standing.raw.fields, **written}
        with self._database.transaction():
            self._database.run(
                f"UPDATE inbox SET first_fields = coalesce(first_fields, fields), fields = ?, fingerprint = ?"
                f" WHERE {_THIS}",
                (plain_json(fields), fingerprint, route, *parts(ref)),
            )

    def find(self, text: str) -> Sequence[InboxRow]:
        """Rows named by CRM id (15 or 18 characters), external key, reference or e-mail."""
        wanted = text.strip()
        found: dict[int, Row] = {}
        for condition, parameters in _readings(wanted):
            rows = self._database.rows(f"SELECT {_COLUMNS} FROM inbox WHERE {condition} ORDER BY id", parameters)
            found.update((row[0], row) for row in rows)
        return [_inbox_row(found[key]) for key in sorted(found)]

    def held(self, route: str, batch: int = 500) -> Iterator[Sequence[InboxRow]]:
        """Every row of a route, oldest first, in batches."""
        last = 0
        while found := self._database.rows(
            f"SELECT {_COLUMNS} FROM inbox WHERE route = ? AND id > ? ORDER BY id LIMIT ?", (route, last, batch)
        ):
            last = found[-1][0]
            yield [_inbox_row(row) for row in found]

    def counts(self, route: str) -> Mapping[str, int]:
        """Rows per state."""
        return dict(self._database.rows("SELECT state, count(*) FROM inbox WHERE route = ? GROUP BY state", (route,)))

    def count_between(self, route: str, object_name: str, window: Window) -> int:
        """Rows held, deleted ones aside, whose change stamp lies after *since*, up to and including *until*."""
        since = "" if window.since is None else stamp(window.since)
        row = self._database.row(
            "SELECT count(*) FROM inbox WHERE route = ? AND object = ? AND deleted = 0"
            " AND modified > ? AND modified <= ?",
            (route, object_name, since, stamp(window.until)),
        )
        return int(row[0]) if row else 0

    def _lay(self, route: str, raw: RawRecord, fingerprint: str, run_id: str) -> str:
        """Lay one row; answers ``new``, ``changed`` or ``unchanged``, empty when it is passed over."""
        standing = self._database.row(
            f"SELECT id, fingerprint, deleted, merged_into FROM inbox WHERE {_THIS}", (route, *parts(raw.ref))
        )
        now = stamp(self._database.clock.now())
        if standing is None:
            return "" if raw.deleted else self._lay_new(route, raw, fingerprint, run_id, now)
        same = standing[1:] == (fingerprint, int(raw.deleted), raw.merged_into)
        woken = "woken" if same else "CASE woken WHEN 'new' THEN 'new' ELSE 'changed' END"
        state = "state" if same else f"CASE WHEN {_OPEN} THEN 'pending' ELSE state END"
        first = "first_fields" if same else "coalesce(first_fields, fields)"
        self._database.run(
            f"UPDATE inbox SET first_fields = {first}, fields = ?, fingerprint = ?, modified = ?, deleted = ?,"
            f" merged_into = ?, origin = ?, state = {state}, woken = {woken},"
            f" changed_at = {'changed_at' if same else '?'}, run_id = ? WHERE id = ?",
            (
                plain_json(dict(raw.fields)),
                fingerprint,
                stamp_or_none(raw.modified),
                int(raw.deleted),
                raw.merged_into,
                raw.origin,
                *(() if same else (now,)),
                run_id,
                standing[0],
            ),
        )
        self._note_emails(standing[0], raw.fields, known=True)
        return "unchanged" if same else "changed"

    def _lay_new(self, route: str, raw: RawRecord, fingerprint: str, run_id: str, now: str) -> str:
        cursor = self._database.run(
            "INSERT INTO inbox (route, connection, record_id, object, state, woken, fields, fingerprint, modified,"
            " deleted, merged_into, origin, received_at, changed_at, run_id)"
            " VALUES (?, ?, ?, ?, 'pending', 'new', ?, ?, ?, 0, ?, ?, ?, ?, ?)",
            (
                route,
                *parts(raw.ref),
                plain_json(dict(raw.fields)),
                fingerprint,
                stamp_or_none(raw.modified),
                raw.merged_into,
                raw.origin,
                now,
                now,
                run_id,
            ),
        )
        self._note_emails(cursor.lastrowid or 0, raw.fields, known=False)
        return "new"

    def _note_emails(self, row_id: int, fields: Values, *, known: bool) -> None:
        if known:
            self._database.run("DELETE FROM inbox_emails WHERE inbox_id = ?", (row_id,))
        self._database.run_many(
            "INSERT OR IGNORE INTO inbox_emails (email, inbox_id) VALUES (?, ?)",
            [(email, row_id) for email in _emails(fields)],
        )

    def _wake_decided(self, why: Woken, index: str, condition: str, parameters: Sequence[str]) -> int:
        """Wake the rows whose standing decision meets *condition*; *index* holds all that it looks at."""
        return self._database.run(
            f"UPDATE inbox SET state = 'pending', woken = ? WHERE woken IS NULL AND {_OPEN} AND id IN ("
            f" SELECT i.id FROM decisions d INDEXED BY {index} JOIN inbox i ON i.connection = d.connection"
            " AND i.record_id = d.record_id AND i.object = d.object AND i.route = d.route"
            f" WHERE d.standing = 1 AND {condition})",
            (why.value, *parameters),
        ).rowcount


def _readings(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The ways to read what a person typed, as conditions."""
    yield "record_id = ?", (text,)
    if len(text) == 15:
        yield "record_id >= ? AND record_id < ? AND length(record_id) = 18", (text, text + "\x7f")
    if len(text) == 18:
        yield "record_id = ?", (text[:15],)
    connection, colon, rest = text.partition(":")
    if colon:
        yield "connection = ? AND record_id = ?", (connection, rest)
        object_name, _, record_id = rest.partition(":")
        yield "connection = ? AND record_id = ? AND object = ?", (connection, record_id, object_name)
    if "@" in text:
        yield "id IN (SELECT inbox_id FROM inbox_emails WHERE email = ?)", (text.lower(),)


def _emails(fields: Values) -> set[str]:
    return {
        email.lower()
        for value in fields.values()
        if isinstance(value, str) and "@" in value and len(value) <= _LONGEST_ADDRESS_FIELD
        for email in _EMAIL.findall(value.encode("utf-8", "replace").decode())
    }


def _inbox_row(row: Row) -> InboxRow:
    _, route, connection, record_id, object_name, fields, first, mark, modified, deleted, merged, origin = row[:12]
    state, woken, received_at = row[12:]
    values = values_from(fields)
    raw = RawRecord(
        ref_of(connection, record_id, object_name), values, moment_or_none(modified), bool(deleted), merged, origin
    )
    return InboxRow(
        route=route,
        raw=raw,
        fingerprint=mark,
        first=values if first is None else values_from(first),
        state=InboxState(state),
        woken=None if woken is None else Woken(woken),
        received_at=moment(received_at),
    )
