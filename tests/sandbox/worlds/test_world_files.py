"""The shipped worlds are sound: their ids, references and stories hold together."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from connector.sandbox.salesforce.ids import PREFIXES, to_eighteen
from connector.sandbox.salesforce.org_state import INACTIVE_USER_ID, QUEUE_ID, USER_ID
from connector.sandbox.salesforce.schema_setup import standard_schema
from connector.sandbox.world import read_world

STORIES = Path(__file__).parents[2] / "journeys" / "stories.yaml"
CUSTOM_LEAD_FIELDS = {
    "Requested_Action__c",
    "Requested_At__c",
    "Budget__c",
    "Authority__c",
    "Need__c",
    "Timeframe__c",
    "Disqualification_Reason__c",
    "Converted_To__c",
}
VERDICTS = {"convert", "attach", "review", "nurture", "disqualify", "none"}


def salesforce(world: str) -> Mapping[str, Any]:
    section = read_world(world)["salesforce"]
    assert isinstance(section, dict)
    return section


def demo_records() -> Mapping[str, list[dict[str, Any]]]:
    records: Mapping[str, list[dict[str, Any]]] = salesforce("demo")["records"]
    return records


def stories() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(STORIES.read_text("utf-8"))["stories"]
    return found


def references() -> Iterator[tuple[str, str]]:
    for records in demo_records().values():
        for record in records:
            for field, value in record.items():
                if field.endswith("Id") and field != "Id":
                    yield f"{record['Id']}.{field}", value


@pytest.mark.parametrize("world", ["demo", "empty"])
def test_world_declares_custom_lead_fields(world: str) -> None:
    """Both shipped worlds have the fields that the starter mapping reads."""
    declared = {field["name"] for field in salesforce(world)["fields"]["Lead"]}
    assert declared == CUSTOM_LEAD_FIELDS


def test_record_ids_are_valid_and_unique() -> None:
    """Every record has an 18-character id with the right prefix and checksum, used once."""
    seen: set[str] = set()
    for name, records in demo_records().items():
        for record in records:
            assert to_eighteen(record["Id"]) == record["Id"], record["Id"]
            assert record["Id"].startswith(PREFIXES[name]), record["Id"]
            assert record["Id"] not in seen
            seen.add(record["Id"])


def test_references_point_at_world_records() -> None:
    """No record refers to something that the world does not hold."""
    known = {record["Id"] for records in demo_records().values() for record in records}
    known |= {USER_ID, INACTIVE_USER_ID, QUEUE_ID}
    assert [place for place, target in references() if target not in known] == []


def test_every_lead_has_one_story() -> None:
    """The stories and the leads of the demo world are one to one."""
    told = [story["lead"] for story in stories()]
    assert sorted(told) == sorted(lead["Id"] for lead in demo_records()["Lead"])
    assert len({story["name"] for story in stories()}) == len(told)


def test_stories_name_existing_targets() -> None:
    """Expected accounts and contacts are records of the world or `new`, and stories name stories."""
    known = {record["Id"] for records in demo_records().values() for record in records} | {"new"}
    names = {story["name"] for story in stories()}
    for story in stories():
        expect = story["expect"]
        assert expect["verdict"] in VERDICTS, story["name"]
        targets = [expect.get("account", "new"), expect.get("contact", "new"), *expect.get("candidates", [])]
        assert set(targets) <= known, story["name"]
        others = [expect.get("duplicate_of"), expect.get("same_contact_as"), *expect.get("shares_account_with", [])]
        assert {other for other in others if other} <= names, story["name"]


def test_converted_leads_carry_their_records() -> None:
    """A lead that says converted names account, contact and day, as Salesforce keeps it."""
    for lead in demo_records()["Lead"]:
        converted = lead.get("IsConverted", False)
        assert converted == (lead["Status"] == "Closed - Converted"), lead["Id"]
        parts = ("ConvertedDate", "ConvertedAccountId", "ConvertedContactId")
        assert all((part in lead) == converted for part in parts), lead["Id"]


def test_world_values_fit_their_fields() -> None:
    """The longest texts stay within Salesforce's lengths, and the 255-character company is exactly that."""
    lengths = {"Company": 255, "LastName": 80, "FirstName": 40, "Email": 80, "Phone": 40, "Title": 128, "City": 40}
    for lead in demo_records()["Lead"]:
        assert all(len(str(lead.get(field, ""))) <= most for field, most in lengths.items()), lead["Id"]
    assert sum(len(lead["Company"]) == 255 for lead in demo_records()["Lead"]) == 1


def test_world_uses_only_known_fields() -> None:
    """Every field of every record is a standard field or one that the world declares."""
    schema = standard_schema()
    strangers = [
        f"{name}.{field}"
        for name, records in demo_records().items()
        for record in records
        for field in record
        if schema.objects[name.lower()].find(field) is None and field not in CUSTOM_LEAD_FIELDS
    ]
    assert strangers == []


def test_picklist_values_are_listed_ones() -> None:
    """Picklists hold their listed values; only the salutations of the samples lack their dot, as in life."""
    schema = standard_schema()
    odd = set()
    for name, records in demo_records().items():
        for field in (f for f in schema.objects[name.lower()].readable() if f.type == "picklist" and f.values):
            odd |= {(field.name, record[field.name]) for record in records if field.name in record} - {
                (field.name, value) for value in field.values
            }
    assert odd == {("Salutation", "Ms"), ("Salutation", "Mr")}
