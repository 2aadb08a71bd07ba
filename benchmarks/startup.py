"""How long the command line takes to answer, beside an interpreter that does nothing.

    python benchmarks/startup.py --runs 10

Prints one JSON object: median seconds of ``connector --help``, of ``connector status`` in a fresh project, of
``python -c pass`` and of ``python -c 'import click'``, and the ratios to the last.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from connector.cli.project import write_starter


def median_seconds(command: list[str], runs: int, folder: Path) -> float:
    """Median wall time of *command* over *runs*, after one run that warms the caches."""
    taken = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def main() -> None:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    ours = [sys.executable, "-m", "connector"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        write_starter(folder)
        figures = {
            "help": median_seconds([*ours, "--help"], runs, folder),
            "status": median_seconds([*ours, "status"], runs, folder),
            "python": median_seconds([sys.executable, "-c", "pass"], runs, folder),
            "python_click": median_seconds([sys.executable, "-c", "import click"], runs, folder),
        }
    ratios = {f"{name}_ratio": figures[name] / figures["python_click"] for name in ("help", "status")}
    print(json.dumps({name: round(value, 3) for name, value in {**figures, **ratios}.items()}))


if __name__ == "__main__":
    main()
