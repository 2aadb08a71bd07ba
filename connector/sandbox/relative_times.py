"""Times in a world that are told from the sandbox's own now, so that a shipped world never grows stale.

`@-3d` is the instant three days ago, `@+2h` the one two hours ahead (units `d`, `h`, `m`; several may follow
one another: `@-1d12h`). `@day-3` is the date three days ago (UTC), `@day+90` one ninety days ahead.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

_INSTANT = re.compile(r"@([+-])(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?")
_DAY = re.compile(r"@day([+-]\d{1,5})")


def resolve_times(value: object, now: datetime) -> object:
    """A copy of `value` (nested mappings and lists) in which every relative time is written out.

    Instants come out as `2026-03-17T16:21:26Z`, dates as `2026-03-17`. All other values stay as they are.
    """
    if isinstance(value, Mapping):
        return {key: resolve_times(item, now) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve_times(item, now) for item in value]
    return _resolved(value, now.astimezone(UTC)) if isinstance(value, str) else value


def _resolved(text: str, now: datetime) -> str:
    day = _DAY.fullmatch(text)
    if day:
        return (now + timedelta(days=int(day[1]))).date().isoformat()
    instant = _INSTANT.fullmatch(text)
    if instant is None or len(text) < 4:
        return text
    sign, days, hours, minutes = instant.groups()
    distance = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0))
    moment = now - distance if sign == "-" else now + distance
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
