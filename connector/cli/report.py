"""``connector report``: what the state file tells about leads as a whole."""

from __future__ import annotations

import click

from connector.cli.lazy import LazyGroup

COMMANDS = {
    "funnel": ("connector.cli.report_funnel", "How many leads came how far, how fast, and what is in the pipeline."),
    "conversions": ("connector.cli.report_conversions", "What was done with leads, and how early conversions fared."),
    "stagnant": ("connector.cli.report_stagnant", "What stands still: leads, accounts, contacts, opportunities."),
    "waiting": ("connector.cli.report_waiting", "How long leads waited, and for whom."),
}


@click.group("report", cls=LazyGroup, commands_table=COMMANDS)
def command() -> None:
    """Report on the leads of the routes, from what the state file remembers."""
