"""Raw rows become canonical records: values, provenance, problems."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.mapping import fingerprint, snapshot, translate
from connector.model.records import Provenance, RawRecord, RecordRef, Scalar
from tests.mapping.mapping_files import LEAD, mapping_of, row


def values_of(fields: str, **raw: Scalar) -> dict[str, Scalar]:
    """The canonical values of a row, which must have no problems."""
    done = translate(row(raw), mapping_of(fields))
    assert done.record is not None, done.problems
    return dict(done.record.values)


def problems_of(fields: str, **raw: Scalar) -> dict[str, str]:
    """Field -> code of the problems of a row, which must not walk on."""
    done = translate(row(raw), mapping_of(fields))
    assert done.record is None
    return {problem.field: problem.code for problem in done.problems}


def test_each_type_gets_its_usual_treatment() -> None:
    """Without named transforms a value is read as its canonical type asks."""
    fields = """
        last_name: L
        email: E
        phone: P
        country: C
        revenue: R
        opted_out_email: O
        created_at: A
        """
    raw = {"L": " Lee\r\n", "E": "Ann@ACME.com", "P": "030 1234567", "C": "Deutschland"}
    more: dict[str, Scalar] = {"R": 12000.0, "O": "false", "A": "2024-05-01T10:00:00.000+0200"}
    assert values_of(fields, **raw, **more) == {
        "last_name": "Lee",
        "email": "ann@acme.com",
        "phone": "+49301234567",
        "country": "DE",
        "revenue": 12000,
        "opted_out_email": False,
        "created_at": "2024-05-01T08:00:00Z",
    }


def test_first_source_that_is_not_empty_counts() -> None:
    """Of several sources the first with a value is taken, each after its own transforms."""
    fields = "company: {from: [A, {field: [B, C], transforms: [upper]}]}"
    assert values_of(fields, A=" ", B=None, C="acme") == {"company": "ACME"}
    assert values_of(fields, A="Acme", C="other") == {"company": "Acme"}
    assert values_of(fields) == {}


def test_a_source_may_find_nothing() -> None:
    """A source whose transform finds nothing leaves the word to the next."""
    fields = "company: {from: [{field: E, transforms: [firm_of_email]}, C]}"
    assert values_of(fields, E="ann@gmail.com", C="Acme") == {"company": "Acme"}
    assert values_of(fields, E="ann@acme-tools.co.uk", C="Acme") == {"company": "Acme Tools"}


def test_provenance_names_source_and_place() -> None:
    """Every value tells the fields looked at, the raw value, the transforms, and the line of the mapping."""
    mapping = mapping_of("last_name: L\ncompany: {from: [A, B], transforms: [trim, upper]}")
    record = translate(row(L="Lee", B=" acme "), mapping).record
    assert record is not None
    assert record.provenance["company"] == Provenance(("A", "B"), " acme ", ("trim", "upper"), f"{LEAD}:7")
    assert record.provenance["last_name"].place == f"{LEAD}:6"
    assert set(record.provenance) == set(record.values)


def test_all_problems_come_at_once() -> None:
    """A row with several problems lists every one of them, each with its place, and makes no record."""
    fields = """
        last_name: {from: L, required: true}
        revenue: R
        created_at: A
        industry: {from: I, values: {Tech: Technology}}
        rating: G
        """
    done = translate(row(L=" ", R="much", A="01/02/2024", I="Mining", G="Hot"), mapping_of(fields))
    assert done.record is None
    assert [(p.field, p.code, p.place) for p in done.problems] == [
        ("last_name", "required", f"{LEAD}:6"),
        ("revenue", "unreadable", f"{LEAD}:7"),
        ("created_at", "unreadable", f"{LEAD}:8"),
    ]
    assert [(p.field, p.code, p.place) for p in done.doubts] == [("industry", "unknown-value", f"{LEAD}:9")]


def test_unknown_words_are_doubts() -> None:
    """A word that a table does not know leaves the value out, and the doubt names the line to add."""
    done = translate(row(I="Mining: gold", L="Lee"), mapping_of("industry: {from: I, values: {Tech: Technology}}"))
    assert (done.record is not None, done.record and dict(done.record.values), done.problems) == (True, {}, ())
    assert 'add the line `"Mining: gold": …`' in done.doubts[0].message


def test_unknown_words_of_required_fields_are_problems() -> None:
    """Without a word for a required field there is no record to ask about."""
    done = translate(row(S="odd"), mapping_of("status: {from: S, required: true, values: {new: New}}"))
    assert (done.record, done.doubts, [p.code for p in done.problems]) == (None, (), ["unknown-value"])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$1,200.50", 1200.5),
        ("1.5M", 1500000),
        ("2 million EUR", 2000000),
        ("€ 3k", 3000),
        (5.0, 5),
        ("1-5M", None),
        ("a lot", None),
        ("1.200,50", None),
    ],
)
def test_money_is_read_out_of_text(text: Scalar, number: Scalar) -> None:
    """An amount with its currency or scale is a number; a span or words are no amount, and no problem."""
    assert values_of("revenue: {from: R, transforms: [money]}", R=text) == (
        {} if number is None else {"revenue": number}
    )


def test_spans_count_as_their_lower_bound() -> None:
    """A size given as a span counts as its lower end; text without a number is empty."""
    fields = "employees: {from: E, transforms: [lower_bound]}"
    assert values_of(fields, E="1,000-5,000") == {"employees": 1000}
    assert values_of(fields, E="unknown") == {}


def test_problems_hold_no_personal_data() -> None:
    """The words of a problem do not repeat what a person typed into a free field."""
    done = translate(row(R="Ann's secret salary"), mapping_of("revenue: R"))
    assert "secret" not in done.problems[0].message


def test_picklists_translate_words() -> None:
    """The table is read without regard to case; unknown words take the default; '' says what empty means."""
    fields = "rating: {from: G, values: {hot lead: Hot, '': Unrated}, default: Cold}"
    assert values_of(fields, G="Hot Lead ") == {"rating": "Hot"}
    assert values_of(fields, G="boiling") == {"rating": "Cold"}
    assert values_of(fields, G="") == {"rating": "Unrated"}


def test_a_null_default_leaves_unknown_words_out() -> None:
    """`default: null` drops an unknown word on purpose."""
    assert values_of("rating: {from: G, values: {hot: Hot}, default: null}", G="boiling") == {}


def test_tables_turn_words_into_flags() -> None:
    """A table may give true and false for a consent flag."""
    fields = "do_not_call: {from: G, values: {never: true, sometimes: false}}"
    assert values_of(fields, G="Never") == {"do_not_call": True}


def test_defaults_fill_empty_values() -> None:
    """A default stands in for an empty source, and says so."""
    mapping = mapping_of("country: {from: C, default: US}\nphone: P")
    record = translate(row(P="504-621-8927"), mapping).record
    assert record is not None
    assert record.values == {"country": "US", "phone": "+15046218927"}
    assert record.provenance["country"].raw is None


def test_values_of_the_wrong_type_are_problems() -> None:
    """Named transforms must end in the type of the field."""
    assert problems_of("revenue: {from: R, transforms: [trim]}", R="12") == {"revenue": "wrong-type"}
    assert problems_of("do_not_call: {from: R, transforms: [trim]}", R="yes") == {"do_not_call": "wrong-type"}


def test_joined_sources_become_one_text() -> None:
    """The transforms lines and words join every source that is not empty."""
    assert values_of("street: {from: [A, B, C], transforms: [lines]}", A="1 Main St", C="Floor 2") == {
        "street": "1 Main St\nFloor 2"
    }
    assert values_of("description: {from: [A, B], transforms: [words, upper]}", A="a", B="b") == {"description": "A B"}


def test_gone_rows_are_never_refused() -> None:
    """A deleted or merged row walks on as far as it can be read."""
    mapping = mapping_of("last_name: {from: L, required: true}\nrevenue: R")
    gone = RawRecord(RecordRef("here", "Thing", "1"), {"R": "much"}, deleted=True)
    record = translate(gone, mapping).record
    assert record is not None
    assert (record.deleted, dict(record.values)) == (True, {})


def test_stamps_are_carried_over() -> None:
    """Kind, reference, change stamp and survivor come along unchanged."""
    stamp = datetime(2024, 5, 1, tzinfo=UTC)
    raw = RawRecord(RecordRef("here", "Thing", "1"), {}, modified=stamp, merged_into="2")
    record = translate(raw, mapping_of("last_name: L")).record
    assert record is not None
    assert (record.kind.value, record.ref, record.modified, record.merged_into) == ("lead", raw.ref, stamp, "2")


def test_csv_headers_match_loosely() -> None:
    """In a CSV file case, spaces and punctuation of a header do not count; elsewhere they do."""
    fields = "email: {from: [E-mail, Email Address], direction: read}"
    for header in ("email_address", "EMAIL", "e mail", "Email-Address"):
        record = translate(row({header: "a@b.co"}), mapping_of(fields, system="csv")).record
        assert record is not None
        assert record.values == {"email": "a@b.co"}
        assert record.provenance["email"].sources == (header,)
    strict = translate(row({"email_address": "a@b.co"}), mapping_of(fields)).record
    assert strict is not None
    assert strict.values == {}


def test_fingerprint_ignores_what_is_not_read() -> None:
    """Only fields that the mapping reads count, and our own key does not."""
    mapping = mapping_of("last_name: L\nexternal_key: K\nrating: G")
    first = row(L="Lee", K=None, SystemModstamp="1")
    assert snapshot(first, mapping) == {"L": "Lee"}
    same = row(L="Lee", K="here:1", SystemModstamp="2", G="")
    assert fingerprint(first, mapping) == fingerprint(same, mapping)
    assert fingerprint(first, mapping) != fingerprint(row(L="Li"), mapping)


def test_csv_fingerprint_follows_loose_headers() -> None:
    """A CSV row's content is found under the file's own headers."""
    mapping = mapping_of("email: {from: [E-mail], direction: read}", system="csv")
    assert snapshot(row({"e_mail": "a@b.co", "Colour": "red"}), mapping) == {"e_mail": "a@b.co"}


@pytest.mark.parametrize("value", [True, 3, 3.5, "x"])
def test_scalars_become_text_where_text_is_asked(value: Scalar) -> None:
    """Numbers and flags in a text field are written out."""
    assert isinstance(values_of("title: T", T=value)["title"], str)
