"""Canonical values become what is sent into the CRM."""

from __future__ import annotations

import pytest

from connector.mapping import payload
from connector.model.progress import FieldShape
from connector.model.records import Scalar
from tests.mapping.mapping_files import mapping_of, shape_of


def codes(problems: object) -> dict[str, str]:
    """Field -> code."""
    return {problem.field: problem.code for problem in problems}  # type: ignore[attr-defined]


def test_only_writable_fields_are_sent() -> None:
    """Fields that are only read, or not mapped, are left out."""
    mapping = mapping_of("last_name: L\nconverted: {from: C, direction: read}\nrating: {from: G, direction: write}")
    sent = payload({"last_name": "Lee", "converted": True, "rating": "Hot", "city": "Rome"}, mapping, None, True)
    assert sent.fields == {"L": "Lee", "G": "Hot"}
    assert sent.problems == ()


def test_picklists_are_translated_back() -> None:
    """Our word becomes the CRM's first word for it; a word without one is left out, and a person is asked."""
    mapping = mapping_of("rating: {from: G, values: {heiß: Hot, warm: Warm, lau: Warm}, note: first wins}")
    assert payload({"rating": "Hot"}, mapping, None, True).fields == {"G": "heiß"}
    assert payload({"rating": "Warm"}, mapping, None, True).fields == {"G": "warm"}
    refused = payload({"rating": "Cold"}, mapping, None, True)
    assert (refused.fields, refused.problems, codes(refused.doubts)) == ({}, (), {"rating": "unknown-value"})


def test_required_picklists_are_problems() -> None:
    """A word that a required field has no counterpart for keeps the record from being written."""
    mapping = mapping_of("stage: {from: S, required: true, values: {Open: Prospecting}}", kind="opportunity")
    refused = payload({"stage": "Won"}, mapping, None, True)
    assert (codes(refused.problems), refused.doubts) == ({"stage": "unknown-value"}, ())


def test_words_without_a_way_back_are_told() -> None:
    """The table read backwards comes first, then the CRM's own picklist, then what the mapping says; null is empty."""
    fields = "source: {from: S, values: {Web Site: Web}, written_as: {Fair: Other, Web: Elsewhere, None: null}}"
    described = shape_of(FieldShape("S", "enum", values=("Web Site", "Other")))
    mapping = mapping_of(fields)
    for word, sent in (("Web", {"S": "Web Site"}), ("Fair", {"S": "Other"}), ("None", {}), ("Other", {"S": "Other"})):
        assert payload({"source": word}, mapping, described, True).fields == sent
    own = shape_of(FieldShape("S", "enum", values=("Web Site", "Other", "Fair")))
    assert payload({"source": "Fair"}, mapping, own, True).fields == {"S": "Fair"}
    assert payload({"source": "None"}, mapping, described, False).fields == {"S": None}


def test_numbers_are_text_where_the_crm_keeps_text() -> None:
    """A figure goes as text into a text field, and as a number into any other."""
    mapping = mapping_of("employees: E\nrevenue: R", kind="account")
    described = shape_of(FieldShape("E", "varchar", length=10), FieldShape("R", "currency"))
    sent = payload({"employees": 120.0, "revenue": 5}, mapping, described, True)
    assert (sent.fields, type(sent.fields["R"])) == ({"E": "120", "R": 5}, int)


def test_text_is_cut_only_when_told() -> None:
    """Too long a text is a problem unless the mapping says cut."""
    mapping = mapping_of("title: {from: T, cut: true}\nlast_name: L")
    shape = shape_of(FieldShape("T", "string", length=5), FieldShape("L", "string", length=5))
    values: dict[str, Scalar] = {"title": "Head of Sales", "last_name": "Longstocking"}
    sent = payload(values, mapping, shape, True)
    assert sent.fields == {"T": "Head"}
    assert codes(sent.problems) == {"last_name": "too-long"}


def test_key_is_never_to_be_cut() -> None:
    """A key that does not fit wants a wider field: cutting it would make a second record of what it stands for."""
    shape = shape_of(FieldShape("K", "string", length=5))
    sent = payload({"external_key": "crm:1:account"}, mapping_of("external_key: K"), shape, True)
    (problem,) = sent.problems
    assert (problem.code, "let it hold 255" in problem.message) == ("too-long", True)
    assert "cut: true" not in problem.message


@pytest.mark.parametrize(
    ("text", "kept"), [("Head of Sales and Operations", "Head of"), ("Al Executiveofficer", "Al Executi")]
)
def test_text_is_cut_at_a_word(text: str, kept: str) -> None:
    """What is cut ends at a word, unless that would lose more than half of what fits."""
    mapping = mapping_of("title: {from: T, cut: true}")
    assert payload({"title": text}, mapping, shape_of(FieldShape("T", "string", length=10)), True).fields == {"T": kept}


def test_creation_and_update_send_what_each_may() -> None:
    """Fields that cannot be created or updated are left out on that occasion."""
    mapping = mapping_of("last_name: L\nstatus: S")
    shape = shape_of(FieldShape("L", "string", createable=False), FieldShape("S", "string", updateable=False))
    values: dict[str, Scalar] = {"last_name": "Lee", "status": "New"}
    assert payload(values, mapping, shape, True).fields == {"S": "New"}
    assert payload(values, mapping, shape, False).fields == {"L": "Lee"}


def test_empty_values_clear_on_update_only() -> None:
    """An empty value clears the field of a record that exists, and is left out of a new one."""
    mapping = mapping_of("title: T")
    assert payload({"title": None}, mapping, None, False).fields == {"T": None}
    assert payload({"title": ""}, mapping, None, True).fields == {}


def test_missing_fields_are_problems_unless_optional() -> None:
    """A field that the CRM lacks is a problem, an optional one is left out."""
    mapping = mapping_of("last_name: L\nbudget: {from: B, optional: true}")
    sent = payload({"last_name": "Lee", "budget": "yes"}, mapping, shape_of(), True)
    assert (sent.fields, codes(sent.problems)) == ({}, {"last_name": "missing-field"})


def test_restricted_picklists_are_respected() -> None:
    """A value that a restricted picklist does not have is not sent, and a person is asked."""
    mapping = mapping_of("rating: G")
    shape = shape_of(FieldShape("G", "picklist", restricted=True, values=("Hot",)))
    assert codes(payload({"rating": "Tepid"}, mapping, shape, True).doubts) == {"rating": "not-in-picklist"}
    assert payload({"rating": "Hot"}, mapping, shape, True).fields == {"G": "Hot"}


def test_first_source_is_written() -> None:
    """Of several sources the first is the one that is written."""
    mapping = mapping_of("company: {from: [A, B]}")
    assert payload({"company": "Acme"}, mapping, None, True).fields == {"A": "Acme"}


def test_fields_without_a_way_back_are_problems() -> None:
    """A transform that cannot be undone keeps the field from being written."""
    mapping = mapping_of("employees: {from: E, transforms: [first_number]}")
    assert codes(payload({"employees": 3}, mapping, None, True).problems) == {"employees": "read-only"}
