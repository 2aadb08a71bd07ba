"""Engines for linking whole tables: built by name, handed files, and asked for links."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from connector.engines.doubles import double_id
from connector.errors import Finding, InputError, UsageError
from connector.matching import MatchingRules
from connector.matching.truth import Proposed
from connector.model.records import Kind
from connector.pipeline import bulk
from connector.wiring.processes import Processes
from connector.wiring.tables import CONNECTION, LabelledFiles, scratch_directory

if TYPE_CHECKING:
    from connector.engines import Engine, Proposal, Settings, Tables


class EngineName(StrEnum):
    """The engines that there are: the directory's own, DuckDB, and Apache Spark."""

    SQLITE = "sqlite"
    DUCKDB = "duckdb"
    SPARK = "spark"


def links(
    name: EngineName, files: LabelledFiles, rules: MatchingRules, room: tuple[int, int], master: str = ""
) -> Iterator[bulk.Link]:
    """The best contact, account and other lead of every lead of *files*, in their order.

    *room*: processes, and memory in MB. *master* is the address of a Spark cluster. Raises InputError where an id
    stands twice in a table, UsageError where the engine's extra is missing.
    """
    if name is EngineName.SQLITE:
        yield from _by_directory(files, rules, Processes(room[0]))
        return
    _refuse_without_arrow(name)
    from connector.engines import Settings, link

    with (
        tempfile.TemporaryDirectory(prefix="connector-engine-") as folder,
        closing(_opened(name, Settings(Path(folder), *room, master))) as engine,
    ):
        for found in link(engine, _tables(files), rules, CONNECTION):
            best = map(_proposed, (found.contact, found.account, found.repeat))
            yield bulk.Link(found.lead, found.created, *best)


def _by_directory(files: LabelledFiles, rules: MatchingRules, spread: Processes) -> Iterator[bulk.Link]:
    with scratch_directory() as (store, opened):
        rows = files.lay(store, rules, spread)
        live = store.directory.counts()
        kinds = (("leads", Kind.LEAD), ("contacts", Kind.CONTACT), ("accounts", Kind.ACCOUNT))
        if any(rows[name] != live.get(kind.value, 0) for name, kind in kinds):
            raise InputError(_doubles(files))
        yield from bulk.link(files.leads.batches(500), files.lead_reader(), opened, rules, spread)


def _doubles(files: LabelledFiles) -> list[Finding]:
    """One finding for each table in which ids stand more than once."""
    findings: list[Finding] = []
    for table, column in ((files.leads, "lead_id"), (files.contacts, "contact_id"), (files.accounts, "account_id")):
        at = table.columns.index(column)
        held = Counter(row[at].strip() for rows in table.batches() for row in rows)
        if twice := [record_id for record_id, count in held.items() if count > 1]:
            findings.append(double_id(table.path, len(twice), min(twice)))
    return findings


def _opened(name: EngineName, settings: Settings) -> Engine:
    if name is EngineName.SPARK:
        from connector.engines.spark import SparkEngine

        return SparkEngine(settings)
    from connector.engines.duck import DuckEngine

    return DuckEngine(settings, Processes(settings.processes))


def _refuse_without_arrow(name: EngineName) -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        told = f"the engine {name} needs an extra"
        raise UsageError(told, next_command=f"pip install 'lead-connector[{name}]'") from None


def _tables(files: LabelledFiles) -> Tables:
    from connector.engines import Tables

    return Tables(
        leads=(files.leads, files.lead_reader()),
        contacts=(files.contacts, files.contact_reader()),
        accounts=(files.accounts, files.account_reader()),
        home=files.contacts.columns.index("account_id"),
        key=files.accounts.columns.index("account_id"),
        told=files.told(),
    )


def _proposed(found: Proposal | None) -> Proposed | None:
    return None if found is None else Proposed(found.id, found.score)
