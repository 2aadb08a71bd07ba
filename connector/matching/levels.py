"""The comparisons and their levels: what `matching.yaml` must give points to, in the order from best to worst."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from connector.matching import company_names, person_names

_PLACES = (
    "same-street", "same-postal", "same-city", "same-land", "other-land", "other-city", "other-country",
)  # fmt: skip

PERSON_LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "email": (
            "same", "mistyped-domain", "mistyped", "respelled", "other-pattern", "same-mailbox", "same-role",
            "private-and-work", "other-free", "other-firm", "numbered", "other-mailbox", "other-digits",
        ),
        "phone": (
            "same", "switchboard", "shared", "firm-line", "one-digit-off", "other-extension", "different",
        ),
        "name": person_names.LEVELS,
        "mailbox_name": ("tells-first", "fits", "unlike"),
        "suffix": ("same", "one-sided", "different"),
        "company": (
            "same-domain", "voted-domain", "same", "near", "short", "acronym", "shared-word", "different",
            "different-private",
        ),
        "legal_form": ("same", "one-sided", "different"),
        "title": ("same", "different"),
        "place": _PLACES,
        "frequency": ("last-name", "namesakes"),
    }
)  # fmt: skip

COMPANY_LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "domain": ("same", "voted", "spells", "near", "unlike-name", "other-ending", "different"),
        "name": company_names.LEVELS,
        "legal_form": ("same", "one-sided", "different"),
        "branch": ("same", "one-sided", "different"),
        "phone": ("same", "different"),
        "place": _PLACES,
        "contact": ("linked", "likely", "elsewhere"),
        "frequency": ("same-name",),
    }
)

KEY_NAMES = (
    "email",
    "mailbox-domain",
    "mailbox",
    "sound-domain",
    "first-domain",
    "sound-company",
    "first-company",
    "name",
    "phone",
    "domain",
    "company-or-domain",
    "company-beginning",
    "acronym",
)
