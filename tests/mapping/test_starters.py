"""The mapping files that we ship: clean against a stock org, their cases pass, real exports are read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from connector.mapping import check_mappings, payload, run_cases, translate
from connector.model.conversion import BothChanged, Survives
from connector.model.decision import Verdict
from connector.model.progress import FieldShape, ObjectShape
from connector.model.records import Kind, RawRecord, RecordRef, Scalar
from connector.sandbox.salesforce.schema_setup import standard_schema
from tests.mapping.mapping_files import shipped, shipped_set

OBJECTS = ("Lead", "Account", "Contact", "Opportunity")
ACTIVITIES = ("Task", "Event", "CampaignMember")


@pytest.fixture(scope="module")
def stock_org() -> Mapping[str, ObjectShape]:
    """The four objects as a stock org describes them (the sandbox is written from real describes)."""
    schema = standard_schema()
    found: dict[str, ObjectShape] = {}
    for name in (*OBJECTS, *ACTIVITIES):
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
    assert len({r.path for r in results}) == len(shipped_set().mappings) + len(shipped_set().activities)


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


FAMILY = ("sugarcrm", "suitecrm")


def read_as(system: str, **raw: Scalar) -> dict[str, Scalar]:
    """What a lead of *system* says, with the fields that it cannot be without."""
    mapping = shipped_set().object_mapping(system, Kind.LEAD)
    needed: dict[str, Scalar] = {"last_name": "Lee", "account_name": "Acme", "LastName": "Lee", "Company": "Acme"}
    done = translate(RawRecord(RecordRef(system, "lead", "1"), {**needed, **raw}), mapping)
    assert done.record is not None
    assert done.doubts == ()
    return dict(done.record.values)


def written_as(system: str, shape: ObjectShape | None = None, **values: Scalar) -> dict[str, Scalar]:
    """What is sent to *system* for a lead with these values."""
    made = payload(values, shipped_set().object_mapping(system, Kind.LEAD), shape, creating=True)
    assert (made.problems, made.doubts) == ((), ())
    return dict(made.fields)


@pytest.mark.parametrize("system", FAMILY)
@pytest.mark.parametrize(
    ("native", "ours", "salesforce", "back"),
    [
        ("New", "Open - Not Contacted", "Open - Not Contacted", "New"),
        ("Assigned", "Open - Not Contacted", "Open - Not Contacted", "New"),
        (None, "Open - Not Contacted", "Open - Not Contacted", "New"),
        ("In Process", "Working - Contacted", "Working - Contacted", "In Process"),
        ("Recycled", "Nurturing", "Closed - Not Converted", "Recycled"),
        ("Dead", "Closed - Not Converted", "Closed - Not Converted", "Dead"),
    ],
)
def test_statuses_go_both_ways(
    stock_org: Mapping[str, ObjectShape], system: str, native: str | None, ours: str, salesforce: str, back: str
) -> None:
    """A status of the family is read in our words, written into a stock Salesforce org, and written back."""
    assert read_as(system, status=native)["status"] == ours
    assert written_as("salesforce", stock_org["Lead"], status=ours) == {"Status": salesforce}
    assert written_as(system, status=ours) == {"status": back}


@pytest.mark.parametrize("system", FAMILY)
@pytest.mark.parametrize(
    ("native", "ours", "salesforce"),
    [
        ("Web Site", "Web", "Web"),
        ("Partner", "Partner Referral", "Partner Referral"),
        ("Cold Call", "Cold Call", "Other"),
        ("Trade Show", "Trade Show", "Other"),
        ("Other", "Other", "Other"),
    ],
)
def test_sources_go_both_ways(
    stock_org: Mapping[str, ObjectShape], system: str, native: str, ours: str, salesforce: str
) -> None:
    """A source of the family comes back as it was; a stock Salesforce org says Other for what it has no word for."""
    assert read_as(system, lead_source=native)["source"] == ours
    assert written_as("salesforce", stock_org["Lead"], source=ours) == {"LeadSource": salesforce}
    assert written_as(system, source=ours) == {"lead_source": native}


@pytest.mark.parametrize("system", FAMILY)
def test_salesforce_words_have_a_place(stock_org: Mapping[str, ObjectShape], system: str) -> None:
    """Every status and source of a stock Salesforce org has its place there; an inbound call is no cold call."""
    shape = stock_org["Lead"]
    for word in shape.fields["Status"].values:
        assert written_as(system, status=read_as("salesforce", Status=word)["status"])["status"]
    for word in shape.fields["LeadSource"].values:
        assert written_as(system, source=read_as("salesforce", LeadSource=word)["source"])["lead_source"]
    assert written_as(system, source="Phone Inquiry") == {"lead_source": "Other"}
