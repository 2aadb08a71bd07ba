"""The routes of ``connector.yaml``, and what is wrong between them: leads taken twice, routes feeding each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import combinations
from typing import Literal, TypeAlias

from cronsim import CronSim, CronSimError
from pydantic import Field, model_validator

from connector.config.connections import Connection, Part

_Place: TypeAlias = tuple[str, str]
_EVERY = re.compile(r"every (?:([1-9][0-9]{0,5}) )?(second|minute|hour|day)s?\Z")


class Limits(Part):
    """Ceilings of one run."""

    max_changes: int = Field(default=5000, ge=1)


class Route(Part):
    """One way that leads take: from a source to a target, with mapping, matching and policy.

    *policy*: one file, or several of which the first that applies to a lead decides.
    *push_back*: what a lead's own CRM is given back when another CRM has converted it (left out: ``links``).
    """

    source: str
    target: str
    mapping: str = "mappings"
    policy: str | list[str] = "mappings/policy.yaml"
    matching: str = "mappings/matching.yaml"
    schedule: str = ""
    owner: str = ""
    land: Literal["all", "converted"] | None = None
    push_back: Literal["records", "links", "none"] | None = None
    enabled: bool = True
    limits: Limits = Limits()

    @property
    def policies(self) -> tuple[str, ...]:
        """The policy files in order of precedence."""
        return (self.policy,) if isinstance(self.policy, str) else tuple(self.policy)

    @model_validator(mode="after")
    def _has_a_policy(self) -> Route:
        if not self.policies or not all(self.policies):
            raise ValueError("`policy` names a file, or a list of files")
        return self

    @model_validator(mode="after")
    def _schedule_can_be_read(self) -> Route:
        if self.schedule and not _EVERY.match(self.schedule):
            _check_cron(self.schedule)
        return self


def _check_cron(line: str) -> None:
    said = "schedule is `every 15 minutes` or a cron line such as `*/15 * * * *`"
    try:
        first = next(CronSim(line, datetime(2024, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        raise ValueError(f"{said}; `{line}` is neither: {error}") from None
    if first is None:
        raise ValueError(f"{said}; `{line}` never comes")


def interval_seconds(schedule: str) -> float | None:
    """Seconds between runs of an ``every …`` schedule; None for a cron line."""
    found = _EVERY.match(schedule)
    if not found:
        return None
    unit = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[found[2]]
    return float(int(found[1] or 1) * unit)


def lands_all(route: Route, connections: Mapping[str, Connection]) -> bool:
    """Whether every lead of the route is landed in its target: said, or the default for a CSV source."""
    return route.land == "all" or (route.land is None and connections[route.source].type == "csv")


def clashes(routes: Mapping[str, Route], connections: Mapping[str, Connection]) -> Iterator[tuple[str, str, str, str]]:
    """What is wrong between enabled routes: the route to look at, a rule id, what, and the fix.

    Two routes out of one CRM can take the same lead, also where two connections name that CRM. Routes that land
    every lead and lead back to where the first of them reads would feed each other.
    """
    enabled = {name: route for name, route in routes.items() if route.enabled}
    for (first, one), (second, other) in combinations(enabled.items(), 2):
        if _place(connections[one.source]) == _place(connections[other.source]):
            what = f"routes {first} and {second} take the same leads, those of {other.source}"
            yield second, "overlapping-routes", what, "say `enabled: false` in one of them"
    ways = {
        name: (_place(connections[route.source]), _place(connections[route.target]))
        for name, route in enabled.items()
        if lands_all(route, connections)
    }
    for circle in _circles(ways):
        what = f"routes {', '.join(circle)} feed each other: what one lands, the next one reads"
        yield circle[-1], "routes-in-a-circle", what, "say `land: converted` or `enabled: false` in one of them"


def _place(connection: Connection) -> _Place:
    """Which CRM or folder a connection means, whatever its name and protocol."""
    if connection.type == "csv":
        return "csv", connection.path.rstrip("/")
    return connection.type, connection.address.rstrip("/").casefold()


def _circles(ways: Mapping[str, tuple[_Place, _Place]]) -> Iterator[list[str]]:
    """Routes that lead from one CRM through others back to it, each circle once, in the file's order."""
    told: set[frozenset[str]] = set()
    for name, (start, end) in ways.items():
        if start == end:
            continue
        back = _way(end, start, ways)
        circle = [other for other in ways if other == name or other in (back or ())]
        if back and frozenset(circle) not in told:
            told.add(frozenset(circle))
            yield circle


def _way(start: _Place, goal: _Place, ways: Mapping[str, tuple[_Place, _Place]]) -> list[str] | None:
    """The fewest routes from *start* to *goal*; None when there is no way."""
    reached: dict[_Place, list[str]] = {start: []}
    waiting = [start]
    for place in waiting:
        for name, (source, target) in ways.items():
            if source == place and target not in reached:
                reached[target] = [*reached[place], name]
                waiting.append(target)
    return reached.get(goal)
