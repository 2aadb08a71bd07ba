"""What a directory of a million contacts costs: building, one change, one look-up, room on disk.

    python benchmarks/directory.py --contacts 1000000 --accounts 300000

Made-up people and firms (seeded) with the distributions of real ones: few common names, many rare ones; firms of one
person and of thousands. The keys are those that a matching of people and firms needs, twelve to a contact, made
without any normalising, so that the directory alone is measured; with ``--rules FILE`` records are normalised and
looked up by the rules of a `matching.yaml` instead. Prints a table; every figure in wall and in CPU time of this
process, since a busy machine bends the first.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from connector.matching import entry as entry_by_rules
from connector.matching import load_matching
from connector.matching import query as query_by_rules
from connector.model.match import Entry, Query
from connector.model.records import Kind, Record, RecordRef
from connector.store import SqliteStore, open_store
from connector.wiring.processes import Processes

BATCH = 2000
SYLLABLES = [consonant + vowel for consonant in "bdklmnrstv" for vowel in "aeiou"]
TRADES = (
    *("systems", "software", "consulting", "logistics", "medical", "energy"),
    *("foods", "media", "capital", "design", "group", "partners"),
)
FORMS = ("GmbH", "Ltd", "Inc", "LLC", "AG", "SAS", "BV", "")
NOW = datetime(2026, 1, 5, tzinfo=UTC)


class Clock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class World:
    """People and firms by number; the same number is always the same one."""

    def __init__(self, contacts: int, accounts: int) -> None:
        """As many of each as are wanted."""
        self.contacts, self.accounts = contacts, accounts

    def firm(self, number: int) -> tuple[str, str]:
        """Name and domain of a firm; one in six has the name of another."""
        chance = random.Random(f"firm {number}")
        core = _word(chance, 3) if chance.random() < 0.84 else _word(random.Random(number % 997), 3)
        trade = chance.choice(TRADES)
        return f"{core} {trade} {chance.choice(FORMS)}".strip().title(), f"{core}{number}-{trade}.example"

    def account(self, number: int) -> Record:
        """A firm's account."""
        name, domain = self.firm(number)
        values = {"name": name, "website": f"https://www.{domain}/", "phone": f"+4930{number:08}", "country": "Germany"}
        return Record(Kind.ACCOUNT, RecordRef("crm", "Account", f"001{number:015}"), values, modified=NOW)

    def contact(self, number: int, salt: str = "") -> Record:
        """A contact of some firm: a few firms have very many."""
        chance = random.Random(f"contact {number}{salt}")
        of = int(self.accounts * chance.random() ** 2.2)
        first = _word(random.Random(int(2500 * chance.random() ** 2)), 2)
        last = _word(random.Random(10**6 + int(180_000 * chance.random() ** 3)), 3)
        values = {
            "first_name": first.title(),
            "last_name": last.title(),
            "email": f"{first}.{last}{number % 7 or ''}@{self.firm(of)[1]}",
            "phone": f"+4930{of:08}{number % 100:02}",
            "account_id": f"001{of:015}",
            "company": self.firm(of)[0],
        }
        return Record(Kind.CONTACT, RecordRef("crm", "Contact", f"003{number:015}"), values, modified=NOW)

    def lead(self, number: int) -> Record:
        """A lead: half are somebody in the directory, the rest are new people, most of them of known firms."""
        known = number % 2 == 0
        person = self.contact(number * 7919 % self.contacts, "" if known else f" new {number}")
        values = {name: value for name, value in person.values.items() if name != "account_id"}
        return Record(Kind.LEAD, RecordRef("crm", "Lead", f"00Q{number:015}"), values, modified=NOW)

    def records(self) -> Iterator[Record]:
        """Every account, then every contact."""
        yield from map(self.account, range(self.accounts))
        yield from map(self.contact, range(self.contacts))


def _word(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(syllables))


def plain_entry(record: Record) -> Entry:
    """An entry by the plain values, twelve keys to a contact; its profile is as long as a real one."""
    keys, terms = _firm_keys(record) if record.kind is Kind.ACCOUNT else _person_keys(record)
    vote = record.text("email").partition("@")[2]
    return Entry(record, keys, ("|".join(map(str, record.values.values())) * 4)[:380], terms, vote)


def plain_query(record: Record) -> Query:
    """What a lead is looked up by, in the same plain way."""
    person, terms = _person_keys(record)
    firm, words = _firm_keys(record)
    domain = record.text("email").partition("@")[2]
    return Query((*person[:9], *firm[:4]), (*person[9:], *firm[4:]), (*terms, *words), (domain,))


