"""Cases written in files that people own: how their results are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from connector.cli.output import put_json, say
from connector.cli.session import Session
from connector.errors import InputError


class CaseResult(Protocol):
    """One case run, of a mapping or of a policy."""

    @property
    def path(self) -> str:
        """The file it is written in."""

    @property
    def line(self) -> int:
        """Where in the file."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def passed(self) -> bool:
        """Whether what came is what it expects."""

    @property
    def differences(self) -> Sequence[str]:
        """What differed, in sentences."""


def report_cases(session: Session, results: Sequence[CaseResult], more: Mapping[str, object] | None = None) -> int:
    """Tell what failed, and how many passed; answers the exit code: 65 when one fails. *more* goes into the JSON."""
    failed = [result for result in results if not result.passed]
    for result in failed:
        say(f"{result.path}:{result.line}: {result.name}: {'; '.join(result.differences)}", as_json=session.as_json)
    if session.as_json:
        rows = [
            {"path": r.path, "line": r.line, "name": r.name, "passed": r.passed, "differences": list(r.differences)}
            for r in results
        ]
        put_json({"status": "error" if failed else "done", "cases": rows, **(more or {})})
    say(f"{len(results) - len(failed)} of {len(results)} cases pass", as_json=session.as_json)
    return InputError.exit_code if failed else 0
