"""What of a CRM is an activity: read by the mapping, and held to sense before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from connector.mapping import load_mappings, run_cases
from connector.mapping.field_tests import parse_test
from connector.model.document import Document
from connector.model.history import ActivityRow
from connector.model.records import Kind, RawRecord, RecordRef, Scalar
from tests.mapping.mapping_files import refused, shipped_set

PATH = "mappings/crm/activities.yaml"
NAMES = {Kind.LEAD: "Leads", Kind.CONTACT: "Contacts"}
SMALL = """\
system: crm
owner: tests
objects:
  Call:
    who: [{id: person, begins: {L: lead, C: contact}}, {id: other, named_by: kind, words: {Lead: lead, Firm: account}}]
    account: firm
    at: [held, made]
    counts: {field: done, is: true}
    kinds:
      - {kind: demo_request, when: {field: topic, matches_word: [demo request]}}
    table: {field: way, values: {In: email_reply, Out: email_sent}}
    otherwise: ""
"""


def told(**fields: Scalar) -> ActivityRow:
    """What the small mapping makes of a row that is done."""
    wanted = load_mappings({PATH: SMALL}).activities["crm"].objects["Call"]
    row = {"person": "L1", "held": "2026-05-04T09:30:00Z", "done": True, "way": "In", **fields}
    return wanted.read(RawRecord(RecordRef("here", "Call", "7"), row), NAMES)


def test_first_filled_sources_count() -> None:
    """The first source that names somebody says who, the first moment that can be read says when."""
    found = told(person="X9", other="L2", kind=" LEAD ", firm="A1", held="soon", made="2026-05-01")
    assert (found.who, found.account_id) == (RecordRef("here", "Leads", "L2"), "A1")
    assert (found.at.isoformat(), found.source_id) == ("2026-05-01T00:00:00+00:00", "Call:7")
    assert told(person="C3").who == RecordRef("here", "Contacts", "C3")


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "email_reply"),
        ({"way": "OUT"}, "email_sent"),
        ({"topic": "Web: DEMO  request!"}, "demo_request"),
        ({"topic": "demonstration requested"}, "email_reply"),
    ],
)
def test_tests_come_before_the_table(fields: dict[str, Scalar], kind: str) -> None:
    """Tests in order, then the table of words, tell the kind."""
    assert told(**fields).kind == kind


@pytest.mark.parametrize(
    "fields",
    [
        {"done": False},
        {"way": "Side"},
        {"person": None},
        {"held": "soon"},
        {"person": "", "other": "A1", "kind": "Firm"},
    ],
)
def test_what_did_not_happen_is_gone(fields: dict[str, Scalar]) -> None:
    """A row that is not done, of no kind, of nobody known or without a moment takes away what was kept of it."""
    found = told(**fields)
    assert (found.gone, found.source_id) == (True, "Call:7")


@pytest.mark.parametrize(
    ("test", "passes", "fails"),
    [
        ({"field": "f", "is": "A"}, [" a "], ["b", None]),
        ({"field": "f", "is_not": "A"}, ["b", None], ["a"]),
        ({"field": "f", "in": ["A", 1]}, ["a", 1, "1"], [2, ""]),
        ({"field": "f", "not_in": ["A"]}, ["b", ""], ["a"]),
        ({"field": "f", "begins": ["Re:"]}, ["RE: x"], ["Your Re: x", None]),
        ({"field": "f", "matches_word": "call back"}, ["please call-back"], ["callback", "call me back"]),
        ({"field": "f", "empty": True}, ["", " ", None], [0, False]),
        ({"field": "f", "not_empty": True}, [0, "x"], [""]),
        ({"not": {"field": "f", "is": "a"}}, ["b"], ["a"]),
        ({"any": [{"field": "f", "is": 1}, {"field": "f", "is": 2}]}, [1, 2], [3]),
        ({"all": [{"field": "f", "begins": "a"}, {"field": "f", "not_in": ["ab"]}]}, ["ac"], ["ab", "b"]),
    ],
)
def test_operators_compare(test: dict[str, Any], passes: list[Scalar], fails: list[Scalar]) -> None:
    """Each operator holds for what it says, whatever the letter case."""
    document = Document("x")
    read = parse_test(test, (), document)
    assert document.findings == []
    assert read.fields == ("f",)
    assert [read.holds({"f": value}) for value in (*passes, *fails)] == [True] * len(passes) + [False] * len(fails)


def test_every_mistake_is_found_at_its_place() -> None:
    """All that is wrong is told at once, each at its line."""
    text = SMALL.replace("kind: demo_request,", "kind: demo_reqest,").replace(
        "matches_word: [demo request]", "has: demo"
    )
    text = text.replace("is: true", "is: [1]").replace("Out: email_sent", "Out: email_send").replace('""', "othr")
    text += "cases:\n  - {name: a, object: Cal, given: {way: In}, counts: false}\n"
    text += "  - {name: b, object: Call, given: {wy: In}, expect: {kid: call}}\n"
    found = [(finding.line, finding.rule) for finding in refused({PATH: text, "mappings/x/activities.yaml": SMALL})]
    assert found == [
        (8, "bad-value"),
        (10, "unknown-kind"),
        (10, "unknown-operator"),
        (11, "unknown-kind"),
        (12, "unknown-kind"),
        (14, "case-object"),
        (15, "case-field"),
        (15, "case-field"),
        (1, "wrong-folder"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{id: person, begins: {L: lead, C: contact}}", "{id: person}", "one of `is`, `begins` and `named_by`"),
        ("named_by: kind, ", "is: lead, ", "belong together"),
        ("at: [held, made]", "at: []", "at least 1 item"),
        ("account: firm", "acount: firm", "`acount` is not a key here"),
        ("is: true", "has: 1", "`has` is no operator"),
        ("{field: done, is: true}", "done", "a test is a mapping"),
    ],
)
def test_shape_of_file_is_held(old: str, new: str, words: str) -> None:
    """What cannot be understood is refused in words."""
    assert old in SMALL
    assert words in " ".join(str(finding) for finding in refused({PATH: SMALL.replace(old, new)}))


def test_cases_of_the_file_run() -> None:
    """A case that comes out otherwise says how; the shipped ones hold."""
    case = (
        "cases:\n  - {name: a, object: Call, given: {person: L1, held: 2026-05-04, done: true}, expect: {kind: call}}\n"
    )
    case += "  - {name: b, object: Call, given: {person: L1, held: 2026-05-04, done: true, way: In}, counts: false}\n"
    case += (
        "  - {name: c, object: Call, given: {person: L1, held: 2026-05-04, done: true, way: In}, expect: {who: call}}\n"
    )
    results = run_cases(load_mappings({PATH: SMALL + case}))
    assert [result.differences for result in results] == [
        ("no activity came out",),
        ("it counts as email_reply",),
        ("who: expected 'call', got 'lead'",),
    ]
    mine = [result for result in run_cases(shipped_set()) if result.path.endswith("activities.yaml")]
    assert len(mine) >= 25
    assert [result for result in mine if not result.passed] == []


def test_activities_leave_the_version_alone() -> None:
    """Editing what counts as what wakes the leads it touches, and not all of them."""
    other = SMALL.replace("email_sent", "call")
    before, after = (load_mappings({PATH: text}) for text in (SMALL, other))
    assert before.version == after.version
    assert before.activities["crm"].objects["Call"].digest != after.activities["crm"].objects["Call"].digest
