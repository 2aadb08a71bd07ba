"""What linking whole tables costs on each engine: seconds, processor seconds and memory of all its processes.

    python benchmarks/engines.py --data DIR [--leads N --contacts N --accounts N] [--engines sqlite duckdb spark]

DIR holds leads, contacts and accounts as CSV or Parquet (default: the public set crm-matching of the folder that
CONNECTOR_SHARED names, else of `../shared`); with sizes, only that many first rows of each. Each engine runs as a
command of its own; memory is what its processes hold together at the worst moment, shared pages counted once in each,
looked at five times a second. Prints a table, and whether all links are the same.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psutil

from connector.wiring.tables import open_table

NAMES = ("leads", "contacts", "accounts")
EVERY = 0.2  # seconds between two looks
PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one engine took."""

    engine: str
    seconds: float
    busy: float
    peak_mb: int
    links: dict[str, tuple[str, ...]]


def main() -> None:
    """Run every engine over the same tables."""
    given = options()
    folder = Path(given.data) if given.data else shared() / "data" / "crm-matching"
    if not folder.is_dir():
        print(f"no tables at {folder}: nothing measured")
        return
    with tempfile.TemporaryDirectory() as scratch:
        tables = [taken(folder, name, getattr(given, name), Path(scratch)) for name in NAMES]
        costs = [run(engine, tables, Path(scratch), given.memory) for engine in given.engines]
    print(f"{folder.name}, {len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} besides")
    print(f"{'engine':<8}{'leads':>8}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
    for cost in costs:
        row = f"{len(cost.links):>8}{cost.seconds:>10.1f}{cost.busy:>10.1f}{cost.peak_mb:>10}"
        print(f"{cost.engine:<8}{row}{'' if cost.links == costs[0].links else '   other links!'}")


def options() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="")
    parser.add_argument("--engines", nargs="+", default=["sqlite", "duckdb", "spark"])
    parser.add_argument("--memory", type=int, default=2048)
    for name in NAMES:
        parser.add_argument(f"--{name}", type=int, default=0)
    return parser.parse_args()


def shared() -> Path:
    """Where the public sets lie."""
    return Path(os.environ.get("CONNECTOR_SHARED") or PROJECT.parent / "shared")


def taken(folder: Path, name: str, rows: int, scratch: Path) -> Path:
    """A table as it stands, or its first rows."""
    found = next(path for path in sorted(folder.iterdir()) if path.stem == name)
    if not rows:
        return found
    table, out = open_table(found), scratch / f"{name}.csv"
    with out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([table.columns, *islice((row for some in table.batches() for row in some), rows)])
    return out


def run(engine: str, tables: list[Path], scratch: Path, memory: int) -> Cost:
    """One engine as a command, watched until it ends."""
    out = scratch / f"{engine}.csv"
    named = [word for name, path in zip(NAMES, tables, strict=True) for word in (f"--{name}", str(path))]
    words = ["matching", "batch", "--engine", engine, *named, "--links", str(out), "--memory", str(memory)]
    begun = time.perf_counter()
    done = subprocess.Popen([sys.executable, "-m", "connector", *words], stdout=subprocess.DEVNULL, cwd=scratch)
    busy, peak = watched(psutil.Process(done.pid))
    if done.wait():
        sys.exit(f"{engine} ended with exit code {done.returncode}")
    with out.open(encoding="utf-8", newline="") as file:
        links = {row[0]: tuple(row[1:]) for row in islice(csv.reader(file), 1, None)}
    return Cost(engine, time.perf_counter() - begun, busy, peak, links)


def watched(process: psutil.Process) -> tuple[float, int]:
    """Processor seconds and peak memory (MB) of a process and all that descend from it, until it ends."""
    busy: dict[int, float] = {}
    peak = 0
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        held = 0
        for one in family(process):
            try:
                times = one.cpu_times()
                busy[one.pid] = times.user + times.system
                held += one.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak = max(peak, held)
        time.sleep(EVERY)
    return sum(busy.values()), peak >> 20


def family(process: psutil.Process) -> list[psutil.Process]:
    """The process and its descendants."""
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


if __name__ == "__main__":
    main()
