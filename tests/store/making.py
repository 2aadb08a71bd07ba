"""Small values for the tests of the state file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from connector.model.decision import (
    Decision,
    DecisionInputs,
    Motion,
    Reason,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.model.match import Band, Linkage, Match, Resolution
from connector.model.plan import Action, Order, Outcome, Plan, PlannedLead, Receipt, Step
from connector.model.progress import CrosswalkEntry, Page, Watermark
from connector.model.records import Kind, RawRecord, Record, RecordRef, Scalar

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROUTE = "salesforce"
VERSIONS = Versions(policy="p1", mapping="m1", matching="k1")


class HeldClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.instant = START

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.instant

    def sleep(self, seconds: float) -> None:
        """Go on at once."""
        self.instant += timedelta(seconds=seconds)


def lead(number: int = 1, connection: str = "sf") -> RecordRef:
    """The reference of a Salesforce lead with an 18-character id."""
    return RecordRef(connection, "Lead", f"00Q{number:012}AAA")


def contact(number: int = 1, connection: str = "sf") -> RecordRef:
    """The reference of a contact."""
    return RecordRef(connection, "Contact", f"003{number:012}AAA")


def account(number: int = 1, connection: str = "sf") -> RecordRef:
    """The reference of an account."""
    return RecordRef(connection, "Account", f"001{number:012}AAA")


def raw(number: int = 1, *, deleted: bool = False, minutes: int = 0, **fields: Scalar) -> RawRecord:
    """A lead's row, changed *minutes* after the start."""
    values = {"Email": f"p{number}@example.com", "Company": "Acme", **fields}
    return RawRecord(lead(number), values, START + timedelta(minutes=minutes), deleted=deleted)


def page(*records: RawRecord) -> Page:
    """Rows that reach as far as the last of them."""
    last = records[-1]
    return Page(records, Watermark(last.modified or START, last.ref.id))


def marks(given: Page) -> list[str]:
    """A fingerprint for each row: its company, which is all that these tests change."""
    return [str(record.fields["Company"]) for record in given.records]


def record(
    ref: RecordRef, kind: Kind, *, deleted: bool = False, merged_into: str | None = None, **values: Scalar
) -> Record:
    """A canonical record."""
    return Record(kind, ref, values, modified=START, deleted=deleted, merged_into=merged_into)


def match(ref: RecordRef, kind: Kind = Kind.CONTACT, score: float = 7.5) -> Match:
    """A candidate that may be linked."""
    return Match(kind, ref, score, Band.LINK, ())


def resolution(number: int = 1, *candidates: RecordRef) -> Resolution:
    """A possible match with *candidates* to choose from."""
    return Resolution(lead(number), Linkage.POSSIBLE, candidates=tuple(match(ref) for ref in candidates))


def decision(
    number: int = 1,
    verdict: Verdict = Verdict.NURTURE,
    *,
    versions: Versions = VERSIONS,
    look_again_at: datetime | None = None,
) -> Decision:
    """A decision with one reason."""
    nothing = Score(0, "none")
    return Decision(
        lead=lead(number),
        verdict=verdict,
        stage=Stage.MQL,
        motion=Motion.HUNTER,
        scorecard=Scorecard(nothing, nothing, nothing, nothing),
        reasons=(Reason("because", "It is so."),),
        rule="row 1",
        versions=versions,
        decided_at=START,
        look_again_at=look_again_at,
    )


def inputs(number: int = 1) -> DecisionInputs:
    """What the decision was made on."""
    return DecisionInputs(record(lead(number), Kind.LEAD, email="a@b.co"), resolution(number), START)


def step(number: int = 1, action: Action = Action.CONVERT, *, name: str = "") -> Step:
    """A step on behalf of a lead; *name* makes it another one of the same kind."""
    return Step(
        key=f"{action.value}-{number}-{name}",
        action=action,
        lead=lead(number),
        object="Lead",
        kind="lead",
        because=("The policy says so.",),
        ids={"lead": lead(number).id},
    )


def plan(*steps: Step, plan_id: str = "plan-1", verdict: Verdict = Verdict.CONVERT) -> Plan:
    """A plan with one lead to each step."""
    leads = tuple(PlannedLead(one.lead, verdict, "f", (one,)) for one in steps)
    return Plan(plan_id, ROUTE, "00Dorg", START, VERSIONS, leads, calls=len(steps))


def orders(*steps: Step) -> list[Order]:
    """The steps, ready to be sent."""
    return [Order(one, one.ids) for one in steps]


def receipt(
    of: Step, outcome: Outcome = Outcome.APPLIED, *, ids: Mapping[str, str] | None = None, code: str = ""
) -> Receipt:
    """What the CRM said of a step."""
    return Receipt(of.key, outcome, START, ids=ids or {}, code=code)


def link(name: str, ref: RecordRef, *, created: bool = True, role: str = "contact") -> CrosswalkEntry:
    """One id across systems."""
    return CrosswalkEntry(name, role, ref, created)


def ids_of(rows: Sequence[object]) -> list[int]:
    """The numbers of review or dead-letter rows."""
    return [row.id for row in rows]  # type: ignore[attr-defined]
