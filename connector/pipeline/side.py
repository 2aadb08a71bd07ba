"""One CRM of a route, as something to write to: its system, its mapping, its words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from connector.mapping import MappingSet, ObjectMapping, payload
from connector.model.progress import ObjectShape, Problem
from connector.model.records import Kind, RecordRef, Values
from connector.ports import Target


@dataclass(frozen=True)
class Side:
    """One CRM of a route.

    *folder* names its mapping folder (``salesforce``, ``sugarcrm`` …), *org* is the CRM's own id once it has said
    who it is. *settle_after*: seconds on the CRM's clock after which a write that cannot be found is believed
    lost. *shape* answers what the CRM says of an object.
    """

    system: Target
    folder: str
    mappings: MappingSet
    org: str
    settle_after: float
    shape: Callable[[ObjectMapping], ObjectShape | None]

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.system.name

    @property
    def first_stage(self) -> str:
        """The first sales stage, where new opportunities begin; empty where the CRM sets it by itself."""
        if Kind.OPPORTUNITY in self.system.conversion_style.makes:
            return ""
        return next(iter(self.system.conversion_terms().get("stages", ())), "")

    def mapping(self, kind: Kind) -> ObjectMapping:
        """How this CRM's records of *kind* are translated."""
        return self.mappings.object_mapping(self.folder, kind)

    def fields(self, kind: Kind) -> tuple[str, ...]:
        """The fields to ask for when records of *kind* are read."""
        mapping = self.mapping(kind)
        return mapping.read_fields(self.shape(mapping))

    def ref(self, kind: Kind, record_id: str) -> RecordRef:
        """Reference to a record here."""
        return RecordRef(self.name, self.mapping(kind).object, record_id)

    @property
    def wording(self) -> SideWording:
        """A fresh translator into this CRM's words; ask it for problems afterwards."""
        return SideWording(self)


@dataclass
class SideWording:
    """A CRM's own words for canonical values; keeps what could not be said, or only be guessed."""

    side: Side
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)

    def object_name(self, kind: Kind) -> str:
        """The CRM's name of the object."""
        return self.side.mapping(kind).object

    def payload(self, kind: Kind, values: Values, creating: bool) -> Values:
        """Canonical values under the CRM's field names; problems are kept in `problems`."""
        mapping = self.side.mapping(kind)
        made = payload(values, mapping, self.side.shape(mapping), creating)
        self.problems.extend(made.problems)
        self.doubts.extend(made.doubts)
        return made.fields
