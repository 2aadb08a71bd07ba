"""The labelled matching set as canonical records, and an in-memory directory over it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connector.matching import keys
from connector.model.match import Candidates
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.values import country, email, phone
from tests.matching.making import rules

ENOUGH = 3  # candidates after which weak keys are not asked


@dataclass
class Labelled:
    """Records by id, what is true of each lead, and the records under each key."""

    accounts: dict[str, Record]
    contacts: dict[str, Record]
    leads: dict[str, Record]
    truth: dict[str, dict[str, str]]
    index: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))

    def candidates(self, lead: Record) -> Candidates:
        """What a directory would bring: strong keys first, and contacts with their accounts."""
        found: dict[RecordRef, Record] = {}
        wanted = keys(lead, rules())
        for strong in (True, False):
            if not strong and sum(record.kind is not Kind.LEAD for record in found.values()) >= ENOUGH:
                break
            for key in wanted:
                if key.strong is strong:
                    found.update({record.ref: record for record in self.index.get(str(key), ())})
        homes = [self.accounts.get(record.text("account_id")) for record in found.values()]
        found.update({home.ref: home for home in homes if home is not None})
        return _sorted(found.values())


def _sorted(records: Iterable[Record]) -> Candidates:
    by_kind: dict[Kind, list[Record]] = defaultdict(list)
    for record in records:
        by_kind[record.kind].append(record)
    return Candidates(tuple(by_kind[Kind.CONTACT]), tuple(by_kind[Kind.ACCOUNT]), tuple(by_kind[Kind.LEAD]))


def read(folder: Path) -> Labelled:
    """Read the set and lay it under its keys."""
    accounts = {row["account_id"]: _account(row) for row in _rows(folder / "accounts.csv")}
    contacts = {row["contact_id"]: _contact(row, accounts) for row in _rows(folder / "contacts.csv")}
    leads = {row["lead_id"]: _lead(row) for row in _rows(folder / "leads.csv")}
    made = Labelled(accounts, contacts, leads, {row["lead_id"]: row for row in _rows(folder / "truth.csv")})
    for record in (*accounts.values(), *contacts.values(), *leads.values()):
        for key in keys(record, rules()):
            made.index[str(key)].append(record)
    return made


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _account(row: Mapping[str, str]) -> Record:
    values: dict[str, Scalar] = {
        "name": row["name"],
        "website": row["website"],
        "phone": _number(row["phone"], row["country"], email.host(row["website"])),
        **_place(row),
    }
    return Record(Kind.ACCOUNT, RecordRef("crm", "Account", row["account_id"]), values)


def _contact(row: Mapping[str, str], accounts: Mapping[str, Record]) -> Record:
    home, host = accounts[row["account_id"]], email.domain(row["email"])
    values: dict[str, Scalar] = {
        "first_name": row["first"],
        "last_name": row["last"],
        "email": email.normal(row["email"]) or row["email"],
        "phone": _number(row["phone"], home.text("country"), host),
        "mobile": _number(row["mobile"], home.text("country"), host),
        "title": row["title"],
        "account_id": row["account_id"],
        "company": home.text("name"),
    }
    return Record(Kind.CONTACT, RecordRef("crm", "Contact", row["contact_id"]), values)


def _lead(row: Mapping[str, str]) -> Record:
    values: dict[str, Scalar] = {
        "first_name": row["first"],
        "last_name": row["last"],
        "email": email.normal(row["email"]) or row["email"],
        "phone": _number(row["phone"], row["country"], email.domain(row["email"])),
        "title": row["title"],
        "company": row["company"],
        "website": row["website"],
        **_place(row),
    }
    return Record(Kind.LEAD, RecordRef("crm", "Lead", row["lead_id"]), values)


def _place(row: Mapping[str, str]) -> dict[str, Scalar]:
    code = country.code(row["country"]) or row["country"]
    return {"street": row["street"], "city": row["city"], "postal_code": row["postal"], "country": code}


def _number(text: str, land: str, host: str) -> str:
    """E.164 where the country is told by the record or by the ending of its domain."""
    home = country.code(land) or country.code(host.rpartition(".")[2])
    return phone.normal(text, home) or text
