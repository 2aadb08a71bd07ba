"""Everything a plan for one lead looks at, gathered by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from connector.model.conversion import ConversionRules
from connector.model.decision import Decision
from connector.model.match import Resolution
from connector.model.plan import ConversionStyle, Take
from connector.model.records import Kind, Record, Values


class Wording(Protocol):
    """The target CRM's own words for canonical things (kept by a mapping)."""

    def object_name(self, kind: Kind) -> str:
        """The CRM's name of the object."""

    def payload(self, kind: Kind, values: Values, creating: bool) -> Values:
        """Canonical values under the CRM's own field names; what cannot be written is left out."""


@dataclass(frozen=True, slots=True)
class Leader:
    """The lead that others lean on in this run: whose account they share, or whose contact they are.

    *roles* maps ``account``, ``contact`` and ``opportunity`` to a known id or to what a step will bring.
    """

    roles: Mapping[str, str | Take]


@dataclass(frozen=True, slots=True)
class HandBack:
    """How the CRM that a lead came from is told what became of it.

    *values* are canonical lead values; ``{connection}``, ``{account}``, ``{contact}`` and ``{opportunity}`` stand
    for the *target*'s name and for the ids of what was made there. *org* and *wording* are the source's.
    *closes*: a plain write may close a lead there as converted; Salesforce refuses that outside its conversion.
    *why* says why the lead's own CRM gets no records though the route gives them back, empty where it does not.
    """

    target: str
    org: str
    wording: Wording
    values: Values
    write_calls: float = 1.0
    closes: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """One lead with its decision, and what stands in the target.

    *lead_id* is the lead's id in the target, empty when it is not there yet. *fingerprint* is that of the
    row the decision rests on. *account* and *contact* are the existing records it goes to.
    *survivors* are, per kind, the lead's values that win over an existing record's (canonical).
    *share* names the company whose account several leads open together; *leader* is the lead whose conversion
    brings it. *original* is the survivor that this lead duplicates. *waiting_for* names why nothing may be done yet.
    *land_all*: a lead that is not converted still lands in the target. *resuming*: an earlier run landed the
    lead and did not get to its conversion. *style*: what the CRM's conversion makes by itself. *connection* is
    set where that CRM is not the route's target; *after* is a step that must be done before anything here.
    *standing*: the opportunity that the lead's own would repeat: ours, open, of its type, on the account it goes to;
    an id or what a step will bring, empty where there is none. *asking* is a wording for what is not to be written:
    words that fail there are no problem. *first_stage* is the CRM's first sales stage. *foreign*: the lead's owner is
    nobody in this CRM. *origin*: the same conversion in the CRM that the lead came from; *hand_back*: it is only told
    (see `connector.planning.push_back`).
    """

    org: str
    in_place: bool
    land_all: bool
    lead: Record
    fingerprint: str
    decision: Decision
    resolution: Resolution
    rules: ConversionRules
    wording: Wording
    lead_id: str = ""
    owner: str = ""
    account: Record | None = None
    contact: Record | None = None
    survivors: Mapping[Kind, Values] = field(default_factory=dict)
    share: str = ""
    leader: Leader | None = None
    original: Leader | None = None
    waiting_for: str = ""
    resuming: bool = False
    style: ConversionStyle = field(default_factory=ConversionStyle)
    connection: str = ""
    after: Take | None = None
    foreign: bool = False
    first_stage: str = ""
    standing: str | Take = ""
    asking: Wording | None = None
    origin: Situation | None = None
    hand_back: HandBack | None = None

    def origin_after(self, take: Take) -> Situation:
        """The situation in the CRM that the lead came from, where everything waits for *take*."""
        if self.origin is None:
            raise ValueError("the lead's own CRM gets no records")
        return replace(self.origin, after=take)
