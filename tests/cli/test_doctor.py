"""The doctor tells what keeps routes and CRMs from working together, and how to mend it."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from connector.model.progress import Shortcoming
from connector.sandbox.client import control
from connector.systems.sugarcrm import SugarCrmSystem

from .terminal import Folder, one_answer


def failures(folder: Folder) -> list[dict[str, Any]]:
    """The checks that failed."""
    answer = folder.type("doctor", "--json")
    return [check for check in json.loads(answer.out)["checks"] if check["level"] == "fail"]


def test_overlapping_routes_are_told_with_their_line(folder: Folder) -> None:
    """Two enabled routes on one CRM are a failure in doctor, and in the lint with file and line."""
    text = folder.config.read_text()
    folder.config.write_text(text + "  again:\n    source: salesforce\n    target: salesforce\n")
    line = text.count("\n") + 1
    (found,) = failures(folder)
    assert (found["name"], f"line {line}" in found["detail"]) == ("routes", True)
    lint = folder.type("mapping", "lint")
    assert lint.code == 65
    assert f"connector.yaml:{line}:3: overlapping-routes: routes salesforce and again take the same leads" in lint.out


def test_every_route_is_held_against_the_crm(folder: Folder) -> None:
    """A second route with mappings of its own is checked too, not only the first one."""
    shutil.copytree(folder.path / "mappings", folder.path / "others")
    folder.edit("others/salesforce/lead.yaml", "city: { from: City,", "city: { from: Town__c,")
    folder.edit(
        "connector.yaml",
        "source: inbox\n    target: salesforce",
        "source: inbox\n    target: salesforce\n    mapping: others",
    )
    (found,) = failures(folder)
    assert "others/salesforce/lead.yaml" in found["detail"]
    assert "Lead has no field Town__c" in found["detail"]


def test_matching_files_that_fight_are_told(folder: Folder) -> None:
    """Routes whose matching files differ in keys or lists would lay the directory anew in turn; other points do not."""
    shutil.copy(folder.path / "mappings/matching.yaml", folder.path / "mappings/other.yaml")
    folder.edit(
        "connector.yaml",
        "source: inbox\n    target: salesforce",
        "source: inbox\n    matching: mappings/other.yaml\n    target: salesforce",
    )
    folder.edit("mappings/other.yaml", "link_at: 0.0", "link_at: 0.5")
    assert failures(folder) == []
    folder.edit("mappings/other.yaml", "own_domains: []", "own_domains: [acme.com]")
    (found,) = failures(folder)
    assert found["name"] == "matching"
    assert "mappings/other.yaml" in found["detail"]


def test_a_wrong_converted_status_is_told(folder: Folder) -> None:
    """The status that closes a lead must be one of the CRM's own."""
    folder.edit("mappings/conversion.yaml", "converted_status: Closed - Converted", "converted_status: Done")
    found = failures(folder)
    assert [each["name"] for each in found] == ["salesforce", "sugarcrm", "suitecrm"]
    assert "converted_status is `Done`, and this CRM has `Closed - Converted` for it" in found[0]["detail"]


def test_a_key_in_another_field_is_told(folder: Folder) -> None:
    """A mapping that writes our key elsewhere than the connection looks for it is told, with what to write."""
    folder.edit("mappings/salesforce/contact.yaml", "from: Connector_Key__c", "from: AssistantName")
    found = next(each for each in failures(folder) if each["name"] == "salesforce Contact")
    assert found["next"] == "write `from: Connector_Key__c` there, or correct key_field"


def test_online_lint_asks_for_what_is_mapped(folder: Folder) -> None:
    """The lint compares the objects that the mappings name, whatever the CRM calls them."""
    folder.edit("mappings/salesforce/lead.yaml", "city: { from: City,", "city: { from: Town__c,")
    answer = folder.type("mapping", "lint", "--online")
    assert answer.code == 65
    assert "unknown-native-field: Lead has no field `Town__c`" in answer.out


