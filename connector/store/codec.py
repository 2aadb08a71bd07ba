"""How values become text in the state file and values again.

JSON columns are plain JSON. Instants that SQL compares are written at one width, so that their text sorts
as they do: ``2026-01-31T09:00:00.000000Z``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from connector.model.records import RecordRef, Scalar, from_iso, require_aware

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SORTED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def stamp(moment: datetime) -> str:
    """An aware instant as text of one width in UTC; raises ValueError for a naive one."""
    require_aware(moment)
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


def stamp_or_none(moment: datetime | None) -> str | None:
    """As `stamp`, letting None through."""
    return None if moment is None else stamp(moment)


def moment(text: str) -> datetime:
    """The instant that `stamp` wrote."""
    return from_iso(text)


def moment_or_none(text: str | None) -> datetime | None:
    """As `moment`, letting None through."""
    return None if text is None else from_iso(text)


def plain_json(value: object) -> str:
    """*value* as JSON, keys in their own order.

    A lone surrogate, which some CRMs let through and SQLite cannot hold, is written as its ``\\u`` escape.
    """
    return _storable(_PLAIN(value))


def sorted_json(value: object) -> str:
    """*value* as JSON with sorted keys: equal content, equal text."""
    return _storable(_SORTED(value))


def _storable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(json.loads(text), separators=(",", ":"))
    return text


def values_from(text: str) -> Mapping[str, Scalar]:
    """The mapping of scalars that a JSON column holds."""
    return cast("dict[str, Scalar]", json.loads(text))


def to_json(kind: type[T], value: T) -> str:
    """A dataclass of the model as JSON."""
    return _dump(kind, (value,))[1:-1]


def from_json(kind: type[T], text: str) -> T:
    """The dataclass of the model that `to_json` wrote."""
    return _adapter(kind).validate_json(f"[{text}]")[0]


def list_to_json(kind: type[T], values: Iterable[T]) -> str:
    """Several dataclasses as a JSON array."""
    return _dump(kind, tuple(values))


def list_from_json(kind: type[T], text: str) -> tuple[T, ...]:
    """The dataclasses that `list_to_json` wrote."""
    return _adapter(kind).validate_json(text)


def _dump(kind: type[T], values: tuple[T, ...]) -> str:
    from pydantic_core import PydanticSerializationError

    try:
        return _adapter(kind).dump_json(values).decode()
    except PydanticSerializationError:
        plain = _adapter(kind).dump_python(values, mode="json")
        return _PLAIN(plain).encode("utf-8", "replace").decode()


def _adapter(kind: type[T]) -> TypeAdapter[tuple[T, ...]]:
    """Built on first use: importing pydantic takes a tenth of a second that `--help` need not wait for.

    Infinities become the strings ``Infinity`` and ``-Infinity``, which plain JSON can hold and numbers read back.
    """
    if kind not in _ADAPTERS:
        from pydantic import ConfigDict, TypeAdapter

        several: Any = tuple[kind, ...]  # type: ignore[valid-type]
        _ADAPTERS[kind] = TypeAdapter(several, config=ConfigDict(ser_json_inf_nan="strings"))
    return _ADAPTERS[kind]


def parts(ref: RecordRef) -> tuple[str, str, str]:
    """A reference as its columns: connection, record_id, object (the order of the indexes)."""
    return ref.connection, ref.id, ref.object


def ref_of(connection: str, record_id: str, object_name: str) -> RecordRef:
    """The reference in the columns that `parts` fills."""
    return RecordRef(connection, object_name, record_id)
