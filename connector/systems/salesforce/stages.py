"""How opportunities moved, by the org's own history.

OpportunityHistory holds a row for every change of stage, amount, close date, probability or forecast category, with
the values from then on
(https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_opportunityhistory.htm).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.errors import ConfigError, Refused, Unreadable
from connector.model.history import Origin, StageChange
from connector.model.records import RecordRef
from connector.systems.salesforce.reading import tables
from connector.systems.salesforce.session import SalesforceSession
from connector.systems.salesforce.soql import LONGEST_QUERY, chunks, instant, is_id, listed, select

_OPPORTUNITY = "Opportunity"
_HISTORY = "OpportunityHistory"
_COLUMNS = ("OpportunityId", "CreatedDate", "StageName", "Amount", "CloseDate", "Probability", "ForecastCategory")
_STAGES = "SELECT ApiName, IsClosed, IsWon FROM OpportunityStage"


def stage_history(session: SalesforceSession, opportunities: Sequence[str]) -> list[StageChange]:
    """Every change of *opportunities*, what the stages mean included, in one call where few are asked for.

    Empty where our user does not see the history.
    """
    wanted = sorted({record_id for record_id in opportunities if is_id(record_id)})
    if not wanted:
        return []
    parts = chunks(wanted, session.options.query_batch, LONGEST_QUERY - 500)
    order = "ORDER BY OpportunityId, CreatedDate"
    queries = [select(_COLUMNS, _HISTORY, f"OpportunityId IN {listed(part)}", tail=order) for part in parts]
    try:
        rows = tables(session, [_STAGES, *queries], deleted=False)
        ends = {str(row["ApiName"]): (bool(row.get("IsClosed")), bool(row.get("IsWon"))) for row in next(rows)}
        return [_change(session, row, ends) for found in rows for row in found]
    except (Refused, ConfigError):
        return []


def _change(session: SalesforceSession, row: Mapping[str, Any], ends: Mapping[str, tuple[bool, bool]]) -> StageChange:
    try:
        stage = str(row["StageName"])
        closed, won = ends.get(stage, (False, False))
        return StageChange(
            opportunity=RecordRef(session.name, _OPPORTUNITY, str(row["OpportunityId"])),
            at=instant(str(row["CreatedDate"])),
            stage=stage,
            origin=Origin.HISTORY,
            amount=_number(row.get("Amount")),
            close_date=str(row.get("CloseDate") or ""),
            probability=_number(row.get("Probability")),
            forecast=str(row.get("ForecastCategory") or ""),
            closed=closed,
            won=won,
        )
    except (KeyError, ValueError):
        raise Unreadable("a row of a stage history cannot be read", system=session.name) from None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
