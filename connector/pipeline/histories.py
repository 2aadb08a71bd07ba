"""Histories straight from a CRM: its leads, what they were converted into, and how the opportunities moved.

Nothing is kept. What must be held while the leads go by is a few values for each account and opportunity.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connector.mapping import MappingSet, ObjectMapping, translate
from connector.model.history import LeadHistory, Origin, StageChange, customer_of
from connector.model.progress import Watermark
from connector.model.records import Kind, RawRecord, Record, from_iso
from connector.ports import Target

_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
_ASKED = 200  # opportunities whose history is asked for at once; some CRMs tell of no more
_FORECAST, _CONVERTED = "ForecastCategory", "ConvertedDate"
_READ = (Kind.LEAD, Kind.ACCOUNT, Kind.OPPORTUNITY)
NOT_TOLD = frozenset({"mql_at"})
"""Instants that no CRM keeps for a lead."""


@dataclass(slots=True)
class Deal:
    """An opportunity while leads go by: what it is now, and when its stage was entered and passed the first one."""

    record: Record
    forecast: str = ""
    stage: str = ""
    entered_at: datetime | None = None
    sql_at: datetime | None = None

    def moved(self, change: StageChange, first: str) -> None:
        """The CRM's history tells that it stood so from then on; told in the order of time."""
        if change.stage != self.stage:
            self.stage, self.entered_at = change.stage, change.at
        if self.sql_at is None and change.stage != first and (not change.closed or change.won):
            self.sql_at = change.at


@dataclass
class CrmHistories:
    """The rows of a CRM's leads, to be gone through once; *notes* fill while they go by."""

    rows: Iterator[LeadHistory]
    notes: list[str] = field(default_factory=list)


def read_histories(
    crm: Target,
    mappings: MappingSet,
    system: str,
    since: datetime | None = None,
    reasons: Mapping[str, str] | None = None,
) -> CrmHistories:
    """Begin to read; with *since* only what changed from then on, so that leads created since are all there.

    *reasons* names the code of each sentence that a CRM may hold as the reason for disqualification.

    Raises ConfigError where a mapping is missing, and what the CRM raises.
    """
    found = CrmHistories(iter(()))
    reading = _Reading(crm, mappings, system, Watermark(since or _LONG_AGO), found.notes)
    reading.reasons = reasons or {}
    found.rows = _rows(reading)
    return found


class _Reading:
    """One pass over a CRM."""

    def __init__(self, crm: Target, mappings: MappingSet, system: str, after: Watermark, notes: list[str]) -> None:
        """Learn the shapes of what is to be read, in one call."""
        self.crm, self.after, self.notes = crm, after, notes
        self.reasons: Mapping[str, str] = {}
        self.mapping: dict[Kind, ObjectMapping] = {kind: mappings.object_mapping(system, kind) for kind in _READ}
        self.shapes = crm.describe([mapping.object for mapping in self.mapping.values()])
        self.now = crm.now()
        self.first = next(iter(crm.conversion_terms().get("stages", ())), "")

    def pages(self, kind: Kind, *extra: str) -> Iterator[list[tuple[RawRecord, Record]]]:
        """Canonical records with their rows, those that are gone left out; what cannot be read is noted."""
        mapping, unread = self.mapping[kind], 0
        shape = self.shapes.get(mapping.object)
        fields = [*mapping.read_fields(shape), *(name for name in extra if shape and name in shape.fields)]
        for page in self.crm.changes(mapping.object, fields, self.after):
            rows = [raw for raw in page.records if not raw.deleted and raw.merged_into is None]
            read = [(raw, record) for raw in rows if (record := _lenient(raw, mapping)) is not None]
            unread += len(rows) - len(read)
            yield read
        if unread:
            rows_are = "row cannot be translated, and is" if unread == 1 else "rows cannot be translated, and are"
            self.notes.append(f"{unread} {mapping.object} {rows_are} left out")

    def follow(self, deals: Sequence[Deal]) -> None:
        """Ask the CRM how these opportunities moved."""
        known = {deal.record.ref: deal for deal in deals}
        ids = [ref.id for ref in known]
        for start in range(0, len(ids), _ASKED):
            for change in sorted(self.crm.stage_history(ids[start : start + _ASKED]), key=lambda change: change.at):
                if change.opportunity in known:
                    known[change.opportunity].moved(change, self.first)


