"""Tables in files on their way into a directory of their own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from connector.errors import Finding, InputError
from connector.matching import MatchingRules
from connector.matching.tables import REGION, Columns, RowReader, guess_columns
from connector.model.records import Kind
from connector.pipeline import bulk

if TYPE_CHECKING:
    from connector.ports import Spread, Store
    from connector.systems.tables import TableFile as TableFile

CONNECTION = "file"
_HOME_NAME = "account name"


def open_table(path: Path) -> TableFile:
    """A CSV or Parquet file, looked through; raises InputError with every problem of the file."""
    from connector.systems.tables import open_table

    return open_table(path)


def sample_of(table: TableFile) -> Sequence[Sequence[str]]:
    """The first rows, by which columns are guessed."""
    return next(table.batches(1000), ())


@contextmanager
def scratch_directory() -> Iterator[tuple[Store, bulk.Opener]]:
    """An empty directory that goes away afterwards, and how other processes open it for reading."""
    from connector.store import open_directory, open_store
    from connector.wiring import SystemClock

    with tempfile.TemporaryDirectory(prefix="connector-matching-") as folder:
        path = Path(folder) / "directory.db"
        store = open_store(path, clock=SystemClock())
        try:
            yield store, partial(open_directory, path, clock=SystemClock())
        finally:
            store.close()


@dataclass(frozen=True, slots=True)
class LabelledFiles:
    """Leads, contacts and accounts as tables, each with the column that names its rows."""

    leads: TableFile
    contacts: TableFile
    accounts: TableFile

    @classmethod
    def open(cls, leads: Path, contacts: Path, accounts: Path) -> LabelledFiles:
        """Open the three; raises InputError with every problem of all of them."""
        tables: list[TableFile] = []
        findings: list[Finding] = []
        for path in (leads, contacts, accounts):
            try:
                tables.append(open_table(path))
            except InputError as error:
                findings.extend(error.findings)
        if not findings:
            for name, table in zip(("lead_id", "contact_id", "account_id"), tables, strict=True):
                findings += missing_columns(table, (name,))
            findings += missing_columns(tables[1], ("account_id",))
        if findings:
            raise InputError(sorted(set(findings)))
        return cls(*tables)

    def lay(self, store: Store, rules: MatchingRules, spread: Spread) -> Mapping[str, int]:
        """Lay all three in the directory; answers how many rows of each."""
        homes: dict[str, tuple[str, str]] = {}
        firms = bulk.lay(store.directory, self._accounts(homes), self.account_reader(), spread)
        known = bulk.lay(store.directory, self._contacts(homes), self.contact_reader(), spread)
        homes.clear()
        asked = bulk.lay(store.directory, self.leads.batches(), self.lead_reader(), spread)
        bulk.index(store.directory, rules, spread)
        return {"accounts": firms, "contacts": known, "leads": asked}

    def lead_reader(self) -> RowReader:
        """Makes leads of the rows of their table."""
        return reader(self.leads.columns, Kind.LEAD, "lead_id")

    def contact_reader(self) -> RowReader:
        """Makes contacts of the rows of their table, each with the cells of its account that `told` names."""
        header = (*self.contacts.columns, _HOME_NAME, REGION)
        return reader(header, Kind.CONTACT, "contact_id", company=_HOME_NAME, account_id="account_id")

    def account_reader(self) -> RowReader:
        """Makes accounts of the rows of their table."""
        return reader(self.accounts.columns, Kind.ACCOUNT, "account_id")

    def told(self) -> tuple[int | None, int | None]:
        """The columns of accounts that hold the name and the country, None where there is none."""
        header = self.accounts.columns
        chosen = guess_columns(header, (), Kind.ACCOUNT, key="account_id").chosen
        name, land = (header.index(chosen[field]) if field in chosen else None for field in ("name", "country"))
        return name, land

    def _accounts(self, homes: dict[str, tuple[str, str]]) -> Iterator[bulk.Rows]:
        """The accounts as they stand; name and country of each are kept for its contacts."""
        name, land = self.told()
        key = self.accounts.columns.index("account_id")
        for rows in self.accounts.batches():
            for row in rows:
                homes[row[key]] = (
                    row[name] if name is not None else "",
                    sys.intern(row[land]) if land is not None else "",
                )
            yield rows

    def _contacts(self, homes: Mapping[str, tuple[str, str]]) -> Iterator[bulk.Rows]:
        home = self.contacts.columns.index("account_id")
        for rows in self.contacts.batches():
            yield [(*row, *homes.get(row[home], ("", ""))) for row in rows]


def reader(header: Sequence[str], kind: Kind, key: str, **given: str) -> RowReader:
    """Makes records of rows whose columns are known by their headings, but for those *given*."""
    columns = guess_columns(header, (), kind, given, key)
    return RowReader(header, Columns(kind, columns.chosen, columns.unused), key, CONNECTION)


def missing_columns(table: TableFile, names: Sequence[str]) -> list[Finding]:
    """One finding for each column that a table must have and has not."""
    has = f"its columns are {', '.join(table.columns)}"
    return [
        Finding(str(table.path), 1, 0, "missing-column", f"there is no column `{name}`", has)
        for name in names
        if name not in table.columns
    ]
