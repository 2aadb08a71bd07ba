"""Mappings held against what the CRMs say they have: fields, types, lengths, picklists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from connector.mapping.compiled import LOOSE_SYSTEM, table_key
from connector.mapping.grammar import FieldRule, MappingFile
from connector.mapping.soundness import closest
from connector.model.document import Document, Loc
from connector.model.fields import FieldType, field_spec
from connector.model.progress import FieldShape, ObjectShape

_FAMILIES: Mapping[str, frozenset[str]] = {
    "number": frozenset("int integer long double currency percent decimal float number".split()),  # noqa: SIM905
    "flag": frozenset(("boolean", "bool", "checkbox")),
    "date": frozenset(("date",)),
    "instant": frozenset(("datetime", "datetimecombo", "timestamp")),
}
# A canonical type is read as it is from these families; any other needs a transform that somebody has chosen.
_READS: Mapping[FieldType, frozenset[str]] = {
    FieldType.NUMBER: frozenset(("number",)),
    FieldType.FLAG: frozenset(("flag",)),
    FieldType.DATE: frozenset(("date", "instant")),
    FieldType.INSTANT: frozenset(("instant",)),
}
# A dropdown holds one of its words, whatever length its column has; not every protocol tells the words.
_DROPDOWNS = frozenset(("enum", "dynamicenum", "multienum", "radioenum", "picklist", "multipicklist"))
_TEXT_READS = frozenset(("text", "number", "date", "instant"))


def family(native_type: str) -> str:
    """Which kind of value a CRM's field type holds: number, flag, date, instant or text."""
    word = native_type.casefold()
    return next((name for name, words in _FAMILIES.items() if word in words), "text")


def check_shape(file: MappingFile, document: Document, objects: Mapping[str, ObjectShape] | None) -> None:
    """Note in *document* where the mapping and the CRM's own description do not agree."""
    if objects is None or file.system == LOOSE_SYSTEM:
        return
    shape = objects.get(file.object)
    if shape is None:
        hint = closest(file.object, objects)
        document.find(("object",), "unknown-object", f"{file.system} has no object `{file.object}`", hint)
        return
    for name, rule in file.fields.items():
        _check_fields(rule, name, shape, document)
        _check_type(name, rule, file, shape, document)
        _check_picklist(name, rule, shape, document)
        _check_writable(name, rule, shape, document)
    _check_left_out(file, shape, document)


def _check_fields(rule: FieldRule, name: str, shape: ObjectShape, document: Document) -> None:
    for source in rule.sources:
        for native in source.field:
            if native not in shape.fields and not rule.is_optional(source):
                fix = closest(native, shape.fields) or "add it in the CRM, or say `optional: true`"
                what = f"{shape.name} has no field `{native}`"
                document.find(("fields", name), "unknown-native-field", what, fix)


def _check_type(name: str, rule: FieldRule, file: MappingFile, shape: ObjectShape, document: Document) -> None:
    spec = field_spec(file.kind, name)
    if spec is None or rule.transforms or rule.values:
        return
    fits = _READS.get(spec.type, _TEXT_READS)
    for source in rule.sources:
        for native in source.field:
            described = shape.fields.get(native)
            if described and not source.transforms and family(described.type) not in fits:
                what = f"`{native}` is {described.type}, but `{name}` is {spec.type.value}"
                document.find(("fields", name), "type-clash", what, "name the transforms that turn one into the other")


def _check_picklist(name: str, rule: FieldRule, shape: ObjectShape, document: Document) -> None:
    """A table of words that the CRM does not have, or that misses words which it has."""
    described = shape.fields.get(rule.natives()[0]) if rule.sources else None
    if not rule.values or not described or not described.values:
        return
    known = {table_key(word) for word in described.values}
    loc: Loc = ("fields", name, "values")
    for word in rule.values:
        if word and table_key(word) not in known:
            hint = closest(word, described.values) or "take it out"
            document.find((*loc, word), "unused-value", f"`{described.name}` has no value `{word}`", hint)
    table = {table_key(word) for word in rule.values}
    missing = [word for word in described.values if table_key(word) not in table]
    if missing and not rule.has_default:
        what = f"the table lacks {', '.join(f'`{word}`' for word in missing)}"
        document.find(loc, "missing-value", what, "add them, or a default")


def _check_writable(name: str, rule: FieldRule, shape: ObjectShape, document: Document) -> None:
    described = shape.fields.get(rule.sources[0].field[0]) if rule.sources and rule.writes else None
    if described and not described.createable and not described.updateable:
        what = f"`{described.name}` is read-only in the CRM, but `{name}` would be written to it"
        document.find(("fields", name), "read-only-field", what, "say `direction: read`")


def _check_left_out(file: MappingFile, shape: ObjectShape, document: Document) -> None:
    mapped = {native for rule in file.fields.values() for native in rule.natives()}
    for native, described in shape.fields.items():
        if native in mapped or any(fnmatchcase(native, pattern) for pattern in file.ignore):
            continue
        what = f"`{native}` ({described.label or described.type}) is neither mapped nor ignored"
        document.find(("ignore",), "unmapped-native-field", what, "map it, or name it under `ignore:` with the reason")
    for native, described in shape.fields.items():
        if described.required and described.createable and native not in _written(file):
            what = f"the CRM requires `{native}`, and no field writes it"
            document.find(("fields",), "required-not-written", what, "map it with direction write or both")


def _written(file: MappingFile) -> set[str]:
    return {rule.sources[0].field[0] for rule in file.fields.values() if rule.sources and rule.writes}


def check_lengths(
    sound: Sequence[tuple[MappingFile, Document]], shapes: Mapping[str, Mapping[str, ObjectShape]]
) -> None:
    """Note where a value may be longer than the field it is written to, read from the same or another CRM."""
    described = [(file, document, shape) for file, document in sound if (shape := _shape(file, shapes))]
    for file, document, shape in described:
        for name, rule in file.fields.items():
            target = _target(rule, shape)
            if target is None or rule.cut or _never_cut(name, file):
                continue
            for other, _, source_shape in described:
                if other.kind is not file.kind or name not in other.fields:
                    continue
                longest = _longest(other.fields[name], source_shape)
                if longest > target.length:
                    what = (
                        f"`{name}` holds up to {longest} characters in {other.system}, "
                        f"`{target.name}` takes {target.length}"
                    )
                    document.find(("fields", name), "length-risk", what, "say `cut: true`, or widen the field")


def _never_cut(name: str, file: MappingFile) -> bool:
    """Ids, which stay in the CRM they belong to, and addresses and numbers, which are nobody's once they are cut."""
    spec = field_spec(file.kind, name)
    return name.endswith("_id") or (spec is not None and spec.type in (FieldType.EMAIL, FieldType.PHONE))


def _shape(file: MappingFile, shapes: Mapping[str, Mapping[str, ObjectShape]]) -> ObjectShape | None:
    return shapes.get(file.system, {}).get(file.object)


def _target(rule: FieldRule, shape: ObjectShape) -> FieldShape | None:
    if not rule.writes or not rule.sources:
        return None
    found = shape.fields.get(rule.sources[0].field[0])
    return found if found and found.length and not _listed(rule, found) else None


def _longest(rule: FieldRule, shape: ObjectShape) -> int:
    if not rule.reads:
        return 0
    found = (shape.fields[native] for native in rule.natives() if native in shape.fields)
    return max((field.length for field in found if not _listed(rule, field)), default=0)


def _listed(rule: FieldRule, field: FieldShape) -> bool:
    """Whether the field holds one of a few words instead of text."""
    return bool(rule.values or field.values) or field.type.casefold() in _DROPDOWNS
