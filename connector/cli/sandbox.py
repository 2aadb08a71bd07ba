"""``connector sandbox``: the embedded CRMs."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.init import ask_sandbox
from connector.cli.output import put_json, say
from connector.cli.session import Session, verb
from connector.errors import InputError, UsageError


@click.group("sandbox")
def command() -> None:
    """Serve and reset the embedded CRMs (real HTTP servers on loopback)."""


@command.command("serve")
@click.option("--port", default=0, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--world", default="demo", show_default=True, help="What it holds: demo, empty, or a world FILE.")
@click.option("--state", type=click.Path(path_type=Path), help="Keep the records in this file between runs.")
def serve(port: int, world: str, state: Path | None) -> int:
    """Serve until stopped; prints one JSON line with address and logins once it accepts calls.

    Example: connector sandbox serve --world empty --port 8765
    """
    from connector.sandbox import SandboxError
    from connector.sandbox import serve as run
    from connector.sandbox.world import WorldError

    try:
        return run(port, world, state)
    except WorldError as error:
        raise InputError([], str(error)) from None
    except SandboxError as error:
        raise UsageError(str(error), next_command="connector sandbox serve --port 0") from None


@command.command("reset")
@click.argument("base_url")
@click.option(
    "--world", type=click.Choice(["demo", "empty"]), default="demo", show_default=True, help="What it holds then."
)
@verb
def reset(session: Session, base_url: str, world: str) -> int:
    """Clear records, faults, clock and log of the sandbox at BASE_URL and fill it anew.

    Example: connector sandbox reset http://127.0.0.1:8765 --world empty
    """
    ask_sandbox(base_url, "reset", {"world": world})
    if session.as_json:
        put_json({"status": "done", "world": world})
    say(f"the sandbox holds the {world} world again", as_json=session.as_json)
    return 0
