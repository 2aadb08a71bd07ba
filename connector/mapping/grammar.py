"""What a mapping file may say: the shape of ``mappings/<system>/<object>.yaml``.

Every key is explained by its description, which the JSON Schema carries into editors.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from connector.model.records import Kind

Plain = StrictStr | StrictBool | StrictInt | StrictFloat | None


class Direction(StrEnum):
    """Which way a field travels: out of the CRM, into it, or both."""

    READ = "read"
    WRITE = "write"
    BOTH = "both"


class Strict(BaseModel):
    """A part of a file that people own: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def as_list(value: object) -> object:
    """One or several: a single value is a list of one."""
    return value if isinstance(value, list) or value is None else [value]


class SourceRule(Strict):
    """One place to read from: a native field, or several spellings of one, with transforms of its own."""

    field: list[StrictStr] = Field(min_length=1, description="The CRM's field name, or several spellings of it.")
    transforms: list[StrictStr] = Field(default=[], description="Transforms for this source only, in order.")
    optional: bool = Field(default=False, description="An org without this field is fine.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"field": [data]}
        if isinstance(data, dict):
            return data | {key: as_list(data[key]) for key in ("field", "transforms") if key in data}
        return data


class FieldRule(Strict):
    """How one canonical field is read and written."""

    sources: list[SourceRule] = Field(
        default=[], alias="from", description="Native field, or several: the first that is not empty counts."
    )
    transforms: list[StrictStr] | None = Field(
        default=None, description="Named transforms, in order. Left out: the usual ones for the field's type."
    )
    values: dict[StrictStr, Plain] = Field(
        default={}, description="Picklist table: the CRM's word -> ours. The key '' says what an empty value means."
    )
    written_as: dict[StrictStr, Plain] = Field(
        default={},
        description="Our word -> the CRM's, for words that the table does not lead back from; null leaves it empty. "
        "A word that the CRM's own picklist has is written as it is.",
    )
    default: Plain = Field(
        default=None,
        description="Used when the source is empty or the table does not know it. Without: a word that the table "
        "does not know sends the lead to review.",
    )
    required: bool = Field(default=False, description="A record without it does not walk on.")
    direction: Direction = Field(default=Direction.BOTH, description="read, write or both (the default).")
    optional: bool = Field(default=False, description="An org without this field is fine.")
    cut: bool = Field(default=False, description="Text too long for the CRM's field is cut instead of refused.")
    note: str = Field(default="", description="Why it is so, for the next reader.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        if isinstance(data, str | list):
            return {"from": as_list(data)}
        if isinstance(data, dict):
            return data | {key: as_list(data[key]) for key in ("from", "transforms") if key in data}
        return data

    @property
    def has_default(self) -> bool:
        """Whether a default is written down; ``default: null`` is one and means: leave it empty."""
        return "default" in self.model_fields_set

    @property
    def reads(self) -> bool:
        """Whether the field is read from the CRM."""
        return self.direction is not Direction.WRITE

    @property
    def writes(self) -> bool:
        """Whether the field may be written to the CRM."""
        return self.direction is not Direction.READ

    def natives(self) -> list[str]:
        """Every native field name it reads from, in order."""
        return [name for source in self.sources for name in source.field]

    def is_optional(self, source: SourceRule) -> bool:
        """Whether an org without *source* is fine."""
        return self.optional or source.optional


class CaseRule(Strict):
    """A unit test of the mapping: native values and what must come of them, or the other way round."""

    name: str = Field(description="What the case shows, in a sentence.")
    given: dict[StrictStr, Plain] = Field(default={}, description="Native fields as the CRM sends them.")
    expect: dict[StrictStr, Plain] = Field(
        default={}, description="Canonical fields that must come out; null says that the field must be empty."
    )
    problems: dict[StrictStr, StrictStr] = Field(
        default={}, description="Canonical field -> the code of the problem that must be found."
    )
    doubts: dict[StrictStr, StrictStr] = Field(
        default={}, description="Canonical field -> the code of the doubt that must be found; a person is asked."
    )
    write: dict[StrictStr, Plain] = Field(default={}, description="Canonical fields to write.")
    sends: dict[StrictStr, Plain] = Field(default={}, description="Native fields that must be sent for them.")

    @model_validator(mode="after")
    def _one_way(self) -> CaseRule:
        if bool(self.model_fields_set & {"given"}) == bool(self.model_fields_set & {"write"}):
            raise ValueError("a case needs `given` (to read) or `write` (to write), and not both")
        return self


class MappingFile(Strict):
    """A whole mapping file: one object of one CRM as a canonical record."""

    system: StrictStr = Field(description="The CRM, as the folder is called: salesforce, sugarcrm, suitecrm, csv.")
    object: StrictStr = Field(description="The CRM's own name of the object: Lead, Accounts, …")
    kind: Kind = Field(description="What it is to us: lead, account, contact or opportunity.")
    owner: str = Field(default="", description="Who answers for this file.")
    note: str = Field(default="", description="Anything the next reader should know.")
    fields: dict[StrictStr, FieldRule] = Field(description="Canonical field -> where it comes from.")
    ignore: dict[StrictStr, StrictStr] = Field(
        default={}, description="Native field (or pattern such as Shipping*) left out on purpose -> the reason."
    )
    cases: list[CaseRule] = Field(default=[], description="Unit tests of this mapping.")

    def meaning(self) -> dict[str, Any]:
        """What decides how records are translated: without notes, reasons, owner and cases."""
        shown = self.model_dump(mode="json", exclude={"owner", "note", "ignore", "cases"})
        for name, rule in self.fields.items():
            shown["fields"][name] = rule.model_dump(mode="json", exclude={"note"}, by_alias=True)
            shown["fields"][name]["has_default"] = rule.has_default
        return shown
