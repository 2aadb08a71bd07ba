"""``connector state``: care of the state file."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from connector.cli.output import counted, put_json, say
from connector.cli.progress import Progress
from connector.cli.session import Session, verb
from connector.errors import StateError, UsageError
from connector.wiring import back_up_state, migrate_state, rebuild_directory, verify_state


@click.group("state")
def command() -> None:
    """Back up, verify, migrate and rebuild the state file."""


@command.command("backup")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False), required=False)
@verb
def backup(session: Session, target: Path | None) -> int:
    """Copy the state file while it may be in use; TARGET defaults to a dated file beside it.

    Example: connector state backup before-the-backfill.db
    """
    if target is not None and not target.parent.exists():
        raise UsageError(
            f"there is no folder {target.parent}; nothing was copied", next_command="connector state backup"
        )
    target = back_up_state(session.config(), target, datetime.now(UTC))
    if session.as_json:
        put_json({"status": "done", "file": str(target)})
    say(f"backed up to {target}", as_json=session.as_json)
    return 0


@command.command("verify")
@verb
def verify(session: Session) -> int:
    """Check the file, its references, the journal and the audit chain.

    Example: connector state verify
    """
    problems = verify_state(session.config())
    if session.as_json:
        put_json({"status": "done" if not problems else "error", "problems": problems})
    for problem in problems:
        say(problem, as_json=session.as_json)
    if not problems:
        say("the state file is sound", as_json=session.as_json)
    return StateError.exit_code if problems else 0


@command.command("migrate")
@verb
def migrate(session: Session) -> int:
    """Bring an older state file to this version's schema; a backup is made first.

    Example: connector state migrate
    """
    applied = migrate_state(session.config())
    if session.as_json:
        put_json({"status": "done", "applied": applied})
    say(f"{counted(len(applied), 'migration')} applied", as_json=session.as_json)
    return 0


@command.command("rebuild")
@click.option("--directory", is_flag=True, help="Lay the directory anew: keys, name counts and votes of every record.")
@verb
def rebuild(session: Session, directory: bool) -> int:
    """Lay the directory anew from its own records, by the matching rules as they are now; no CRM is asked.

    A sync does so by itself when the rules changed. Who reads meanwhile sees the directory as it was.

    Example: connector state rebuild --directory
    """
    if not directory:
        raise UsageError("say what is to be rebuilt", next_command="connector state rebuild --directory")
    begun = time.monotonic()
    with Progress(quiet=session.as_json) as progress:
        records, known = rebuild_directory(session.config(), progress)
    seconds = round(time.monotonic() - begun, 3)
    if session.as_json:
        put_json({"status": "done", "records": records, "known": known, "seconds": seconds})
    told = f"{counted(records, 'record')} laid anew in {seconds:.1f} s; a lead can be matched with {known} of them"
    say(told, as_json=session.as_json)
    return 0
