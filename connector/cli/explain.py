"""``connector explain``: the whole story of one lead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from connector.cli.output import put_json, say
from connector.cli.session import Session, verb
from connector.cli.story import story_json, story_lines
from connector.cli.waits import frozen_json, frozen_lines, waiting_json, waiting_lines
from connector.errors import UsageError
from connector.mapping import MappingSet
from connector.model.decision import Verdict
from connector.model.match import Frozen
from connector.pipeline import Story, explain_lead
from connector.reports.waiting import Waiting, waiting_of
from connector.wiring import House, read_mappings

if TYPE_CHECKING:
    from connector.cli.why_not import WhyNot


@click.command("explain")
@click.argument("lead")
@click.option("--why-not", is_flag=True, help="Tell the smallest change that would flip the verdict.")
@click.option(
    "--verdict",
    type=click.Choice([verdict.value for verdict in Verdict]),
    help="With --why-not: the verdict to ask for. Left out: convert, or for a lead that converts anything else.",
)
@verb
def command(session: Session, lead: str, why_not: bool, verdict: str | None) -> int:
    """Tell the story of LEAD, named by its CRM id, its external key or its e-mail.

    Example: connector explain 00Q5g00000AbCdEEAV

    Example: connector explain --why-not 00Q5g00000AbCdEEAV
    """
    if verdict and not why_not:
        raise UsageError("--verdict goes with --why-not", next_command=f"connector explain --why-not {lead}")
    with session.house() as house:
        stories = stories_of(house, lead)
        times = [_time_of(house, story) for story in stories]
        flips = _flips(house, stories, Verdict(verdict) if verdict else None) if why_not else [None] * len(stories)
    if not stories:
        raise UsageError(f"no lead is known as {lead}", next_command="connector sync")
    if session.as_json:
        told = [
            {**story_json(story), **time.as_json(), **({"why_not": flip.as_json()} if flip else {})}
            for story, time, flip in zip(stories, times, flips, strict=True)
        ]
        put_json({"status": "done", "stories": told, **told[0]})
        return 0
    for story, time, flip in zip(stories, times, flips, strict=True):
        for line in (*story_lines(story), *(flip.lines() if flip else ()), *time.lines()):
            say(line)
    return 0


def _flips(house: House, stories: Sequence[Story], wanted: Verdict | None) -> list[WhyNot | None]:
    from connector.cli.why_not import why_not

    tell = why_not(house, wanted)
    return [tell(story) for story in stories]


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
