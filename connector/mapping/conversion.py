"""What ``mappings/conversion.yaml`` may say: what of a lead goes into account, contact and opportunity."""

from __future__ import annotations

from typing import Any

from pydantic import Field, StrictStr, model_validator

from connector.mapping.grammar import Plain, Strict
from connector.model.conversion import BothChanged, ConversionRules, Survives
from connector.model.decision import Verdict
from connector.model.records import Kind

CONVERTED = (Kind.ACCOUNT, Kind.CONTACT, Kind.OPPORTUNITY)
EVERY_FIELD = "*"


class ConvertedField(Strict):
    """One field of the record that a lead becomes."""

    source: StrictStr = Field(alias="from", description="The lead's canonical field that feeds it.")
    native: bool = Field(
        default=False, description="The CRM's own conversion fills it; it is not written again afterwards."
    )
    survives: Survives = Field(
        default=Survives.BLANK,
        description="On a record that exists: never (leave it), blank (fill a blank), lead (the lead's value wins), "
        "recent (the one changed last wins), complete (the one that says all of the other and more wins), source (the "
        "one from the connection that `sources` names first wins), tighten (a consent flag: true wins).",
    )
    sources: list[StrictStr] = Field(
        default=[],
        description="With `survives: source`: connections of connector.yaml, the most trusted first; one that is not "
        "named comes last.",
    )
    note: str = Field(default="", description="Why it is so, for the next reader.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return {"from": data} if isinstance(data, str) else data

    def meaning(self) -> dict[str, Any]:
        """What decides: without the note, and without what is left unsaid."""
        return self.model_dump(mode="json", exclude={"note"} if self.sources else {"note", "sources"})


class PushBackPart(Strict):
    """What the CRM that a lead came from is told once another CRM has converted it."""

    links: dict[StrictStr, Plain] = Field(
        default={},
        description="Field of the lead in its own CRM -> what to write there; in text {connection}, {account}, "
        "{contact} and {opportunity} stand for the CRM that converted it and the ids there.",
    )


class ConversionFile(Strict):
    """The whole of ``conversion.yaml``."""

    converted_status: StrictStr = Field(description="The lead status that means converted, as the CRM words it.")
    account: dict[StrictStr, ConvertedField] = Field(description="Account field -> the lead's field.")
    contact: dict[StrictStr, ConvertedField] = Field(description="Contact field -> the lead's field.")
    opportunity: dict[StrictStr, ConvertedField] = Field(description="Opportunity field -> the lead's field.")
    write_back: dict[Verdict, dict[StrictStr, Plain]] = Field(
        default={}, description="Verdict -> lead field -> text to write; {reason} is the disqualification reason."
    )

    push_back: PushBackPart = Field(
        default=PushBackPart(), description="What is written on a lead that another CRM has converted."
    )
    both_changed: dict[Kind, dict[StrictStr, BothChanged]] = Field(
        default={},
        description="Kind -> field (or * for all others) -> whose value stays when a field was changed in both CRMs of "
        "a route: newest (the default), source, target.",
    )

    def of(self, kind: Kind) -> dict[str, ConvertedField]:
        """The fields of one kind."""
        found: dict[str, ConvertedField] = getattr(self, kind.value)
        return found

    def rules(self) -> ConversionRules:
        """The rules as the rest of the house knows them."""
        return ConversionRules(
            converted_status=self.converted_status,
            fields={k: {name: rule.source for name, rule in self.of(k).items()} for k in CONVERTED},
            native={k: frozenset(name for name, rule in self.of(k).items() if rule.native) for k in CONVERTED},
            survivorship={k: {name: rule.survives for name, rule in self.of(k).items()} for k in CONVERTED},
            write_back=dict(self.write_back),
            push_back=dict(self.push_back.links),
            both_changed=dict(self.both_changed),
            sources={k: {n: tuple(r.sources) for n, r in self.of(k).items() if r.sources} for k in CONVERTED},
        )

    def meaning(self) -> dict[str, Any]:
        """What decides how leads are converted: without notes."""
        shown = self.model_dump(mode="json", exclude={k.value for k in CONVERTED})
        for kind in CONVERTED:
            shown[kind.value] = {name: rule.meaning() for name, rule in self.of(kind).items()}
        return shown
