"""JSON Schemas for editors agree with what the product reads."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from connector.mapping import activities_schema, conversion_schema, mapping_schema
from connector.model.document import parse
from tests.mapping.mapping_files import shipped, text_of


def errors(schema: dict[str, Any], text: str) -> list[str]:
    """What the schema has against a file."""
    return [error.message for error in Draft202012Validator(schema).iter_errors(parse(text, "x.yaml").data)]


def test_schemas_are_schemas() -> None:
    """All are valid JSON Schema."""
    Draft202012Validator.check_schema(mapping_schema())
    Draft202012Validator.check_schema(conversion_schema())
    Draft202012Validator.check_schema(activities_schema())


def test_shipped_files_satisfy_their_schema() -> None:
    """An editor shows no error in the files that we ship."""
    for path, text in shipped().items():
        if path.endswith(("policy.yaml", "matching.yaml")):
            continue
        schema = conversion_schema() if path.endswith("conversion.yaml") else mapping_schema()
        schema = activities_schema() if path.endswith("activities.yaml") else schema
        assert errors(schema, text) == [], path


@pytest.mark.parametrize(
    "fields",
    ["last_nam: L", "email: {form: E}", "email: {from: E, transforms: [emial]}", "email: {from: E, direction: up}"],
)
def test_slips_are_errors_in_the_editor(fields: str) -> None:
    """Unknown fields, keys, transforms and directions are marked while typing."""
    assert errors(mapping_schema(), text_of(fields))


def test_fields_explain_themselves() -> None:
    """Canonical fields and transforms carry their meaning into the editor."""
    shown = mapping_schema()
    assert shown["properties"]["fields"]["properties"]["owner_kind"]["description"] == "`user` or `queue`."
    assert "transforms" in shown["$defs"]["FieldRule"]["properties"]
