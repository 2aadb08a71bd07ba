"""One lead's way, read off its decisions and what became of its opportunity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from connector.model.decision import CLOSED_IN_CRM, Stage, Verdict
from connector.model.history import LeadHistory, Origin, customer_of
from connector.model.records import RecordRef, from_iso

_CONVERTING = (Verdict.CONVERT.value, Verdict.ATTACH.value)
_READY = (Stage.SRL.value, Stage.SQL.value)
_RECYCLED = "recycled"  # the reason of nurture for what sales handed back
_ANSWERED = "ruling"  # the rule of what a person answered
_BY_PERSON = "already-converted"  # the rule that stands for a conversion by somebody else


class Turn(NamedTuple):
    """A decision, as far as the funnel needs it; *bant* is the level of its BANT, *code* that of its first reason."""

    verdict: str
    stage: str
    motion: str
    rule: str
    at: str
    bant: str
    disqualification: str
    code: str
    repeats: int
    standing: int


class Standing(NamedTuple):
    """The lead as the standing decision knew it; *account_type* is that of the account it was linked to."""

    source: str = ""
    segment: str = ""
    created_at: str = ""
    owner: str = ""
    account_type: str = ""


class Move(NamedTuple):
    """An opportunity as it stood from *at* on."""

    at: str
    origin: str
    stage: str
    amount: float | None
    forecast: str
    closed: int
    won: int


@dataclass
class Opportunity:
    """What a lead led to: its canonical fields as last seen, and its moves, oldest first.

    *first* names the first stage of its pipeline, empty where that is not known; of one that is *gone* nothing else is.
    """

    id: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    first: str = ""
    gone: bool = False


class Course(NamedTuple):
    """When an opportunity was first past the first stage, won and lost."""

    sql_at: datetime | None = None
    won_at: datetime | None = None
    lost_at: datetime | None = None


def history_of(
    lead: RecordRef,
    turns: Sequence[Turn],
    standing: Standing,
    received: str,
    converted: str,
    opportunity: Opportunity | None,
) -> LeadHistory:
    """The row of a lead; *turns* are its decisions, oldest first, *received* and *converted* instants or empty.

    A lead that repeats another counts as a lead and comes no further: its survivor does.
    """
    course = _course(opportunity) if opportunity else Course()
    last = turns[-1]
    led = _led(turns, converted, opportunity)
    qualified = [turn for turn in turns if turn.verdict != Verdict.DISQUALIFY.value and not turn.repeats]
    out = _trailing(turns, Verdict.DISQUALIFY.value) if not led else None
    back = _handed_back(turns) if not led else None
    srl_at = _first(qualified, _READY)
    mql_at = _first(qualified, (Stage.MQL.value, *_READY))
    repeats = bool(last.repeats) and course == Course()
    moves, fields = (opportunity.moves, opportunity.fields) if opportunity else ([], {})
    return LeadHistory(
        lead_id=lead.key,
        source=str(standing.source),
        segment=str(standing.segment),
        customer=customer_of(str(fields.get("type") or ""), str(standing.account_type)),
        motion=last.motion,
        owner=str(fields.get("owner_id") or standing.owner),
        created_at=_moment(str(standing.created_at)) or _moment(received),
        mql_at=mql_at,
        srl_at=srl_at,
        sql_at=course.sql_at,
        won_at=course.won_at,
        lost_at=course.lost_at,
        disqualified_at=_moment(last.at) if repeats and not out else _moment(out.at) if out else None,
        recycled_at=_moment(back.at) if back else None,
        converted_at=_converted_at(turns, converted),
        reason="duplicate-of" if repeats else _reason(last, out, back, course, fields),
        amount=_amount(moves, fields),
        forecast=moves[-1].forecast if moves else "",
        stage=moves[-1].stage if moves else str(fields.get("stage") or ""),
        opportunity=opportunity.id if opportunity and not opportunity.gone else "",
        early=_early(turns, converted),
        gone=opportunity is not None and opportunity.gone,
        origin=_origin(moves),
    )


def _led(turns: Sequence[Turn], converted: str, opportunity: Opportunity | None) -> bool:
    """Whether the lead was converted, so that what is decided on the closed lead later is no news of its way."""
    closed = turns[-1].disqualification == CLOSED_IN_CRM or turns[-1].verdict in _CONVERTING
    return bool(converted) or (opportunity is not None and closed)


def _trailing(turns: Sequence[Turn], verdict: str) -> Turn | None:
    """The first of the decisions with which *verdict* has stood ever since; None where another stands."""
    found = None
    for turn in reversed(turns):
        if turn.verdict != verdict:
            break
        found = turn
    return found


def _handed_back(turns: Sequence[Turn]) -> Turn | None:
    """Since when the lead is recycled: sales handed it back, or a person answered that it be nurtured."""
    found = None
    for turn in reversed(turns):
        if turn.verdict != Verdict.NURTURE.value or not (turn.code == _RECYCLED or turn.rule == _ANSWERED):
            break
        found = turn
    return found


def _first(turns: Sequence[Turn], stages: Sequence[str]) -> datetime | None:
    return next((_moment(turn.at) for turn in turns if turn.stage in stages), None)


def _converted_at(turns: Sequence[Turn], converted: str) -> datetime | None:
    """When the conversion was settled; of a lead that a person converted, when we saw it."""
    seen = next((turn.at for turn in turns if turn.rule == _BY_PERSON), "")
    return _moment(converted or seen)


def _early(turns: Sequence[Turn], converted: str) -> bool:
    """Whether we converted it as sales ready while its BANT was not met: for what it asked."""
    made = [turn for turn in turns if turn.verdict in _CONVERTING and turn.stage in _READY and not turn.repeats]
    return bool(converted and made) and made[-1].bant != "met" and made[-1].rule != _BY_PERSON


def _reason(last: Turn, out: Turn | None, back: Turn | None, course: Course, fields: Mapping[str, object]) -> str:
    if course.lost_at:
        return str(fields.get("x_loss_reason") or "")
    if course.won_at:
        return ""
    if back:
        return _RECYCLED if last.code == _RECYCLED else "handed-back"
    if out:
        return last.disqualification or last.code
    return ""


def _course(opportunity: Opportunity) -> Course:
    moves, fields = opportunity.moves, opportunity.fields
    if not moves:
        closed = _moment(str(fields.get("close_date") or "")) if fields.get("closed") or fields.get("won") else None
        return Course(won_at=closed) if fields.get("won") else Course(lost_at=closed)
    first = opportunity.first
    sql = next((move.at for move in moves if move.stage != first and (not move.closed or move.won)), None)
    end = moves[-1]
    if not end.closed:
        return Course(_moment(sql or ""))
    closed_at = moves[-1].at
    for move in reversed(moves):
        if not move.closed or move.won != end.won:
            break
        closed_at = move.at
    ended = _moment(closed_at)
    return Course(_moment(sql or ""), ended if end.won else None, None if end.won else ended)


def _amount(moves: Sequence[Move], fields: Mapping[str, object]) -> float | None:
    amount = moves[-1].amount if moves and moves[-1].amount is not None else fields.get("amount")
    return float(amount) if isinstance(amount, int | float) and not isinstance(amount, bool) else None


def _origin(moves: Sequence[Move]) -> Origin | None:
    """History where all that is known comes from there; one snapshot makes the durations upper bounds."""
    if not moves:
        return None
    return Origin.SNAPSHOT if any(move.origin == Origin.SNAPSHOT.value for move in moves) else Origin.HISTORY


def _moment(text: str) -> datetime | None:
    """An instant, or a date (its first moment, UTC); None for anything else."""
    try:
        return from_iso(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
