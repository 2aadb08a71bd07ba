"""A route with everything it needs, as the verbs of the corridor take it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from connector.mapping import MappingSet, ObjectMapping, fingerprint, payload
from connector.matching import MatchingRules
from connector.model.decision import Versions
from connector.model.progress import ObjectShape, Problem
from connector.model.records import Kind, RawRecord, RecordRef, Values, digest_of
from connector.policy import Rulebook
from connector.ports import Clock, Observer, Source, Store, Target


@dataclass(frozen=True)
class Rules:
    """The files a route decides by, read."""

    mappings: MappingSet
    matching: MatchingRules
    policy: Rulebook

    @property
    def versions(self) -> Versions:
        """Content hashes that every decision is stored with."""
        return Versions(self.policy.version, self.mappings.version, self.matching.version)


@dataclass(frozen=True)
class RouteOptions:
    """What ``connector.yaml`` says of the route; *settle_after* in seconds comes from its target."""

    owner: str = ""
    land_all: bool = False
    max_changes: int = 5000
    settle_after: float = 600
    accept_mass_change: bool = False


@dataclass
class Route:
    """One route in one run.

    *source_system* and *target_system* name the mapping folders (``salesforce``, ``csv`` …).
    *checkpoint* is called between batches and raises Interrupted when somebody asked to stop.
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
    org: str = ""
    _shapes: dict[str, Mapping[str, ObjectShape]] = field(default_factory=dict)

    @property
    def versions(self) -> Versions:
        """Content hashes that every decision is stored with; the owner that the route names counts as policy."""
        versions, owner = self.rules.versions, self.options.owner
        return replace(versions, policy=digest_of([versions.policy, owner])) if owner else versions

    @property
    def in_place(self) -> bool:
        """Whether source and target are the same CRM."""
        return self.source.name == self.target.name

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

    def _objects(self, side: Source) -> list[str]:
        """All objects of a connection at once: describing them together is one call."""
        mappings = [self.target_mapping(kind) for kind in Kind] if side.name == self.target.name else []
        if side.name == self.source.name:
            mappings.append(self.lead_mapping)
        return list(dict.fromkeys(mapping.object for mapping in mappings))

    @property
    def wording(self) -> TargetWording:
        """A fresh translator into the target's words; ask it for problems afterwards."""
        return TargetWording(self)

    def fingerprint(self, raw: RawRecord) -> str:
        """What tells one version of a source lead from another; a deletion is another version."""
        return fingerprint(raw, self.lead_mapping) + ("-deleted" if raw.deleted else "")

    def target_ref(self, kind: Kind, record_id: str) -> RecordRef:
        """Reference to a record in the target."""
        return RecordRef(self.target.name, self.target_mapping(kind).object, record_id)


class TargetWording:
    """The target's own words for canonical values; keeps what could not be said."""

    def __init__(self, route: Route) -> None:
        """Speak for *route*'s target."""
        self._route = route
        self.problems: list[Problem] = []

    def object_name(self, kind: Kind) -> str:
        """The target's name of the object."""
        return self._route.target_mapping(kind).object

    def payload(self, kind: Kind, values: Values, creating: bool) -> Values:
        """Canonical values under the target's field names; problems are kept in `problems`."""
        mapping = self._route.target_mapping(kind)
        made = payload(values, mapping, self._route.shape(self._route.target, mapping), creating)
        self.problems.extend(made.problems)
        return made.fields
