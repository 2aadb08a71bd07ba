"""The same normalised columns for every peer: what our own normalisers make of the raw tables.

    python -m benchmarks.peers.columns ../shared/data/crm-matching OUT [--leads N] [--contacts N]

Writes leads.parquet, contacts.parquet and accounts.parquet into OUT; texts, empty where nothing is known. Our gate is
applied for the peers too: junk values and all of a lead that is nobody are left out, of a role mailbox only the
domain is kept, and free mail gives no domain. Names in one field are split, phones are E.164 where the country is
known and their last eight digits in ``tail``, contacts carry the name and country of their account. With `--leads` or
`--contacts` only the first ones are kept, and of the leads those whose true contacts are.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers.places import table
from connector.matching import MatchingRules, load_matching
from connector.matching.profile import profile
from connector.model.records import Kind, Record, RecordRef
from connector.values import company, country, email, names, phone
from connector.wiring.processes import Processes

if TYPE_CHECKING:
    from pyarrow import Table

PERSON = (
    "id", "account_id", "first", "last", "sound", "email", "mailbox", "domain", "phone", "tail", "tail2", "title",
    "company", "company_full", "site", "street", "city", "postal", "country",
)  # fmt: skip
ACCOUNT = ("id", "company", "company_full", "site", "phone", "tail", "street", "city", "postal", "country")
BATCH = 5000

Row = Mapping[str, str]


def read(path: Path) -> Table:
    """A table of texts, whatever its format."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return pyarrow.parquet.read_table(path)
    from pyarrow import csv, string

    with path.open(encoding="utf-8") as lines:
        header = lines.readline().strip().split(",")
    options = csv.ConvertOptions(column_types=dict.fromkeys(header, string()), strings_can_be_null=False)
    return csv.read_csv(path, convert_options=options)


def rows(found: Table) -> Iterator[list[Row]]:
    """The rows of a table in batches, nothing as an empty text."""
    for batch in found.to_batches(max_chunksize=BATCH):
        yield [{name: value or "" for name, value in row.items()} for row in batch.to_pylist()]


def people(batch: Sequence[Row]) -> list[tuple[str, ...]]:
    """Leads or contacts as `PERSON` has them."""
    return [_person(row) for row in batch]


def firms(batch: Sequence[Row]) -> list[tuple[str, ...]]:
    """Accounts as `ACCOUNT` has them."""
    return [
        (
            row["account_id"],
            *_company(row["name"]),
            email.registrable(row["website"]),
            *_phone(row, "phone"),
            *_place(row),
        )
        for row in batch
    ]


def _person(row: Row) -> tuple[str, ...]:
    if "lead_id" in row and _is_nobody(row):
        return (row["lead_id"], *[""] * (len(PERSON) - 1))
    first, last = _name(row["first"], row["last"])
    mail, mailbox, domain = _mail(row["email"])
    site = domain or (email.registrable(row["website"]) if row.get("website") else "")
    return (
        row.get("contact_id") or row["lead_id"], row.get("account_id", ""), first, last, _sound(last), mail, mailbox,
        domain, *_phone(row, "phone"), _phone(row, "mobile")[1], names.fold(row["title"]), *_company(row["company"]),
        site, *_place(row),
    )  # fmt: skip


_FIELDS = {"first": "first_name", "last": "last_name", "postal": "postal_code"}


def _is_nobody(row: Row) -> bool:
    """Whether our own gate would set the lead aside as junk."""
    record = Record(Kind.LEAD, RecordRef("", "", ""), {_FIELDS.get(name, name): value for name, value in row.items()})
    return profile(record, _rules().lists).junk


@lru_cache(maxsize=1)
def _rules() -> MatchingRules:
    return load_matching((files("connector") / "starter" / "matching.yaml").read_text("utf-8"), "matching.yaml")


