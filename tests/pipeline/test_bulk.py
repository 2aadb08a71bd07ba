"""Linking whole tables: the same over any number of processes, repeats settled, chains held to the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.matching import Best
from connector.matching.tables import RowReader, guess_columns
from connector.matching.truth import Proposed
from connector.model.match import Band
from connector.model.records import Kind, RecordRef
from connector.pipeline import bulk
from connector.ports import Spread, Store
from connector.wiring.processes import Processes
from connector.wiring.tables import LabelledFiles, scratch_directory
from tests.matching.labelled_files import Files, write_labelled
from tests.matching.making import rules


@dataclass(frozen=True, slots=True)
class Laid:
    """A labelled set in its directory."""

    files: LabelledFiles
    store: Store
    opened: bulk.Opener

    def link(self, spread: Spread, size: int) -> list[bulk.Link]:
        """All leads."""
        return list(bulk.link(self.files.leads.batches(size), self.files.lead_reader(), self.opened, rules(), spread))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A small labelled set."""
    return write_labelled(tmp_path_factory.mktemp("labelled"), 60)


@pytest.fixture(scope="module")
def laid(files: Files) -> Iterator[Laid]:
    """The set, laid."""
    tables = LabelledFiles.open(files.path("leads"), files.path("contacts"), files.path("accounts"))
    with scratch_directory() as (store, opened):
        assert tables.lay(store, rules(), Processes(1)) == {"accounts": 64, "contacts": 80, "leads": 66}
        yield Laid(tables, store, opened)


def test_processes_do_not_change_links(laid: Laid) -> None:
    """One process or several, small batches or large: the same links in the same order."""
    alone = laid.link(map, 1000)
    assert laid.link(Processes(2), 5) == alone
    assert [one.lead for one in alone] == [row[0] for rows in laid.files.leads.batches() for row in rows]


def test_known_people_are_linked(laid: Laid) -> None:
    """A lead with the address of a contact is linked to it and to its account, whose name its table told."""
    found = {one.lead: one for one in laid.link(map, 1000)}
    assert found["L0003-0"].contact is not None
    assert found["L0003-0"].contact.id == "C1"
    assert found["L0003-0"].account is not None
    assert found["L0003-0"].account.id == "A1"
    contact = laid.store.directory.get(RecordRef("file", "Contact", "C1"))
    assert contact is not None
    assert contact.text("company").endswith("GmbH")


def test_evidence_is_told_once_more(laid: Laid) -> None:
    """The evidence for a lead of the directory is that of its link."""
    found = {one.lead: one for one in laid.link(map, 1000)}["L0003-0"]
    best = bulk.evidence(RecordRef("file", "Lead", "L0003-0"), laid.store.directory, rules())
    assert best.contact is not None
    assert found.contact == Proposed(best.contact.ref.id, best.contact.score)
    assert best.contact.comparisons
    assert bulk.evidence(RecordRef("file", "Lead", "none"), laid.store.directory, rules()) == Best()


def repeat(lead: str, other: str, score: float) -> bulk.Link:
    """A lead that was found to repeat another."""
    return bulk.Link(lead, first=Proposed(other, score))


def test_repeats_follow_the_first_lead() -> None:
    """Chains lead to the first lead of the cluster, and that one repeats nobody."""
    links = [repeat("a", "b", 8), repeat("b", "a", 8), repeat("c", "b", 5), bulk.Link("d")]
    assert bulk.settle_repeats(links, 2.0) == {"b": Proposed("a", 8), "c": Proposed("a", 5)}


def test_weak_repeats_join_no_cluster() -> None:
    """A pair below the band proposes the first lead of the other's cluster, and makes no chain."""
    links = [bulk.Link("a"), repeat("b", "a", 8), repeat("c", "b", 1), repeat("d", "c", 1)]
    assert bulk.settle_repeats(links, 2.0) == {"b": Proposed("a", 8), "c": Proposed("a", 1), "d": Proposed("c", 1)}


