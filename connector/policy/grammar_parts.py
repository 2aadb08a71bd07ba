"""What every part of `policy.yaml` shares: names, sentences, words, and conditions kept as plain data.

Conditions are read with their places by `connector.policy.conditions`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

CONDITION_MARK = "a condition"
CENTURY_DAYS = 36_500
"""No span of a policy is longer: the calendar of dates ends somewhere."""
MOST_POINTS = 1_000_000
ConditionData = Annotated[Any, WithJsonSchema({"description": CONDITION_MARK})]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=60)]
Sentence = Annotated[str, Field(min_length=3, max_length=300)]
VerdictWord = Literal["convert", "attach", "review", "nurture", "disqualify"]
StageWord = Literal["new", "MQL", "SRL", "SQL"]


class Part(BaseModel):
    """Every part refuses keys it does not know and converts nothing silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
