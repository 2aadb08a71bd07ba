"""What doctor is told of a SugarCRM, with the steps that mend it; nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from connector.model.progress import Shortcoming
from tests.contracts.sugarcrm_subject import SugarSubject

from .conftest import Made

MODULES = ["Leads", "Accounts", "Contacts", "Opportunities"]


def found(crm: SugarSubject) -> list[Shortcoming]:
    """The shortcomings; asking writes nothing."""
    told = list(crm.system.shortcomings(MODULES))
    assert {str(call["kind"]) for call in crm.log()} <= {"read", "login"}
    return told


def test_nothing_lacks_in_a_sound_instance(crm: SugarSubject) -> None:
    """A CRM with our field, our rights and our platform has no shortcoming."""
    assert found(crm) == []


def test_missing_key_field_names_the_steps(crm_with: Made) -> None:
    """Each module without our field is told with the way to it in Studio."""
    crm = crm_with({}, key_field="our_key_c")
    told = found(crm)
    assert [(each.what, each.fatal) for each in told] == [
        (f"{name} has no field `our_key_c` for our key", True) for name in MODULES
    ]
    assert "Admin > Studio > Leads > Fields > Add Field" in told[0].fix
    assert "`our_key`" in told[0].fix


def test_short_key_field_is_told(crm_with: Made) -> None:
    """A field that cannot hold a whole key is told, with the size that it needs."""
    told = found(crm_with({}, key_field="title"))
    shorts = [each for each in told if "holds 100 characters" in each.what]
    assert shorts
    assert all("255" in each.fix and not each.fatal for each in shorts)


def test_field_too_short_for_our_keys_is_fatal(crm_with: Made) -> None:
    """A field that holds no key of a lead's records is told as such: nothing would be converted."""
    told = found(crm_with({}, key_field="alt_address_postalcode"))
    assert {each.fatal for each in told if "holds 20 characters" in each.what} == {True}


@pytest.mark.parametrize(
    ("settings", "options", "says"),
    [
        ({"registered_platforms": ["base"]}, {}, "register the platform lead_connector"),
        ({"acl_denied_modules": ["Contacts"]}, {}, "does not see the module Contacts"),
        ({"acl_readonly_modules": ["Accounts"]}, {}, "may not create, edit in Accounts"),
        ({"opps_mode": "rli", "acl_denied_modules": ["RevenueLineItems"]}, {}, "not access in RevenueLineItems"),
        ({"opps_mode": "rli", "acl_readonly_modules": ["RevenueLineItems"]}, {}, "not create in RevenueLineItems"),
        ({"acl_readonly_fields": {"Leads": ["connector_key_c"]}}, {}, "read and write `connector_key_c` of Leads"),
        ({"acl_hidden_fields": {"Leads": ["connector_key_c"]}}, {}, "read and write `connector_key_c` of Leads"),
        ({}, {"key_field": "sync_key", "version": "v11_5"}, "sync_key needs REST v11_10"),
        ({"sync_key_admin_only": True, "api_user_admin": False}, {"key_field": "sync_key"}, "for admins alone"),
    ],
)
def test_what_stops_us_is_fatal(crm_with: Made, settings: dict[str, Any], options: dict[str, Any], says: str) -> None:
    """What keeps the connector from working is told as such, with a way to mend it."""
    told = [each for each in found(crm_with(settings, **options)) if says in each.what]
    assert [each.fatal for each in told] == [True]
    assert told[0].fix


@pytest.mark.parametrize(
    ("settings", "options", "says"),
    [
        ({"opps_mode": "rli"}, {}, "sum up revenue line items"),
        ({}, {"key_field": ""}, "no key field is configured"),
        ({"acl_denied_modules": ["RevenueLineItems"]}, {"key_field": ""}, "no key field is configured"),
        ({"acl_hidden_fields": {"Leads": ["title"]}}, {}, "fields of Leads are hidden from the API user: title"),
        ({"acl_readonly_fields": {"Contacts": ["title"]}}, {}, "fields of Contacts that the API user may only read"),
    ],
)
def test_what_we_work_around_is_told(
    crm_with: Made, settings: dict[str, Any], options: dict[str, Any], says: str
) -> None:
    """What is worked around is told without stopping anything."""
    told = found(crm_with(settings, **options))
    assert [(says in each.what, each.fatal) for each in told] == [(True, False)]


@pytest.mark.parametrize("right", ["acl_hidden_fields", "acl_readonly_fields"])
def test_field_rights_name_the_place(crm_with: Made, right: str) -> None:
    """What the role keeps from us of single fields is told with the place where that is changed."""
    (told,) = found(crm_with({right: {"Leads": ["title", "status"]}}))
    assert "status, title" in told.what
    assert "(Admin > Role Management > Leads > Field Permissions)" in told.fix


def test_sync_key_for_admins_is_fine(crm_with: Made) -> None:
    """An admin may use sync_key."""
    assert found(crm_with({"sync_key_admin_only": True}, key_field="sync_key")) == []
