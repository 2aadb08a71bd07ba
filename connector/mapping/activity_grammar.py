"""What ``mappings/<system>/activities.yaml`` may say: which rows of a CRM are activities, of whom and of what kind."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import Field, StrictInt, StrictStr, model_validator

from connector.mapping.grammar import Plain, Strict, as_list

HISTORY_DAYS = 730


class Whom(StrEnum):
    """Whom an activity is about."""

    LEAD = "lead"
    CONTACT = "contact"
    ACCOUNT = "account"


class WhoRule(Strict):
    """One native field that may name the record an activity is about, and how to tell what it names."""

    id: StrictStr = Field(description="The native field that holds the id.")
    is_: Whom | None = Field(default=None, alias="is", description="What the id always names.")
    begins: dict[StrictStr, Whom] = Field(default={}, description="How the id begins -> what it names.")
    named_by: StrictStr = Field(default="", description="The native field that says what the id names.")
    words: dict[StrictStr, Whom] = Field(default={}, description="The words of that field -> what the id names.")

    @model_validator(mode="after")
    def _one_way(self) -> WhoRule:
        ways = [self.is_ is not None, bool(self.begins), bool(self.named_by)]
        if sum(ways) != 1:
            raise ValueError("say one of `is`, `begins` and `named_by`, so that it is clear what the id names")
        if bool(self.named_by) != bool(self.words):
            raise ValueError("`named_by` and `words` belong together")
        return self


class KindRule(Strict):
    """One row of the list of kinds: the first whose test holds gives the kind."""

    kind: StrictStr = Field(description="The kind of activity: call, meeting, webinar …")
    when: Any = Field(description="A test over native fields: `field`, an operator and a value; `all`, `any`, `not`.")


class TablePart(Strict):
    """A native field whose words tell the kind."""

    field: StrictStr = Field(description="The native field.")
    values: dict[StrictStr, StrictStr] = Field(min_length=1, description="The CRM's word -> the kind of activity.")


class ObjectPart(Strict):
    """One object of the CRM whose rows are activities."""

    who: list[WhoRule] = Field(min_length=1, description="Whom it is about: the first that names a record counts.")
    account: list[StrictStr] = Field(default=[], description="Native fields that name the account; the first filled.")
    at: list[StrictStr] = Field(
        min_length=1, description="When it happened: the first of these native fields that is filled."
    )
    counts: Any = Field(
        default=None, description="A test that says whether it happened; a row that is only planned does not count."
    )
    kinds: list[KindRule] = Field(default=[], description="Tests in order; the first that holds gives the kind.")
    table: TablePart | None = Field(default=None, description="Asked where no test holds: words that tell the kind.")
    otherwise: StrictStr = Field(
        default="other", description="The kind of every other row; empty: such a row does not count."
    )
    note: str = Field(default="", description="Why it is so, for the next reader.")

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return data | {key: as_list(data[key]) for key in ("who", "account", "at") if key in data}
        return data


class ActivityCase(Strict):
    """A unit test: a row as the CRM sends it, and the activity that must come of it."""

    name: str = Field(description="What the case shows, in a sentence.")
    object: StrictStr = Field(description="The CRM's object that the row is of.")
    given: dict[StrictStr, Plain] = Field(description="Native fields as the CRM sends them.")
    expect: dict[StrictStr, StrictStr | None] | None = Field(
        default=None, description="What must come out: kind, at, who (lead, contact or account), id, account."
    )
    counts: bool = Field(default=True, description="false: no activity must come of it.")

    @model_validator(mode="after")
    def _expects(self) -> ActivityCase:
        if self.counts == (not self.expect):
            raise ValueError("a case says what to `expect`, or `counts: false`")
        return self


class ActivitiesFile(Strict):
    """A whole ``activities.yaml``: what of a CRM is an activity."""

    system: StrictStr = Field(description="The CRM, as the folder is called: salesforce, sugarcrm, suitecrm, csv.")
    owner: str = Field(default="", description="Who answers for this file.")
    note: str = Field(default="", description="Anything the next reader should know.")
    history_days: StrictInt = Field(
        default=HISTORY_DAYS, ge=1, description="How many days the first reading goes back, by change stamp."
    )
    objects: dict[StrictStr, ObjectPart] = Field(description="The CRM's own name of the object -> how it is read.")
    cases: list[ActivityCase] = Field(default=[], description="Unit tests of this mapping.")

    def meaning(self, name: str) -> dict[str, Any]:
        """What decides how rows of one object are read: without its note."""
        return self.objects[name].model_dump(mode="json", by_alias=True, exclude={"note"})
