"""``connector journal``: what was sent, when, and what came of it."""

from __future__ import annotations

import click

from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.story import entry_json
from connector.errors import StateError, UsageError
from connector.model.progress import JournalEntry
from connector.wiring import House


@click.group("journal")
def command() -> None:
    """Read and verify the journal of everything sent to a CRM."""


@command.command("show")
@click.argument("lead", required=False)
@verb
def show(session: Session, lead: str | None) -> int:
    """Show the steps of LEAD (CRM id, external key or e-mail), or those not settled yet.

    Example: connector journal show
    """
    with session.house() as house:
        entries = _of_lead(house, lead) if lead else list(house.store.journal.unsettled())
    if session.as_json:
        put_json({"status": "done", "entries": [entry_json(entry) for entry in entries]})
    elif not entries:
        say("nothing is unsettled" if lead is None else "nothing was written for this lead")
    else:
        rows = [(e.state.value, e.step.action.value, e.step.object, e.step.lead, e.attempt, e.sent_at) for e in entries]
        table(("state", "action", "object", "lead", "attempt", "sent at"), rows)
    return 0


def _of_lead(house: House, lead: str) -> list[JournalEntry]:
    rows = house.store.inbox.find(lead)
    if not rows:
        raise UsageError(f"no lead is known as {lead}", next_command="connector sync")
    refs = dict.fromkeys(row.raw.ref for row in rows)
    return [entry for ref in refs for entry in house.store.journal.story(ref)]


@command.command("verify")
@verb
def verify(session: Session) -> int:
    """Look for contradictions in the journal and breaks in the audit chain.

    Example: connector journal verify
    """
    with session.house() as house:
        problems = [*house.store.journal.verify(), *house.store.audit.verify()]
    if session.as_json:
        put_json({"status": "done" if not problems else "error", "problems": problems})
    for problem in problems:
        say(problem, as_json=session.as_json)
    if problems:
        return StateError.exit_code
    say("the journal and the audit are sound", as_json=session.as_json)
    return 0
