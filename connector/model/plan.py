"""What will be written, step by step, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.model.decision import Verdict, Versions
from connector.model.records import Kind, RecordRef, Values, digest_of, require_aware

CONVERTED_ELSEWHERE = "converted-elsewhere"
"""A receipt's code: somebody else converted the lead, and the ids are those of their records.

ALREADY for the conversion itself; REJECTED for a record of it that was still to be made, and was not.
"""


class Action(StrEnum):
    """What a step does in the target CRM.

    LAND upserts the lead by its external key. UPDATE writes fields of an existing record (write-back, or
    what survivorship says the lead knows better). CONVERT converts a lead, into the records it is given where
    the CRM makes none by itself (see `ConversionStyle`). STAMP writes our key (and opportunity terms) on what
    a conversion created. CREATE makes a keyed record. SKIP does nothing, for a reason.
    """

    LAND = "land"
    UPDATE = "update"
    CONVERT = "convert"
    STAMP = "stamp"
    CREATE = "create"
    SKIP = "skip"


class Grade(StrEnum):
    """How a step can be taken back: A as it was, B with new ids, C not at all."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class ConversionStyle:
    """How a CRM converts a lead.

    *makes*: kinds that the conversion makes by itself, without our key; they are stamped afterwards
    (Salesforce: all three). *given*: kinds that it makes out of values handed to it, key included, as the
    CONVERT step's ``after``. Every other kind is made by a CREATE step before, and its id handed to CONVERT.
    *conversion_calls* and *write_calls*: API calls that one of them takes when batches are full.
    """

    makes: frozenset[Kind] = frozenset()
    given: frozenset[Kind] = frozenset()
    conversion_calls: float = 1.0
    write_calls: float = 1.0


@dataclass(frozen=True, slots=True)
class Take:
    """An id that an earlier step's receipt will bring: which step, and which role in its receipt."""

    step: str
    role: str


@dataclass(frozen=True, slots=True)
class Step:
    """One write (or one reasoned nothing) on behalf of one source lead.

    *connection* is where it is written: empty for the route's target, else the source (a push-back).
    *object* is that CRM's own object name. *ids* maps a role to an id known at planning time and
    *takes* maps a role to one that an earlier step brings; together they name what the step acts on:
    role ``record`` for LAND/UPDATE/STAMP, roles ``lead``, ``account``, ``contact``, ``opportunity`` for
    CONVERT, and for CREATE those of them that the new record comes from (``lead``) or belongs to; role
    ``after`` only makes a step wait. *before* and *after* are the CRM's own field names. *external_key* is
    our key of the record that LAND or CREATE makes. *terms* are the options of a
    conversion: ``converted_status``, ``owner_id``, ``opportunity`` (``new`` | ``join`` | ``none``),
    ``opportunity_name``, ``overwrite_source``. *kind* is the canonical noun of *object*.
    *share* names the new account that several leads of one run share (empty when none). *policy* names the policy
    whose ceilings a conversion counts against.
    """

    key: str
    action: Action
    lead: RecordRef
    object: str
    kind: str
    because: tuple[str, ...]
    ids: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, Take] = field(default_factory=dict)
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    terms: Values = field(default_factory=dict)
    grade: Grade = Grade.A
    cost: float = 0.0
    share: str = ""
    connection: str = ""
    external_key: str = ""
    policy: str = ""

    @property
    def converts(self) -> bool:
        """Whether the step converts a lead in the route's target."""
        return self.action is Action.CONVERT and not self.connection

    @property
    def new_account(self) -> str:
        """The step that makes the account which a conversion goes into, the same for all that share it.

        Empty where the account is known.
        """
        if "account" in self.ids:
            return ""
        return self.takes["account"].step if "account" in self.takes else self.key

    @property
    def writes(self) -> bool:
        """Whether the step changes anything in the CRM."""
        return self.action is not Action.SKIP


