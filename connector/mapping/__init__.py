"""Mappings: what a CRM calls things, in the house's words and back. Pure: files come in as text."""

from __future__ import annotations

from connector.mapping.compiled import ObjectMapping
from connector.mapping.loading import MappingSet, load_mappings
from connector.mapping.translation import Translation, fingerprint, snapshot, translate
from connector.mapping.writing import Payload, payload

__all__ = [
    "MappingSet",
    "ObjectMapping",
    "Payload",
    "Translation",
    "fingerprint",
    "load_mappings",
    "payload",
    "snapshot",
    "translate",
]
