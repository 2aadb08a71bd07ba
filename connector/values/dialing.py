"""The country that a phone number or a domain tells by itself."""

from __future__ import annotations

from functools import lru_cache

from connector.values import country

# Endings of countries that are sold to everybody.
_EVERYBODYS = frozenset(
    ("ai", "cc", "co", "eu", "fm", "gg", "io", "la", "ly", "me", "sh", "so", "to", "tv", "vc", "ws")
)


@lru_cache(maxsize=1 << 14)
def land_of(number: str) -> str:
    """The ISO code of the country of an international number: '+4930123' -> 'DE'; '' where it is not told.

    Of countries that share a code the largest is answered: '+1' is US.
    """
    digits = number.strip().lstrip("+") if number.strip().startswith("+") else ""
    regions = _regions()
    return next((regions[digits[:length]] for length in (1, 2, 3) if digits[:length] in regions), "")


@lru_cache(maxsize=1)
def _regions() -> dict[str, str]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE  # slow to import: only when a number is asked about

    return {str(code): regions[0] for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() if regions[0] != "001"}


@lru_cache(maxsize=1 << 14)
def land_of_domain(domain: str) -> str:
    """The ISO code that a domain's ending tells: 'acme.co.uk' -> 'GB'; '' for 'acme.com' and 'acme.io'."""
    ending = domain.rpartition(".")[2]
    return country.code(ending) if len(ending) == 2 and ending not in _EVERYBODYS else ""
