"""Describe: the keys that clients read and the facts about fields."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.salesforce.org import ApiError, Org

FIELD_KEYS = [
    "aggregatable",
    "autoNumber",
    "byteLength",
    "calculated",
    "cascadeDelete",
    "caseSensitive",
    "compoundFieldName",
    "controllerName",
    "createable",
    "custom",
    "defaultValue",
    "defaultedOnCreate",
    "dependentPicklist",
    "deprecatedAndHidden",
    "digits",
    "encrypted",
    "externalId",
    "filterable",
    "groupable",
    "idLookup",
    "label",
    "length",
    "name",
    "nameField",
    "nillable",
    "permissionable",
    "picklistValues",
    "polymorphicForeignKey",
    "precision",
    "referenceTo",
    "relationshipName",
    "restrictedDelete",
    "restrictedPicklist",
    "scale",
    "soapType",
    "sortable",
    "type",
    "unique",
    "updateable",
]
GLOBAL_KEYS = [
    "activateable",
    "createable",
    "custom",
    "customSetting",
    "deletable",
    "deprecatedAndHidden",
    "feedEnabled",
    "keyPrefix",
    "label",
    "labelPlural",
    "layoutable",
    "mergeable",
    "mruEnabled",
    "name",
    "queryable",
    "replicateable",
    "retrieveable",
    "searchable",
    "triggerable",
    "undeletable",
    "updateable",
    "urls",
]


def _fields(org: Org, name: str) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in org.describe(name)["fields"]}


def test_global_describe_lists_every_object(org: Org) -> None:
    """Every object comes with all keys, its prefix and its addresses."""
    answer = org.describe_global("59.0")
    assert (answer["encoding"], answer["maxBatchSize"]) == ("UTF-8", 200)
    objects = {item["name"]: item for item in answer["sobjects"]}
    assert {"Lead", "Account", "Contact", "Opportunity", "OpportunityContactRole", "Task", "Event", "Campaign"} < set(
        objects
    )
    assert all(set(GLOBAL_KEYS) <= set(item) for item in objects.values())
    assert objects["CampaignMember"]["keyPrefix"] == "00v"
    assert objects["Lead"]["urls"]["describe"] == "/services/data/v59.0/sobjects/Lead/describe"
    assert [name for name, item in objects.items() if item["mergeable"]] == ["Account", "Contact", "Lead"]


@pytest.mark.parametrize("name", ["Lead", "Account", "Contact", "Opportunity", "Task", "User", "LeadStatus"])
def test_fields_carry_every_key(org: Org, name: str) -> None:
    """No field lacks a key that clients read."""
    for field in _fields(org, name).values():
        assert set(FIELD_KEYS) <= set(field), field["name"]


@pytest.mark.parametrize(
    ("name", "required"),
    [
        ("Lead", {"LastName", "Company"}),
        ("Account", {"Name"}),
        ("Contact", {"LastName"}),
        ("Opportunity", {"Name", "StageName", "CloseDate"}),
        ("OpportunityContactRole", {"OpportunityId", "ContactId"}),
    ],
)
def test_required_fields_follow_from_the_flags(org: Org, name: str, required: set[str]) -> None:
    """Required on create is createable, not nillable, not defaulted and no checkbox."""
    found = {
        field["name"]
        for field in _fields(org, name).values()
        if field["createable"]
        and not field["nillable"]
        and not field["defaultedOnCreate"]
        and field["type"] != "boolean"
    }
    assert found == required


def test_lead_fields_have_their_facts(org: Org) -> None:
    """Types, lengths and flags are those of a real lead."""
    fields = _fields(org, "Lead")
    status, email = fields["Status"], fields["Email"]
    assert (status["length"], status["byteLength"], status["restrictedPicklist"]) == (255, 765, False)
    assert [item["value"] for item in status["picklistValues"] if item["defaultValue"]] == ["Open - Not Contacted"]
    assert (email["type"], email["length"], email["byteLength"], email["idLookup"]) == ("email", 80, 240, True)
    assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
    assert fields["OwnerId"]["polymorphicForeignKey"] is True
    assert (fields["IsConverted"]["createable"], fields["IsConverted"]["updateable"]) == (True, False)
    assert (fields["Street"]["compoundFieldName"], fields["FirstName"]["compoundFieldName"]) == ("Address", "Name")
    assert (fields["ConvertedDate"]["type"], fields["ConvertedDate"]["soapType"]) == ("date", "xsd:date")
    assert (fields["AnnualRevenue"]["precision"], fields["NumberOfEmployees"]["digits"]) == (18, 8)
    assert (fields["Description"]["filterable"], fields["Description"]["sortable"]) == (False, False)
    key = fields["Connector_Key__c"]
    assert (key["custom"], key["externalId"], key["unique"], key["caseSensitive"]) == (True, True, True, False)


def test_child_relationships_are_named(org: Org) -> None:
    """An account's children have the names that subqueries use."""
    children = {(item["childSObject"], item["field"]): item for item in org.describe("Account")["childRelationships"]}
    assert children["Contact", "AccountId"]["relationshipName"] == "Contacts"
    assert children["Contact", "AccountId"]["cascadeDelete"] is True
    assert children["Opportunity", "AccountId"]["relationshipName"] == "Opportunities"
    assert children["Lead", "ConvertedAccountId"]["relationshipName"] is None


