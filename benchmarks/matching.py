"""How right the links are and what they cost, beside other ways to find them, on the same rows and machine.

    python benchmarks/matching.py [--parts links,names,repeats] [--keep FOLDER] [--only splink,ours] [--limit SECONDS]

Labelled data is read under CONNECTOR_SHARED (or ../shared); what is absent, data or a peer's package, is left out with
a reason (`pip install 'lead-connector[bench]'` brings the peers). BENCH=large links 100,000 leads with 1,000,000
contacts too. Every method runs in a process of its own, one after the other. Thresholds are chosen on dev rows,
figures are of test rows. Prints Markdown tables; docs/benchmarks.md explains them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.peers import names, repeats
from benchmarks.peers.driver import Outcome, run
from benchmarks.peers.places import shared, table

PARTS = ("links", "names", "repeats")
METHODS: Mapping[str, tuple[str, str]] = {
    "email": ("exact e-mail", "pandas"),
    "domain": ("e-mail, else domain, else name", "pandas"),
    "salesforce": ("Salesforce's standard rule, rebuilt", "pandas"),
    "rapidfuzz": ("rapidfuzz on blocks, hand weights", "pandas"),
    "recordlinkage": ("recordlinkage + logistic regression", "recordlinkage"),
    "splink": ("Splink, plain", "splink"),
    "splink-expert": ("Splink, expert", "splink"),
}
LARGE = ("email", "domain", "salesforce", "rapidfuzz", "splink")
HEADER = (
    "method", "contact F1", "P / R at dev P>=.99", "recall at P=.99", "account F1", "P / R at dev P>=.99",
    "via contact F1", "lead F1", "s", "CPU s", "MB",
)  # fmt: skip


def links(source: Path, work: Path, given: argparse.Namespace) -> None:
    """The table of methods on one labelled set; *work* holds the prepared tables."""
    line(HEADER)
    line(["---"] * len(HEADER))
    wanted = set(given.only.split(",")) if given.only else {"ours", *METHODS}
    if "ours" in wanted:
        line(cells("**ours**", run(ours(source, given.processes), given.limit)))
    large = source.name.endswith("-large")
    todo = [name for name in METHODS if name in wanted and (not large or name in LARGE)]
    missing = [name for name in todo if find_spec(METHODS[name][1]) is None]
    prepared = work / source.name
    if (ready := [name for name in todo if name not in missing]) and not (prepared / "accounts.parquet").exists():
        cost = run(["benchmarks.peers.columns", str(source), str(prepared)], given.limit)
        print(
            f"(columns for the peers: {cost.seconds:.0f} s, CPU {cost.cpu_seconds:.0f} s, not counted below)",
            flush=True,
        )
    for name in ready:
        found = run(["benchmarks.peers.run", name, str(prepared), str(source)], given.peer_limit)
        line(cells(METHODS[name][0], found))
    for name in missing:
        print(f"({METHODS[name][0]}: left out, {METHODS[name][1]} is not installed)")


def ours(source: Path, processes: int) -> list[str]:
    """The command that people would type."""
    files = [
        word for name in ("leads", "contacts", "accounts", "truth") for word in (f"--{name}", str(table(source, name)))
    ]
    return ["connector", "--json", "matching", "eval", *files, "--processes", str(processes)]


def cells(name: str, found: Outcome) -> Sequence[str]:
    """One row of the table."""
    if found.why:
        return (name, found.why, *[""] * 6, *costs(found))
    answer = found.answer
    return (
        name, score(answer, "contact"), sure(answer, "contact"), score(answer, "contact", "recall_at_p99"),
        score(answer, "account"), sure(answer, "account"), score(answer, "account_via_contact"), score(answer, "lead"),
        *costs(found),
    )  # fmt: skip


def costs(found: Outcome) -> Sequence[str]:
    """Seconds, CPU seconds and megabytes."""
    return f"{found.seconds:.0f}", f"{found.cpu_seconds:.0f}", f"{found.peak_mb:,}" if found.peak_mb else ""


def score(answer: Mapping[str, Any], asked: str, figure: str = "f1") -> str:
    """A figure with three digits, empty where the method does not answer the question."""
    return _share(answer[asked][figure]) if asked in answer else ""


def sure(answer: Mapping[str, Any], asked: str) -> str:
    """Precision and recall of the test rows at the dev rows' threshold for a precision of .99."""
    if asked not in answer:
        return ""
    found = answer[asked]["at_dev_p99"]
    return "not reached" if found["precision"] is None else f"{_share(found['precision'])} / {_share(found['recall'])}"


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def line(found: Sequence[str]) -> None:
    """A row of a Markdown table, at once."""
    print(f"| {' | '.join(found)} |", flush=True)


def main() -> None:
    """Print the tables that were asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--parts", default=",".join(PARTS), help="links, names, repeats")
    asked.add_argument("--only", help="ours and methods by name, with commas")
    asked.add_argument("--keep", type=Path, help="where prepared tables are kept, to use them again")
    asked.add_argument("--processes", type=int, default=2, help="for our own command")
    asked.add_argument("--limit", type=float, default=1500, help="seconds for our own command")
    asked.add_argument("--peer-limit", type=float, default=600, help="seconds for one peer")
    given = asked.parse_args()
    parts = given.parts.split(",")
    with tempfile.TemporaryDirectory() as scratch:
        work = given.keep or Path(scratch)
        for name in ("crm-matching", *(("crm-matching-large",) if os.environ.get("BENCH") == "large" else ())):
            if "links" in parts and (source := found_or_told(name)):
                print(f"\n### {name}\n", flush=True)
                links(source, work, given)
        if (source := found_or_told("er-public")) and "names" in parts:
            print("\n### Names alone\n")
            names.print_table(source / "opensanctions-names")
        if source and "repeats" in parts:
            print("\n### Repeats in one table\n")
            repeats.print_table(source, work, given.limit)


def found_or_told(name: str) -> Path | None:
    """A folder of data; says so where there is none."""
    source = shared(name)
    if source is None:
        print(f"({name}: left out, no such data; set CONNECTOR_SHARED to the folder that holds data/{name})")
    return source


if __name__ == "__main__":
    main()
