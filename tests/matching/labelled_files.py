"""A small labelled set as files, made up anew for each test: people at firms, their leads, and what is true."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FIRST = ("Anna", "Bruno", "Clara", "Dario", "Elisa", "Fabian", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Lorenz")
LAST = (
    "Albrecht",
    "Brandner",
    "Castillo",
    "Dubois",
    "Eriksen",
    "Fontana",
    "Grabowski",
    "Hofmann",
    "Ivarsson",
    "Janssen",
)
FIRMS = ("Nordwind", "Silberberg", "Kupfertal", "Moorfeld", "Auenhof", "Steinbruck", "Weidenau", "Tannheim")
TRADES = ("Optics", "Tools", "Logistics", "Bakery", "Software", "Paper", "Glass", "Pumps")


@dataclass(frozen=True, slots=True)
class Files:
    """Where the four tables lie."""

    folder: Path

    def path(self, name: str) -> Path:
        """One of leads, contacts, accounts, truth."""
        return self.folder / f"{name}.csv"

    @property
    def options(self) -> list[str]:
        """What `connector matching eval` takes."""
        return [
            word for name in ("leads", "contacts", "accounts", "truth") for word in (f"--{name}", str(self.path(name)))
        ]


def write_labelled(folder: Path, leads: int = 120) -> Files:
    """Write the set: a third of the leads are known contacts, a third new people at known firms, a third strangers.

    Every tenth lead comes twice; half of the people are marked dev and half test.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(7)
    firms = [f"{name} {trade}" for name in FIRMS for trade in TRADES]
    sites = [firm.lower().replace(" ", "-") + ".example" for firm in firms]
    people = [(first, last) for first in FIRST for last in LAST]
    draw.shuffle(people)
    _write(folder / "accounts.csv", ("account_id", "name", "website", "phone", "street", "city", "postal", "country"), [
        (f"A{at}", f"{firm} GmbH", f"www.{sites[at]}", "", "", "", "", "Germany") for at, firm in enumerate(firms)
    ])  # fmt: skip
    _write(folder / "contacts.csv", _CONTACT, [
        (f"C{at}", f"A{at % len(firms)}", first, last, f"{first}.{last}@{sites[at % len(firms)]}".lower(), "", "", "")
        for at, (first, last) in enumerate(people[:80])
    ])  # fmt: skip
    rows, truths = _leads(people, firms, sites, leads)
    _write(folder / "leads.csv", _LEAD, rows)
    _write(folder / "truth.csv", ("lead_id", "person", "contact_ok", "account_ok", "dup_of", "case", "split"), truths)
    return Files(folder)


_CONTACT = ("contact_id", "account_id", "first", "last", "email", "phone", "mobile", "title")
_LEAD = (
    "lead_id", "first", "last", "email", "company", "phone", "website", "title", "street", "city", "postal", "country",
)  # fmt: skip


def _leads(
    people: Sequence[tuple[str, str]], firms: Sequence[str], sites: Sequence[str], count: int
) -> tuple[list[Sequence[str]], list[Sequence[str]]]:
    rows: list[Sequence[str]] = []
    truths: list[Sequence[str]] = []
    for number in range(count):
        case = ("known", "new_at_known", "stranger")[number % 3]
        at = number // 3 + {"known": 0, "new_at_known": 80, "stranger": 130}[case]
        (first, last), firm = people[at % len(people)], at % len(firms)
        site = sites[firm] if case != "stranger" else f"fremd{number}.example"
        name = firms[firm] if case != "stranger" else f"Fremd {number} Werke"
        row = (first, last, f"{first}.{last}@{site}".lower(), name, "", "", "", "", "", "", "")
        right = f"C{at}" if case == "known" else "", f"A{firm}" if case != "stranger" else ""
        split = "dev" if number % 2 else "test"
        for copy in range(2 if number % 10 == 0 else 1):
            rows.append((f"L{number:04d}-{copy}", *row))
            dup_of = f"L{number:04d}-0" if copy else ""
            truths.append((f"L{number:04d}-{copy}", f"P{number}", *right, dup_of, case, split))
    return rows, truths


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
