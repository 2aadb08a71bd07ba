"""What the peers are given, how they are graded, and what the table says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import matching
from benchmarks.peers import columns, driver, grading, places
from connector.matching.truth import Asked, Proposed, Truth

LEAD = {
    "lead_id": "L1", "first": "José", "last": "Müller", "email": "Jose.Mueller+news@Mail.Acme.de",
    "company": "Acme GmbH", "phone": "030 1234567", "website": "", "title": "Sales Manager", "street": "",
    "city": "Köln", "postal": "", "country": "Germany",
}  # fmt: skip


def row(**changed: str) -> dict[str, str]:
    """The peers' columns of a lead."""
    return dict(zip(columns.PERSON, columns.people([{**LEAD, **changed}])[0], strict=True))


def test_columns_are_normalised() -> None:
    """A peer is given folded names, one spelling of address and number, and the firm's name without its form."""
    made = row()
    assert (made["first"], made["last"], made["city"]) == ("jose", "muller", "koln")
    assert (made["email"], made["domain"], made["mailbox"]) == ("jose.mueller@mail.acme.de", "acme.de", "jose.mueller")
    assert (made["phone"], made["company"], made["country"]) == ("+49301234567", "acme", "DE")


@pytest.mark.parametrize(
    ("address", "mail", "domain"),
    [("info@acme.de", "", "acme.de"), ("ann@gmail.com", "ann@gmail.com", ""), ("test@test.com", "", "")],
)
def test_gate_holds_for_peers(address: str, mail: str, domain: str) -> None:
    """Role mailboxes and fillers are no address, and free mail names no firm."""
    made = row(email=address)
    assert (made["email"], made["domain"]) == (mail, domain)


def test_nobody_is_left_empty() -> None:
    """Of a lead that our gate would set aside a peer sees its id only."""
    made = row(first="asdf", last="asdf", email="asdf@asdf.com", company="asdf", phone="123", city="")
    assert {name for name, value in made.items() if value} == {"id"}


def truth(lead: str, contact: str, earlier: str, split: str = "dev") -> Truth:
    """A labelled lead."""
    right = {
        Asked.CONTACT: frozenset(filter(None, [contact])),
        Asked.ACCOUNT: frozenset(filter(None, [contact])),
        Asked.LEAD: frozenset(filter(None, [earlier])),
    }
    return Truth(lead, right, split)


def test_clusters_lead_to_first_lead() -> None:
    """A chain of repeats is answered with the first lead of all, as our own links are."""
    truths = [truth("L1", "", ""), truth("L2", "", "L1"), truth("L3", "", "L1")]
    found = grading.settled({"L2": Proposed("L1", 3.0), "L3": Proposed("L2", 2.0)}, truths)
    assert {lead: link.id for lead, link in found.items()} == {"L2": "L1", "L3": "L1"}


def test_account_comes_through_contact() -> None:
    """Without accounts of its own a method is given those of its contacts."""
    answer = grading.Answer(contact={"L1": Proposed("C1", 2.0)}, homes={"C1": "A1"})
    assert grading.via_contact(answer, [truth("L1", "C1", "")]) == {"L1": Proposed("A1", 2.0)}


def test_failure_is_told_in_table() -> None:
    """A method that fails has a row with the reason, and no figures."""
    found = driver.run(["benchmarks.peers.no_such_method"], 60)
    shown = matching.cells("x", found)
    assert "No module named benchmarks.peers.no_such_method" in shown[1]
    assert len(shown) == len(matching.HEADER)


def test_figures_stand_in_their_columns() -> None:
    """Every figure has three digits; a question that is not answered leaves its cells empty."""
    sure = {"precision": None, "recall": 0.0}
    found = driver.Outcome({"contact": {"f1": 0.98765, "recall_at_p99": 1.0, "at_dev_p99": sure}}, 3.4, 2.5)
    assert matching.cells("x", found) == ("x", ".988", "not reached", "1.000", "", "", "", "", "3", "2", "")


def test_data_is_found_by_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CONNECTOR_SHARED names the folder that holds the data; what is not there is None."""
    (tmp_path / "data" / "crm-matching").mkdir(parents=True)
    monkeypatch.setenv("CONNECTOR_SHARED", str(tmp_path))
    assert places.shared("crm-matching") == tmp_path / "data" / "crm-matching"
    assert places.shared("er-public") is None
