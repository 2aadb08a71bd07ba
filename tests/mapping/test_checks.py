"""The auditor's lint: each rule at its place, with and without the CRM's own description."""

from __future__ import annotations

import pytest

from connector.errors import Finding
from connector.mapping import check_mappings
from connector.model.progress import FieldShape, ObjectShape
from tests.mapping.mapping_files import LEAD, shape_of, text_of

CONVERSION = "converted_status: Done\naccount: {}\ncontact: {}\nopportunity: {}\n"


def lint(fields: str, more: str = "", shape: ObjectShape | None = None, conversion: str = CONVERSION) -> list[Finding]:
    """The findings in one lead mapping."""
    files = {LEAD: text_of(fields, more), "mappings/conversion.yaml": conversion}
    return check_mappings(files, {"crm": {"Thing": shape}} if shape else None)


@pytest.mark.parametrize(
    ("fields", "more", "rule"),
    [
        ("rating: {from: G, values: {hot: Hot, HOT: Warm}, default: null}", "", "duplicate-value"),
        ("rating: {from: G, values: {hot: Hot, heiß: Hot}, default: null}", "", "ambiguous-value"),
        ("company: {from: [A, B]}", "", "missing-direction"),
        ("employees: {from: E, transforms: [first_number]}", "", "missing-direction"),
        ("rating: {default: Hot, direction: write}", "", "no-target"),
        ("first_name: N\nlast_name: N", "", "duplicate-native-field"),
        ("last_name: L", "ignore: {L: mapped elsewhere}", "mapped-and-ignored"),
        ("last_name: L", "ignore: {X: ' '}", "ignore-without-reason"),
    ],
)
def test_each_mistake_has_its_rule(fields: str, more: str, rule: str) -> None:
    """The lint names the mistake by its rule, with a way to mend it."""
    found = [f for f in lint(fields, more) if f.rule == rule]
    assert len(found) == 1
    assert found[0].fix
    assert found[0].line > 4


def test_sound_files_have_no_findings() -> None:
    """A mapping without mistakes passes."""
    assert lint("last_name: L\nrating: {from: G, values: {hot: Hot}, default: null}", "ignore: {X: not needed}") == []


def test_a_written_direction_settles_several_sources() -> None:
    """Saying `both` means that the first of several sources is the one that is written."""
    assert lint("company: {from: [A, B], direction: both}") == []


def test_findings_point_at_the_very_place() -> None:
    """A finding renders as file:line:column with rule, words and fix."""
    found = lint("last_name: L\nrating: {from: G, values: {hot: Hot, HOT: Warm}, default: null}")
    assert [(f.line, f.column) for f in found] == [(7, 40)]
    assert str(found[0]).startswith("mappings/crm/lead.yaml:7:40: duplicate-value: ")


def test_broken_files_do_not_stop_the_lint() -> None:
    """The lint never raises, and goes on with the files that can be read."""
    files = {"mappings/a/lead.yaml": "system: [", "mappings/b/lead.yaml": text_of("company: [A, B]", system="b")}
    assert {f.rule for f in check_mappings(files)} == {"yaml-syntax", "missing-direction", "missing-file"}


@pytest.mark.parametrize(
    ("fields", "shape", "rule"),
    [
        ("last_name: Lastname", [FieldShape("LastName", "string")], "unknown-native-field"),
        ("last_name: L", [FieldShape("L", "string"), FieldShape("Colour__c", "string")], "unmapped-native-field"),
        ("revenue: R", [FieldShape("R", "string")], "type-clash"),
        ("created_at: D", [FieldShape("D", "date")], "type-clash"),
        ("do_not_call: D", [FieldShape("D", "picklist")], "type-clash"),
        ("last_name: D", [FieldShape("D", "boolean")], "type-clash"),
        ("status: S", [FieldShape("S", "string", createable=False, updateable=False)], "read-only-field"),
        (
            "rating: {from: G, values: {hot: Hot, warm: Warm}, default: null}",
            [FieldShape("G", "picklist", values=("hot",))],
            "unused-value",
        ),
        (
            "rating: {from: G, values: {hot: Hot}, required: true}",
            [FieldShape("G", "picklist", values=("hot", "cold"))],
            "missing-value",
        ),
        (
            "last_name: {from: L, direction: read}",
            [FieldShape("L", "string", required=True)],
            "required-not-written",
        ),
    ],
)
def test_mappings_are_held_against_the_crm(fields: str, shape: list[FieldShape], rule: str) -> None:
    """What the CRM describes otherwise than the mapping thinks is found."""
    assert rule in {f.rule for f in lint(fields, shape=shape_of(*shape))}


def test_agreeing_descriptions_have_no_findings() -> None:
    """Named transforms, optional fields, ignored patterns and fitting types pass."""
    fields = """
        last_name: L
        revenue: {from: R, transforms: [number]}
        budget: {from: B__c, transforms: [yes_no], optional: true}
        created_at: {from: D, direction: read}
        """
    shape = shape_of(
        FieldShape("L", "string", length=80, required=True),
        FieldShape("R", "string"),
        FieldShape("D", "datetime", createable=False, updateable=False),
        FieldShape("ShippingCity", "string"),
    )
    assert lint(fields, "ignore: {Shipping*: not needed}", shape) == []


