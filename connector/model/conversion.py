"""How a lead becomes an account, a contact and an opportunity: the rules of ``conversion.yaml`` as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connector.model.decision import Verdict
from connector.model.records import Kind, Values


class Survives(StrEnum):
    """Which value stays when the existing record and the lead both have one.

    NEVER: the existing record is never written. BLANK: the lead fills a blank only. LEAD: the lead's value
    wins. RECENT: the value of the record that changed last wins. COMPLETE: the value that says all of the other
    one and more wins. SOURCE: the value from the connection that is trusted most wins. TIGHTEN: a consent flag;
    true wins.
    """

    NEVER = "never"
    BLANK = "blank"
    LEAD = "lead"
    RECENT = "recent"
    COMPLETE = "complete"
    SOURCE = "source"
    TIGHTEN = "tighten"


class BothChanged(StrEnum):
    """Which value stays when a field was changed on both sides of a route since they last agreed.

    NEWEST: that of the record changed last. SOURCE: that of the CRM where the lead came in. TARGET: the other's.
    """

    NEWEST = "newest"
    SOURCE = "source"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class ConversionRules:
    """What ``conversion.yaml`` says.

    *converted_status*: the lead status of a converted lead (validated against the org).
    *fields*: per kind, target canonical field -> the lead's canonical field that feeds it.
    *native*: per kind, the target fields that the CRM's own conversion fills by itself; they are never
    written again after a native conversion. *survivorship*: per kind and target field, who wins on an
    existing record (BLANK where a field is not named). *sources*: for fields under SOURCE, the connections whose
    values they may hold, the most trusted first.
    *write_back*: per verdict, canonical lead field -> text to write; ``{reason}`` stands for the
    disqualification reason. Verdicts that are not named write nothing.
    *push_back*: canonical field of a source lead that another CRM converted -> what to write there; in text
    ``{connection}``, ``{account}``, ``{contact}`` and ``{opportunity}`` stand for that CRM and its ids.
    *both_changed*: per kind, canonical field (``*`` for all others) -> which value stays; NEWEST where nothing is said.
    """

    converted_status: str
    fields: Mapping[Kind, Mapping[str, str]]
    native: Mapping[Kind, frozenset[str]]
    survivorship: Mapping[Kind, Mapping[str, Survives]]
    write_back: Mapping[Verdict, Values] = field(default_factory=dict)
    push_back: Values = field(default_factory=dict)
    both_changed: Mapping[Kind, Mapping[str, BothChanged]] = field(default_factory=dict)
    sources: Mapping[Kind, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
