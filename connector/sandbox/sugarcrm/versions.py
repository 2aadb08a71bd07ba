"""Which versions of the API this instance speaks.

Sugar 14.0 speaks v10 and v11 up to v11_24 (Sugar developer guide 14.0); the minor number tracks the release.
"""

from __future__ import annotations

import re

SERVER_VERSION = "14.0.0"
BUILD = "1040"
HIGHEST_MINOR = 24
_VERSION = re.compile(r"v(10|11)(?:_(\d{1,3}))?")


def is_known(segment: str) -> bool:
    """Whether a path's version segment (`v11_5`) is one of this instance's."""
    found = _VERSION.fullmatch(segment)
    if found is None:
        return False
    return found[2] is None or (found[1] == "11" and int(found[2]) <= HIGHEST_MINOR)
