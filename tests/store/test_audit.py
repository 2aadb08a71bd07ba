"""The audit chain tells when somebody was at it."""

from __future__ import annotations

import pytest

from connector.model.progress import AuditEntry
from connector.store import SqliteStore

from .making import START


def write(store: SqliteStore, count: int = 5) -> list[AuditEntry]:
    """Write lines into the audit."""
    for number in range(1, count + 1):
        store.audit.append(START, "run", "ann", "decided", f"lead {number % 2}", {"verdict": "convert", "n": number})
    return list(store.audit.entries())


def test_entries_in_order(store: SqliteStore) -> None:
    """Lines come in the order written; a limit keeps the latest; a subject keeps its own."""
    entries = write(store)
    assert [entry.facts["n"] for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.facts["n"] for entry in store.audit.entries(limit=2)] == [4, 5]
    assert [entry.facts["n"] for entry in store.audit.entries("lead 0")] == [2, 4]
    first = entries[0]
    assert (first.at, first.run_id, first.actor, first.event, first.subject) == (
        START,
        "run",
        "ann",
        "decided",
        "lead 1",
    )
    assert store.audit.verify() == []


def test_equal_lines_differ_in_the_chain(store: SqliteStore) -> None:
    """A digest covers the line before, so that equal lines cannot be exchanged."""
    for _ in range(2):
        store.audit.append(START, "", "", "", "", {})
    first, second = store.audit.entries()
    assert first.digest != second.digest


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("UPDATE audit SET actor = 'bob' WHERE id = 3", "line 3 was changed"),
        ("UPDATE audit SET facts = '{}' WHERE id = 3", "line 3 was changed"),
        ("UPDATE audit SET at = '2020' WHERE id = 3", "line 3 was changed"),
        ("DELETE FROM audit WHERE id = 3", "line 3 is missing"),
        ("DELETE FROM audit WHERE id IN (2, 3)", "lines 2 to 3 are missing"),
        ("DELETE FROM audit WHERE id = 1", "line 1 is missing"),
        ("DELETE FROM audit WHERE id = 5", "line 5 is missing at the end"),
        ("DELETE FROM audit", "lines 1 to 5 are missing at the end"),
        ("UPDATE audit SET id = 9 WHERE id = 5", "lines 5 to 8 are missing"),
    ],
)
def test_tampering_is_told(store: SqliteStore, change: str, sentence: str) -> None:
    """Whatever is changed or taken away behind the chain's back is told by its line."""
    write(store)
    with store.transaction():
        store.database.run(change)
    assert any(sentence in told for told in store.audit.verify())


def test_line_put_in_between_is_told(store: SqliteStore) -> None:
    """A line that was put in place of another does not fit the chain, and neither does the next."""
    write(store)
    with store.transaction():
        store.database.run("UPDATE audit SET digest = ? WHERE id = 3", ("0" * 64,))
    assert store.audit.verify() == [f"audit: line {number} was changed after it was written" for number in (3, 4)]


def test_chain_goes_on_after_a_loss(store: SqliteStore) -> None:
    """Lines written after the end was cut off do not hide the cut."""
    write(store)
    with store.transaction():
        store.database.run("DELETE FROM audit WHERE id > 3")
    store.audit.append(START, "run", "ann", "decided", "lead", {})
    assert store.audit.verify() == ["audit: lines 4 to 5 are missing"]
