"""Mapping files together: findings of all files at once, versions, what is missing."""

from __future__ import annotations

from textwrap import dedent

import pytest

from connector.errors import ConfigError, InputError
from connector.mapping import check_mappings, load_mappings
from connector.model.progress import FieldShape
from connector.model.records import Kind
from tests.mapping.mapping_files import LEAD, mapping_of, refused, shape_of, shipped, text_of

CONVERSION = "converted_status: Done\naccount: {}\ncontact: {}\nopportunity: {}\n"


def rules_of(fields: str, more: str = "") -> list[tuple[int, int, str]]:
    """Line, column and rule of everything that keeps a file from loading."""
    return [(f.line, f.column, f.rule) for f in refused({LEAD: text_of(fields, more)})]


def test_all_findings_of_all_files_come_at_once() -> None:
    """Nothing stops at the first problem: every file is read to its end."""
    found = refused(
        {
            "mappings/crm/lead.yaml": text_of("last_nam: L\nemail: {from: E, transforms: [emial]}\ncolour: {form: X}"),
            "mappings/crm/contact.yaml": "system: [",
            "mappings/conversion.yaml": CONVERSION.replace("account: {}", "account: {nam: company}"),
        }
    )
    assert {f.path for f in found} == {
        "mappings/crm/lead.yaml",
        "mappings/crm/contact.yaml",
        "mappings/conversion.yaml",
    }
    assert [(f.path[9:], f.rule) for f in found] == [
        ("conversion.yaml", "unknown-canonical-field"),
        ("crm/contact.yaml", "yaml-syntax"),
        ("crm/lead.yaml", "unknown-canonical-field"),
        ("crm/lead.yaml", "unknown-transform"),
        ("crm/lead.yaml", "unknown-key"),
    ]


def test_unknown_names_come_with_a_hint() -> None:
    """A slip in a field or transform is found at its place, with the name that was meant."""
    found = refused({LEAD: text_of("last_nam: L\nemail: {from: E, transforms: [trim, emial]}")})
    assert [(f.line, f.column, f.rule, f.fix) for f in found] == [
        (6, 3, "unknown-canonical-field", "did you mean `last_name`?"),
        (7, 39, "unknown-transform", "did you mean `email`?"),
    ]


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ("email: {from: E, form: X}", "unknown-key"),
        ("email: {required: true}", "required-without-source"),
        ("email: {note: nothing}", "no-source"),
        ("email: {from: E, direction: up}", "bad-value"),
        ("created_at: {from: E, transforms: ['date:xx']}", "transform-argument"),
        ("street: {from: [{field: A, transforms: [lines]}]}", "transform-argument"),
        ("do_not_call: {from: E, values: {a: maybe}}", "wrong-type"),
        ("revenue: {from: E, default: lots}", "wrong-type"),
        ("email: A\nemail: B", "duplicate-key"),
        ("external_key: {from: K, cut: true}", "cut-key"),
    ],
)
def test_broken_fields_are_found(fields: str, rule: str) -> None:
    """Each mistake in a field has a rule of its own."""
    assert rule in {found for _, _, found in rules_of(fields)}


def test_colons_in_brackets_want_quotes() -> None:
    """A transform with an argument inside brackets is read in quotes; without them the finding says so."""
    assert refused({LEAD: text_of("created_at: {from: A, transforms: ['instant:DD.MM.YYYY HH:mm@UTC']}")}) == ()
    found = refused({LEAD: text_of("created_at: {from: A, transforms: [date:DD.MM.YYYY]}")})
    assert [(f.rule, "quotes" in f.fix) for f in found] == [("yaml-syntax", True)]


def test_cases_name_mapped_fields_only() -> None:
    """A case about a field that is not mapped is a slip; a case needs one direction."""
    slip = "  - {name: a, given: {L: x}, expect: {last_nam: x}}\n"
    both = "  - {name: b, given: {L: x}, write: {last_name: x}}\n"
    assert [rule for _, _, rule in rules_of("last_name: L", f"cases:\n{slip}{both}")] == ["case-field", "bad-value"]


def test_one_file_per_object_in_its_folder() -> None:
    """Two files for one object, and a file in another system's folder, are found."""
    text = text_of("last_name: L")
    found = refused({"mappings/crm/lead.yaml": text, "mappings/other/lead.yaml": text})
    assert {f.rule for f in found} == {"mapped-twice", "wrong-folder"}


def test_conversion_rules_are_checked() -> None:
    """Unknown fields, a tightened text and an unknown placeholder are found at their place."""
    text = dedent("""\
        converted_status: Done
        account: {name: {from: firm}}
        contact: {title: {from: title, survives: tighten}}
        opportunity: {}
        write_back: {disqualify: {status: "{why}"}}
        """)
    found = [(f.line, f.rule) for f in refused({"mappings/conversion.yaml": text})]
    assert found == [(2, "unknown-canonical-field"), (3, "survives-tighten"), (5, "unknown-placeholder")]


