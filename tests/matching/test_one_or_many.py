"""One at a time or in bulk, whatever order they were laid in: the same directory gives a lead the same answer."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.matching import resolve
from connector.model.match import Linkage, Match
from connector.pipeline import bulk
from connector.wiring.processes import Processes
from connector.wiring.tables import LabelledFiles, scratch_directory
from tests.matching.labelled_files import Files, write_labelled
from tests.matching.making import rules

Linked = dict[str, bulk.Link]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A small labelled set."""
    return write_labelled(tmp_path_factory.mktemp("labelled"), 90)


def linked(files: Files, size: int) -> tuple[Linked, list[tuple[str, Linkage, Match | None, Match | None]]]:
    """All leads in batches of that size, and one by one against the same directory."""
    tables = LabelledFiles.open(files.path("leads"), files.path("contacts"), files.path("accounts"))
    with scratch_directory() as (store, opened):
        tables.lay(store, rules(), Processes(1))
        together = bulk.link(tables.leads.batches(size), tables.lead_reader(), opened, rules(), map)
        found = {one.lead: one for one in together}
        read = tables.lead_reader()
        alone = []
        for lead in (read(row) for rows in tables.leads.batches() for row in rows):
            answer = resolve(lead, bulk.candidates_for(lead, store.directory, rules()), (), rules())
            alone.append((lead.ref.id, answer.linkage, answer.contact, answer.account))
        return found, alone


def test_one_at_a_time_is_as_in_bulk(files: Files) -> None:
    """What is linked one at a time is the best link in bulk, with the same score."""
    together, alone = linked(files, 7)
    assert {linkage for _, linkage, _, _ in alone} >= {Linkage.CONTACT, Linkage.ACCOUNT, Linkage.NEW}
    for lead, _, contact, account in alone:
        for one, other in ((contact, together[lead].contact), (account, together[lead].account)):
            if one is not None:
                assert other is not None
                assert (one.ref.id, one.score) == (other.id, other.score)


def test_order_of_the_tables_does_not_count(files: Files, tmp_path: Path) -> None:
    """Leads, contacts and accounts in another order bring the same links."""
    for name in ("leads", "contacts", "accounts"):
        header, *rows = list(_rows(files.path(name)))
        random.Random(5).shuffle(rows)
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    before, alone = linked(files, 7)
    after, again = linked(Files(tmp_path), 50)
    assert after == before
    assert sorted(alone, key=lambda one: one[0]) == sorted(again, key=lambda one: one[0])


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)
