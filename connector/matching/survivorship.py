"""Which value stays when an existing record and a lead both have one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.model.conversion import Survives
from connector.model.records import Record, Scalar, Values


def survivors(
    existing: Record, offered: Values, rules: Mapping[str, Survives], offered_modified: datetime | None
) -> Values:
    """The offered values that win over the existing record's and differ from them.

    A field without a rule fills a blank only. An empty value never wins. RECENT needs both change stamps;
    without them, or when they are equal, the existing value stays.
    """
    newer = existing.modified is not None and offered_modified is not None and offered_modified > existing.modified
    return {
        name: value
        for name, value in offered.items()
        if not _blank(value) and value != existing.values.get(name)
        if _wins(rules.get(name, Survives.BLANK), existing.values.get(name), value, newer)
    }


def _wins(rule: Survives, current: Scalar, value: Scalar, newer: bool) -> bool:
    if rule is Survives.NEVER:
        return False
    if rule is Survives.TIGHTEN:
        return value is True
    if rule is Survives.BLANK:
        return _blank(current)
    return rule is Survives.LEAD or _blank(current) or newer


def _blank(value: Scalar) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
