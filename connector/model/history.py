"""What became of leads over time: activities, stages of opportunities, and one row per lead for the funnel."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.model.decision import Decision, DecisionInputs, Versions
from connector.model.records import RecordRef, require_aware


class Origin(StrEnum):
    """How it is known when an opportunity changed: the CRM's own history tells it, or we saw it when we looked.

    A snapshot's instant is when we first saw the stage, so that its durations are upper bounds at best.
    """

    HISTORY = "history"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity as a CRM holds it: on whom, at which account (its id, empty when none), and whether it is gone.

    *source_id* is ``<object>:<id>``, unique within the connection. *who* is a lead or a contact.
    """

    who: RecordRef
    kind: str
    at: datetime
    source_id: str
    account_id: str = ""
    gone: bool = False

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.at)


@dataclass(frozen=True, slots=True)
class StageChange:
    """An opportunity as it stood from *at* on: its stage, amount in the org's currency, and forecast.

    *forecast* is the CRM's forecast category (Salesforce: Omitted, Pipeline, BestCase, Forecast, Closed), empty
    where the CRM has none; *probability* is in per cent, None when unknown; *close_date* is ``YYYY-MM-DD``.
    """

    opportunity: RecordRef
    at: datetime
    stage: str
    origin: Origin
    amount: float | None = None
    close_date: str = ""
    probability: float | None = None
    forecast: str = ""
    closed: bool = False
    won: bool = False

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.at)


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """How far one lead came and when; an instant is None where the stage was not reached.

    *customer* is ``new``, ``existing`` or empty (unknown); *motion* ``hunter``, ``farmer`` or empty; *reason* is
    why the lead was disqualified, recycled or lost; *amount* is the opportunity's, in the org's currency;
    *forecast* as in `StageChange`; *origin* tells how the stage instants are known; *early* whether the lead was
    converted before its BANT was met. *opportunity* is empty where none was opened; *gone*: it was deleted in the CRM,
    and is neither won nor lost nor in the pipeline.
    """

    lead_id: str
    source: str = ""
    segment: str = ""
    customer: str = ""
    motion: str = ""
    owner: str = ""
    created_at: datetime | None = None
    mql_at: datetime | None = None
    srl_at: datetime | None = None
    sql_at: datetime | None = None
    won_at: datetime | None = None
    lost_at: datetime | None = None
    disqualified_at: datetime | None = None
    recycled_at: datetime | None = None
    converted_at: datetime | None = None
    reason: str = ""
    amount: float | None = None
    forecast: str = ""
    stage: str = ""
    opportunity: str = ""
    early: bool = False
    gone: bool = False
    origin: Origin | None = None


def customer_of(opportunity_type: str, account_type: str) -> str:
    """``new`` or ``existing``: what the opportunity's own type says, else whether the account's speaks of a customer.

    The same words as the policy opens opportunities by; an account without a type is no customer yet.
    """
    if _EXISTING.search(opportunity_type):
        return "existing"
    if _NEW.search(opportunity_type):
        return "new"
    return "existing" if account_type.lower().startswith("customer") else "new"


_EXISTING = re.compile(r"\b(?:existing|upgrade|downgrade|replacement|renewal)\b", re.IGNORECASE)
_NEW = re.compile(r"\bnew\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it is kept: its number, the versions it rests on, the inputs as they were known then, its text.

    *text* is the exact text that is kept of the decision, and *read* reads it.
    """

    number: int
    versions: Versions
    inputs: DecisionInputs
    text: str
    read: Callable[[str], Decision]

    @property
    def decision(self) -> Decision:
        """The decision, read from its text: who needs the text alone does not wait for it."""
        return self.read(self.text)