def _lenient(raw: RawRecord, mapping: ObjectMapping) -> Record | None:
    """As far as the row can be read; a lead without a name is a lead all the same."""
    read = translate(raw, mapping).record
    if read is not None:
        return read
    gone = RawRecord(raw.ref, raw.fields, raw.modified, deleted=True)
    return translate(gone, mapping).record


def _rows(reading: _Reading) -> Iterator[LeadHistory]:
    deals = {raw.ref.id: Deal(record, str(raw.fields.get(_FORECAST) or "")) for raw, record in _bare(reading)}
    accounts = {
        raw.ref.id: (record.text("type"), _moment(record.get("created_at")))
        for page in reading.pages(Kind.ACCOUNT)
        for raw, record in page
    }
    led: set[str] = set()
    for page in reading.pages(Kind.LEAD, _CONVERTED):
        became = {lead.text("converted_opportunity_id") for _, lead in page} & deals.keys()
        reading.follow([deals[record_id] for record_id in sorted(became - led)])
        led |= became
        for raw, lead in page:
            account = accounts.get(lead.text("converted_account_id"))
            yield _row(raw, lead, deals.get(lead.text("converted_opportunity_id")), account, reading)
    if others := len(deals) - len(led):
        what = "opportunity came from no lead, and is" if others == 1 else "opportunities came from no lead, and are"
        reading.notes.append(f"{others} {what} in none of these figures")
    if untold := sum(1 for record_id in led if not deals[record_id].stage):
        what = "opportunity: it" if untold == 1 else "opportunities: they"
        told = "passed the first stage, and ended, when the CRM shows it now"
        reading.notes.append(f"the CRM keeps no history of {untold} {what} {told}")


def _bare(reading: _Reading) -> Iterator[tuple[RawRecord, Record]]:
    """Opportunities with the few values that are needed, so that many of them can be held."""
    wanted = ("stage", "amount", "close_date", "closed", "won", "owner_id", "created_at", "type")
    for page in reading.pages(Kind.OPPORTUNITY, _FORECAST):
        for raw, record in page:
            values = {name: record.values[name] for name in wanted if name in record.values}
            yield raw, Record(record.kind, record.ref, values)


def _row(
    raw: RawRecord, lead: Record, deal: Deal | None, account: tuple[str, datetime | None] | None, reading: _Reading
) -> LeadHistory:
    created = _moment(lead.get("created_at"))
    converted = _moment(raw.fields.get(_CONVERTED)) or (_moment(deal.record.get("created_at")) if deal else None)
    was_known = account is not None and account[1] is not None and created is not None and account[1] < created
    told = lead.text("disqualification_reason")
    reason = reading.reasons.get(told.strip(), told)
    sql_at, won_at, lost_at = _course(deal, reading) if deal else (None, None, None)
    return LeadHistory(
        lead_id=lead.ref.key,
        source=lead.text("source"),
        segment=lead.text("industry"),
        customer=customer_of(deal.record.text("type") if deal else "", account[0] if account and was_known else ""),
        motion="farmer" if was_known else "hunter",
        owner=(deal.record.text("owner_id") if deal else "") or lead.text("owner_id"),
        created_at=created,
        srl_at=_moment(deal.record.get("created_at")) if deal else None,
        sql_at=sql_at,
        won_at=won_at,
        lost_at=lost_at,
        disqualified_at=raw.modified if reason and not lead.flag("converted") else None,
        converted_at=converted if lead.flag("converted") else None,
        reason=reason,
        amount=_number(deal.record.get("amount")) if deal else None,
        forecast=deal.forecast if deal else "",
        stage=deal.record.text("stage") if deal else "",
        opportunity=deal.record.ref.id if deal else "",
        origin=(Origin.HISTORY if deal.stage else Origin.SNAPSHOT) if deal else None,
    )


def _course(deal: Deal, reading: _Reading) -> tuple[datetime | None, datetime | None, datetime | None]:
    """When it was past the first stage, won and lost. Without a history, an open one is past it since it is seen so."""
    record = deal.record
    if not record.flag("closed") and not record.flag("won"):
        seen = reading.now if not deal.stage and record.text("stage") != reading.first else None
        return deal.sql_at or seen, None, None
    ended = deal.entered_at if deal.stage == record.text("stage") else None
    ended = ended or _moment(record.get("close_date"))
    return (deal.sql_at, ended, None) if record.flag("won") else (deal.sql_at, None, ended)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(value: object) -> datetime | None:
    """An instant, or a date (its first moment, UTC); None for anything else."""
    text = str(value or "")
    try:
        return from_iso(text).astimezone(UTC)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
