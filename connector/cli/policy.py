"""``connector policy``: what the rulebook says, and what it would have said."""

from __future__ import annotations

import click

from connector.cli.lazy import LazyGroup

COMMANDS = {
    "test": ("connector.cli.policy_test", "Run the cases written in the policy."),
    "replay": ("connector.cli.policy_replay", "Decide stored history anew by another policy."),
    "gate": ("connector.cli.policy_gate", "Tell how far automatic conversion is trusted, or open it again."),
    "calibrate": ("connector.cli.policy_calibrate", "Fit points and thresholds to leads with outcomes."),
}


@click.group("policy", cls=LazyGroup, commands_table=COMMANDS)
def command() -> None:
    """Test the policy, and replay it on history."""
