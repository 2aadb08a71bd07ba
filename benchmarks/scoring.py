"""What a points table of `policy calibrate` is worth beside models that nobody can read, on real leads.

    python benchmarks/scoring.py [--data DIR] [--seed N]

DIR is the public set x-education-leads (default: in the folder that CONNECTOR_SHARED names, else in `../shared`).
Three times over the same leads: without the columns that the description of the set calls leaking, without those that
the calibration names by itself, and with all. AUC out of fold, five parts, all three models on the same columns.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

from connector.policy.calibration.fitting import Measured, Wanted, calibrate
from connector.policy.calibration.reading import Declared, read_history
from connector.wiring.tables import open_table

PROJECT = Path(__file__).resolve().parents[1]
OUTCOME = "Converted"
# Filled in after sales worked the lead, says the description of the set.
LEAKING = (
    "Tags", "Lead Quality", "Lead Profile", "Last Notable Activity", "Asymmetrique Activity Index",
    "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
)  # fmt: skip
BEHIND_LOGISTIC, BEHIND_BOOSTING, MOST_ROWS = 0.01, 0.03, 40  # the goal


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    shared = Path(os.environ.get("CONNECTOR_SHARED") or PROJECT.parent / "shared")
    folder = Path(given.data) if given.data else shared / "data" / "x-education-leads"
    if not folder.is_dir():
        print(f"no leads at {folder}: nothing measured")
        return
    opened = open_table(folder / "leads.csv")
    rows = [cells for _, cells in opened.numbered()]
    begun, busy = time.perf_counter(), time.process_time()
    print(f"{len(rows)} leads, load {os.getloadavg()[0]:.1f} besides")
    print(f"{'columns':<30}{'rows':>6}{'table':>9}{'logistic':>10}{'boosting':>10}   goal")
    without = _calibrated(opened.columns, rows, LEAKING, given.seed)
    _row("without the leaking eight", *without[:2])
    own = _calibrated(opened.columns, rows, (), given.seed)
    _row("without those named", *own[:2])
    if own[3] is not None:
        _row("with all", 0, own[3])
    named = own[2]
    clean = [name for name in named if name not in LEAKING]
    print(f"named as leaks: {', '.join(named)}; clean ones among them: {', '.join(clean) or 'none'} (at most 3)")
    spent = f"{time.perf_counter() - begun:.1f} s, {time.process_time() - busy:.1f} s of one core"
    print(f"both calibrations took {spent}")


def _calibrated(
    headings: Sequence[str], rows: Sequence[Sequence[str]], exclude: Sequence[str], seed: int
) -> tuple[int, Measured, Sequence[str], Measured | None]:
    """Rows of the table, what it is worth, the leaks named, and what it were worth with them."""
    history, _ = read_history(headings, rows, OUTCOME, Declared(exclude=exclude))
    found = calibrate(history, Wanted(seed=seed))
    return len(found.table.bins), found.measured, found.left_out, found.with_leaks


def _row(name: str, rows: int, measured: Measured) -> None:
    own, logistic, boosting = (
        one.auc for one in (measured.table, measured.baselines["logistic"], measured.baselines["boosting"])
    )
    met = own >= logistic - BEHIND_LOGISTIC and own >= boosting - BEHIND_BOOSTING and rows <= MOST_ROWS
    print(f"{name:<30}{rows or '':>6}{own:>9.4f}{logistic:>10.4f}{boosting:>10.4f}   {'met' if met else 'missed'}")


if __name__ == "__main__":
    main()
