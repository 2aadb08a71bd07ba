"""Keys and chosen ids: what is made is found again, whatever its key is made of."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from connector.errors import ConfigError
from connector.model.plan import Outcome
from connector.model.records import external_key
from tests.contracts.doing import outcomes, perform
from tests.contracts.sugarcrm_subject import SugarSubject

from .conftest import Made
from .test_sugarcrm_writing import one


@pytest.mark.parametrize("key", ["inbox:a/b?c=d", "inbox:ü 'x\" %2F", "inbox:../x"])
@pytest.mark.parametrize("field", ["connector_key_c", "sync_key"])
def test_odd_keys_stay_data(crm_with: Made, field: str, key: str) -> None:
    """Whatever a source id is made of, its key finds the record again and makes no second one."""
    crm = crm_with({}, key_field=field)
    order = crm.land("7")
    order = replace(order, step=replace(order.step, external_key=key, after={"last_name": "Okafor", field: key}))
    for _ in range(2):
        assert one(crm, order).outcome is Outcome.APPLIED
    assert [each[field] for each in crm.dump("Leads")] == [key]
    assert outcomes(crm.system.settle([order])) == ["applied"]


def test_key_on_two_records_is_ambiguous(crm: SugarSubject) -> None:
    """Nobody is written to when the key stands on two records."""
    key = external_key("source", "7")
    crm.load("Leads", [{"last_name": "A", "connector_key_c": key}, {"last_name": "B", "connector_key_c": key}])
    order = crm.land("7")
    assert one(crm, order).code == "ambiguous"
    assert crm.system.settle([order])[0].code == "ambiguous"


def test_key_of_a_deleted_record_is_free(crm: SugarSubject) -> None:
    """A record that a person deleted does not come back; the next landing makes a new one."""
    first = one(crm, crm.land("7"))
    crm.delete(first.ids["record"])
    again = one(crm, crm.land("7"))
    assert again.outcome is Outcome.APPLIED
    assert again.ids != first.ids


def test_id_of_another_key_credits_nobody(crm_with: Made) -> None:
    """A sync_key's answer tells an id alone: of several, one that does not carry our key in the CRM is not ours."""
    crm = crm_with({}, key_field="sync_key")
    orders = [crm.land("7"), crm.land("8")]
    crm.system.describe(["Leads"])
    taken = {"match": {"sync_key": external_key("source", "7")}, "set": {"sync_key": "another's"}, "when": "after"}
    crm.faults({"operation": "write", "nth": 1, "action": "edit", "dialect": "sugarcrm", "object": "Leads", **taken})
    assert outcomes(perform(crm.system, *orders)) == ["unknown", "applied"]
    crm.faults()
    assert outcomes(crm.system.settle(orders)) == ["rejected", "applied"]


def test_chosen_ids_where_no_field_can_be_made(crm_with: Made) -> None:
    """Without a key field a record's id is made of our key: a lost answer is found, nothing is made twice."""
    crm = crm_with({}, key_field="")
    order = crm.land("7")
    crm.system.describe(["Leads"])
    crm.faults({"operation": "write", "nth": 1, "action": "drop_after_apply"})
    assert one(crm, order).outcome is Outcome.UNKNOWN
    (found,) = crm.fresh().settle([order])
    assert found.outcome is Outcome.APPLIED
    assert one(crm, order).ids == found.ids
    assert len(crm.dump("Leads")) == 1


def test_ignored_ids_stop_the_writing(crm_with: Made) -> None:
    """A server that makes its own ids all the same is found out by the first record, and no second one is made."""
    crm = crm_with({}, key_field="")
    crm.system.describe(["Leads"])
    body = json.dumps({"id": "of-its-own"})
    crm.faults({"operation": "create", "action": "replace_body", "body": body})
    assert one(crm, crm.land("7")).outcome is Outcome.APPLIED
    with pytest.raises(ConfigError, match="key_field"):
        perform(crm.system, crm.land("8"))
