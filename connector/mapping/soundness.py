"""What must hold before a mapping can run at all: names that exist, transforms that exist, one home per field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath

from connector.errors import Finding
from connector.mapping.conversion import CONVERTED, EVERY_FIELD, ConversionFile, ConvertedField
from connector.mapping.grammar import FieldRule, MappingFile
from connector.mapping.transforms import named, names
from connector.model.conversion import Survives
from connector.model.document import Document, Loc
from connector.model.fields import FIELDS, FieldType, field_spec
from connector.model.records import Kind

_WRITTEN = (FieldType.TEXT, FieldType.PHONE, FieldType.EMAIL, FieldType.URL)
_REASON = ("{reason}",)
_MADE = ("{connection}", "{account}", "{contact}", "{opportunity}")


def closest(word: str, known: Iterable[str]) -> str:
    """A hint at the name that was probably meant."""
    found = get_close_matches(word, list(known), n=1)
    return f"did you mean `{found[0]}`?" if found else ""


def check_mapping(file: MappingFile, document: Document) -> None:
    """Note in *document* whatever would keep the mapping from running."""
    for name, rule in file.fields.items():
        loc: Loc = ("fields", name)
        _check_name(name, file.kind, loc, document)
        _check_source(name, rule, loc, document)
        _check_transforms(rule, loc, document)
        _check_cut(name, rule, loc, document)
        _check_default(name, rule, file.kind, document)
    for index, case in enumerate(file.cases):
        for part in ("expect", "problems", "doubts", "write"):
            for name in getattr(case, part):
                if name not in file.fields:
                    _unmapped(name, file, ("cases", index, part, name), document)


def _check_name(name: str, kind: Kind, loc: Loc, document: Document) -> None:
    if field_spec(kind, name) is None:
        hint = closest(name, FIELDS[kind]) or "a field of your own starts with x_"
        document.find(loc, "unknown-canonical-field", f"a {kind.value} has no canonical field `{name}`", hint)


def _check_source(name: str, rule: FieldRule, loc: Loc, document: Document) -> None:
    if rule.sources or rule.has_default:
        return
    if rule.required:
        document.find(loc, "required-without-source", f"`{name}` is required but read from nowhere", "add `from:`")
    else:
        document.find(loc, "no-source", f"`{name}` is read from nowhere", "add `from:`, or take the field out")


def _check_cut(name: str, rule: FieldRule, loc: Loc, document: Document) -> None:
    if rule.cut and name == "external_key":
        what = "our key is cut: what was made with it is not found again, and would be made twice"
        document.find((*loc, "cut"), "cut-key", what, "take `cut` out, and let the CRM's field hold 255 characters")


def _check_transforms(rule: FieldRule, loc: Loc, document: Document) -> None:
    for index, word in enumerate(rule.transforms or ()):
        _check_transform(word, (*loc, "transforms", index), document, gathers=True)
    for at, source in enumerate(rule.sources):
        for index, word in enumerate(source.transforms):
            _check_transform(word, (*loc, "from", at, "transforms", index), document, gathers=False)


def _check_transform(word: str, loc: Loc, document: Document, gathers: bool) -> None:
    try:
        transform = named(word)
    except KeyError:
        hint = closest(word.partition(":")[0], names()) or f"known are {', '.join(names())}"
        document.find(loc, "unknown-transform", f"there is no transform `{word}`", hint)
    except ValueError as error:
        document.find(loc, "transform-argument", f"`{word}`: {error}")
    else:
        if transform.gather and not gathers:
            document.find(loc, "transform-argument", f"`{word}` joins sources: it belongs to the field's transforms")


def _check_default(name: str, rule: FieldRule, kind: Kind, document: Document) -> None:
    """What comes out of the table or the default must be of the field's type."""
    spec = field_spec(kind, name)
    if spec is None:
        return
    answers: list[tuple[Loc, object]] = [
        (("fields", name, "values", word), value) for word, value in rule.values.items()
    ]
    answers += [(("fields", name, "default"), rule.default)] if rule.has_default else []
    for loc, value in answers:
        if value is not None and not _fits(value, spec.type):
            document.find(loc, "wrong-type", f"`{value}` is no {spec.type.value}, which `{name}` is")