def test_what_a_crm_lacks_comes_with_the_steps(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shortcoming is a warning, or a failure where nothing works without it; both say what to do in the CRM."""
    lacks = [Shortcoming("no key field", "make it in Studio", fatal=True), Shortcoming("half a view", "widen the role")]
    monkeypatch.setattr(SugarCrmSystem, "shortcomings", lambda _self, _objects: lacks)
    answer = folder.type("doctor")
    assert answer.code == 78
    assert "fail  sugarcrm: no key field\n      next: make it in Studio\n" in answer.out
    assert "warn  sugarcrm: half a view\n      next: widen the role\n" in answer.out


@pytest.mark.parametrize(("name", "wrong"), [("sugarcrm", "html"), ("sugarcrm", "/nowhere"), ("suitecrm", "html")])
def test_a_mistyped_address_leaves_nothing_behind(folder: Folder, name: str, wrong: str) -> None:
    """An address where no CRM answers is told, and no org of it is kept: the right one works at once."""
    right = folder.config.read_text()
    with one_answer("404 Not Found", ["Content-Type: text/html"], b"<html>Not Found</html>") as other:
        address = other if wrong == "html" else f"{folder.sandbox.base_url}{wrong}"
        head, section, rest = right.partition(f"\n  {name}:\n")
        folder.config.write_text(head + section + rest.replace(folder.sandbox.base_url, address, 1))
        found = failures(folder)
    assert [each["name"] for each in found] == [name]
    assert "address" in found[0]["next"]
    assert name not in dict(folder.ask("SELECT name, org_id FROM connections"))
    folder.config.write_text(right)
    assert failures(folder) == []


def test_rights_on_users_change_no_org(folder: Folder) -> None:
    """Doctor goes on with the same org when our user may see users later on, or no longer."""
    for denied in (["Users"], [], ["Users"]):
        settings = {"settings": {"acl_denied_modules": denied}}
        control(folder.sandbox.base_url, "reset", {"world": {"sugarcrm": settings}})
        assert "sugarcrm" not in {each["name"] for each in failures(folder)}
    (kept,) = folder.ask("SELECT org_id FROM connections WHERE name = 'sugarcrm'")
    assert kept[0].startswith("127.0.0.1#20")


def test_line_items_without_rights_fail(folder: Folder) -> None:
    """Where opportunities sum up line items that our user may not see, doctor fails, with the steps."""
    settings = {"settings": {"opps_mode": "rli", "acl_denied_modules": ["RevenueLineItems"]}}
    control(folder.sandbox.base_url, "reset", {"world": {"sugarcrm": settings}})
    (found,) = failures(folder)
    assert "RevenueLineItems" in found["detail"]
    assert "Role Management" in found["next"]


def test_a_hidden_status_is_told_as_such(folder: Folder) -> None:
    """Where our user may not see the status, nothing is said of the words that close a lead: they are right."""
    settings = {"settings": {"acl_hidden_fields": {"Leads": ["status"]}}}
    control(folder.sandbox.base_url, "reset", {"world": {"sugarcrm": settings}})
    (found,) = failures(folder)
    assert (found["name"], "Leads has no field status" in found["detail"]) == ("sugarcrm Leads", True)


def test_a_leads_own_crm_needs_its_leads_alone(folder: Folder) -> None:
    """Where leads only come from, and get a note at most, our user need not see what they become elsewhere."""
    closed = ["Accounts", "Contacts", "Opportunities"]
    settings = {"settings": {"acl_denied_modules": closed}}
    control(folder.sandbox.base_url, "reset", {"world": {"sugarcrm": settings}})
    head = folder.config.read_text().partition("\nroutes:\n")[0]
    across = "\nroutes:\n  across: {source: sugarcrm, target: salesforce, push_back: "
    folder.config.write_text(f"{head}{across}links}}\n")
    assert failures(folder) == []
    folder.config.write_text(f"{head}{across}records}}\n")
    assert [found["detail"].rsplit(" ", 1)[1] for found in failures(folder)] == closed
