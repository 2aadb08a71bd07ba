"""Intent before effect: what was planned, what was sent, and what came of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from connector.errors import StateError
from connector.model.plan import Order, Outcome, Plan, Receipt, Step
from connector.model.progress import CrosswalkEntry, JournalEntry, JournalState
from connector.model.records import RecordRef
from connector.store.codec import from_json, moment_or_none, parts, plain_json, stamp, to_json, values_from
from connector.store.contradictions import journal_contradictions
from connector.store.crosswalk import SqliteCrosswalk
from connector.store.database import Database, Row

_COLUMNS = "step, route, run_id, state, attempt, ids, sent_at, receipt, policy_version, mapping_version"
_UNSETTLED = "state IN ('sent', 'unknown')"
_TOUCHES = (
    " AND (connection = ? OR EXISTS (SELECT 1 FROM plans p WHERE p.id = plan_id AND ("
    "p.org IN (SELECT org_id FROM connections WHERE name = ?) OR p.org NOT IN (SELECT org_id FROM connections))))"
)
_NEXT = "connector journal verify"


class SqliteJournal:
    """Keeps `connector.ports.Journal` in the tables ``plans`` and ``journal``."""

    def __init__(self, database: Database, crosswalk: SqliteCrosswalk, fence: Callable[[], None]) -> None:
        """Work on *database*; *fence* raises SafetyStop when this writer has lost the lease it held."""
        self._database = database
        self._crosswalk = crosswalk
        self._fence = fence

    def planned(self, plan: Plan) -> None:
        """Store the plan and its writing steps as PLANNED; steps already in the journal are left as they are."""
        versions = plan.versions
        with self._database.transaction():
            self._database.run(
                "INSERT OR IGNORE INTO plans (id, route, org, created_at, policy_version, mapping_version,"
                " matching_version, leads, changes, calls) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    plan.id,
                    plan.route,
                    plan.org,
                    stamp(plan.created_at),
                    versions.policy,
                    versions.mapping,
                    versions.matching,
                    len(plan.leads),
                    plan.changes,
                    plan.calls,
                ),
            )
            self._database.run_many(
                "INSERT INTO journal (key, plan_id, route, connection, record_id, object, action, target_object,"
                " state, planned_at, step, ids, policy_version, mapping_version)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (_planned_row(plan, step) for step in plan.steps if step.writes),
            )

    def entries(self, keys: Sequence[str]) -> Mapping[str, JournalEntry]:
        """The entries of those *keys* that the journal holds."""
        found = {key: self._database.row(f"SELECT {_COLUMNS} FROM journal WHERE key = ?", (key,)) for key in keys}
        return {key: _entry(row) for key, row in found.items() if row is not None}

    def sent(self, orders: Sequence[Order], route: str, run_id: str, at: datetime) -> None:
        """Mark as SENT, durable on disk before this returns; *at* on the CRM's clock.

        Raises SafetyStop when the lease was lost, StateError when a step was never planned, is unsettled or
        applied already, or when another conversion of the same source record is unsettled.
        """
        with self._database.transaction():
            self._fence()
            for order in orders:
                self._send(order, route, run_id, stamp(at))

    def settle(self, receipts: Sequence[Receipt], links: Sequence[CrosswalkEntry]) -> None:
        """Record receipts and crosswalk entries in one transaction.

        A receipt that is repeated changes nothing. Raises StateError when one contradicts the journal: an
        applied step that is said to be anything else, or a step that nobody planned or sent.
        """
        with self._database.transaction():
            for receipt in receipts:
                self._settle(receipt)
            self._crosswalk.link(links)

    def back_to_planned(self, keys: Sequence[str]) -> None:
        """Take SENT or UNKNOWN steps back to PLANNED; entries in any other state are left as they are."""
        with self._database.transaction():
            self._database.run_many(
                f"UPDATE journal SET state = 'planned' WHERE key = ? AND {_UNSETTLED}", [(key,) for key in keys]
            )

    def unsettled(self, connection: str | None = None) -> Sequence[JournalEntry]:
        """SENT and UNKNOWN entries, oldest first; those that touch *connection* when it is named.

        An entry touches the connection of its source lead, and the one whose org its plan was made for. Where
        no connection is pinned to that org, the entry is answered as well: better once too often than lost.
        """
        where, parameters = ("", ()) if connection is None else (_TOUCHES, (connection, connection))
        return self._list(f"{_UNSETTLED}{where} ORDER BY sent_at, rowid", parameters)

    def open_steps(self, route: str) -> Sequence[JournalEntry]:
        """PLANNED entries of *route* that no run has sent, in the order they were planned."""
        return self._list("state = 'planned' AND route = ? ORDER BY rowid", (route,))

    def drop_planned(self, keys: Sequence[str]) -> None:
        """Forget PLANNED steps that a newer plan no longer holds; what was ever sent stays."""
        with self._database.transaction():
            self._database.run_many("DELETE FROM journal WHERE key = ? AND state = 'planned'", [(key,) for key in keys])

    def story(self, lead: RecordRef) -> Sequence[JournalEntry]:
        """Every entry on behalf of *lead*, in the order planned."""
        return self._list("connection = ? AND record_id = ? AND object = ? ORDER BY rowid", parts(lead))

    def verify(self) -> Sequence[str]:
        """Contradictions found, in sentences; empty when sound."""
        return journal_contradictions(self._database.rows)

    def _list(self, condition: str, parameters: Sequence[str]) -> Sequence[JournalEntry]:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM journal WHERE {condition}", parameters)
        return [_entry(row) for row in rows]

    def _send(self, order: Order, route: str, run_id: str, at: str) -> None:
        step = order.step
        try:
            changed = self._database.run(
                "UPDATE journal SET state = 'sent', attempt = attempt + 1, sent_at = ?, settled_at = NULL,"
                " receipt = NULL, route = ?, run_id = ?, step = ?, ids = ?"
                " WHERE key = ? AND state IN ('planned', 'rejected')",
                (at, route, run_id, to_json(Step, step), plain_json(dict(order.ids)), step.key),
            ).rowcount
        except sqlite3.IntegrityError as error:
            raise StateError(
                f"another conversion of {step.lead} was sent and is not settled; it is not sent twice",
                next_command=_NEXT,
            ) from error
        if not changed:
            raise StateError(
                f"step {step.key[:12]} of {step.lead} is {self._state_word(step.key)}; it cannot be sent",
                next_command=_NEXT,
            )

    def _settle(self, receipt: Receipt) -> None:
        row = self._database.row("SELECT state FROM journal WHERE key = ?", (receipt.step,))
        if row is None:
            if receipt.outcome is Outcome.SKIPPED:
                return
            raise StateError(f"a receipt names step {receipt.step[:12]}, which nobody planned", next_command=_NEXT)
        before, after = JournalState(row[0]), JournalState.of(receipt.outcome)
        if _is_repeat(before, after):
            return
        if not _may_become(before, after):
            raise StateError(
                f"step {receipt.step[:12]} is {before.value}; it cannot become {after.value}", next_command=_NEXT
            )
        self._database.run(
            "UPDATE journal SET state = ?, settled_at = ?, receipt = ? WHERE key = ?",
            (
                after.value,
                stamp(receipt.at) if after.settled else None,
                to_json(Receipt, receipt),
                receipt.step,
            ),
        )

    def _state_word(self, key: str) -> str:
        row = self._database.row("SELECT state FROM journal WHERE key = ?", (key,))
        return f"{row[0]} already" if row else "not planned"


def _is_repeat(before: JournalState, after: JournalState) -> bool:
    """An applied step that is found applied again tells nothing new."""
    done = (JournalState.APPLIED, JournalState.ALREADY)
    return before in done and after in done


def _may_become(before: JournalState, after: JournalState) -> bool:
    """What a receipt may do to a step.

    A planned step may turn out to be done by somebody else, or refused, before it is sent; it cannot have
    been applied by us. A rejected one may turn out to be there after all.
    """
    if before in (JournalState.SENT, JournalState.UNKNOWN):
        return True
    if before is JournalState.PLANNED:
        return after in (JournalState.ALREADY, JournalState.REJECTED)
    return before is JournalState.REJECTED and after is not JournalState.UNKNOWN


def _planned_row(plan: Plan, step: Step) -> tuple[object, ...]:
    return (
        step.key,
        plan.id,
        plan.route,
        *parts(step.lead),
        step.action.value,
        step.object,
        stamp(plan.created_at),
        to_json(Step, step),
        plain_json(dict(step.ids)),
        plan.versions.policy,
        plan.versions.mapping,
    )


def _entry(row: Row) -> JournalEntry:
    step, route, run_id, state, attempt, ids, sent_at, receipt, policy_version, mapping_version = row
    return JournalEntry(
        step=from_json(Step, step),
        route=route,
        run_id=run_id,
        state=JournalState(state),
        attempt=attempt,
        ids={role: str(value) for role, value in values_from(ids).items()},
        sent_at=moment_or_none(sent_at),
        receipt=None if receipt is None else from_json(Receipt, receipt),
        policy_version=policy_version,
        mapping_version=mapping_version,
    )
