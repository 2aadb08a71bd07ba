"""The auditor's lint: everything that is wrong or risky in the mapping files, with the place and a fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from connector.errors import Finding
from connector.mapping.activities import check_activity_shapes
from connector.mapping.compiled import LOOSE_SYSTEM, header_key, table_key
from connector.mapping.conversion import CONVERTED, ConversionFile
from connector.mapping.grammar import Direction, FieldRule, MappingFile
from connector.mapping.loading import CONVERSION, Loaded
from connector.mapping.shapes import check_lengths, check_shape
from connector.mapping.transforms import named
from connector.mapping.words import check_words
from connector.model.document import Document, Loc
from connector.model.progress import ObjectShape
from connector.model.records import Kind

Shapes = Mapping[str, Mapping[str, ObjectShape]]
_Read = Sequence[tuple[MappingFile, Document]]


@dataclass(frozen=True, slots=True)
class Needed:
    """A mapping that a *route* cannot run without; *path* is where it belongs."""

    path: str
    system: str
    kind: Kind
    route: str


def check_mappings(
    files: Mapping[str, str], shapes: Shapes | None = None, needed: Sequence[Needed] = ()
) -> list[Finding]:
    """Every finding in the mapping files (path -> text), sorted; never raises.

    With *shapes* (system -> object -> its description) the mappings are also held against what the CRMs have.
    *needed*: what the routes need; words for leads are then held against the systems of these routes alone.
    """
    loaded = Loaded(files)
    findings = set(loaded.findings)
    broken = {finding.path for finding in findings}
    sound = [(file, document) for file, document in loaded.read if document.path not in broken]
    for file, document in sound:
        _check_file(file, document)
        check_shape(file, document, (shapes or {}).get(file.system))
    check_lengths(sound, shapes or {})
    for activities, document in loaded.activities:
        check_activity_shapes(activities, document, (shapes or {}).get(activities.system, {}))
    if loaded.conversion:
        _check_conversion(*loaded.conversion, sound)
        check_words(*loaded.conversion, _leads(sound, needed), shapes or {})
        findings.update(loaded.conversion[1].findings)
    elif not any(path.endswith(CONVERSION) for path in files):
        what = "there is no conversion mapping, so no lead can be converted"
        findings.add(Finding(CONVERSION, 0, 0, "missing-file", what, "add mappings/conversion.yaml"))
    findings.update(_missing(loaded.there, needed))
    documents = [document for _, document in (*loaded.read, *loaded.activities)]
    findings.update(finding for document in documents for finding in document.findings)
    return sorted(findings)


def _missing(there: set[tuple[str, str]], needed: Sequence[Needed]) -> Iterator[Finding]:
    """The mappings that routes need and that are not there, each once with all of its routes."""
    routes: dict[Needed, dict[str, None]] = {}
    for need in needed:
        if (need.system, need.kind.value) not in there:
            routes.setdefault(replace(need, route=""), {})[need.route] = None
    for need, names in routes.items():
        who = f"route{'' if len(names) == 1 else 's'} {', '.join(names)} need{'s' if len(names) == 1 else ''} it"
        what = f"there is no mapping of {need.kind.value} for {need.system}, and {who}"
        yield Finding(need.path, 0, 0, "missing-file", what, "write it, or take the starter of `connector init`")


def _leads(sound: _Read, needed: Sequence[Needed]) -> _Read:
    """The lead mappings of the CRMs that routes use; of all that there are where no route is known."""
    systems = {need.system for need in needed}
    return [
        (file, document)
        for file, document in sound
        if file.kind is Kind.LEAD and file.system != LOOSE_SYSTEM and (not systems or file.system in systems)
    ]


def _check_file(file: MappingFile, document: Document) -> None:
    targets: dict[str, str] = {}
    ignored = {_key(name, file) for name in file.ignore}
    for name, rule in file.fields.items():
        loc: Loc = ("fields", name)
        _check_picklist(rule, loc, document)
        _check_direction(name, rule, loc, document)
        _check_target(name, rule, targets, document)
        for native in rule.natives():
            if _key(native, file) in ignored:
                what = f"`{native}` is mapped to `{name}` and ignored as well"
                document.find(("ignore", native), "mapped-and-ignored", what, "take one of the two out")
    for native, reason in file.ignore.items():
        if not reason.strip():
            document.find(
                ("ignore", native), "ignore-without-reason", f"`{native}` is ignored for no reason", "say why"
            )
    if not file.owner:
        document.find((), "no-owner", "nobody answers for this file", "add `owner:`")


def _key(native: str, file: MappingFile) -> str:
    return header_key(native) if file.system == LOOSE_SYSTEM else native


def _check_picklist(rule: FieldRule, loc: Loc, document: Document) -> None:
    if not rule.values:
        return
    seen: dict[str, str] = {}
    for word in rule.values:
        other = seen.setdefault(table_key(word), word)
        if other != word:
            what = f"`{word}` and `{other}` are one word (letter case does not count)"
            document.find((*loc, "values", word), "duplicate-value", what, "keep one of them")


def _check_direction(name: str, rule: FieldRule, loc: Loc, document: Document) -> None:
    """A field that is written needs one way back; where there is none or several, somebody must say which."""
    if rule.direction is not Direction.BOTH or not rule.sources:
        if rule.direction is Direction.WRITE and not rule.sources:
            document.find(loc, "no-target", f"`{name}` is to be written, but nowhere", "add `from:`")
        return
    chain = [*rule.sources[0].transforms, *(rule.transforms or ())]
    one_way = [word for word in chain if named(word).undo is None]
    fix = "add `direction: read`, or `direction: both` if the first of them is to be written"
    if len(rule.natives()) > 1 and "direction" not in rule.model_fields_set:
        what = f"`{name}` is read from several fields, so it is not clear which one is written"
        document.find(loc, "missing-direction", what, fix)
    elif one_way:
        what = f"`{name}` cannot be written back: {', '.join(one_way)} cannot be undone"
        document.find(loc, "missing-direction", what, "add `direction: read`")
    elif len({str(value) for value in rule.values.values()}) < len(rule.values):
        words = f"several words of `{name}` mean the same to us"
        _check_first_word(rule, words, loc, document)


def _check_first_word(rule: FieldRule, words: str, loc: Loc, document: Document) -> None:
    """Writing picks the first word of several; say so where nobody has."""
    if not rule.note:
        what = f"{words}, and the first of them is written"
        document.find((*loc, "values"), "ambiguous-value", what, "add `direction: read`, or a `note:` that says so")


def _check_target(name: str, rule: FieldRule, targets: dict[str, str], document: Document) -> None:
    if not rule.writes or not rule.sources:
        return
    native = rule.sources[0].field[0]
    other = targets.setdefault(native, name)
    if other != name:
        what = f"`{native}` would be written from `{other}` and from `{name}`"
        document.find(("fields", name), "duplicate-native-field", what, "let one of them say `direction: read`")


def _check_conversion(file: ConversionFile, document: Document, sound: _Read) -> None:
    """Hold the conversion against the mappings: what it reads and writes must be mapped somewhere."""
    for mapping, where in sound:
        if mapping.system == LOOSE_SYSTEM:
            continue
        if mapping.kind is Kind.LEAD:
            _check_write_back(file, document, mapping, where)
        elif mapping.kind in CONVERTED:
            _check_targets(file, document, mapping, where)
    leads = [mapping for mapping, _ in sound if mapping.kind is Kind.LEAD and mapping.system != LOOSE_SYSTEM]
    for name in file.push_back.links:
        if leads and not any(rule.writes for mapping in leads if (rule := mapping.fields.get(name))):
            what = f"`{name}` is to be written on leads that another CRM converted, but no CRM's mapping writes it"
            loc: Loc = ("push_back", "links", name)
            document.find(loc, "push-back-unwritable", what, "map it with direction write or both")


def _check_write_back(file: ConversionFile, document: Document, mapping: MappingFile, where: Document) -> None:
    for verdict, fields in file.write_back.items():
        for name in fields:
            rule = mapping.fields.get(name)
            if rule is None or not rule.writes:
                what = f"`{name}` is written back on {verdict.value}, but {where.path} cannot write it"
                loc: Loc = ("write_back", verdict.value, name)
                document.find(loc, "write-back-unwritable", what, "map it there with direction write or both")


def _check_targets(file: ConversionFile, document: Document, mapping: MappingFile, where: Document) -> None:
    for name, converted in file.of(mapping.kind).items():
        rule = mapping.fields.get(name)
        if not converted.native and (rule is None or not rule.writes):
            what = f"{where.path} cannot write `{name}`, so the lead's `{converted.source}` would be lost"
            document.find((mapping.kind.value, name), "conversion-loss", what, "map it there, or take it out here")
