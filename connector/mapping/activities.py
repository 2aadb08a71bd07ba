"""Activities: rows of a CRM's tasks, calls, meetings and campaign members, as what somebody did and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from connector.errors import Finding
from connector.mapping.activity_grammar import ActivitiesFile, ActivityCase, ObjectPart, Whom, WhoRule
from connector.mapping.compiled import LOOSE_SYSTEM
from connector.mapping.field_tests import ALWAYS, FieldTest, folded, parse_test
from connector.mapping.soundness import closest
from connector.mapping.typed_steps import instant
from connector.model.activities import ACTIVITY_KINDS, is_activity_kind
from connector.model.document import Document, Loc
from connector.model.history import ActivityRow
from connector.model.progress import ObjectShape
from connector.model.records import Kind, RawRecord, RecordRef, Values, digest_of, from_iso

ACTIVITIES = "activities.yaml"
_TOLD = ("kind", "at", "who", "id", "account")
_INSTANT = instant()
Names = Mapping[Kind, str]
"""The CRM's own names of its leads, contacts and accounts."""


@dataclass(frozen=True, slots=True)
class ActivityObject:
    """One object ready to be read. *digest* tells one wording of it from another, *history_days* as in the file."""

    name: str
    part: ObjectPart
    counts: FieldTest
    kinds: tuple[tuple[str, FieldTest], ...]
    table: Mapping[str, str]
    digest: str
    history_days: int

    @property
    def fields(self) -> tuple[str, ...]:
        """Every native field that it looks at."""
        who = [name for rule in self.part.who for name in (rule.id, rule.named_by) if name]
        tests = [name for test in (self.counts, *(test for _, test in self.kinds)) for name in test.fields]
        table = [self.part.table.field] if self.part.table else []
        return tuple(dict.fromkeys([*who, *self.part.account, *self.part.at, *tests, *table]))

    def asked(self, shape: ObjectShape | None) -> tuple[str, ...]:
        """The native fields to ask for: those that the CRM has."""
        return tuple(name for name in self.fields if shape is None or _has(shape, name))

    def missing(self, shape: ObjectShape) -> str:
        """Why rows of this shape can never be activities, in a sentence; empty when they can."""
        for what, names in (("whom it is about", [rule.id for rule in self.part.who]), ("when it was", self.part.at)):
            if not any(_has(shape, name) for name in names):
                return f"{self.name} does not tell {what}: our user sees none of {', '.join(names)}"
        return ""

    def read(self, raw: RawRecord, names: Names) -> ActivityRow:
        """The activity that a row tells of; `gone` where it tells of none, or of none any more."""
        source = f"{self.name}:{raw.ref.id}"
        who = self._who(raw, names)
        at = None if raw.deleted else self._at(raw.fields)
        kind = self.kind(raw.fields) if at else ""
        if who is None or at is None or not kind or not self.counts.holds(raw.fields):
            nobody = RecordRef(raw.ref.connection, self.name, raw.ref.id)
            return ActivityRow(nobody, "other", from_iso(_NEVER), source, gone=True)
        return ActivityRow(who, kind, from_iso(at), source, self._account(raw, who, names))

    def timeless(self, raw: RawRecord) -> bool:
        """Whether a row would be an activity if it told a moment that can be read."""
        return not raw.deleted and self.counts.holds(raw.fields) and self._at(raw.fields) is None

    def kind(self, row: Values) -> str:
        """The kind of activity; empty where the row is none."""
        for kind, test in self.kinds:
            if test.holds(row):
                return kind
        if self.part.table and (word := folded(row.get(self.part.table.field))) in self.table:
            return self.table[word]
        return self.part.otherwise

    def _who(self, raw: RawRecord, names: Names) -> RecordRef | None:
        for rule in self.part.who:
            record_id = str(raw.fields.get(rule.id) or "").strip()
            whom = _named(rule, record_id, raw.fields) if record_id else None
            if whom is not None and (object_name := names.get(Kind(whom.value))):
                return RecordRef(raw.ref.connection, object_name, record_id)
        return None

    def _account(self, raw: RawRecord, who: RecordRef, names: Names) -> str:
        filled = (str(raw.fields.get(name) or "").strip() for name in self.part.account)
        return next(filter(None, filled), who.id if who.object == names.get(Kind.ACCOUNT) else "")

    def _at(self, row: Values) -> str | None:
        """The first instant that can be read; a value that is none is passed over."""
        for name in self.part.at:
            if row.get(name) in (None, ""):
                continue
            try:
                return str(_INSTANT(row[name], ""))
            except ValueError:
                continue
        return None


_NEVER = "1970-01-01T00:00:00Z"


def _has(shape: ObjectShape, name: str) -> bool:
    """Whether an object has a field; ``Campaign.Type`` is a field of the record that ``CampaignId`` names."""
    relation, dot, _ = name.partition(".")
    return f"{relation}Id" in shape.fields if dot else name in shape.fields


def _named(rule: WhoRule, record_id: str, row: Values) -> Whom | None:
    if rule.is_ is not None:
        return rule.is_
    if rule.named_by:
        word = folded(row.get(rule.named_by))
        return next((whom for said, whom in rule.words.items() if folded(said) == word), None)
    return next((whom for start, whom in rule.begins.items() if record_id.startswith(start)), None)


