"""``connector explain``: the whole story of one lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from connector.cli.output import put_json, say
from connector.cli.session import Session, verb
from connector.cli.story import story_json, story_lines
from connector.cli.waits import frozen_json, frozen_lines, waiting_json, waiting_lines
from connector.errors import UsageError
from connector.mapping import MappingSet
from connector.model.match import Frozen
from connector.pipeline import Story, explain_lead
from connector.reports.waiting import Waiting, waiting_of
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
        times = [_time_of(house, story) for story in stories]
    if not stories:
        raise UsageError(f"no lead is known as {lead}", next_command="connector sync")
    if session.as_json:
        told = [{**story_json(story), **time.as_json()} for story, time in zip(stories, times, strict=True)]
        put_json({"status": "done", "stories": told, **told[0]})
        return 0
    for story, time in zip(stories, times, strict=True):
        for line in (*story_lines(story), *time.lines()):
            say(line)
    return 0


@dataclass(frozen=True, slots=True)
class _Time:
    """What a lead waited for, and what it is stopped by now."""

    waiting: Waiting
    frozen: Frozen | None

    def as_json(self) -> dict[str, object]:
        return {"waiting": waiting_json(self.waiting), "frozen": frozen_json(self.frozen)}

    def lines(self) -> Iterator[str]:
        yield from frozen_lines(self.frozen)
        yield from waiting_lines(self.waiting)


def _time_of(house: House, story: Story) -> _Time:
    marks = house.store.matches.froze(story.row.raw.ref)
    still = next((mark for mark in marks if mark.released_at is None), None)
    return _Time(waiting_of(house.store, story.row, story.reviews, house.clock.now()), still)


def stories_of(house: House, lead: str) -> list[Story]:
    """Every story that *lead* names, read with the mappings of its route."""
    read: dict[str, MappingSet] = {}
    mappings: dict[str, tuple[str, MappingSet]] = {}
    for name, settings in house.config.routes.items():
        if settings.mapping not in read:
            read[settings.mapping] = read_mappings(house.config, settings)
        mappings[name] = (house.config.connections[settings.source].type, read[settings.mapping])
    return explain_lead(house.store, lead, mappings)
