"""The mapping files that we ship: clean against a stock org, their cases pass, real exports are read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from connector.mapping import check_mappings, run_cases, translate
from connector.model.conversion import BothChanged, Survives
from connector.model.decision import Verdict
from connector.model.progress import FieldShape, ObjectShape
from connector.model.records import Kind, RawRecord, RecordRef
from connector.sandbox.salesforce.schema_setup import standard_schema
from tests.mapping.mapping_files import shipped, shipped_set

OBJECTS = ("Lead", "Account", "Contact", "Opportunity")


@pytest.fixture(scope="module")
def stock_org() -> Mapping[str, ObjectShape]:
    """The four objects as a stock org describes them (the sandbox is written from real describes)."""
    schema = standard_schema()
    found: dict[str, ObjectShape] = {}
    for name in OBJECTS:
        described = schema.find(name)
        assert described is not None
        fields = {
            f.name: FieldShape(
                name=f.name,
                type=f.type,
                label=f.label,
                length=f.length,
                required=f.required,
                createable=f.createable,
                updateable=f.updateable,
                restricted=f.restricted,
                values=f.values,
            )
            for f in described.readable()
        }
        found[name] = ObjectShape(name, fields)
    return found


def test_stock_org_lints_clean(stock_org: Mapping[str, ObjectShape]) -> None:
    """Every field of a stock Salesforce org is mapped or ignored with a reason, and all types and lengths fit."""
    findings = check_mappings(shipped(), {"salesforce": stock_org})
    assert [str(f) for f in findings if "/salesforce/" in f.path or "/csv/" in f.path or "conversion" in f.path] == []


def test_stock_org_lacks_nothing(stock_org: Mapping[str, ObjectShape]) -> None:
    """An org without our custom fields works: all of them are optional."""
    for kind, name in zip(Kind, OBJECTS, strict=True):
        mapping = shipped_set().object_mapping("salesforce", kind)
        assert mapping.missing(stock_org[name]) == ()
        assert set(mapping.read_fields(stock_org[name])) <= set(stock_org[name].fields)


def test_shipped_cases_pass() -> None:
    """Every case in the shipped files holds, and every file has some."""
    results = run_cases(shipped_set())
    assert [(r.path, r.line, r.differences) for r in results if not r.passed] == []
    assert len({r.path for r in results}) == len(shipped_set().mappings)


def test_public_sample_is_read_whole(shared_data: Path) -> None:
    """The classic import sample of 500 people is read without a single problem."""
    mapping = shipped_set().object_mapping("csv", Kind.LEAD)
    with (shared_data / "sample-people" / "us-500.csv").open(encoding="utf-8", newline="") as file:
        rows = [RawRecord(RecordRef("inbox", "lead", str(n)), row) for n, row in enumerate(csv.DictReader(file))]
    done = [translate(row, mapping) for row in rows]
    assert len(done) == 500
    assert [d.problems for d in done if d.problems] == []
    first = done[0].record
    assert first is not None
    assert first.values["last_name"] == "Butt"
    assert first.values["company"] == "Benton, John B Jr"
    assert first.values["mobile"] == "504-845-1427"
    assert first.values["website"] == "http://www.bentonjohnbjr.com"
    wanted = {
        "first_name",
        "last_name",
        "company",
        "street",
        "city",
        "state",
        "postal_code",
        "phone",
        "mobile",
        "email",
    }
    assert all(d.record is not None and wanted <= set(d.record.values) for d in done)


def test_company_may_come_from_the_firms_domain() -> None:
    """A CSV lead without a company takes its firm's name from the e-mail, and says so."""
    mapping = shipped_set().object_mapping("csv", Kind.LEAD)
    raw = RawRecord(RecordRef("inbox", "lead", "1"), {"name": "Ann Lee", "E-Mail": "ann@acme-tools.com", "Company": ""})
    record = translate(raw, mapping).record
    assert record is not None
    assert record.values["company"] == "Acme Tools"
    assert record.provenance["company"].sources == ("Company", "E-Mail")
    assert record.provenance["company"].transforms[0] == "firm_of_email"


def test_conversion_follows_the_standard_mapping() -> None:
    """The shipped conversion names the fields that Salesforce converts by itself, and tightens consent."""
    rules = shipped_set().conversion
    assert rules.converted_status == "Closed - Converted"
    assert rules.fields[Kind.ACCOUNT]["name"] == "company"
    assert "description" not in rules.fields[Kind.ACCOUNT]
    assert "description" in rules.native[Kind.CONTACT]
    assert "description" not in rules.native[Kind.OPPORTUNITY]
    consent = ("opted_out_email", "opted_out_fax", "do_not_call")
    assert {rules.survivorship[Kind.CONTACT][name] for name in consent} == {Survives.TIGHTEN}
    assert rules.survivorship[Kind.ACCOUNT]["owner_id"] is Survives.NEVER


def test_what_another_crm_made_is_given_back() -> None:
    """A source lead is closed with links to what was made of it; of two changes the newest stays, sales' own aside."""
    rules = shipped_set().conversion
    assert set(rules.push_back) == {"status", "converted", "converted_to"}
    assert "{account}" in str(rules.push_back["converted_to"])
    assert rules.both_changed[Kind.CONTACT] == {"*": BothChanged.NEWEST}
    assert rules.both_changed[Kind.OPPORTUNITY]["stage"] is BothChanged.TARGET


def test_only_disqualifying_writes_back() -> None:
    """Disqualifying sets status and reason; nurture and review leave the lead alone."""
    back = shipped_set().conversion.write_back
    assert dict(back) == {
        Verdict.DISQUALIFY: {"status": "Closed - Not Converted", "disqualification_reason": "{reason}"}
    }