class ActivityMapping:
    """What of one CRM is an activity, object by object."""

    def __init__(self, file: ActivitiesFile, document: Document) -> None:
        """Work out a *file* that has no findings."""
        self.system = file.system
        self.loose = file.system == LOOSE_SYSTEM
        self.path = document.path
        self.document = document
        self.file = file
        self.objects = {name: _object(name, file, document) for name in file.objects}


def _object(name: str, file: ActivitiesFile, document: Document) -> ActivityObject:
    part, loc = file.objects[name], ("objects", name)
    return ActivityObject(
        name=name,
        part=part,
        counts=ALWAYS if part.counts is None else parse_test(part.counts, (*loc, "counts"), document),
        kinds=tuple(
            (rule.kind, parse_test(rule.when, (*loc, "kinds", index, "when"), document))
            for index, rule in enumerate(part.kinds)
        ),
        table={folded(word): kind for word, kind in part.table.values.items()} if part.table else {},
        digest=digest_of([file.meaning(name), file.history_days]),
        history_days=file.history_days,
    )


def check_activities(file: ActivitiesFile, document: Document) -> None:
    """Note in *document* whatever would keep the mapping from running, or makes no sense."""
    if not file.owner:
        document.find((), "no-owner", "nobody answers for this file", "add `owner:`")
    for name, part in file.objects.items():
        loc: Loc = ("objects", name)
        _object(name, file, document)
        for index, rule in enumerate(part.kinds):
            _check_kind(rule.kind, (*loc, "kinds", index, "kind"), document)
            if any(earlier.when == rule.when for earlier in part.kinds[:index]):
                what = "an earlier row has the same test, so this one is never reached"
                document.find((*loc, "kinds", index), "unreachable", what, "take one of the two out")
        for word, kind in (part.table.values if part.table else {}).items():
            _check_kind(kind, (*loc, "table", "values", word), document)
        if part.otherwise:
            _check_kind(part.otherwise, (*loc, "otherwise"), document)
    for index, case in enumerate(file.cases):
        _check_case(case, file, ("cases", index), document)


def _check_kind(kind: str, loc: Loc, document: Document) -> None:
    if not is_activity_kind(kind):
        hint = closest(kind, ACTIVITY_KINDS) or "a kind of your own starts with x_"
        document.find(loc, "unknown-kind", f"there is no kind of activity `{kind}`", hint)


def _check_case(case: ActivityCase, file: ActivitiesFile, loc: Loc, document: Document) -> None:
    if case.object not in file.objects:
        what = f"the case names `{case.object}`, which is not mapped"
        document.find((*loc, "object"), "case-object", what, closest(case.object, file.objects))
        return
    for name in case.expect or ():
        if name not in _TOLD:
            what = f"an activity has no `{name}`"
            document.find((*loc, "expect", name), "case-field", what, f"one of {', '.join(_TOLD)}")
    known = _object(case.object, file, Document(document.path)).fields
    for name in case.given:
        if name not in known:
            what = f"the case gives `{name}`, which no rule of {case.object} looks at"
            document.find((*loc, "given", name), "case-field", what, closest(name, known))


def check_activity_shapes(file: ActivitiesFile, document: Document, shapes: Mapping[str, ObjectShape]) -> None:
    """Hold the file against what the CRM has; nothing to hold where the CRM was not asked."""
    for name in file.objects if shapes else ():
        shape, loc = shapes.get(name), ("objects", name)
        if shape is None:
            document.find(loc, "missing-object", f"our user sees no {name} in the CRM", "grant it, or take it out here")
            continue
        if lack := _object(name, file, Document(document.path)).missing(shape):
            document.find(loc, "missing-field", lack, "grant them, or name other fields")


def check_folders(read: Sequence[tuple[ActivitiesFile, Document]]) -> list[Finding]:
    """One file per system, in the folder of its system."""
    found: list[Finding] = []
    for file, document in read:
        folder = PurePosixPath(document.path.replace("\\", "/")).parent.name
        if folder and folder not in (file.system, "."):
            what = f"this file lies in the folder `{folder}` but tells of `{file.system}`"
            found.append(document.find(("system",), "wrong-folder", what, "move the file, or correct `system:`"))
    return found


def run_activity_case(case: ActivityCase, mapping: ActivityMapping) -> list[str]:
    """What differs from what the case expects, in sentences."""
    names = {kind: kind.value for kind in (Kind.LEAD, Kind.CONTACT, Kind.ACCOUNT)}
    raw = RawRecord(RecordRef(mapping.system, case.object, "case"), case.given)
    row = mapping.objects[case.object].read(raw, names)
    if row.gone:
        return [] if not case.counts else ["no activity came out"]
    if not case.counts:
        return [f"it counts as {row.kind}"]
    at = row.at.isoformat().replace("+00:00", "Z")
    found = {"kind": row.kind, "at": at, "who": row.who.object, "id": row.who.id, "account": row.account_id or None}
    return [
        f"{name}: expected {value!r}, got {found[name]!r}"
        for name, value in (case.expect or {}).items()
        if (value or None) != found[name]
    ]
