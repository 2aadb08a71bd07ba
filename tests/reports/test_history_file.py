"""Histories from a file: what is read, what is told of cells that cannot be, and when the whole file is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.errors import InputError
from connector.model.history import LeadHistory, Origin
from connector.reports.history_file import COLUMNS, HistoryFile, read_history


def read(text: str) -> tuple[list[LeadHistory], HistoryFile]:
    """The rows of a file, and the file."""
    file = read_history(text.splitlines(keepends=True), "h.csv")
    return list(file.rows), file


def test_row_is_read_whole() -> None:
    """Every column has its place; dates count from their first moment in UTC, zones are heeded."""
    text = ",".join([*COLUMNS, "early", "origin"]) + (
        "\nl1,Web,Energy,Existing,ann,2026-01-01,2026-01-02T10:00:00+02:00,2026-01-03 08:00,,2026-02-01T00:00:00Z"
        ",,,12.5,yes,history\n"
    )
    (row,), file = read(text)
    assert (row.lead_id, row.source, row.segment, row.customer, row.owner) == ("l1", "Web", "Energy", "existing", "ann")
    assert row.created_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert row.mql_at == datetime(2026, 1, 2, 8, tzinfo=UTC)
    assert row.srl_at == datetime(2026, 1, 3, 8, tzinfo=UTC)
    assert (row.sql_at, row.amount, row.early, row.origin) == (None, 12.5, True, Origin.HISTORY)
    assert (file.anomalies, file.notes) == ([], [])


def test_every_unreadable_cell_is_told_at_once() -> None:
    """Each cell that cannot be read is named with line and column, and counts as empty; the others are read."""
    text = (
        "lead_id,created_at,customer,amount\n"
        "l1,2026-13-01,old,12 EUR\n"
        "\n"
        'l2,"2026-01-01",new,nan\n'
        "l3,01.02.2026\n"
        ",2026-01-05,,\n"
    )
    rows, file = read(text)
    assert [row.lead_id for row in rows] == ["l1", "l2", "l3", ""]
    assert [(one.lead_id, one.place) for one in file.anomalies] == [
        *(("l1", "h.csv:2:2"), ("l1", "h.csv:2:3"), ("l1", "h.csv:2:4"), ("l2", "h.csv:4:4")),
        *(("l3", "h.csv:5:2"), ("l3", "h.csv:5:3"), ("", "h.csv:6:1")),
    ]
    assert "'2026-13-01' is no date" in file.anomalies[0].what
    assert "the row has 2 cells, the header 4" in file.anomalies[5].what
    assert rows[1].created_at == datetime(2026, 1, 1, tzinfo=UTC)


def test_unknown_and_missing_columns_are_told() -> None:
    """Columns that are not read are named, and so are those that are missing; none of it stops the reading."""
    rows, file = read("\ufefflead_id;colour;;created_at\r\nl1;red;x;2026-01-01\r\n")
    assert rows[0].lead_id == "l1"
    assert file.notes[0] == "columns ignored: colour, (column 3)"
    assert file.notes[1].startswith("columns missing: source, segment")


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("", "h.csv:1:1", "the file is empty"),
        ("id,created_at\nl1,2026-01-01\n", "h.csv:1:1", "no column lead_id"),
        ("lead_id,owner,owner\nl1,a,b\n", "h.csv:1:2", "owner comes twice"),
    ],
)
def test_file_without_sense_is_refused(text: str, place: str, word: str) -> None:
    """A file whose header says nothing of leads is refused as a whole, with the way to mend it."""
    with pytest.raises(InputError) as refused:
        read(text)
    assert refused.value.exit_code == 65
    told = str(refused.value.findings[0])
    assert told.startswith(place)
    assert word in told
