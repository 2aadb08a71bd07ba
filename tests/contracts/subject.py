"""What a contract test asks of a system under test: the system, and a hand inside its CRM.

A subject speaks in words that every CRM keeps (`Seen`, and the words of its `Vocabulary`); what does not apply
to its CRM it says in its `Traits`, and the tests that need it are then not run (see `conftest`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import Any, Protocol, TypeVar

from connector.model.plan import Action, ConversionStyle, Order, Step
from connector.model.records import Kind, RecordRef, Scalar, Values, external_key
from connector.ports import Source, Target

NUMBERS = count(1)
Test = TypeVar("Test", bound=Callable[..., None])


class Trouble(StrEnum):
    """What happens to a call; the values are the sandbox's own names where it has one."""

    LOST_AFTER = "drop_after_apply"
    LOST_BEFORE = "drop_before_apply"
    CUT = "cut"
    EXPIRED = "expire_session"
    LIMITED = "limited"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a CRM offers. A false (or 0) trait takes the tests that need it away from the subject.

    *stamps*: rows have change stamps. *asked_only*: rows carry only the fields asked for. *deletions*: a pull
    with a bookmark tells deleted rows; *fetches_deleted*: reading by id does. *late_rows*: a row may become
    visible after rows with newer stamps. *steps*: account and contact are made by CREATE orders before the
    conversion. *refuses*: some values are refused, for that row alone. *logs_in*: by a secret. *sessions*
    expire. *limits*: a spent call limit is told.
    *page*, *fetch*, *write*, *settle*: how many rows one call takes (0: the test does not count);
    *extra_page*: a pull may need so many calls more, to see its end; *write_calls*, *settle_calls*: calls that
    such a batch of landings, such a settling of mixed orders takes.
    """

    stamps: bool = True
    asked_only: bool = True
    deletions: bool = True
    fetches_deleted: bool = True
    late_rows: bool = True
    steps: bool = False
    refuses: bool = True
    logs_in: bool = True
    sessions: bool = True
    limits: bool = True
    page: int = 0
    extra_page: int = 0
    fetch: int = 0
    write: int = 0
    write_calls: int = 1
    settle: int = 0
    settle_calls: int = 1


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as it stands in the CRM. For a lead, *account*, *contact*, *opportunity* are what it became.

    For a contact *account* is its company; for an opportunity *account* and *contact* are whose it is.
    *key* is our external key on it, empty where it has none.
    """

    id: str
    name: str = ""
    title: str = ""
    company: str = ""
    email: str = ""
    account: str = ""
    contact: str = ""
    opportunity: str = ""
    key: str = ""
    status: str = ""
    converted: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A CRM's own words: object names by kind, field names by word (`name`, `title`, `company`, ...), by kind.

    *fresh* are native values that a new record of a kind needs beside its name. *key* is the field of our
    key ("" where a client-chosen id does its work).
    """

    objects: Mapping[Kind, str]
    fields: Mapping[Kind, Mapping[str, str]]
    converted_status: str
    key: str = ""
    fresh: Mapping[Kind, Values] = field(default_factory=dict)

    def native(self, kind: Kind, words: Mapping[str, Scalar]) -> dict[str, Scalar]:
        """The same values under native names; a name that is no word is taken as native already."""
        known = self.fields[kind]
        return {known.get(word, word): value for word, value in words.items()}


class SourceSubject(Protocol):
    """A system to read from, and a hand inside what it reads."""

    traits: Traits

    @property
    def system(self) -> Source:
        """The system under test."""

    @property
    def lead_object(self) -> str:
        """The native name of leads (of rows)."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Native names of some fields of a lead."""

    def fresh(self) -> Source:
        """Another client of the same CRM, as the next run would make it."""

    def field(self, word: str) -> str:
        """The native name of a lead's field."""

    def lead(self, **words: Scalar) -> str:
        """Put a lead there behind the system's back; answers its id."""

    def leads(self, number: int, modified: datetime | None = None) -> list[str]:
        """Put *number* leads there, all with one change stamp when given."""

    def advance(self, seconds: float) -> None:
        """Move the CRM's clock."""


