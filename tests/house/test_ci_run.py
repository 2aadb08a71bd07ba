"""`.ci/run` reports what the tests reported, and never turns a failure into a success."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .reading import ROOT

MAKE = """#!/bin/sh
test "$1" = test || exit 9
test -f setup.cfg || exit 8
cat <<'END'
{output}
END
exit {code}
"""
CLOSING = "==== 3 passed, 1 skipped in 0.12s ===="


def _run(tmp_path: Path, output: str, code: int) -> subprocess.CompletedProcess[str]:
    make = tmp_path / "make"
    make.write_text(MAKE.format(output=output, code=code))
    make.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    command = [str(ROOT / ".ci" / "run")]
    return subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_success_ends_with_the_closing_line(tmp_path: Path) -> None:
    """A green run exits 0 and its last line is the test runner's, from whatever folder it was started."""
    done = _run(tmp_path, f"lint\n{CLOSING}\nbye", 0)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, CLOSING)


@pytest.mark.parametrize("code", [1, 2, 5])
def test_failure_keeps_its_exit_code(tmp_path: Path, code: int) -> None:
    """What `make test` answers is what CI sees, although its output passes through a pipe."""
    done = _run(tmp_path, "==== 1 failed, 2 passed in 4.56s ====\nmake: *** [test] Error 1", code)
    assert done.returncode == code
    assert done.stdout.splitlines()[-1] == "==== 1 failed, 2 passed in 4.56s ===="


def test_silence_is_no_success(tmp_path: Path) -> None:
    """A run whose tests never reached their end fails, even when make says that all is well."""
    done = _run(tmp_path, "nothing here", 0)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "the tests did not run to their end"