def test_master_record_type_is_always_there(org: Org) -> None:
    """Objects without record types describe the master type."""
    info = org.describe("Lead")["recordTypeInfos"]
    assert [(item["recordTypeId"], item["name"], item["master"]) for item in info] == [
        ("012000000000000AAA", "Master", True)
    ]


def test_basic_describe_wraps_the_object(org: Org) -> None:
    """The short form has objectDescribe and recentItems."""
    answer = org.object_basic("lead")
    assert (answer["objectDescribe"]["name"], answer["recentItems"]) == ("Lead", [])


def test_unknown_object_is_not_found(org: Org) -> None:
    """Describing an object the org does not have is a 404."""
    with pytest.raises(ApiError) as refused:
        org.describe("XYZZY")
    assert (refused.value.code, refused.value.http_status) == ("NOT_FOUND", 404)


def test_object_is_told_by_prefix(org: Org) -> None:
    """An id's first three characters name its object."""
    assert org.object_of("00vXg00000AbCdE") == "CampaignMember"
    assert org.object_of("zzzXg00000AbCdE") is None
    assert org.object_of("nonsense") is None


def test_changed_field_changes_the_description(org: Org) -> None:
    """Declared, altered and dropped fields show in describe and bind saves."""
    org.declare_field("Lead", {"name": "Budget__c", "type": "currency", "label": "Budget"})
    assert _fields(org, "Lead")["Budget__c"]["precision"] == 18
    org.alter_field("Lead", "Title", {"length": 5})
    assert _fields(org, "Lead")["Title"]["length"] == 5
    long = org.create("Lead", [{"LastName": "A", "Company": "B", "Title": "x" * 6}])[0]
    assert long.errors[0].status_code == "STRING_TOO_LONG"
    org.drop_field("Lead", "Title")
    assert "Title" not in _fields(org, "Lead")
    gone = org.create("Lead", [{"LastName": "A", "Company": "B", "Title": "x"}])[0]
    assert gone.errors[0].message == "No such column 'Title' on sobject of type Lead"
    org.declare_field("Lead", {"name": "Title", "type": "string", "length": 128})
    assert _fields(org, "Lead")["Title"]["length"] == 128


@pytest.mark.parametrize("definition", [{"name": "X__c", "type": "blob"}, {"name": "X__c", "colour": "red"}])
def test_nonsense_definition_is_refused(org: Org, definition: dict[str, str]) -> None:
    """An unknown type or attribute of a field is named."""
    with pytest.raises(ApiError, match=r"blob|colour"):
        org.declare_field("Lead", definition)
