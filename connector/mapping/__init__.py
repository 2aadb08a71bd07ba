"""Mappings: what a CRM calls things, in the house's words and back. Pure: files come in as text."""

from __future__ import annotations

from connector.mapping.activities import ActivityMapping, ActivityObject
from connector.mapping.cases import CaseResult, run_cases
from connector.mapping.checks import Needed, check_mappings
from connector.mapping.compiled import ObjectMapping
from connector.mapping.loading import MappingSet, load_mappings
from connector.mapping.schema import activities_schema, conversion_schema, mapping_schema
from connector.mapping.transforms import documentation as transform_documentation
from connector.mapping.translation import Translation, fingerprint, snapshot, translate
from connector.mapping.writing import Payload, payload

__all__ = [
    "ActivityMapping",
    "ActivityObject",
    "CaseResult",
    "MappingSet",
    "Needed",
    "ObjectMapping",
    "Payload",
    "Translation",
    "activities_schema",
    "check_mappings",
    "conversion_schema",
    "fingerprint",
    "load_mappings",
    "mapping_schema",
    "payload",
    "run_cases",
    "snapshot",
    "transform_documentation",
    "translate",
]
