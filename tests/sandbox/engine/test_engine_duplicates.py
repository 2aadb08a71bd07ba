"""Duplicate rules, off until a world turns them on."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.salesforce.org import DmlOptions, LeadConvert, Org
from tests.sandbox.engine.engine_answers import Make, only

DONE = "Closed - Converted"


def _with_rules(org: Org, *rules: dict[str, Any]) -> None:
    org.reset({"salesforce": {"duplicate_rules": list(rules)}})


def test_rules_are_off_by_default(org: Org, make_lead: Make) -> None:
    """Without rules two equal leads may stand side by side."""
    assert make_lead(Email="a@x.test") != make_lead(Email="A@X.test")


def test_alert_answers_the_match_and_can_be_allowed(org: Org, make: Make) -> None:
    """An alerting rule refuses with the matches and lets through who allows the save."""
    _with_rules(org, {"object": "Lead"})
    contact = make("Contact", LastName="Okafor", Email="Ada@X.test")
    lead = {"LastName": "Okafor", "Company": "Acme", "Email": "ada@x.TEST"}
    error = only(org.create("Lead", [lead])[0].errors)
    assert (error.status_code, error.message) == ("DUPLICATES_DETECTED", "Use one of these records?")
    result = (error.extra or {})["duplicateResut"]
    assert (result["allowSave"], result["duplicateRule"]) == (True, "Standard_Lead_Duplicate_Rule")
    match = result["matchResults"][0]
    assert (match["entityType"], match["size"]) == ("Contact", 1)
    record = match["matchRecords"][0]["record"]
    assert record == {
        "attributes": {"type": "Contact", "url": f"/services/data/v62.0/sobjects/Contact/{contact}"},
        "Id": contact,
    }
    assert org.create("Lead", [lead], DmlOptions(allow_save=True))[0].success


def test_block_cannot_be_allowed(org: Org, make: Make) -> None:
    """A blocking rule refuses whatever the header says, with allowSave false."""
    _with_rules(org, {"object": "Account", "action": "block", "name": "No_Twins"})
    make("Account", Name="Acme")
    error = only(org.create("Account", [{"Name": "ACME"}], DmlOptions(allow_save=True))[0].errors)
    result = (error.extra or {})["duplicateResut"]
    assert (result["allowSave"], result["duplicateRule"]) == (False, "No_Twins")


def test_name_and_company_together_match(org: Org, make: Make) -> None:
    """The standard lead rule also goes by name and company; one alone is no match."""
    _with_rules(org, {"object": "Lead"})
    make("Lead", LastName="Okafor", FirstName="Ada", Company="Acme")
    twin = {"LastName": "okafor", "FirstName": "ADA", "Company": "ACME"}
    assert org.create("Lead", [twin])[0].errors[0].status_code == "DUPLICATES_DETECTED"
    assert org.create("Lead", [{**twin, "Company": "Other"}])[0].success


def test_details_are_shown_on_request(org: Org, make: Make) -> None:
    """includeRecordDetails adds the matched fields to each match."""
    _with_rules(org, {"object": "Contact", "fields": ["Email"], "message": "Look"})
    make("Contact", LastName="A", Email="a@x.test")
    options = DmlOptions(include_record_details=True)
    error = only(org.create("Contact", [{"LastName": "B", "Email": "a@x.test"}], options)[0].errors)
    match = (error.extra or {})["duplicateResut"]["matchResults"][0]["matchRecords"][0]
    assert (error.message, match["record"]["Email"]) == ("Look", "a@x.test")


def test_update_is_checked_when_it_matters(org: Org, make: Make) -> None:
    """An update is checked only when it changes a field of the rule, and never against itself."""
    _with_rules(org, {"object": "Lead", "fields": ["Email"]})
    make("Lead", LastName="A", Company="C", Email="a@x.test")
    other = make("Lead", LastName="B", Company="C", Email="b@x.test")
    assert org.update("Lead", [{"Id": other, "Email": "B@x.test"}])[0].success
    assert org.update("Lead", [{"Id": other, "Title": "x"}])[0].success
    assert not org.update("Lead", [{"Id": other, "Email": "a@x.test"}])[0].success
    twin = org.load({"Lead": [{"LastName": "T", "Company": "C", "Email": "a@x.test"}]})["Lead"][0]["Id"]
    assert org.update("Lead", [{"Id": twin, "Title": "x"}])[0].success


@pytest.mark.parametrize("bypass", [False, True])
def test_conversion_meets_the_rules_unless_bypassed(org: Org, make: Make, bypass: bool) -> None:
    """A new contact of a conversion is checked against others, not against its own lead."""
    _with_rules(org, {"object": "Contact"})
    first = make("Lead", LastName="A", Company="C", Email="a@x.test")
    assert org.convert_leads([LeadConvert(first, DONE)])[0].success
    second = make("Lead", LastName="A", Company="D", Email="a@x.test")
    result = org.convert_leads([LeadConvert(second, DONE, bypass_contact_dedupe_check=bypass)])[0]
    assert result.success is bypass
    assert [error.status_code for error in result.errors] == ([] if bypass else ["DUPLICATES_DETECTED"])
