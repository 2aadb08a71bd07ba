"""Histories of leads straight from a CRM of the project, and the text of those in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from connector.config import Config, CsvConnection
from connector.config import Route as RouteConfig
from connector.errors import InputError, UsageError
from connector.ports import Target
from connector.wiring import House, RuleFiles, read_mappings

if TYPE_CHECKING:
    from connector.pipeline.histories import CrmHistories

_HELP = "connector report funnel --help"


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
        raise UsageError(f"{connection} {what}{hint}", next_command=_HELP)
    route = _route(house.config, connection)
    mappings = read_mappings(house.config, route)
    crm = cast(Target, house.system(connection))
    return read_histories(crm, mappings, settings.type, since, _reasons(house, route))


@contextmanager
def history_text(path: Path) -> Iterator[tuple[TextIO, str]]:
    """The text of a file, and the encoding that was found; raises UsageError where it cannot be opened."""
    from connector.systems.csvfile.layout import detect_encoding

    try:
        encoding = detect_encoding(path)
        lines = path.open(encoding=encoding, newline="")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", next_command=_HELP) from None
    with lines:
        yield lines, encoding


def _reasons(house: House, route: RouteConfig) -> Mapping[str, str]:
    """Sentence -> code of the reasons for disqualification; none where the policy cannot be read as it stands."""
    try:
        books = RuleFiles.of_route(house.config, route).load_policies().books
    except InputError:
        return {}
    return {says: code for book in reversed(books) for code, says in book.disqualification_reasons.items()}


def _route(config: Config, connection: str) -> RouteConfig:
    """The route by whose mappings the connection is read; an enabled one first."""
    routes = [one for one in config.routes.values() if connection in (one.source, one.target)]
    if not routes:
        raise UsageError(
            f"no route names {connection}, so that nothing says how it is mapped", next_command="connector doctor"
        )
    return max(routes, key=lambda one: one.enabled)
