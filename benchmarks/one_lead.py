"""One lead against a directory: a cold process, then one after the other; and many leads at once.

    python benchmarks/one_lead.py [--keep FOLDER] [--leads 3000] [--link 100000] [--processes 2]

Lays crm-matching (with BENCH=large the million contacts of crm-matching-large) in a directory as
`connector matching eval` does, links leads in bulk, then answers leads one at a time in a fresh process through the
store's read-only directory and the engine: looked up, compared and resolved with every reason. Labelled data is read
under CONNECTOR_SHARED (or ../shared). With --keep the directory is left in FOLDER, and used again as long as the
rules of matching are the same. Seconds are of the wall, with CPU seconds of all processes beside them; the cold
process finds the file in the operating system's cache.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from itertools import islice
from pathlib import Path

from benchmarks.peers.places import ROOT, shared, table
from connector.matching import MatchingRules, layout, load_matching, query, resolve
from connector.model.records import Kind
from connector.pipeline import bulk
from connector.store import open_directory, open_store
from connector.wiring import SystemClock
from connector.wiring.processes import Processes
from connector.wiring.tables import CONNECTION, LabelledFiles, reader

BATCH = 500
NAME = "directory.db"


def rules() -> MatchingRules:
    """The shipped ones."""
    return load_matching((files("connector") / "starter" / "matching.yaml").read_text("utf-8"), "matching.yaml")


def spent() -> tuple[float, float]:
    """Wall and CPU seconds so far, of this process and of those that it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used)


def told(name: str, since: tuple[float, float], count: int = 0) -> None:
    """A line of what was done since then."""
    wall, cpu = (now - then for now, then in zip(spent(), since, strict=True))
    rate = f", {count / wall:,.0f}/s" if count else ""
    print(f"{name:<42}{wall:>9.1f} s   cpu {cpu:>8.1f} s{rate}", flush=True)


def build(path: Path, tables: LabelledFiles, processes: int) -> None:
    """Lay the tables, unless they lie there already under the same rules."""
    if path.is_file() and _made_by(path) == layout(rules()):
        print(f"(the directory in {path.parent.name}/ is used again)")
        return
    for left in path.parent.glob(f"{path.name}*"):  # of a run that was broken off: its log would be read into ours
        left.unlink()
    begun = spent()
    with open_store(path, clock=SystemClock()) as store:
        rows = tables.lay(store, rules(), Processes(processes))
    told(f"directory built, {processes} processes", begun, sum(rows.values()))
    print(f"{'file':<42}{path.stat().st_size / 1e6:>9,.0f} MB", flush=True)


def _made_by(path: Path) -> str:
    with open_directory(path, clock=SystemClock()) as directory:
        return directory.made_by()


def link(path: Path, tables: LabelledFiles, count: int, processes: int) -> None:
    """The first *count* leads at once; contact, account and earlier lead of each."""
    batches = islice(tables.leads.batches(BATCH), (count + BATCH - 1) // BATCH)
    begun = spent()
    links = bulk.link(
        batches, tables.lead_reader(), partial(open_directory, path, clock=SystemClock()), rules(), Processes(processes)
    )
    done = sum(1 for _ in links)
    told(f"{done:,} leads linked, {processes} processes", begun, done)


def sample(tables: LabelledFiles, count: int) -> Sequence[Sequence[str]]:
    """Leads from all over the file."""
    rows = [row for batch in tables.leads.batches() for row in batch]
    return rows[:: max(1, len(rows) // count)][:count]


def one_by_one(path: Path, tables: LabelledFiles, count: int) -> None:
    """A fresh process that is asked about one lead after the other."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as asked:
        json.dump([list(tables.leads.columns), sample(tables, count)], asked)
        asked.flush()
        command = [sys.executable, "-m", "benchmarks.one_lead", "--answer", asked.name, "--keep", str(path.parent)]
        begun = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            first = time.perf_counter() - begun
            found = json.loads(process.stdout.readline())
    print(f"{'first answer of a cold process':<42}{first:>9.2f} s   cpu {found['first_cpu']:>8.2f} s")
    print(f"{'then median / p99 of ' + format(found['leads'], ','):<42}{found['median']:>9.2f} / {found['p99']:.2f} ms")
    print(
        f"{'CPU, median / p99 / mean':<42}{found['cpu_median']:>9.2f} / {found['cpu_p99']:.2f} / {found['cpu']:.2f} ms"
    )
    print(f"{'most memory':<42}{found['peak_mb']:>9,} MB", flush=True)


def answer(asked: Path, folder: Path) -> None:
    """Resolve every lead of *asked*; prints a line after the first, and the times of the others at the end."""
    columns, rows = json.loads(asked.read_text("utf-8"))
    read, by = reader(columns, Kind.LEAD, "lead_id"), rules()
    taken: list[tuple[float, float]] = []
    with open_directory(folder / NAME, clock=SystemClock()) as directory:
        for row in rows:
            lead, wall, cpu = read(row), time.perf_counter(), time.process_time()
            resolve(lead, directory.candidates(query(lead, by), [CONNECTION]), (), by)
            taken.append((time.perf_counter() - wall, time.process_time() - cpu))
            if len(taken) == 1:
                first_cpu = time.process_time()
                print("answered", flush=True)
    walls, cpus = (sorted(1000 * one[at] for one in taken[1:]) for at in (0, 1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures = {
        "median": _at(walls, 0.5), "p99": _at(walls, 0.99), "cpu_median": _at(cpus, 0.5), "cpu_p99": _at(cpus, 0.99),
        "cpu": sum(cpus) / len(cpus), "leads": len(walls), "peak_mb": peak, "first_cpu": first_cpu,
    }  # fmt: skip
    print(json.dumps(figures))


def _at(ranked: Sequence[float], share: float) -> float:
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def measure(source: Path, folder: Path, given: argparse.Namespace) -> None:
    """All of it."""
    tables = LabelledFiles.open(*(table(source, name) for name in ("leads", "contacts", "accounts")))
    print(f"{source.name}")
    build(folder / NAME, tables, given.processes)
    one_by_one(folder / NAME, tables, given.leads)
    if given.link:
        link(folder / NAME, tables, given.link, given.processes)


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="a folder in which the directory is kept")
    parser.add_argument("--leads", type=int, default=3000, help="leads that are asked about one by one")
    parser.add_argument("--link", type=int, default=100_000, help="leads that are linked at once; 0: none")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.answer:
        answer(given.answer, given.keep)
        return
    name = "crm-matching-large" if os.environ.get("BENCH") == "large" else "crm-matching"
    if (source := shared(name)) is None:
        print(f"({name}: left out, no such data; set CONNECTOR_SHARED to the folder that holds data/{name})")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.keep or Path(scratch)) / name
        folder.mkdir(parents=True, exist_ok=True)
        measure(source, folder, given)


if __name__ == "__main__":
    main()
