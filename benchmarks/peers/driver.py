"""Runs one command in a process of its own, bounded in time, and says what it cost."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers.places import ROOT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a process printed as JSON, what it took, and why there is nothing, if so.

    *seconds* are of the wall and *cpu_seconds* of all its processes, start-up included.
    """

    answer: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    why: str = ""

    @property
    def peak_mb(self) -> int:
        """The most memory that it held, as it told itself."""
        return int(self.answer.get("peak_mb", 0))


def run(arguments: Sequence[str], limit: float) -> Outcome:
    """Run ``python -m`` with *arguments* for at most *limit* seconds."""
    begun, before = time.perf_counter(), _cpu()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Outcome({}, time.perf_counter() - begun, _cpu() - before, f"not done in {limit:.0f} s")
    spent = time.perf_counter() - begun, _cpu() - before
    if process.returncode:
        said = (err.strip().splitlines() or ["no word"])[-1]
        return Outcome({}, *spent, f"failed: {said[:120]}")
    return Outcome(json.loads(out.strip().splitlines()[-1]), *spent)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
