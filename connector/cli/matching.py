"""``connector matching``: how well leads are told apart, and what makes it better."""

from __future__ import annotations

import click

from connector.cli.lazy import LazyGroup

COMMANDS = {
    "eval": ("connector.cli.matching_eval", "Measure the links on labelled leads."),
    "batch": ("connector.cli.matching_batch", "Link whole tables at once: on SQLite, DuckDB or Spark."),
    "dedupe": ("connector.cli.matching_dedupe", "Find the repeats in any table of people or companies."),
    "explain": ("connector.cli.matching_explain", "Show each piece of evidence for and against two records."),
    "train": ("connector.cli.matching_train", "Refit the points from what is known, and write a proposal."),
    "calibrate": ("connector.cli.matching_calibrate", "Set where linking and asking begin, and write a proposal."),
    "judge": ("connector.cli.judge", "Say of two records whether they are the same, for ever."),
    "blame": ("connector.cli.blame", "List every decision that leans on a link."),
}


@click.group("matching", cls=LazyGroup, commands_table=COMMANDS)
def command() -> None:
    """Measure, explain and tune how leads are matched."""