def _name(first: str, last: str) -> tuple[str, str]:
    if names.is_junk(f"{first} {last}".strip()):
        return "", ""
    if not first or not last:
        apart = names.split_full(first or last)
        first, last = apart.first, apart.last
    return names.fold(first), names.fold(last)


@lru_cache(maxsize=1 << 16)
def _sound(last: str) -> str:
    import jellyfish

    return jellyfish.metaphone(last)


def _mail(text: str) -> tuple[str, str, str]:
    """Address, mailbox and firm's domain."""
    address = email.delivery(text)
    if not address or email.is_junk(text):
        return "", "", ""
    mailbox, _, host = address.rpartition("@")
    domain = "" if email.is_free(host) or email.is_disposable(host) else email.registrable(host)
    if email.is_role(mailbox):
        return "", "", domain
    return address, mailbox, domain


def _phone(row: Row, name: str) -> tuple[str, str]:
    number = row.get(name, "")
    if not number or phone.is_junk(number):
        return "", ""
    told = phone.normal(number, country.code(row.get("country", "")))
    return phone.without_extension(told), phone.tail(number)


def _company(name: str) -> tuple[str, str]:
    return ("", "") if not name or company.is_junk(name) else (company.core(name), company.normal(name))


def _place(row: Row) -> tuple[str, ...]:
    texts = (names.fold(row.get(name, "")) for name in ("street", "city"))
    return (*texts, "".join(row.get("postal", "").lower().split()), country.code(row.get("country", "")))


def prepare(source: Path, out: Path, leads: int = 0, contacts: int = 0) -> None:
    """Write the three tables; 0 means all rows."""
    asked, known, accounts = (read(table(source, name)) for name in ("leads", "contacts", "accounts"))
    if contacts:
        known, accounts, asked = _part(source, known.slice(0, contacts), accounts, asked)
    asked = asked.slice(0, leads) if leads else asked
    out.mkdir(parents=True, exist_ok=True)
    homes = {row["account_id"]: row for batch in rows(accounts) for row in batch}
    homes = {key: {"company": row["name"], "country": row["country"]} for key, row in homes.items()}
    nowhere = {"company": "", "country": ""}
    placed = ([{**row, **homes.get(row["account_id"], nowhere)} for row in batch] for batch in rows(known))
    spread = Processes(2)
    _write(out / "leads.parquet", PERSON, spread(people, rows(asked)))
    _write(out / "contacts.parquet", PERSON, spread(people, placed))
    _write(out / "accounts.parquet", ACCOUNT, spread(firms, rows(accounts)))


def _part(source: Path, known: Table, accounts: Table, asked: Table) -> tuple[Table, Table, Table]:
    """The accounts of some contacts, and every lead that is one of them or nobody known."""
    import pyarrow.compute as pc

    truth = read(table(source, "truth"))
    there = set(known["contact_id"].to_pylist())
    right = zip(truth["lead_id"].to_pylist(), truth["contact_ok"].to_pylist(), strict=True)
    kept = [lead for lead, ok in right if not ok or there.issuperset(ok.split("|"))]
    import pyarrow

    asked = asked.filter(pc.is_in(asked["lead_id"], pyarrow.array(kept)))
    return known, accounts, asked


def _write(path: Path, header: Sequence[str], batches: Iterator[list[tuple[str, ...]]]) -> None:
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.schema([(name, pyarrow.string()) for name in header])
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for batch in batches:
            columns = [list(column) for column in zip(*batch, strict=True)]
            writer.write_table(pyarrow.table(dict(zip(header, columns, strict=True)), schema=schema))


def main() -> None:
    """Read the arguments and write the tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("source", type=Path)
    asked.add_argument("out", type=Path)
    asked.add_argument("--leads", type=int, default=0)
    asked.add_argument("--contacts", type=int, default=0)
    given = asked.parse_args()
    prepare(given.source, given.out, given.leads, given.contacts)
    print(json.dumps({"peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}))


if __name__ == "__main__":
    main()
