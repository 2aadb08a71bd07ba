"""API versions: which paths are answered, which are gone.

Source: https://developer.salesforce.com/docs/platform/api/guide/api-eol-soap.html (31.0 to 68.0 supported,
7.0 to 30.0 retired). Three releases a year, 62.0 being Winter '25.
"""

from __future__ import annotations

import re
from enum import Enum

OLDEST, CURRENT = 31, 68
OLDEST_EVER = 7
LAST_WITH_SOAP_LOGIN = 64
_WINTER_25 = 62
_SEASONS = ("Winter", "Spring", "Summer")
_NUMBER = re.compile(r"(\d{1,3})\.0\Z")


class Age(Enum):
    """How a version stands."""

    SUPPORTED = "supported"
    RETIRED = "retired"
    UNKNOWN = "unknown"


def age_of(version: str) -> Age:
    """How `62.0` stands; anything that is not a version is unknown."""
    shaped = _NUMBER.match(version)
    number = int(shaped[1]) if shaped else 0
    if OLDEST <= number <= CURRENT:
        return Age.SUPPORTED
    return Age.RETIRED if OLDEST_EVER <= number < OLDEST else Age.UNKNOWN


def number_of(version: str) -> int:
    """The major number of a supported version."""
    return int(version.partition(".")[0])


def version_list() -> list[dict[str, str]]:
    """The body of `GET /services/data`, ascending."""
    return [
        {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(OLDEST, CURRENT + 1)
    ]


def _label(number: int) -> str:
    years, season = divmod(number - _WINTER_25, len(_SEASONS))
    return f"{_SEASONS[season]} '{25 + years:02d}"
