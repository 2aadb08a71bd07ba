"""What differs between two states of a record."""

from __future__ import annotations

from connector.model.records import Scalar, Values


def changed(before: Values, after: Values) -> tuple[str, ...]:
    """The fields of *after* whose value differs from *before*, in their order; empty text equals absent."""
    return tuple(name for name, value in after.items() if _plain(before.get(name)) != _plain(value))


def _plain(value: Scalar) -> Scalar:
    return None if value == "" else value


def drifted(planned: Values, present: Values) -> tuple[str, ...]:
    """The fields that a plan found as *planned* and that somebody has changed since."""
    return changed(present, {name: value for name, value in planned.items() if name in present})
