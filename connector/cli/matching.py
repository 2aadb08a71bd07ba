"""``connector matching``: how well leads are told apart, and what makes it better."""

from __future__ import annotations

import click

from connector.cli.lazy import LazyGroup

COMMANDS = {
    "eval": ("connector.cli.matching_eval", "Measure the links on labelled leads."),
    "dedupe": ("connector.cli.matching_dedupe", "Find the repeats in any table of people or companies."),
    "explain": ("connector.cli.matching_explain", "Show each piece of evidence for and against two records."),
}


@click.group("matching", cls=LazyGroup, commands_table=COMMANDS)
def command() -> None:
    """Measure, explain and tune how leads are matched."""
