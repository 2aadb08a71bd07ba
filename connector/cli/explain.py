"""``connector explain``: the whole story of one lead."""

from __future__ import annotations

import click

from connector.cli.output import put_json, say
from connector.cli.session import Session, verb
from connector.cli.story import story_json, story_lines
from connector.errors import UsageError
from connector.mapping import MappingSet
from connector.pipeline import Story, explain_lead
from connector.wiring import House, read_mappings


@click.command("explain")
@click.argument("lead")
@verb
def command(session: Session, lead: str) -> int:
    """Tell the story of LEAD, named by its CRM id, its external key or its e-mail.

    Example: connector explain 00Q5g00000AbCdEEAV
    """
    with session.house() as house:
        stories = stories_of(house, lead)
    if not stories:
        raise UsageError(f"no lead is known as {lead}", next_command="connector sync")
    if session.as_json:
        put_json({"status": "done", "stories": [story_json(s) for s in stories], **story_json(stories[0])})
        return 0
    for story in stories:
        for line in story_lines(story):
            say(line)
    return 0


def stories_of(house: House, lead: str) -> list[Story]:
    """Every story that *lead* names, read with the mappings of its route."""
    read: dict[str, MappingSet] = {}
    mappings: dict[str, tuple[str, MappingSet]] = {}
    for name, settings in house.config.routes.items():
        if settings.mapping not in read:
            read[settings.mapping] = read_mappings(house.config, settings)
        mappings[name] = (house.config.connections[settings.source].type, read[settings.mapping])
    return explain_lead(house.store, lead, mappings)