def _person_keys(record: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first, last, company = record.text("first_name"), record.text("last_name"), record.text("company").replace(" ", "")
    mailbox, _, domain = record.text("email").partition("@")
    keys = {
        "email": record.text("email"),
        "mailbox-domain": f"{mailbox.rstrip('0123456789')}@{domain}",
        "last-domain": f"{last}@{domain}",
        "first-domain": f"{first[:4]}@{domain}",
        "mailbox": mailbox,
        "phone": record.text("phone"),
        "name-company": f"{first}{last}@{company}",
        "last-company": f"{last}@{company[:5]}",
        "first-company": f"{first}@{company[:5]}",
        "name": f"{first}+{last}",
        "initial": f"{first[0]}+{last}@{company[:3]}",
        "city": f"{last}@{record.text('phone')[:7]}",
    }
    terms = (f"first={first}", f"last={last}", f"name={first}+{last}")
    return tuple(f"{name}={value}" for name, value in keys.items()), terms


def _firm_keys(record: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    name = record.text("name") or record.text("company")
    words, joined = name.lower().split(), name.lower().replace(" ", "")
    site = record.text("website").removeprefix("https://www.").rstrip("/")
    domain = site or record.text("email").partition("@")[2]
    keys = {
        "domain": domain,
        "stem": domain.partition(".")[0],
        "company": joined,
        "firm-phone": record.text("phone")[:13],
        "rare": words[0],
        "two": "+".join(words[:2]),
        "beginning": joined[:6],
    }
    return tuple(f"{name}={value}" for name, value in keys.items()), tuple(f"token={word}" for word in words)


class Table:
    """Figures, printed as they are found."""

    def line(self, name: str, value: str, target: str = "") -> None:
        """One figure."""
        print(f"{name:<44}{value:>34}   {target}", flush=True)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of *work*."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def spent(work: Callable[[int], object], times: int) -> str:
    """Median and 99th percentile of *work* in milliseconds, and the mean of its CPU time."""
    taken = []
    cpu = time.process_time()
    for number in range(times):
        begun = time.perf_counter()
        work(number)
        taken.append(1000 * (time.perf_counter() - begun))
    mean = 1000 * (time.process_time() - cpu) / times
    taken.sort()
    return f"{taken[times // 2]:.3f} / {taken[times * 99 // 100]:.3f} (cpu {mean:.3f}) ms"


def lay_bare(store: SqliteStore, world: World) -> None:
    """Every record without keys, as a first reading of a CRM leaves them."""
    records = world.records()
    while some := list(islice(records, BATCH)):
        store.directory.put([Entry(record) for record in some])


def rate(count: int, seconds: tuple[float, float]) -> str:
    """Records a second."""
    return f"{count / seconds[0]:,.0f}/s ({seconds[0]:.1f} s, cpu {seconds[1]:.1f} s)"


def measure(folder: Path, world: World, rules_file: Path | None, workers: int) -> None:
    """Everything, on a state file in *folder*."""
    table, path = Table(), folder / "connector.db"
    entry_of: Callable[[Record], Entry] = plain_entry
    query_of: Callable[[Record], Query] = plain_query
    if rules_file is not None:
        rules = load_matching(rules_file.read_text(), str(rules_file))
        entry_of, query_of = partial(entry_by_rules, rules=rules), partial(query_by_rules, rules=rules)
    count = world.contacts + world.accounts
    sample = list(islice(map(world.contact, range(world.contacts)), BATCH))
    table.line("an entry", f"{1e6 * timed(lambda: list(map(entry_of, sample)))[1] / len(sample):.0f} us")
    with open_store(path, clock=Clock()) as store:
        table.line("laid bare", rate(count, timed(lambda: lay_bare(store, world))), "(with making the records up)")
        built = timed(lambda: store.directory.rebuild(entry_of, "benchmark", Processes(workers)))
        table.line(f"built anew, {workers} processes", rate(count, built), "20,000/s")
        lead_queries = [query_of(world.lead(number)) for number in range(4000)]
        look_up(store, table, lead_queries)
        change(store, table, world, entry_of)
        room(store, table, world, path)
    with open_store(path, clock=Clock()) as store:
        first = timed(lambda: store.directory.candidates(lead_queries[1], ["crm"]))
        table.line("first look-up after opening", f"{1000 * first[0]:.1f} ms")
    table.line("peak resident memory", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def look_up(store: SqliteStore, table: Table, queries: Sequence[Query]) -> None:
    """Candidates of leads that were not asked for before."""
    half = len(queries) // 2
    warm = spent(lambda number: store.directory.candidates(queries[number], ["crm"]), half)
    table.line("candidates of a lead, first 2,000 (p50 / p99)", warm)
    text = spent(lambda number: store.directory.candidates(queries[half + number], ["crm"]), half)
    table.line("candidates of a lead, next 2,000 (p50 / p99)", text, "0.35 / 2 ms")
    found = [store.directory.candidates(query, ["crm"]) for query in queries[:500]]
    came = sum(len(one.contacts) + len(one.accounts) for one in found) / len(found)
    table.line("candidates that came to a lead", f"{came:.1f}")


def change(store: SqliteStore, table: Table, world: World, entry_of: Callable[[Record], Entry]) -> None:
    """One record at a time, each in its own transaction."""
    new = [entry_of(world.contact(world.contacts + number)) for number in range(500)]
    table.line("adding a contact (p50 / p99)", spent(lambda n: store.directory.put([new[n]]), 500), "1 ms")
    edited = [entry_of(world.contact(number * 1999 % world.contacts, " edited")) for number in range(500)]
    table.line("changing a contact (p50 / p99)", spent(lambda n: store.directory.put([edited[n]]), 500), "1 ms")
    table.line("a contact that is unchanged (p50 / p99)", spent(lambda n: store.directory.put([edited[n]]), 500))


def room(store: SqliteStore, table: Table, world: World, path: Path) -> None:
    """Bytes on disk."""
    packed = store.database.rows("SELECT sum(length(keys)) FROM identities WHERE directory_id >= 536870912")[0][0]
    keys = store.database.rows("SELECT sum(pgsize), sum(ncell) FROM dbstat('main', 1) WHERE name = 'blocking_keys'")[0]
    held = packed / 8 * (keys[0] / keys[1]) + packed
    table.line("keys of a contact", f"{held / world.contacts:.0f} bytes", "500 bytes")
    table.line("file", f"{path.stat().st_size / 1e6:,.0f} MB")


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--accounts", type=int, default=300_000)
    parser.add_argument("--rules", type=Path, help="a matching.yaml to normalise and look up by")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name) / "state", World(given.contacts, given.accounts), given.rules, given.processes)


if __name__ == "__main__":
    main()