def test_created_moment_tells_who_was_first() -> None:
    """Where moments are told, the earlier lead is the first, whatever its id."""
    links = [bulk.Link("a", "2026-02-01T00:00:00Z", first=Proposed("b", 4)), bulk.Link("b", "2026-01-01T00:00:00Z")]
    assert bulk.settle_repeats(links, 2.0) == {"a": Proposed("b", 4)}


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"), st.integers(0, 9)), max_size=12))
def test_order_of_leads_does_not_matter(pairs: Sequence[tuple[str, str, int]]) -> None:
    """Whatever leads found each other, the answer is the same in any order, and names an earlier lead."""
    by_lead = {left: repeat(left, right, score) for left, right, score in pairs if left != right}
    links = [by_lead.get(lead, bulk.Link(lead)) for lead in "abcdef"]
    settled = bulk.settle_repeats(links, 3.0)
    assert settled == bulk.settle_repeats(links[::-1], 3.0)
    assert all(found.id < lead for lead, found in settled.items())


PEOPLE = ("key", "first_name", "last_name", "email", "phone")
ROWS = (
    ("1", "Ann", "Weber", "ann.weber@nordwind.example", "+493012345678"),
    ("2", "Anna", "Weber", "ann.weber@nordwind.example", "+493012345678"),
    ("3", "Carl", "Ott", "carl.ott@moorfeld.example", "+493099999999"),
)


def test_pairs_come_once_with_their_band() -> None:
    """Two rows that share a key are compared once, whichever is looked up first."""
    columns = guess_columns(PEOPLE, (), Kind.LEAD, key="key")
    read = RowReader(PEOPLE, columns, "key", "file")
    with scratch_directory() as (store, opened):
        bulk.lay(store.directory, [ROWS], read, map)
        bulk.index(store.directory, rules(), map)
        found = list(bulk.pairs([ROWS], read, opened, rules(), map))
        firsts = bulk.settle_pairs(
            found, lambda key: RecordRef("file", "Lead", key), store.directory, rules(), lambda key: -int(key)
        )
    assert [(pair.left, pair.right, pair.band) for pair in found] == [("1", "2", Band.LINK)]
    assert dict(firsts) == {"1": "2", "2": "2"}


def test_chain_against_the_evidence_is_cut() -> None:
    """Two other people are never one because a third row is like both."""
    rows = (
        ("1", "Ann", "Weber", "ann@weber.example", "+493012345678"),
        ("2", "", "Weber", "ann@weber.example", "+493087654321"),
        ("3", "Bert", "Weber", "bert@weber.example", "+493087654321"),
    )
    read = RowReader(PEOPLE, guess_columns(PEOPLE, (), Kind.LEAD, key="key"), "key", "file")
    chain = [bulk.Pair("1", "2", 9.0, Band.LINK), bulk.Pair("2", "3", 5.0, Band.LINK)]
    with scratch_directory() as (store, _):
        bulk.lay(store.directory, [rows], read, map)
        firsts = bulk.settle_pairs(chain, lambda key: RecordRef("file", "Lead", key), store.directory, rules(), int)
    assert dict(firsts) == {"1": "1", "2": "1", "3": "3"}


def test_broken_tables_are_told_together(files: Files, tmp_path: Path) -> None:
    """The problems of all three files come in one error."""
    for name in ("leads", "contacts"):
        (tmp_path / f"{name}.csv").write_text("id,name\n1,a\n", "utf-8")
    with pytest.raises(Exception, match="3 problems") as caught:
        LabelledFiles.open(tmp_path / "leads.csv", tmp_path / "contacts.csv", files.path("accounts"))
    assert [finding.what for finding in caught.value.findings] == [  # type: ignore[attr-defined]
        "there is no column `account_id`", "there is no column `contact_id`", "there is no column `lead_id`",
    ]  # fmt: skip
