"""The past of a CRM's leads: what is known of each, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connector.errors import ConfigError
from connector.mapping import translate
from connector.model.decision import CLOSED_IN_CRM
from connector.model.progress import Watermark
from connector.model.records import Kind, Values
from connector.wiring import House, RuleFiles

if TYPE_CHECKING:
    from connector.config import Route
    from connector.mapping import ObjectMapping
    from connector.policy import Rulebook

# A pull from nowhere leaves out leads already converted; a pull from a day on does not.
_EVER = Watermark(datetime(1980, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class PastLead:
    """A lead in canonical words, and whether it was won (converted) or lost (disqualified); None while it is open."""

    values: Values
    won: bool | None


def past_leads(house: House, connection: str, policy: Rulebook) -> tuple[list[PastLead], int]:
    """Every lead of a connection, converted ones included, and how many cannot be translated.

    A lead is lost when it carries a reason for disqualification, or when *policy* takes it for closed in the CRM.
    Nothing is written. Raises ConfigError when no route reads leads from the connection, and whatever the CRM raises.
    """
    from connector.policy.calibration.scoring import closed_leads

    mapping = _lead_mapping(house, connection)
    found = list(_records(house, connection, mapping))
    values = [record for record in found if record is not None]
    closed = closed_leads(policy, values, CLOSED_IN_CRM, house.clock.now())
    leads = [PastLead(one, _outcome(one, shut)) for one, shut in zip(values, closed, strict=True)]
    return leads, len(found) - len(values)


def _outcome(values: Values, closed: bool) -> bool | None:
    if values.get("converted") is True:
        return True
    return False if closed or values.get("disqualification_reason") else None


def _lead_mapping(house: House, connection: str) -> ObjectMapping:
    settings = _route(house, connection)
    mappings = RuleFiles.of_route(house.config, settings).load_mappings()
    return mappings.object_mapping(house.config.connections[connection].type, Kind.LEAD)


def _route(house: House, connection: str) -> Route:
    routes = [route for route in house.config.routes.values() if route.source == connection]
    if not routes:
        raise ConfigError(f"no route reads leads from {connection}, so no mapping says how they are read")
    return next((route for route in routes if route.enabled), routes[0])


def _records(house: House, connection: str, mapping: ObjectMapping) -> Iterator[Values | None]:
    system = house.system(connection)
    shape = system.describe([mapping.object]).get(mapping.object)
    for page in system.changes(mapping.object, mapping.read_fields(shape), _EVER):
        for raw in page.records:
            if not raw.deleted and raw.merged_into is None:
                record = translate(raw, mapping).record
                yield None if record is None else record.values
