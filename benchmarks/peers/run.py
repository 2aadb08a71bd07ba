"""One method on one set of prepared tables, in a process of its own; prints one JSON object of its figures.

python -m benchmarks.peers.run splink PREPARED SOURCE
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from importlib import import_module
from pathlib import Path

from benchmarks.peers.columns import read
from benchmarks.peers.grading import Method, graded_answer, truths_of
from connector.matching.truth import DEV

METHODS = {
    "email": "simple:same_email",
    "salesforce": "simple:standard_rule",
    "domain": "simple:by_domain_or_name",
    "rapidfuzz": "fuzzy:hand_weights",
    "recordlinkage": "learnt:logistic",
    "splink": "splinked:plain",
    "splink-expert": "splinked:expert",
}


def method(name: str) -> Method:
    """A method by its name in the table."""
    module, _, function = METHODS[name].partition(":")
    found: Method = getattr(import_module(f"benchmarks.peers.{module}"), function)
    return found


def main() -> None:
    """Run it, and print the figures; seconds are of finding links, without reading the truth and grading."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("method", choices=METHODS)
    asked.add_argument("prepared", type=Path)
    asked.add_argument("source", type=Path)
    given = asked.parse_args()
    truths = truths_of(given.source, read(given.prepared / "leads.parquet")["id"].to_pylist())
    wall, cpu = time.perf_counter(), time.process_time()
    answer = method(given.method)(given.prepared, [truth for truth in truths if truth.split == DEV])
    spent = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**graded_answer(answer, truths), **spent, "peak_mb": round(peak)}))


if __name__ == "__main__":
    main()
