"""What has been done so far: watermarks, inbox rows, journal entries, dead letters, reviews, runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connector.model.match import Match
from connector.model.plan import Outcome, Receipt, Step
from connector.model.records import RawRecord, RecordRef, Scalar, Values, digest_of, require_aware


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a pull has read: the change stamp of the last row and its id, which breaks ties."""

    position: datetime
    last_id: str = ""

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.position)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in (modified, id) order and how far they reach; *reached* is None where a source has no stamps."""

    records: tuple[RawRecord, ...]
    reached: Watermark | None = None


@dataclass(frozen=True, slots=True)
class Pulling:
    """What is asked of one object: the fields, of every row changed since *after*."""

    object_name: str
    fields: tuple[str, ...]
    after: Watermark | None = None


@dataclass(frozen=True, slots=True)
class Fetching:
    """What is asked of one object: the fields of the rows with these ids."""

    object_name: str
    ids: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of change stamps: after *since* (None: from the beginning), up to and including *until*."""

    since: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """A completeness count: how many rows the CRM says a window holds, and how many we hold."""

    window: Window
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers behind a connection: the org's own id and name. Empty id: the source has none (CSV).

    A CRM without an id of its own is told by ``<host><path>#<when its first user was made>``. Where our user may
    not see that instant the id ends in ``#``: it is partial, and agrees with every instant at the same place.
    """

    org_id: str
    name: str = ""
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """Something a CRM lacks or does not allow us, and what a person does about it.

    *fatal*: the connector cannot work before it is mended; otherwise it works around it.
    """

    what: str
    fix: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One field as the CRM describes it. *length* in characters, 0 where it has none."""

    name: str
    type: str
    label: str = ""
    length: int = 0
    required: bool = False
    createable: bool = True
    updateable: bool = True
    external_id: bool = False
    unique: bool = False
    restricted: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """One object as the CRM describes it: its fields by name."""

    name: str
    fields: Mapping[str, FieldShape]


class Woken(StrEnum):
    """Why a lead is to be looked at in this cycle."""

    NEW = "new"
    CHANGED = "changed"
    JUDGEMENT = "judgement"
    REVIEW = "review"
    RECORD = "record"
    ACTIVITY = "activity"
    VERSION = "version"
    LOOK_AGAIN = "look-again"
    RETRY = "retry"


class InboxState(StrEnum):
    """Where a lead stands on its route."""

    PENDING = "pending"
    DECIDED = "decided"
    WAITING = "waiting"
    DEAD = "dead"
    DONE = "done"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A source lead on one route: the row as last pulled, as first seen, and why it is awake.

    *fingerprint* is the digest of *raw* over the fields that the mapping reads; *first* are those fields
    as they were when the lead was first seen (owner and status show whether a person has worked it since).
    """

    route: str
    raw: RawRecord
    fingerprint: str
    first: Values
    state: InboxState
    woken: Woken | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """What a page brought: rows never seen, rows whose content changed, rows seen before as they are."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


class JournalState(StrEnum):
    """planned -> sent (durable before the socket opens) -> applied / already / rejected / unknown."""

    PLANNED = "planned"
    SENT = "sent"
    APPLIED = "applied"
    ALREADY = "already"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def settled(self) -> bool:
        """Whether nothing more needs to be found out."""
        return self in (JournalState.APPLIED, JournalState.ALREADY, JournalState.REJECTED)

    @classmethod
    def of(cls, outcome: Outcome) -> JournalState:
        """The state that an outcome leads to; a skipped step counts as already done."""
        return cls.ALREADY if outcome is Outcome.SKIPPED else cls(outcome.value)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One step's life: what was sent (with its ids filled in), when (CRM's clock), and what came of it."""

    step: Step
    route: str
    run_id: str
    state: JournalState
    attempt: int
    ids: Mapping[str, str]
    sent_at: datetime | None
    receipt: Receipt | None
    policy_version: str = ""
    mapping_version: str = ""


@dataclass(frozen=True, slots=True)
class CrosswalkEntry:
    """One id across systems: our external key, what it names (role), and the record in a CRM."""

    key: str
    role: str
    ref: RecordRef
    created: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a row from walking on: field, place in the mapping, and what to do."""

    field: str
    place: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that could not walk on, with every problem listed. *stage* is translate, apply or read."""

    id: int
    route: str
    lead: RecordRef
    stage: str
    problems: tuple[Problem, ...]
    raw: Values
    parked_at: datetime
    attempts: int


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


class AnswerWord(StrEnum):
    """What a person can answer in review.

    SAME: the lead is that candidate. OTHER: it is a record that was not among the candidates. DIFFERENT: it is none
    of them. NEW: as DIFFERENT for every candidate, and treat the company as new. UNSURE: somebody else should say.
    CONVERT, NURTURE, DISQUALIFY: the verdict itself.
    """

    SAME = "same"
    OTHER = "other"
    DIFFERENT = "different"
    UNSURE = "unsure"
    NEW = "new"
    CONVERT = "convert"
    NURTURE = "nurture"
    DISQUALIFY = "disqualify"


@dataclass(frozen=True, slots=True)
class Answer:
    """A person's answer to a review."""

    word: AnswerWord
    by: str
    at: datetime
    candidate: RecordRef | None = None
    reason: str = ""
    note: str = ""

    def agrees(self, other: Answer) -> bool:
        """Whether two answers come to the same, whoever gave them and however they put it."""
        return self._claim() == other._claim()

    def _claim(self) -> tuple[object, ...]:
        word = AnswerWord.SAME if self.word is AnswerWord.OTHER else self.word
        return (word, self.candidate, self.reason)


class Standing(StrEnum):
    """What became of an answer.

    SETTLED: it was the first, and counts. AGREED: somebody had said the same before. CONFLICT: somebody had said
    something else before, which stands. UNSURE: it settles nothing.
    """

    SETTLED = "settled"
    AGREED = "agreed"
    CONFLICT = "conflict"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it is kept with its review.

    *asked* is the fingerprint of what the person had seen. *group* names the look-alikes that the answer settled
    together, empty where it was given for this review alone.
    """

    answer: Answer
    standing: Standing
    asked: str = ""
    group: str = ""


def question_key(route: str, question: str, candidates: Iterable[Match]) -> str:
    """Names what is asked apart from the lead: the route and the records offered, else the words of the question."""
    refs = sorted(str(match.ref) for match in candidates)
    return digest_of([route, refs or question])[:16]


@dataclass(frozen=True, slots=True)
class Review:
    """A question to a person about one lead.

    *asked* is the fingerprint of the question as it was last put. *answer* is the one that counts, *said* every
    answer that was given, oldest first.
    """

    id: int
    route: str
    lead: RecordRef
    question: str
    candidates: tuple[Match, ...]
    opened_at: datetime
    state: ReviewState
    answer: Answer | None = None
    asked: str = ""
    said: tuple[Said, ...] = ()

    @property
    def question_key(self) -> str:
        """The same for reviews that offer the same records on the same route."""
        return question_key(self.route, self.question, self.candidates)


@dataclass(frozen=True, slots=True)
class BudgetReading:
    """API usage as the CRM last told it: calls used and allowed in its rolling window."""

    connection: str
    used: int
    limit: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the hash-chained audit."""

    id: int
    at: datetime
    run_id: str
    actor: str
    event: str
    subject: str
    facts: Mapping[str, Scalar]
    digest: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a verb that may write."""

    id: str
    verb: str
    started_at: datetime
    ended_at: datetime | None
    status: str
    summary: Mapping[str, object] = field(default_factory=dict)
