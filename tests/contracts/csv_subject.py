"""A folder of CSV files under the source contract: every lead is a row of one file."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from connector.model.records import Scalar
from connector.ports import Source
from connector.systems.csvfile import CsvOptions, CsvSource
from tests.contracts.sandbox_subject import PatientClock
from tests.contracts.subject import NUMBERS, Traits

_COLUMNS = {"name": "Last Name", "company": "Company", "title": "Title", "email": "Email"}


class CsvSubject:
    """Rows have no change stamps, are never deleted, and come once: a file that was received is put away."""

    made_from = "tmp_path"
    lead_object = "Row"
    fields: tuple[str, ...] = tuple(_COLUMNS.values())
    traits = Traits(
        stamps=False,
        asked_only=False,
        deletions=False,
        fetches_deleted=False,
        late_rows=False,
        sessions=False,
        limits=False,
        logs_in=False,
    )

    def __init__(self, folder: Path) -> None:
        self._file = folder / "leads.csv"
        self._clock = PatientClock()
        self._options = CsvOptions(folder, id_column="Id")
        self.system: Source = CsvSource("crm", self._options, self._clock)

    def fresh(self) -> Source:
        """Another look at the same folder."""
        return CsvSource("crm", self._options, self._clock)

    def field(self, word: str) -> str:
        """The column of a word."""
        return _COLUMNS[word]

    def lead(self, **words: Scalar) -> str:
        """One more row."""
        lead_id = f"r{next(NUMBERS)}"
        values = {"name": "Okafor", "company": "Acme Test", **words}
        isnew = not self._file.exists()
        with self._file.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["Id", *_COLUMNS.values()])
            if isnew:
                writer.writeheader()
            writer.writerow({"Id": lead_id, **{_COLUMNS[word]: value for word, value in values.items()}})
        return lead_id

    def leads(self, number: int, modified: datetime | None = None) -> list[str]:
        """Many rows."""
        return [self.lead(name=f"Lead {n}") for n in range(number)]

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._clock.sleep(seconds)
