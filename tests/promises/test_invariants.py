"""Invariants in the CRM: consent only tightens, what is filled and who owns it stays, one opportunity of a type."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connector.model.records import digest_of
from connector.planning import unseal
from tests.builders import account, contact, demo_lead

from .families import SALESFORCE, SUGARCRM, SUITECRM, Family
from .project import Project

ANN = "0055g0000000001AAA"
HARBOR = account(1, "Harbor Grid Works", Phone="+1 555 0100", CreatedDate="2024-01-05T08:00:00.000Z")
DAN = contact(1, "Dan", "Quill", HARBOR, CreatedDate="2024-01-05T08:00:00.000Z")
OPT_OUTS = {"HasOptedOutOfEmail": True, "HasOptedOutOfFax": True}


SUGAR_WORDS = ("New Business", "Existing Business")
WORDS = {
    SALESFORCE: ("New Customer", "Existing Customer - Upgrade"),
    SUGARCRM: SUGAR_WORDS,
    SUITECRM: SUGAR_WORDS,
}


def broken(route: dict[str, Any]) -> list[str]:
    """The invariants that a read-back found broken."""
    return [one["invariant"] for one in route["invariants"]["broken"]]


def opportunities(project: Project) -> list[dict[str, Any]]:
    """Every opportunity, whatever the CRM."""
    return project.dump("Opportunity" if project.family is SALESFORCE else "Opportunities")


def test_opt_out_reaches_a_known_contact(project: Project) -> None:
    """Whatever `conversion.yaml` says, an opt-out is written on the contact, none is lifted, and both are read back."""
    for name, rule in (("opted_out_email", "never"), ("opted_out_fax", "never"), ("do_not_call", "lead")):
        field = f"  {name}: {{ from: {name}, native: true, survives: "
        project.edit("mappings/conversion.yaml", f"{field}tighten", f"{field}{rule}")
    project.load({"Account": [HARBOR], "Contact": [DAN | {"DoNotCall": True}]})
    project.load({"Lead": [demo_lead(1, "Dan", "Quill", "Harbor Grid Works", **OPT_OUTS)]})
    done = project.sync()
    (dan,) = project.dump("Contact")
    assert done.code == 0
    assert [dan[name] for name in ("HasOptedOutOfEmail", "DoNotCall", "HasOptedOutOfFax")] == [True] * 3
    assert done.route["invariants"] == {"refused": [], "broken": [], "read_back": 2, "left_out": 0}


def test_opt_out_of_a_repeat_reaches_the_contact(project: Project) -> None:
    """A lead that repeats another one brings its opt-out to the contact that the other one made."""
    project.load({"Lead": [demo_lead(1, "Fay", "Winter", "Juniper Optics")]})
    project.load({"Lead": [demo_lead(2, "Fay", "Winter", "Juniper Optics", **OPT_OUTS)]})
    assert project.sync().code == 0
    (fay,) = project.dump("Contact")
    assert [fay["HasOptedOutOfEmail"], fay["HasOptedOutOfFax"]] == [True, True]


@pytest.mark.parametrize("together", [True, False])
def test_second_lead_joins_the_open_opportunity(project: Project, together: bool) -> None:
    """Two leads of a known account share one opportunity, in one run and over two; a closed one makes way."""
    project.load({"Account": [HARBOR]})
    for number, name in enumerate(("Ada", "Bob"), 1):
        project.load({"Lead": [demo_lead(number, name, "Marsh", "Harbor Grid Works")]})
        if not together:
            assert project.sync().code == 0
    if together:
        assert project.sync().code == 0
    (opened,) = project.dump("Opportunity")
    assert len(project.dump("OpportunityContactRole")) == 2
    if not together:
        project.side_door("edit", "Opportunity", opened["Id"], dialect="salesforce", set={"StageName": "Closed Won"})
        project.load({"Lead": [demo_lead(3, "Cay", "Lund", "Harbor Grid Works")]})
        assert project.sync().code == 0
        assert len(project.dump("Opportunity")) == 2


@pytest.mark.parametrize("family", [SALESFORCE, SUGARCRM, SUITECRM], ids=lambda family: family.name)
def test_terms_reach_every_crm(new_project: Callable[..., Project], family: Family) -> None:
    """New business for a new company, existing business for a customer: type, amount and close date as written."""
    project = new_project(family)
    project.edit("mappings/policy.yaml", "    close_in_days: 60", "    close_in_days: 60\n    amount: 700")
    customer = family.native({"Account": [HARBOR]})
    for rows in customer.values():
        rows[0] |= {"Type": "Customer - Direct"} if family is SALESFORCE else {"account_type": "Customer"}
    project.control("load", {family.dialect: customer})
    pair = [demo_lead(1, "Ada", "Marsh", "Amber Looms"), demo_lead(2, "Bo", "Lund", "Harbor Grid Works")]
    project.load({"Lead": pair})
    assert project.sync().code == 0
    names = ("Name", "Type", "Amount") if family is SALESFORCE else ("name", "opportunity_type", "amount")
    terms = {str(row[names[0]]): (row[names[1]], float(row[names[2]] or 0)) for row in opportunities(project)}
    new, existing = WORDS[family]
    assert terms == {"Amber Looms - Demo": (new, 0.0), "Harbor Grid Works - Demo": (existing, 700.0)}
    closes = sorted(row["CloseDate" if family is SALESFORCE else "date_closed"] for row in opportunities(project))
    today = project.sandbox.clock.now().date()
    assert closes == [str(today + timedelta(days=days)) for days in (60, 90)]


BREAKING = [
    ("Account", {"Phone": "+1 555 0199"}, "filled-field-stays"),
    ("Account", {"OwnerId": ANN}, "account-owner-stays"),
    ("Contact", {"HasOptedOutOfEmail": False}, "consent-only-tightens"),
]


@pytest.mark.parametrize(("object_name", "values", "invariant"), BREAKING)
def test_broken_invariant_is_read_back(
    project: Project, object_name: str, values: dict[str, object], invariant: str
) -> None:
    """What somebody's automation does on conversion is found by reading back: told, audited, and no success."""
    ann = {"Id": ANN, "LastName": "Ann", "Username": "ann@example.test", "IsActive": True}
    project.load({"User": [ann], "Account": [HARBOR], "Contact": [DAN]})
    project.load({"Lead": [demo_lead(1, "Dan", "Quill", "Harbor Grid Works", Phone="+1 555 0123", **OPT_OUTS)]})
    record = (HARBOR if object_name == "Account" else DAN)["Id"]
    project.faults(
        {
            "operation": "write",
            "nth": 2,
            "action": "edit",
            "when": "after",
            "dialect": "salesforce",
            "object": object_name,
            "id": record,
            "set": values,
        }
    )
    done = project.sync()
    assert (done.code, broken(done.route)) == (1, [invariant])
    assert f"broken: {invariant}" in done.err
    assert project.rows("SELECT count(*) FROM audit WHERE event = 'invariant broken'") == [(1,)]


def test_plan_corrupted_after_sealing_is_refused(project: Project) -> None:
    """A sealed plan states its promises; one whose steps do not keep them is refused, though its digest is right."""
    project.load({"Account": [HARBOR], "Contact": [DAN]})
    project.load({"Lead": [demo_lead(1, "Dan", "Quill", "Harbor Grid Works", **OPT_OUTS)]})
    file = project.folder / "plan.json"
    assert project.run("plan", "salesforce", "-o", str(file)).code == 0
    sealed = json.loads(file.read_text("utf-8"))
    for step in sealed["plan"]["leads"][0]["steps"]:
        if step["kind"] == "contact":
            step["after"]["HasOptedOutOfEmail"] = False
    sealed["digest"] = digest_of(sealed["plan"])
    file.write_text(json.dumps(sealed), "utf-8")
    assert unseal(sealed).leads[0].promises
    refused = project.run("apply", str(file))
    assert refused.code == 76
    assert "consent-only-tightens" in refused.err
    assert not any(row["IsConverted"] for row in project.dump("Lead"))
