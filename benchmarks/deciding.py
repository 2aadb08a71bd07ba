"""How long deciding takes, beside a plain function that gives the same verdicts.

    python benchmarks/deciding.py --leads 100000

Decides about leads that a seed makes, every one of a firm and a mailbox of its own, with the shipped policy; and lets
a function of plain ifs (`benchmarks/peers/policy_by_hand.py`) say the verdict of each, the two taking turns on the
same batches. Ours gives a whole decision: scorecard, reasons, runner-up, terms of the opportunity, when to look again.
Prints one JSON object:

    leads, agree                     how many, and on how many the two give one verdict
    seconds, cpu_seconds             of all decisions, on one core
    us_each, by_hand_us_each, ratio  CPU microseconds a lead, ours / by hand
    loop_ms                          milliseconds of a million turns of an empty loop, to compare machines by
    peak_mb                          the most memory of the process
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from itertools import islice

from benchmarks.peers.made_leads import made, starter, with_survivor
from benchmarks.peers.policy_by_hand import verdict
from connector.__main__ import collect_seldom
from connector.model.decision import Decision, Versions
from connector.policy import decide

BATCH = 1000
VERSIONS = Versions("policy", "mapping", "matching")


class Watch:
    """Wall and CPU seconds that were spent under it."""

    def __init__(self) -> None:
        """Begin at nought."""
        self.wall = self.cpu = 0.0

    def __enter__(self) -> None:
        """Go on."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.wall += time.perf_counter() - self._wall
        self.cpu += time.process_time() - self._cpu


def empty_loop() -> float:
    """CPU seconds of a million turns that do nothing, the best of five."""
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        for _ in range(1_000_000):
            pass
        best = min(best, time.process_time() - begun)
    return best


def measure(count: int) -> dict[str, object]:
    """Decide about *count* leads, batch by batch, by both."""
    book, leads = starter(), made(count)
    ours, by_hand, agree, earlier = Watch(), Watch(), 0, list[Decision]()
    for number in range(0, count, BATCH):
        batch = [with_survivor(one, earlier) for one in islice(leads, BATCH)]
        if number // BATCH % 2:  # what one normalises is remembered for the other: they take turns in going first
            with by_hand:
                verdicts = [verdict(one) for one in batch]
        with ours:
            decisions = [decide(book, one, VERSIONS) for one in batch]
        if not number // BATCH % 2:
            with by_hand:
                verdicts = [verdict(one) for one in batch]
        agree += sum(one.verdict is other for one, other in zip(decisions, verdicts, strict=True))
        earlier = decisions[:60]
    return {
        "leads": count,
        "agree": agree,
        "seconds": round(ours.wall, 2),
        "cpu_seconds": round(ours.cpu, 2),
        "us_each": round(1e6 * ours.cpu / count, 1),
        "by_hand_us_each": round(1e6 * by_hand.cpu / count, 1),
        "ratio": round(ours.cpu / by_hand.cpu, 2),
        "loop_ms": round(1e3 * empty_loop(), 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=100_000)
    collect_seldom()
    print(json.dumps(measure(parser.parse_args().leads)))


if __name__ == "__main__":
    main()
