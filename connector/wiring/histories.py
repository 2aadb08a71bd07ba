"""Histories of leads straight from a CRM of the project."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from connector.config import Config, CsvConnection
from connector.config import Route as RouteConfig
from connector.errors import UsageError
from connector.ports import Target
from connector.wiring import House, read_mappings

if TYPE_CHECKING:
    from connector.pipeline.histories import CrmHistories


def crm_histories(house: House, connection: str, since: datetime | None = None) -> CrmHistories:
    """Read the histories of a connection's leads by the mappings of a route that knows it.

    Raises UsageError for a connection that is no CRM of the project or that no route names, and ConfigError for
    mappings that cannot be used.
    """
    from connector.pipeline.histories import read_histories

    settings = house.config.connections.get(connection)
    crms = sorted(name for name, one in house.config.connections.items() if not isinstance(one, CsvConnection))
    if settings is None or isinstance(settings, CsvConnection):
        what = "is a folder of files" if settings else "is no connection of this project"
        hint = f"; its CRMs are {', '.join(crms)}" if crms else ""
        raise UsageError(f"{connection} {what}{hint}", next_command="connector report funnel --help")
    route = _route(house.config, connection)
    mappings = read_mappings(house.config, route)
    return read_histories(cast(Target, house.system(connection)), mappings, settings.type, since)


def _route(config: Config, connection: str) -> RouteConfig:
    """The route by whose mappings the connection is read; an enabled one first."""
    routes = [one for one in config.routes.values() if connection in (one.source, one.target)]
    if not routes:
        raise UsageError(
            f"no route names {connection}, so that nothing says how it is mapped", next_command="connector doctor"
        )
    return max(routes, key=lambda one: one.enabled)
