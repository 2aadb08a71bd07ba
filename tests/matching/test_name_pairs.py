"""Names alone against labelled pairs from the real world, and small businesses by name, street and phone."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.matching import person_names
from tests.conftest import PROJECT


@pytest.fixture(scope="module")
def figures(shared_data: Path) -> dict[str, Any]:
    """What the benchmark prints."""
    folder = shared_data / "er-public"
    if not folder.is_dir():
        pytest.skip(f"no labelled name pairs at {folder}")
    command = [sys.executable, str(PROJECT / "benchmarks" / "names.py"), "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("kind", "pairs", "f1"), [("person", 548, 0.84), ("company", 266, 0.87)])
def test_names_alone_tell_them_apart(figures: dict[str, Any], kind: str, pairs: int, f1: float) -> None:
    """At the shipped threshold, and with thresholds from other folds, names alone reach the F1 that is promised."""
    assert figures[kind]["pairs"] == pairs
    assert figures[kind]["f1"] >= f1
    assert figures[kind]["f1_mean"] >= f1 - 0.02


def test_restaurants_by_name_street_phone(figures: dict[str, Any]) -> None:
    """One phone or one house, and a name that is no stranger, finds the same restaurant in two listings."""
    assert figures["restaurants"]["f1"] >= 0.95


def test_leads_meet_contacts_by_name(shared_data: Path) -> None:
    """On development rows a lead's name reaches its contact's name far more often than a stranger's."""
    folder = shared_data / "crm-matching"
    if not folder.is_dir():
        pytest.skip(f"no labelled leads at {folder}")
    contacts = _rows(folder / "contacts.csv", "contact_id")
    names = {key: person_names.parts(row["first"], row["last"]) for key, row in contacts.items()}
    leads, keys = _rows(folder / "leads.csv", "lead_id"), sorted(contacts)
    same, strangers, count = 0, 0, 0
    for lead, told in _rows(folder / "truth.csv", "lead_id").items():
        if told["split"] != "dev" or not told["contact_id"] or told["resolvable"] != "1":
            continue
        mine = person_names.parts(leads[lead]["first"], leads[lead]["last"])
        if not mine.words:
            continue
        count += 1
        same += person_names.likeness(mine, names[told["contact_id"]]) >= person_names.ALIKE
        strangers += person_names.likeness(mine, names[keys[(count * 7919) % len(keys)]]) >= person_names.ALIKE
    assert same / count >= 0.97
    assert strangers / count <= 0.005


def _rows(path: Path, key: str) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        return {row[key]: row for row in csv.DictReader(lines)}
