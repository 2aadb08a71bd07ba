"""All leads of a table linked at once: landing, normalising, blocking, comparing, scoring; the same on every engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from connector.engines import shapes, statements
from connector.engines.doubles import double_id
from connector.engines.engine import Engine
from connector.engines.works import Compare, Normalise, Reader, Twins, weights
from connector.errors import Finding, InputError
from connector.matching import MatchingRules

if TYPE_CHECKING:
    import pyarrow as pa


class Table(Protocol):
    """A table in a file. *unit* is ``row`` in Parquet files and ``line`` in CSV."""

    @property
    def path(self) -> Path: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def unit(self) -> str: ...
    def batches(self, size: int = ..., /) -> Iterator[Sequence[Sequence[str]]]: ...


@dataclass(frozen=True, slots=True)
class Tables:
    """Leads, contacts and accounts: files, readers of their rows, and the columns that join them.

    The reader of contacts is given the cells of a contact and then those of its account in the columns *told*
    (None: nothing). *home* is the column of contacts that names the account, *key* that of accounts.
    """

    leads: tuple[Table, Reader]
    contacts: tuple[Table, Reader]
    accounts: tuple[Table, Reader]
    home: int
    key: int
    told: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A record and its score, in log-odds."""

    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one lead; *created* is its own moment, if told, *repeat* the likeliest other lead."""

    lead: str
    created: str = ""
    contact: Proposal | None = None
    account: Proposal | None = None
    repeat: Proposal | None = None


def link(engine: Engine, tables: Tables, rules: MatchingRules, connection: str) -> Iterator[Found]:
    """What the tables hold for each lead, in the order of the leads.

    *connection* is what the readers call the place where the leads live. Raises InputError naming every table in
    which an id stands more than once.
    """
    _normalise(engine, tables, rules)
    _refuse_doubles(engine, tables)
    sizes = _sizes(engine)
    for made in (statements.blocking, statements.beside):
        _make(engine, made(engine.dialect))
    slices = engine.slices("p.lead", sizes["leads"])
    queries = [statements.brought(engine.dialect, slice_of_leads) for slice_of_leads in slices]
    engine.mapped("compared", queries, Compare(rules, sizes["contacts"], connection))
    _make(engine, statements.scoring(engine.dialect, rules, weights(rules)))
    engine.mapped("twins", [statements.alike(engine.dialect)], Twins())
    _make(engine, statements.linking(rules))
    for lead, created, *best in engine.rows(statements.links()):
        yield Found(lead, created, *map(_proposal, best[::2], best[1::2]))


def _proposal(record_id: Any, score: Any) -> Proposal | None:
    return None if record_id is None else Proposal(record_id, round(score, 4))


def _make(engine: Engine, made: Iterator[statements.Statement]) -> None:
    for name, sql in made:
        engine.table(name, sql, name not in statements.READ_ONCE)


def _normalise(engine: Engine, tables: Tables, rules: MatchingRules) -> None:
    """The three tables as identities; contacts with what their account tells."""
    named = {"accounts": tables.accounts, "contacts": tables.contacts, "leads": tables.leads}
    for name, (table, _) in named.items():
        _land(engine, f"{name}_read", table)
    told = ", ".join("''" if column is None else f"coalesce(a.c{column}, '')" for column in tables.told)
    cells = ", ".join(f"c.c{column}" for column in range(len(tables.contacts[0].columns)))
    joined = (
        f"SELECT c.place, {cells}, {told} FROM contacts_read AS c"
        f" LEFT JOIN accounts_read AS a ON a.c{tables.key} = c.c{tables.home}"
    )
    for name, (_, reader) in named.items():
        query = joined if name == "contacts" else f"SELECT * FROM {name}_read"
        engine.mapped(name, [query], Normalise(reader, rules))


def _land(engine: Engine, name: str, table: Table) -> None:
    """Bring a file into the engine: Parquet files of text are read by the engine, all others by this process."""
    if table.unit == "row" and _is_text(table.path):
        engine.load(name, table.path, table.columns)
        return
    engine.take(name, _batches(table), shapes.landed(len(table.columns)))


def _is_text(path: Path) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return all(pa.types.is_string(kind) for kind in pq.read_schema(path).types)


def _batches(table: Table) -> Iterator[pa.RecordBatch]:
    places = count()
    schema = shapes.landed(len(table.columns))
    for rows in table.batches(5000):
        yield shapes.batch([(place, *row) for row, place in zip(rows, places, strict=False)], schema)


def _sizes(engine: Engine) -> Mapping[str, int]:
    return {name: next(engine.rows(f"SELECT count(*) FROM {name}"))[0] for name in ("leads", "contacts")}


def _refuse_doubles(engine: Engine, tables: Tables) -> None:
    """An id that stands twice would be two records to an engine, and one to the directory."""
    findings: list[Finding] = []
    for name, (table, _) in (("leads", tables.leads), ("contacts", tables.contacts), ("accounts", tables.accounts)):
        twice = f"SELECT min(id), count(*) FROM (SELECT id FROM {name} GROUP BY id HAVING count(*) > 1) AS twice"
        first, doubles = next(engine.rows(twice))
        if doubles:
            findings.append(double_id(table.path, doubles, first))
    if findings:
        raise InputError(findings)
