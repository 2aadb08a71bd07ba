"""How much of the machine a command uses: processes, and memory at its peak."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_MOST = 8


def processes_option(function: F) -> F:
    """``--processes N``."""
    told = "Processes that work side by side."
    count = min(_MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return click.option(
        "--processes", type=click.IntRange(1, 64), default=count, show_default="one per core", help=told
    )(function)


def peak_mb(processes: int) -> int:
    """Resident memory at its peak in MB: this process and *processes* others, each as large as the largest was.

    An upper bound: pages that several processes share are counted in each.
    """
    try:
        import resource
    except ImportError:  # Windows has none
        return 0
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, kilobytes elsewhere
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round((own + child * (processes if processes > 1 else 0)) / unit)
