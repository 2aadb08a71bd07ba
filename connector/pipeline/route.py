"""A route with everything it needs, as the verbs of the corridor take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import cast

from connector.mapping import MappingSet, ObjectMapping, fingerprint
from connector.matching import MatchingRules
from connector.model.assurance import GateRecord
from connector.model.decision import Versions
from connector.model.progress import ObjectShape
from connector.model.records import Kind, RawRecord, digest_of
from connector.pipeline.side import Side
from connector.policy import Policies
from connector.ports import Clock, Observer, Source, Spread, Store, Target


def policy_version(policies: Policies, owner: str) -> str:
    """The version of the policies of a route that decisions are stored with; the *owner* it names counts as policy."""
    return digest_of([policies.version, owner]) if owner else policies.version


@dataclass(frozen=True)
class Rules:
    """The files a route decides by, read."""

    mappings: MappingSet
    matching: MatchingRules
    policies: Policies

    @property
    def versions(self) -> Versions:
        """Content hashes that every decision is stored with."""
        return Versions(self.policies.version, self.mappings.version, self.matching.version)


class PushBack(StrEnum):
    """What a conversion in another CRM gives back to the CRM that the lead came from.

    RECORDS: the same conversion there, and what is changed later on one side is carried to the other. LINKS: the
    lead is closed with a note of what was made of it. NONE: nothing is written there.
    """

    RECORDS = "records"
    LINKS = "links"
    NONE = "none"


@dataclass(frozen=True)
class RouteOptions:
    """What ``connector.yaml`` says of the route; *settle_after*, in seconds, is told per connection."""

    owner: str = ""
    land_all: bool = False
    max_changes: int = 5000
    settle_after: Mapping[str, float] = field(default_factory=dict)
    push_back: PushBack = PushBack.NONE
    accept_mass_change: bool = False


@dataclass
class Route:
    """One route in one run.

    *source_system* and *target_system* name the mapping folders (``salesforce``, ``csv`` …).
    *checkpoint* is called between batches and raises Interrupted when somebody asked to stop. *spread* does work
    on many batches, by several processes where there are. *connections*: all that the
    configuration names. *gates*: where those of the policies stand, by name.
    """

    name: str
    source: Source
    target: Target
    source_system: str
    target_system: str
    rules: Rules
    options: RouteOptions
    store: Store
    clock: Clock
    observer: Observer
    checkpoint: Callable[[], None] = lambda: None
    spread: Spread = map
    connections: frozenset[str] = frozenset()
    orgs: dict[str, str] = field(default_factory=dict)
    gates: dict[str, GateRecord] = field(default_factory=dict)
    _shapes: dict[str, Mapping[str, ObjectShape]] = field(default_factory=dict)

    @property
    def versions(self) -> Versions:
        """Content hashes that every decision is stored with; the owner that the route names counts as policy."""
        return replace(self.rules.versions, policy=policy_version(self.rules.policies, self.options.owner))

    @property
    def in_place(self) -> bool:
        """Whether source and target are the same CRM."""
        return self.source.name == self.target.name

    @property
    def org(self) -> str:
        """The target's own id, once it has said who it is."""
        return self.orgs.get(self.target.name, "")

    @property
    def target_side(self) -> Side:
        """The CRM that leads are converted in."""
        return self._side(self.target, self.target_system)

    @property
    def source_side(self) -> Side:
        """The CRM that leads come from, where something can be written to it."""
        return self._side(cast(Target, self.source), self.source_system)

    def _side(self, system: Target, folder: str) -> Side:
        org, wait = self.orgs.get(system.name, ""), self.options.settle_after.get(system.name, 0.0)
        return Side(system, folder, self.rules.mappings, org, wait, lambda mapping: self.shape(system, mapping))

    def side(self, connection: str) -> Side:
        """The side that a step's *connection* names; empty is the target."""
        return self.source_side if connection == self.source.name and not self.in_place else self.target_side

    @property
    def gives_records_back(self) -> bool:
        """Whether the CRM that the leads come from gets the same account, contact and opportunity."""
        return not self.in_place and self.options.push_back is PushBack.RECORDS

    @cached_property
    def lead_mapping(self) -> ObjectMapping:
        """How the source's leads are translated."""
        return self.rules.mappings.object_mapping(self.source_system, Kind.LEAD)

    def target_mapping(self, kind: Kind) -> ObjectMapping:
        """How the target's records of *kind* are translated."""
        return self.rules.mappings.object_mapping(self.target_system, kind)

    def shape(self, side: Source, mapping: ObjectMapping) -> ObjectShape | None:
        """What the CRM says of an object; None where it describes nothing (CSV)."""
        if side.name not in self._shapes:
            self._shapes[side.name] = side.describe(self._objects(side))
        return self._shapes[side.name].get(mapping.object)

    def activity_shape(self, object_name: str) -> ObjectShape | None:
        """What the source says of an object that tells of activities; None where our user does not see it."""
        self.shape(self.source, self.lead_mapping)
        return self._shapes[self.source.name].get(object_name)

    def _objects(self, side: Source) -> list[str]:
        """All objects of a connection at once: describing them together is one call."""
        mappings = [self.target_mapping(kind) for kind in Kind] if side.name == self.target.name else []
        activities: list[str] = []
        if side.name == self.source.name:
            mappings.append(self.lead_mapping)
            told = self.rules.mappings.activities.get(self.source_system)
            activities = list(told.objects) if told else []
            if self.gives_records_back:
                mappings += [self.source_side.mapping(kind) for kind in Kind]
        return list(dict.fromkeys([*(mapping.object for mapping in mappings), *activities]))

    def fingerprint(self, raw: RawRecord) -> str:
        """What tells one version of a source lead from another; a deletion is another version."""
        return fingerprint(raw, self.lead_mapping) + ("-deleted" if raw.deleted else "")
