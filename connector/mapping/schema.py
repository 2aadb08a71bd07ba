"""JSON Schemas of the mapping files, so that editors complete and check them."""

from __future__ import annotations

from typing import Any

from connector.mapping import field_tests
from connector.mapping.activity_grammar import ActivitiesFile
from connector.mapping.conversion import CONVERTED, EVERY_FIELD, ConversionFile
from connector.mapping.grammar import FieldRule, MappingFile, SourceRule
from connector.mapping.transforms import documentation, names
from connector.model.activities import ACTIVITY_KINDS
from connector.model.fields import FIELDS, FieldSpec
from connector.model.records import Kind

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}


def mapping_schema() -> dict[str, Any]:
    """The schema of ``mappings/<system>/<object>.yaml``."""
    schema = MappingFile.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    _offer_transforms(definitions[FieldRule.__name__]["properties"]["transforms"])
    _offer_transforms(definitions[SourceRule.__name__]["properties"]["transforms"])
    _one_or_several(definitions[SourceRule.__name__]["properties"], "field", _TEXT)
    _one_or_several(definitions[FieldRule.__name__]["properties"], "from", _source())
    definitions["Source"] = {"anyOf": [_TEXT, {"$ref": f"#/$defs/{SourceRule.__name__}"}]}
    definitions["Field"] = {
        "anyOf": [_TEXT, {"type": "array", "items": _source()}, {"$ref": f"#/$defs/{FieldRule.__name__}"}]
    }
    specs = {name: spec for kind in Kind for name, spec in FIELDS[kind].items()}
    schema["properties"]["fields"] |= _named(specs, {"$ref": "#/$defs/Field"})
    return {"$schema": _DRAFT, "title": "Mapping file", **{k: v for k, v in schema.items() if k != "title"}}


def conversion_schema() -> dict[str, Any]:
    """The schema of ``mappings/conversion.yaml``."""
    schema = ConversionFile.model_json_schema(by_alias=True)
    schema["$defs"]["Field"] = {"anyOf": [_TEXT, {"$ref": "#/$defs/ConvertedField"}]}
    for kind in CONVERTED:
        schema["properties"][kind.value] |= _named(FIELDS[kind], {"$ref": "#/$defs/Field"})
    told = schema["$defs"]["PushBackPart"]["properties"]["links"]
    told |= _named(FIELDS[Kind.LEAD], told.pop("additionalProperties"))
    schema["properties"]["both_changed"] |= _both_changed(schema["properties"]["both_changed"])
    return {"$schema": _DRAFT, "title": "Conversion mapping", **{k: v for k, v in schema.items() if k != "title"}}


def activities_schema() -> dict[str, Any]:
    """The schema of ``mappings/<system>/activities.yaml``."""
    schema = ActivitiesFile.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    definitions["FieldTest"] = field_tests.schema()
    definitions["Kind"] = {
        "anyOf": [
            *({"const": name, "description": told} for name, told in ACTIVITY_KINDS.items()),
            {"type": "string", "pattern": "^x_.+"},
        ]
    }
    kind, test = {"$ref": "#/$defs/Kind"}, {"$ref": "#/$defs/FieldTest"}
    part, row = definitions["ObjectPart"]["properties"], definitions["KindRule"]["properties"]
    row["kind"], row["when"] = _told(row["kind"], kind), _told(row["when"], test)
    part["counts"] = _told(part["counts"], {"anyOf": [test, {"type": "null"}]})
    part["otherwise"] = _told(part["otherwise"], {"anyOf": [kind, {"const": ""}], "default": "other"})
    table = definitions["TablePart"]["properties"]["values"]
    table["additionalProperties"] = kind
    _one_or_several(part, "account", _TEXT)
    _one_or_several(part, "at", _TEXT)
    _one_or_several(part, "who", {"$ref": "#/$defs/WhoRule"})
    return {"$schema": _DRAFT, "title": "Activities of a CRM", **{k: v for k, v in schema.items() if k != "title"}}


def _told(shown: dict[str, Any], rule: dict[str, Any]) -> dict[str, Any]:
    return {**rule, "description": shown["description"]}


def _both_changed(shown: dict[str, Any]) -> dict[str, Any]:
    """Per kind its fields, and * for all others."""
    rule = shown["additionalProperties"]["additionalProperties"]
    kinds: dict[str, dict[str, Any]] = {kind.value: {"type": "object", **_named(FIELDS[kind], rule)} for kind in Kind}
    for named in kinds.values():
        named["properties"][EVERY_FIELD] = {**rule, "description": "Every field that is not named."}
    return {"properties": kinds, "additionalProperties": False, "propertyNames": {"enum": list(kinds)}}


def _source() -> dict[str, Any]:
    return {"$ref": "#/$defs/Source"}


def _named(specs: Any, rule: dict[str, Any]) -> dict[str, Any]:
    """Canonical fields by name with their meaning; fields of one's own start with ``x_``."""
    shown: dict[str, FieldSpec] = dict(specs)
    return {
        "properties": {name: {**rule, "description": spec.meaning} for name, spec in shown.items()},
        "patternProperties": {"^x_": rule},
        "additionalProperties": False,
    }


def _one_or_several(properties: dict[str, Any], name: str, item: dict[str, Any]) -> None:
    described = {key: properties[name][key] for key in ("description",) if key in properties[name]}
    properties[name] = {"anyOf": [item, {"type": "array", "items": item}], **described}


def _offer_transforms(shown: dict[str, Any]) -> None:
    """Offer every transform by name with its documentation; an argument follows a colon."""
    offered: list[dict[str, Any]] = [{"const": name, "description": text} for name, text in documentation().items()]
    pattern = {"type": "string", "pattern": f"^({'|'.join(names())}):.+$"}
    item = {"anyOf": [*offered, pattern]}
    described = {key: shown[key] for key in ("description",) if key in shown}
    shown.clear()
    shown.update({"anyOf": [item, {"type": "array", "items": item}, {"type": "null"}], **described})