def _fits(value: object, type_: FieldType) -> bool:
    if type_ is FieldType.FLAG:
        return isinstance(value, bool)
    if type_ is FieldType.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, str)


def _unmapped(name: str, file: MappingFile, loc: Loc, document: Document) -> None:
    document.find(loc, "case-field", f"the case names `{name}`, which is not mapped", closest(name, file.fields))


def check_together(read: Sequence[tuple[MappingFile, Document]]) -> list[Finding]:
    """One file per system and kind, each in the folder of its system."""
    seen: dict[tuple[str, Kind], str] = {}
    for file, document in read:
        folder = PurePosixPath(document.path.replace("\\", "/")).parent.name
        if folder and folder not in (file.system, "."):
            what = f"this file lies in the folder `{folder}` but maps `{file.system}`"
            document.find(("system",), "wrong-folder", what, "move the file, or correct `system:`")
        other = seen.setdefault((file.system, file.kind), document.path)
        if other != document.path:
            what = f"{other} already maps the {file.kind.value} of {file.system}"
            document.find(("kind",), "mapped-twice", what, "keep one of the two files")
    return [f for _, document in read for f in document.findings if f.rule in ("wrong-folder", "mapped-twice")]


def check_conversion(file: ConversionFile, document: Document) -> None:
    """Note in *document* every field that does not exist and every rule that makes no sense."""
    for kind in CONVERTED:
        for name, rule in file.of(kind).items():
            loc: Loc = (kind.value, name)
            _check_name(name, kind, loc, document)
            _check_name(rule.source, Kind.LEAD, (*loc, "from"), document)
            _check_survives(name, kind, rule, document)
    for verdict, fields in file.write_back.items():
        for name, text in fields.items():
            loc = ("write_back", verdict.value, name)
            _check_name(name, Kind.LEAD, loc, document)
            _check_placeholders(text, _REASON, loc, document)
    for name, text in file.push_back.links.items():
        loc = ("push_back", "links", name)
        _check_name(name, Kind.LEAD, loc, document)
        _check_placeholders(text, _MADE, loc, document)
    for kind, rules in file.both_changed.items():
        for name in rules:
            if name != EVERY_FIELD:
                _check_name(name, kind, ("both_changed", kind.value, name), document)


def _check_survives(name: str, kind: Kind, rule: ConvertedField, document: Document) -> None:
    """A rule that fits the type of the field, and connections where and only where they decide."""
    loc: Loc = (kind.value, name)
    spec = field_spec(kind, name)
    if rule.survives is Survives.TIGHTEN and spec and spec.type is not FieldType.FLAG:
        what = f"`{name}` is no consent flag, so it cannot be tightened"
        document.find((*loc, "survives"), "survives-tighten", what, "say blank, lead, recent or never")
    if rule.survives is Survives.COMPLETE and spec and spec.type not in _WRITTEN:
        what = f"`{name}` is no text, so no value of it is more complete than another"
        document.find((*loc, "survives"), "survives-complete", what, "say blank, lead, recent or never")
    if rule.survives is Survives.SOURCE and not rule.sources:
        what = f"`{name}` goes by its source, and no source is named"
        document.find((*loc, "survives"), "survives-source", what, "add `sources: [<connection>, ...]`")
    if rule.sources and rule.survives is not Survives.SOURCE:
        what = f"`sources` says nothing where `survives` is {rule.survives.value}"
        document.find((*loc, "sources"), "survives-source", what, "say `survives: source`, or take `sources` out")
    if len(set(rule.sources)) != len(rule.sources):
        document.find((*loc, "sources"), "survives-source", "a connection stands here twice", "name each one once")


def _check_placeholders(text: object, known: tuple[str, ...], loc: Loc, document: Document) -> None:
    rest = str(text)
    for placeholder in known:
        rest = rest.replace(placeholder, "")
    if "{" in rest or "}" in rest:
        document.find(loc, "unknown-placeholder", f"only {', '.join(known)} can stand in the text")
