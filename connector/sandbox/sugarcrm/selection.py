"""The `fields` and `order_by` arguments: what is answered of each record, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugarcrm.answers import SugarError
from connector.sandbox.sugarcrm.arguments import parse_json

ALWAYS = ("id", "date_modified")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which fields to answer; None means the default set. `nested` holds what to list behind a link."""

    names: tuple[str, ...] | None = None
    nested: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether a field was asked for by name."""
        return self.names is not None and name in self.names


def read_fields(given: object) -> Selection:
    """A `fields` argument: a comma list, whose items may be JSON maps for link fields, or a list of such items.

    Unknown names are passed over, as Sugar does. Raises SugarError for JSON that does not parse.
    """
    items = _split(given) if isinstance(given, str) else given
    if not items:
        return Selection()
    if not isinstance(items, list):
        raise SugarError("invalid_parameter", "fields must be a comma list")
    names = list(ALWAYS)
    nested: dict[str, Mapping[str, object]] = {}
    for item in items:
        one = _nested(item) if isinstance(item, str) and item.lstrip().startswith("{") else item
        name = str(one.get("name", "")) if isinstance(one, Mapping) else str(one).strip()
        if isinstance(one, Mapping):
            nested[name] = one
        if name and name not in names:
            names.append(name)
    return Selection(tuple(names), nested)


def _split(text: str) -> list[object]:
    items: list[object] = []
    depth = start = 0
    for position, letter in enumerate(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            items.append(text[start:position])
            start = position + 1
    return [item for item in (*items, text[start:]) if str(item).strip()]


def _nested(item: str) -> Mapping[str, object]:
    try:
        parsed = parse_json(item)
    except (ValueError, RecursionError) as error:
        raise SugarError("invalid_parameter", "fields holds a map that is not valid JSON") from error
    if not isinstance(parsed, Mapping):
        raise SugarError("invalid_parameter", "fields holds a map that is none")
    return parsed


def read_order(given: object) -> list[tuple[str, bool]]:
    """An `order_by` argument (`date_modified:ASC,id:DESC`) as (field, descending) pairs; none asked: newest first.

    Raises SugarError for a direction that is neither ASC nor DESC.
    """
    pairs: list[tuple[str, bool]] = []
    for item in str(given or "").split(","):
        name, _, direction = item.strip().partition(":")
        if not name:
            continue
        if direction.strip().upper() not in ("", "ASC", "DESC"):
            raise SugarError("invalid_parameter", f"order_by: no direction {direction}")
        pairs.append((name.strip(), direction.strip().upper() == "DESC"))
    return pairs or [("date_modified", True)]


def check_order(module: Module, pairs: list[tuple[str, bool]], hidden: Collection[str]) -> None:
    """Raises SugarError: 422 for a field that the module does not have, 403 for one of `hidden`."""
    for name, _ in pairs:
        if name in hidden:
            raise SugarError("not_authorized", f"Access for field {name} is not allowed")
        if name not in module.fields:
            raise SugarError("invalid_parameter", f"Unable to order by {name}: no such field in module {module.name}")
