"""``connector policy test``: the cases that stand in a policy."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.cases import report_cases
from connector.cli.session import Session, verb
from connector.policy import load_policy, run_policy_cases
from connector.wiring import read_text


@click.command("test")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@verb
def command(session: Session, file: Path | None) -> int:
    """Run the cases written in the policy FILE, or in the policies of the configured routes. Exit 65 when one fails.

    Example: connector policy test mappings/policy.yaml
    """
    paths = [file] if file else _paths(session)
    results = [result for path in paths for result in run_policy_cases(load_policy(read_text(path), str(path)))]
    return report_cases(session, results)


def _paths(session: Session) -> list[Path]:
    config = session.config()
    return list(dict.fromkeys(config.resolve(path) for route in config.routes.values() for path in route.policies))
