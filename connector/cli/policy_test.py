"""``connector policy test``: the cases that stand in a policy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from connector.cli.cases import report_cases
from connector.cli.output import say
from connector.cli.session import Session, verb
from connector.errors import Finding, InputError
from connector.policy import Rulebook, check_policy, load_policy, run_policy_cases
from connector.policy.coverage import Coverage, coverage, untested_lines
from connector.wiring import read_text


@click.command("test")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@verb
def command(session: Session, file: Path | None) -> int:
    """Run the cases written in the policy FILE, or in the policies of the configured routes. Exit 65 when one fails.

    Rules that no case exercises are named too.

    Example: connector policy test mappings/policy.yaml
    """
    paths = [file] if file else _paths(session)
    books = _books(paths, "connector mapping schema policy" if file else "connector mapping lint")
    results = [result for book in books for result in run_policy_cases(book)]
    found = [coverage(book) for book in books]
    for line in untested_lines(found):
        say(line, as_json=session.as_json)
    return report_cases(session, results, {"coverage": [_coverage_json(one) for one in found]})


def _books(paths: Sequence[Path], following: str) -> list[Rulebook]:
    """The policies; raises InputError with every problem of all of them when one cannot be used."""
    books: list[Rulebook] = []
    findings: set[Finding] = set()
    for path in paths:
        text = ""
        try:
            text = read_text(path)
            books.append(load_policy(text, str(path)))
        except InputError as error:
            findings |= {*error.findings, *(check_policy(text, str(path)) if text else ())}
    if findings:
        raise InputError(sorted(findings), next_command=following)
    return books


def _coverage_json(found: Coverage) -> dict[str, object]:
    untested = [{"section": rule.section, "name": rule.name, "line": rule.line} for rule in found.untested]
    return {"path": found.path, "rules": len(found.rules), "untested": untested}


def _paths(session: Session) -> list[Path]:
    config = session.config()
    return list(dict.fromkeys(config.resolve(path) for route in config.routes.values() for path in route.policies))
