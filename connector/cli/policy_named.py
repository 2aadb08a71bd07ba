"""Policies that are named on the command line: where to turn when one of them cannot be used."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from connector.errors import InputError
from connector.policy import load_policy
from connector.wiring import read_text


def next_of(files: Sequence[Path], otherwise: str) -> str:
    """The command that tells all that is wrong with the first broken file; *otherwise* where none is, or none is there.

    `connector mapping lint` reads the policies of routes and folders, not a file that lies elsewhere.
    """
    broken = next((path for path in files if path.is_file() and not _is_sound(path)), None)
    return f"connector policy test {shlex.quote(str(broken))}" if broken else otherwise


def _is_sound(path: Path) -> bool:
    try:
        load_policy(read_text(path), str(path))
    except InputError:
        return False
    return True