class Subject(SourceSubject, Protocol):
    """One system and the CRM behind it."""

    words: Vocabulary

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no error may hold, a stranger's wrong secret included."""

    @property
    def system(self) -> Target:
        """The system under test."""

    def fresh(self) -> Target:
        """Another client of the same CRM, as the next run would make it."""

    def stranger(self) -> Target:
        """A client with a wrong secret (trait *logs_in*)."""

    def touch(self, lead_id: str) -> None:
        """Change a lead's title as a colleague would."""

    def delete(self, lead_id: str) -> None:
        """Delete a lead as a colleague would."""

    def hide(self, lead_id: str, seconds: float) -> None:
        """Keep a lead unseen for that long: it was stamped, and is not committed yet."""

    def convert_by_hand(self, lead_id: str) -> None:
        """Convert a lead as a colleague would."""

    def refused(self, lead_id: str) -> Order:
        """An order on a lead that the CRM refuses, for that row alone (trait *refuses*)."""

    def land(self, source_id: str, company: str = "Acme Test") -> Order:
        """An order that lands a lead by its key."""

    def create(self, kind: Kind, source_id: str, **ids: str) -> Order:
        """An order that creates a record by its key; *ids* as the pipeline gives them."""

    def update(self, lead_id: str, title: str) -> Order:
        """An order that changes a lead's title."""

    def convert(self, lead_id: str, **changes: Any) -> Order:
        """An order that converts a lead.

        Ids of *account*, *contact* and *opportunity_id* go to the order's ids, *share* to its step, the rest
        to its terms (*opportunity* is ``none`` unless given).
        """

    def trouble(self, trouble: Trouble, on: str = "write", nth: int = 0) -> None:
        """From now on this happens to every call of sort *on* (``any``, ``read``, ``write``), or to the nth only."""

    def calm(self) -> None:
        """No more trouble."""

    @property
    def struck(self) -> bool:
        """Whether trouble has happened since it was planned."""

    @property
    def logged(self) -> int:
        """How many calls the CRM has seen."""

    @property
    def logins(self) -> int:
        """How often clients logged in."""

    def all(self, kind: Kind) -> list[Seen]:
        """Every record of a kind, deleted ones too."""


class OrderBook:
    """Makes the orders of a subject out of its vocabulary, worded as the pipeline words them."""

    def __init__(self, words: Vocabulary, style: ConversionStyle) -> None:
        self._words = words
        self._style = style

    def land(self, source_id: str, company: str = "Acme Test") -> Order:
        """The lead ``source:<source_id>``."""
        after = self._values(Kind.LEAD, external_key("source", source_id), name="Okafor", company=company)
        return self._order(Action.LAND, Kind.LEAD, {}, external_key("source", source_id), after=after)

    def create(self, kind: Kind, source_id: str, **ids: str) -> Order:
        """A record of the lead ``source:<source_id>``."""
        key = external_key("source", source_id, kind)
        return self._order(Action.CREATE, kind, ids, key, after=self._values(kind, key, name="Acme Test"))

    def update(self, lead_id: str, **words: Scalar) -> Order:
        """New values of a lead."""
        return self._order(
            Action.UPDATE, Kind.LEAD, {"record": lead_id}, "", after=self._words.native(Kind.LEAD, words)
        )

    def convert(self, lead_id: str, **changes: Any) -> Order:
        """A conversion as `Subject.convert` says."""
        share = str(changes.pop("share", ""))
        ids = {"lead": lead_id} | {role: changes.pop(role) for role in ("account", "contact") if role in changes}
        if "opportunity_id" in changes:
            ids["opportunity"] = changes.pop("opportunity_id")
        terms = {"converted_status": self._words.converted_status, "opportunity": "none", **changes}
        after: Values = {}
        if terms["opportunity"] == "new" and Kind.OPPORTUNITY in self._style.given:
            key = external_key("source", lead_id, Kind.OPPORTUNITY)
            after = self._values(Kind.OPPORTUNITY, key, name=str(terms.get("opportunity_name") or "Acme - Demo"))
        key = external_key("source", lead_id)
        return self._order(Action.CONVERT, Kind.LEAD, ids, key, after=after, terms=terms, share=share)

    def _values(self, kind: Kind, key: str, **words: Scalar) -> dict[str, Scalar]:
        keyed = {self._words.key: key} if self._words.key else {}
        return {**self._words.fresh.get(kind, {}), **self._words.native(kind, words), **keyed}

    def _order(self, action: Action, kind: Kind, ids: Mapping[str, str], key: str, **rest: Any) -> Order:
        lead = RecordRef("source", "Lead", ids.get("lead") or ids.get("record") or f"s{next(NUMBERS)}")
        name = f"{action.value}-{next(NUMBERS)}"
        native = self._words.objects[kind]
        return Order(
            Step(name, action, lead, native, kind.value, ("test",), ids=ids, external_key=key, **rest), dict(ids)
        )


def only(seen: Sequence[Seen]) -> Seen:
    """The only live one."""
    (found,) = [each for each in seen if not each.deleted]
    return found


def needs(*traits: str) -> Callable[[Test], Test]:
    """Run a test only on subjects that have all these traits."""

    def mark(test: Test) -> Test:
        test.needed = traits  # type: ignore[attr-defined]
        return test

    return mark
