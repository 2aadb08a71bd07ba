"""``connector explain --why-not``: the smallest change that would give a lead another verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from connector.errors import ConfigError
from connector.model.decision import Verdict
from connector.pipeline import Story
from connector.pipeline.route import policy_version
from connector.policy import Policies
from connector.policy.counterfactual import Flip, smallest_changes
from connector.wiring import House, read_rules


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What a lead was asked to become, and the smallest changes that would make it so.

    *edited*: the policy was edited since the decision; the changes are told under today's policy. *has_it*: the lead
    has the wanted verdict.
    """

    wanted: str
    flips: tuple[Flip, ...]
    edited: bool
    has_it: bool = False

    def as_json(self) -> dict[str, object]:
        """The published form."""
        changes = [
            {
                "changes": list(flip.changes),
                "size": len(flip.changes),
                "says": str(flip),
                "verdict": flip.decision.verdict.value,
                "rule": flip.decision.rule,
            }
            for flip in self.flips
        ]
        return {"wanted": self.wanted, "policy_edited": self.edited, "changes": changes}

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"  why not {self.wanted}? The smallest changes that would make it so:"
        if self.has_it:
            yield f"    none is needed: it is {self.wanted} already"
        elif not self.flips:
            yield "    none of up to three things; a person can say so in a review"
        yield from (f"    {flip}" for flip in self.flips)
        if self.edited:
            yield "    (told by today's policy, which was edited since the decision)"


def why_not(house: House, wanted: Verdict | None) -> Callable[[Story], WhyNot | None]:
    """A function that tells, for a story, what would flip its verdict to *wanted*.

    Without *wanted*: to converting for a lead that does not convert, to anything else for one that does. None where
    the lead was never decided on. Raises ConfigError where the route's files cannot be used.
    """

    @cache
    def policies_of(route: str) -> Policies:
        if route not in house.config.routes:
            raise ConfigError(f"the configuration has no route {route} any more", next_command="connector doctor")
        return read_rules(house.config, house.config.route(route)).policies

    def told(story: Story) -> WhyNot | None:
        lead, route = story.row.raw.ref, story.row.route
        inputs = house.store.decisions.inputs(route, lead)
        if inputs is None or story.decision is None:
            return None
        book = policies_of(route).of(inputs)
        aim, says = _aim(story.decision.verdict, wanted)
        flips = smallest_changes(book, inputs, aim)
        edited = not _same_policy(policies_of(route), house, story)
        return WhyNot(says, flips, edited, aim(story.decision.verdict))

    return told


def _aim(verdict: Verdict, wanted: Verdict | None) -> tuple[Callable[[Verdict], bool], str]:
    if wanted is not None:
        return lambda one: one is wanted, wanted.value
    if verdict.converts:
        return lambda one: not one.converts, "something else"
    return lambda one: one.converts, "convert"


def _same_policy(policies: Policies, house: House, story: Story) -> bool:
    decision = story.decision
    owner = house.config.route(story.row.route).owner
    return decision is not None and decision.versions.policy == policy_version(policies, owner)
