"""How long replaying stored decisions takes, and how much memory, beside reading their JSON and no more.

    python benchmarks/replaying.py --decisions 100000

Lays decisions of the shipped policy in a state file, and replays them in fresh processes: a fifth of them and all of
them by the same policy, then all of them by one from whose fit more points are asked. Prints one JSON object:

    decisions, laid_seconds          how many, and how long storing them took
    same, stricter                   seconds, CPU seconds, microseconds each, identical, flips
    read_us_each, ratio              reading every row and parsing its JSON alone; same / that, in CPU seconds
    peak_mb, peak_mb_of_a_fifth      most memory of the process that replays all of them, and a fifth
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.peers.made_leads import START, made, starter, with_survivor
from benchmarks.peers.places import ROOT
from connector.__main__ import collect_seldom
from connector.model.decision import Decision, Versions
from connector.pipeline.replay import replay
from connector.policy import decide, side_by_side
from connector.store import open_store
from connector.wiring import Silence, SystemClock

ROUTE = "salesforce"
STRICTER = 65
BATCH = 5000


def lay(path: Path, count: int) -> float:
    """Store *count* decisions; answers the seconds."""
    book, begun, earlier = starter(), time.perf_counter(), list[Decision]()
    versions = Versions(book.version, "mapping", "matching")
    with closing(open_store(path, clock=SystemClock())) as store:
        leads = made(count)
        for _ in range(0, count, BATCH):
            with store.transaction():
                for inputs in islice(leads, BATCH):
                    known = with_survivor(inputs, earlier)
                    decision = decide(book, known, versions)
                    store.decisions.save(ROUTE, decision, known, "run")
                    earlier = [*earlier[-59:], decision]
    return time.perf_counter() - begun


def answer(path: Path, strong: int, until: datetime | None) -> dict[str, Any]:
    """Replay in this process."""
    policies = {ROUTE: side_by_side([starter(strong)])}
    begun, cpu = time.perf_counter(), time.process_time()
    with closing(open_store(path, clock=SystemClock())) as store:
        found = replay(store, policies, Silence(), until=until)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    return {
        "seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "us_each": round(1e6 * cpu / found.decisions, 1),
        "decisions": found.decisions,
        "identical": found.identical,
        "flips": found.flipped,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def in_a_process(path: Path, strong: int, until: datetime | None = None) -> dict[str, Any]:
    """As `answer`, in a process of its own, so that its memory is its own."""
    words = ["--answer", str(path), "--strong", str(strong)] + (["--until", until.isoformat()] if until else [])
    command = [sys.executable, "-m", "benchmarks.replaying", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def reading(path: Path) -> float:
    """CPU seconds of reading every stored decision as JSON."""
    begun = time.process_time()
    with closing(open_store(path, clock=SystemClock())) as store:
        for row in store.database.connection.execute("SELECT decision, inputs FROM decisions ORDER BY id"):
            json.loads(row[0])
            json.loads(row[1])
    return time.process_time() - begun


def measure(count: int) -> dict[str, object]:
    """All of it."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "connector.db"
        laid = lay(path, count)
        fifth = in_a_process(path, 55, START + timedelta(minutes=count // 5))
        floor = reading(path)
        same, stricter = in_a_process(path, 55), in_a_process(path, STRICTER)
    return {
        "decisions": count,
        "laid_seconds": round(laid, 1),
        "same": same,
        "stricter": stricter,
        "read_us_each": round(1e6 * floor / count, 1),
        "ratio": round(same["cpu_seconds"] / floor, 2),
        "peak_mb": same["peak_mb"],
        "peak_mb_of_a_fifth": fifth["peak_mb"],
    }


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--strong", type=int, default=55, help=argparse.SUPPRESS)
    parser.add_argument("--until", type=datetime.fromisoformat, help=argparse.SUPPRESS)
    given = parser.parse_args()
    collect_seldom()
    print(json.dumps(answer(given.answer, given.strong, given.until) if given.answer else measure(given.decisions)))


if __name__ == "__main__":
    main()
