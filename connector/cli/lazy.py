"""A click group that imports a command only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """Knows its commands by name, module and one line of help; the module's ``command`` is the command."""

    def __init__(self, *args: Any, commands_table: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        """Take the table: name -> (module, one line of help)."""
        super().__init__(*args, **kwargs)
        self.commands_table = dict(commands_table or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the table's order: the order in which a newcomer needs them."""
        return list(self.commands_table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and answer the command; None for a name that is not in the table."""
        if cmd_name not in self.commands_table:
            return None
        module = importlib.import_module(self.commands_table[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their lines of help without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.commands_table.items()])
