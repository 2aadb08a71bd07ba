"""Short ways to say what a save or a query answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.salesforce.org import Org, RowError, SaveResult

NOON = datetime(2026, 5, 20, 12, 0, 0, tzinfo=UTC)

Make = Callable[..., str]


def saved(result: SaveResult) -> str:
    """The id of a save that must have worked."""
    assert result.success, result.errors
    assert result.id is not None
    return result.id


def refusals(result: SaveResult) -> list[tuple[str, str]]:
    """Codes and texts of a save that must have failed."""
    assert not result.success
    return [(error.status_code, error.message) for error in result.errors]


def only(errors: tuple[RowError, ...]) -> RowError:
    """The one error of a refusal."""
    assert len(errors) == 1, errors
    return errors[0]


def values(org: Org, soql: str) -> list[tuple[Any, ...]]:
    """The plain values of a query's records, without their attributes."""
    return [tuple(value for key, value in record.items() if key != "attributes") for record in org.query(soql).records]


def column(org: Org, soql: str) -> list[Any]:
    """The first value of each record of a query."""
    return [row[0] for row in values(org, soql)]
