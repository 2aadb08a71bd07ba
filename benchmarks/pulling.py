"""What a first pull of a large SugarCRM or SuiteCRM costs: calls, memory of the pulling process, rows a second.

    python benchmarks/pulling.py --leads 100000

The sandbox runs in a process of its own. For each system the leads are pulled by two further processes, one that
finds a tenth of them and one that finds all, through the connector's own clients, page by page, each page thrown
away. Prints one JSON object per system:

    leads, calls, floor        rows pulled, HTTP calls of the pull, and rows / page size
    peak_mb_tenth, peak_mb     peak resident memory of the process that pulled a tenth of the rows, and all of them
    records_per_s              through HTTP, parsing and normalising
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connector.ports import Source
from connector.sandbox.client import control
from connector.systems.secret import Secret

FIELDS = (
    "first_name",
    "last_name",
    "account_name",
    "title",
    "email1",
    "phone_work",
    "status",
    "lead_source",
    "converted",
)
SYSTEMS = ("sugarcrm", "suitecrm", "suitecrm-v8")
PAGE = 1000
LOAD_SIZE = 5000
_BEGUN = datetime(2025, 1, 1, tzinfo=UTC)


class Clock:
    """The machine's time."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def lead(number: int) -> dict[str, object]:
    """A lead whose values differ from its neighbours'; three of them share each change stamp."""
    stamp = (_BEGUN + timedelta(minutes=5 * (number // 3))).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "first_name": f"First{number % 997}",
        "last_name": f"O'Last{number % 9973}",
        "account_name": f"Company & Sons {number % 4999} GmbH",
        "title": ("CTO", "Head of Sales", "Buyer")[number % 3],
        "email1": f"person{number}@company{number % 4999}.example",
        "phone_work": f"+49 30 {number:08}",
        "status": "New",
        "lead_source": "Web Site",
        "date_entered": stamp,
        "date_modified": stamp,
    }


def run_sandbox(pipe: Any) -> None:
    """The process of the sandbox."""
    from connector.sandbox import Sandbox

    with Sandbox("empty") as sandbox:
        pipe.send(sandbox.info)
        pipe.recv()


def connect(system: str, info: dict[str, Any], folder: Path) -> Source:
    """A client of one system, as the connector makes it."""
    login: dict[str, str] = info[system.partition("-")[0]]
    password, rng = Secret(login["password"]), random.Random(7)
    if system == "sugarcrm":
        from connector.systems.sugarcrm import SugarCrmSystem, SugarOptions

        sugar = SugarOptions(info["base_url"], login["username"], password, folder / "login.json", page_size=PAGE)
        return SugarCrmSystem("crm", sugar, Clock(), rng)
    from connector.systems.suitecrm import SuiteCrmSystem, SuiteOptions

    suite = SuiteOptions(
        info["base_url"],
        login["username"],
        password,
        api="v8" if system.endswith("v8") else "v4_1",
        client_id=login["client_id"],
        client_secret=Secret(login["client_secret"]),
        page_size=PAGE,
    )
    return SuiteCrmSystem("crm", suite, Clock(), rng)


def run_pull(pipe: Any, system: str, info: dict[str, Any], until: datetime) -> None:
    """The process of one pull: every row up to *until*, one page in hand at a time."""
    with tempfile.TemporaryDirectory() as folder:
        source = connect(system, info, Path(folder))
        source.identity()
        source.describe(["Leads"])
        before, begun = source.calls, time.perf_counter()
        rows = sum(len(page.records) for page in source.changes("Leads", FIELDS, None, until))
        seconds, calls = time.perf_counter() - begun, source.calls - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    pipe.send({"rows": rows, "calls": calls, "seconds": seconds, "peak_mb": peak})


@contextmanager
def process(target: Any, *arguments: Any) -> Iterator[Any]:
    """A process and the pipe to it; it is ended when the block is left."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    child = context.Process(target=target, args=(there, *arguments), daemon=True)
    child.start()
    try:
        yield here
    finally:
        child.kill()
        child.join(10)


def pulled(system: str, info: dict[str, Any], count: int) -> dict[str, Any]:
    """What a process told that pulled the first *count* leads."""
    until = _BEGUN + timedelta(minutes=5 * ((count - 1) // 3))
    with process(run_pull, system, info, until) as pipe:
        told: dict[str, Any] = pipe.recv()
    if abs(told["rows"] - count) > 2:  # leads that share the last stamp
        raise SystemExit(f"{system}: {told['rows']} leads came, {count} were asked for")
    return told


def measure(system: str, info: dict[str, Any], count: int) -> dict[str, object]:
    """Fill one CRM and pull it, a tenth first."""
    dialect = system.partition("-")[0]
    control(info["base_url"], "reset", {"world": "empty"})
    for start in range(0, count, LOAD_SIZE):
        leads = [lead(number) for number in range(start, min(count, start + LOAD_SIZE))]
        control(info["base_url"], "load", {dialect: {"Leads": leads}}, timeout=300)
    tenth, whole = pulled(system, info, count // 10), pulled(system, info, count)
    return {
        "system": system,
        "leads": whole["rows"],
        "calls": whole["calls"],
        "floor": -(-count // PAGE),
        "peak_mb_tenth": round(tenth["peak_mb"], 1),
        "peak_mb": round(whole["peak_mb"], 1),
        "records_per_s": round(whole["rows"] / whole["seconds"]),
    }


def main() -> None:
    """Parse the arguments and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=100_000, help="how many leads each CRM holds")
    parser.add_argument("--systems", nargs="+", default=list(SYSTEMS), choices=SYSTEMS)
    asked = parser.parse_args()
    with process(run_sandbox) as pipe:
        info = pipe.recv()
        for system in asked.systems:
            print(json.dumps(measure(system, info, asked.leads)), flush=True)


if __name__ == "__main__":
    main()