def test_longer_texts_of_another_crm_are_a_risk() -> None:
    """A field that another CRM fills with longer text is found unless it says cut."""
    files = {
        "mappings/a/lead.yaml": text_of("title: T\ncity: {from: C, cut: true}", system="a"),
        "mappings/b/lead.yaml": text_of("title: T\ncity: C", system="b"),
        "mappings/conversion.yaml": CONVERSION,
    }
    small = shape_of(FieldShape("T", "string", length=40), FieldShape("C", "string", length=40))
    large = shape_of(FieldShape("T", "varchar", length=100), FieldShape("C", "varchar", length=100))
    found = check_mappings(files, {"a": {"Thing": small}, "b": {"Thing": large}})
    assert [(f.path, f.rule) for f in found] == [("mappings/a/lead.yaml", "length-risk")]


def test_ids_and_addresses_are_never_cut() -> None:
    """An id stays in its CRM and a cut address is nobody's: that another CRM's may be longer is no finding."""
    fields = "email: {from: T, direction: both}\nowner_id: C\nlast_name: L"
    small = shape_of(*(FieldShape(name, "string", length=40) for name in "TCL"))
    large = shape_of(*(FieldShape(name, "varchar", length=100) for name in "TCL"))
    files = {
        "mappings/a/lead.yaml": text_of(fields, system="a"),
        "mappings/b/lead.yaml": text_of(fields, system="b"),
        "mappings/conversion.yaml": CONVERSION,
    }
    found = check_mappings(files, {"a": {"Thing": small}, "b": {"Thing": large}})
    assert [(f.rule, "last_name" in f.what) for f in found] == [("length-risk", True)]


def test_unknown_objects_are_found() -> None:
    """An object that the CRM does not have is found, with the name that was meant."""
    files = {LEAD: text_of("last_name: L"), "mappings/conversion.yaml": CONVERSION}
    found = check_mappings(files, {"crm": {"Things": ObjectShape("Things", {})}})
    assert [(f.rule, f.fix) for f in found] == [("unknown-object", "did you mean `Things`?")]


def test_write_back_needs_a_writable_field() -> None:
    """A field that is written back must be one that the lead mapping can write."""
    back = CONVERSION + "write_back: {disqualify: {status: Closed, rating: Cold}}\n"
    found = lint("status: {from: S, direction: read}\nrating: R", conversion=back)
    assert [(f.path, f.rule, f.line) for f in found] == [("mappings/conversion.yaml", "write-back-unwritable", 5)]


def test_push_back_needs_a_crm_that_takes_it() -> None:
    """What is given back to a lead's own CRM must be writable in one of the CRMs at least."""
    back = CONVERSION + "push_back: {links: {status: Done, converted: true}}\n"
    found = lint("status: S\nconverted: {from: C, direction: read}", conversion=back)
    told = [(f.path, f.rule, f.line, "`converted` is" in f.what) for f in found]
    assert told == [("mappings/conversion.yaml", "push-back-unwritable", 5, True)]


def test_what_conversion_would_lose_is_found() -> None:
    """A field that conversion should write but the target's mapping cannot is found; native ones need no mapping."""
    files = {
        "mappings/crm/contact.yaml": text_of("last_name: L", kind="contact"),
        "mappings/conversion.yaml": CONVERSION.replace(
            "contact: {}", "contact: {title: title, fax: {from: fax, native: true}}"
        ),
    }
    assert [(f.rule, f.line) for f in check_mappings(files)] == [("conversion-loss", 3)]


def test_missing_conversion_mapping_is_found() -> None:
    """Without conversion.yaml nothing can be converted, and the lint says so."""
    assert [f.rule for f in check_mappings({LEAD: text_of("last_name: L")})] == ["missing-file"]


def test_dropdowns_are_no_length_risk() -> None:
    """A field of one of a few words is as long as its longest word, whatever its column takes; text stays a risk."""
    files = {
        "mappings/a/lead.yaml": text_of("rating: R\nsource: {from: S, values: {Web: Web}}\ntitle: T", system="a"),
        "mappings/b/lead.yaml": text_of("rating: R\nsource: S\ntitle: T", system="b"),
        "mappings/conversion.yaml": CONVERSION,
    }
    small, large = (
        shape_of(
            FieldShape("R", "enum", length=size),
            FieldShape("S", "varchar", length=size),
            FieldShape("T", "varchar", length=size),
        )
        for size in (50, 255)
    )
    found = check_mappings(files, {"a": {"Thing": small}, "b": {"Thing": large}})
    assert [(f.path, f.rule, "`title`" in f.what) for f in found] == [("mappings/a/lead.yaml", "length-risk", True)]


@pytest.mark.parametrize(
    ("word", "told"),
    [("Gone", 1), ("Done", 0), ("Old", 0), ('"{reason}"', 0), ("null", 0), ("Own", 0)],
)
def test_written_back_words_stand_in_the_table(word: str, told: int) -> None:
    """A word that is written on leads is one of the table, of `written_as`, or of the CRM's own list."""
    fields = "status: {from: S, values: {x: Done}, written_as: {Old: x}}"
    back = CONVERSION + f"write_back: {{disqualify: {{status: {word}}}}}\n"
    shape = shape_of(FieldShape("S", "picklist", values=("x", "Own")))
    found = lint(fields, "", shape, back)
    assert [(f.path, f.rule, f.line) for f in found if f.rule == "unknown-word"] == [
        ("mappings/conversion.yaml", "unknown-word", 5)
    ] * told