@pytest.mark.parametrize(
    ("rule", "fields", "findings"),
    [
        ("survives: complete", "title", []),
        ("survives: complete", "do_not_call", ["survives-complete"]),
        ("survives: source, sources: [crm, inbox]", "title", []),
        ("survives: source", "title", ["survives-source"]),
        ("sources: [crm]", "title", ["survives-source"]),
        ("survives: source, sources: [crm, crm]", "title", ["survives-source"]),
        ("survives: newest", "title", ["bad-value"]),
    ],
)
def test_survival_rules_are_checked(rule: str, fields: str, findings: list[str]) -> None:
    """Rules that do not fit the field, and sources that are missing, idle or named twice, are found."""
    text = dedent(f"""\
        converted_status: Done
        account: {{}}
        contact: {{{fields}: {{from: {fields}, {rule}}}, phone: {{from: firm}}}}
        opportunity: {{}}
        """)
    found = [f.rule for f in refused({"mappings/conversion.yaml": text}) if f.rule != "unknown-canonical-field"]
    assert found == findings


def test_push_back_rules_are_checked() -> None:
    """What is given back and who wins name fields that exist, and only the ids that there are."""
    text = dedent("""\
        converted_status: Done
        account: {}
        contact: {}
        opportunity: {}
        push_back:
          links: {statuz: Done, converted_to: "{reason}", status: "{account}"}
        both_changed:
          contact: {"*": newest, stage: target}
        """)
    found = [(f.line, f.rule) for f in refused({"mappings/conversion.yaml": text})]
    assert found == [(6, "unknown-canonical-field"), (6, "unknown-placeholder"), (8, "unknown-canonical-field")]


def test_version_follows_meaning_not_spelling() -> None:
    """Comments, notes, order of words in a file and cases do not change the version; a rule does."""
    plain = load_mappings({LEAD: text_of("last_name: L\nemail: E")}).version
    noted = text_of(
        "last_name: {from: [L], note: why}  # a comment\nemail:\n  from: E", "cases: [{name: a, given: {}}]"
    )
    assert load_mappings({LEAD: noted}).version == plain
    assert load_mappings({LEAD: text_of("last_name: L\nemail: F")}).version != plain
    assert load_mappings({LEAD: text_of("last_name: {from: L, default: null}\nemail: E")}).version != plain


def test_missing_mappings_name_the_file() -> None:
    """Asking for a mapping that is not there says which file to write."""
    loaded = load_mappings({LEAD: text_of("last_name: L")})
    assert loaded.systems == ("crm",)
    with pytest.raises(ConfigError, match=r"mappings/crm/account\.yaml"):
        loaded.object_mapping("crm", Kind.ACCOUNT)
    with pytest.raises(ConfigError, match=r"conversion\.yaml"):
        _ = loaded.conversion


def test_files_of_other_rooms_are_left_alone() -> None:
    """The matching and policy files in the same folder are not mappings."""
    loaded = load_mappings({"mappings/policy.yaml": "x: 1", "mappings/matching.yaml": "y: ["})
    assert loaded.systems == ()


def test_input_errors_exit_with_their_code() -> None:
    """A broken mapping is bad input."""
    with pytest.raises(InputError) as caught:
        load_mappings({LEAD: "system: crm"})
    assert caught.value.exit_code == 65


def test_only_fields_that_exist_are_asked_for() -> None:
    """Optional fields that the CRM lacks are not read; others that it lacks are named as missing."""
    mapping = mapping_of(
        "last_name: L\nbudget: {from: [{field: B, optional: true}, C]}\nrating: {from: R, direction: write}"
    )
    shape = shape_of(FieldShape("L", "string"), FieldShape("R", "string"))
    assert mapping.read_fields(None) == ("L", "B", "C")
    assert mapping.read_fields(shape) == ("L", "C")
    assert [(p.field, p.code) for p in mapping.missing(shape)] == [("budget", "missing-field")]


def test_csv_misses_only_required_columns() -> None:
    """A CSV file may lack any column but those of a required field, under all of its spellings."""
    mapping = mapping_of("last_name: {from: [Last Name, Surname], required: true}\nemail: E-mail", system="csv")
    assert mapping.missing(shape_of(FieldShape("surname", "text"))) == ()
    assert [p.field for p in mapping.missing(shape_of(FieldShape("Colour", "text")))] == ["last_name"]


def test_shipped_files_load() -> None:
    """The starter mappings are sound and hold every kind for Salesforce."""
    loaded = load_mappings(shipped())
    assert [loaded.object_mapping("salesforce", kind).object for kind in Kind] == [
        "Lead",
        "Account",
        "Contact",
        "Opportunity",
    ]


def test_unreadable_head_hides_nothing_below_it() -> None:
    """A file whose kind cannot be read is checked all the same: every other problem is told too."""
    text = (
        "system: salesforce\nobject: Lead\nkind: leed\nowner: RevOps\nfields:\n"
        "  first_nam: {from: FirstName, direction: read}\n"
        "  email: {from: Email, transforms: [nosuch], direction: read}\n"
    )
    findings = check_mappings({"mappings/salesforce/lead.yaml": text})
    assert {finding.line for finding in findings} >= {3, 6, 7}