def step_key(org: str, lead: RecordRef, action: Action, target: str, after: Values | None = None) -> str:
    """The idempotency key: a hash of org, source record, action and target object.

    An update adds its after-values, so that a different update is a different step. Policy and mapping
    versions are never part of it: editing a file must not make a conversion look new.
    """
    parts: list[object] = [org, lead.connection, lead.id, action.value, target]
    if after is not None:
        parts.append(dict(after))
    return digest_of(parts)


@dataclass(frozen=True, slots=True, order=True)
class Ceiling:
    """A limit of a policy that a run has reached: its name, and how many it allows."""

    policy: str
    name: str
    most: int

    def __str__(self) -> str:
        """As people read it."""
        return f"the ceiling {self.name} ({self.most:,}) of policy {self.policy}"


class Invariant(StrEnum):
    """What no run may ever do, whatever the files say.

    CONSENT: an opt-out on the lead survives into its contact, and none on a contact is lifted. FILLED: a filled field
    of a record that exists is overwritten only where survivorship says so. OWNER: the owner of an account that exists
    stays. ONE_OPPORTUNITY: never two open opportunities of one type on an account from us. NEW_ACCOUNTS: no more new
    accounts an hour than the policy allows.
    """

    CONSENT = "consent-only-tightens"
    FILLED = "filled-field-stays"
    OWNER = "account-owner-stays"
    ONE_OPPORTUNITY = "one-open-opportunity"
    NEW_ACCOUNTS = "new-accounts-per-hour"


@dataclass(frozen=True, slots=True)
class Promise:
    """What an invariant asks of one record that a lead is carried out on, in the CRM's own words.

    *kind* is the record's noun, *record* its id, empty where the conversion brings it. *values*: what its fields must
    hold afterwards. *needed*: those of them that a step of the plan must write. *allowed*: filled fields that a step
    may write over. *fields* are the canonical names that the promise is about; *type* is that of an opportunity to
    open, *record* then the open one that stands in its way. *connection* as in `Step`.
    """

    invariant: Invariant
    kind: str
    record: str = ""
    fields: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    type: str = ""
    connection: str = ""


@dataclass(frozen=True, slots=True)
class Breach:
    """An invariant that a plan, or what a CRM holds, does not keep; *what* holds no personal data."""

    invariant: Invariant
    lead: str
    what: str

    def as_json(self) -> dict[str, str]:
        """The published form."""
        return {"invariant": self.invariant.value, "lead": self.lead, "what": self.what}


@dataclass(frozen=True, slots=True)
class PlannedLead:
    """One lead's part of a plan: its verdict, the fingerprint of the row it rests on, and its steps.

    *waiting*: nothing may be done before it is known what became of another write. *held*: the ceiling above which
    the lead stands; a later run carries it out. *promises*: what the steps must keep, and what is read back once
    they are done. *refused*: why nothing is done, where the steps would have broken an invariant.
    """

    lead: RecordRef
    verdict: Verdict
    fingerprint: str
    steps: tuple[Step, ...]
    waiting: bool = False
    held: Ceiling | None = None
    promises: tuple[Promise, ...] = ()
    refused: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything one run would write for one route.

    *calls* estimates the API calls. *org* is the target's own id (org id), so that a plan made for one
    org can never be applied to another.
    """

    id: str
    route: str
    org: str
    created_at: datetime
    versions: Versions
    leads: tuple[PlannedLead, ...]
    calls: int

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.created_at)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, lead by lead."""
        return tuple(step for lead in self.leads for step in lead.steps)

    @property
    def changes(self) -> int:
        """How many steps write."""
        return sum(1 for step in self.steps if step.writes)


class Outcome(StrEnum):
    """What became of a step. UNKNOWN: sent, and no answer told us whether it was applied."""

    APPLIED = "applied"
    ALREADY = "already"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the CRM said of one step: outcome, ids by role, and on rejection the CRM's code and words."""

    step: str
    outcome: Outcome
    at: datetime
    ids: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    values: Values = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.at)


@dataclass(frozen=True, slots=True)
class Order:
    """A step with every id filled in, ready to be sent."""

    step: Step
    ids: Mapping[str, str]
