"""Writing rows to an org: packing, headers, clashes of keys, and answers that must not be trusted."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import RateLimited, Refused, Unavailable
from connector.model.plan import Action, Order, Outcome, Receipt, Step
from connector.model.records import RecordRef
from connector.systems.salesforce import SalesforceOptions, SalesforceSystem
from connector.systems.salesforce.settle import same_value
from tests.contracts.subjects import PatientClock, SalesforceSubject, salesforce

KEY = "Connector_Key__c"


def order(action: Action, object_name: str, number: int, record: str = "", **after: Any) -> Order:
    """One order with a key of its own."""
    ids = {"record": record} if record else {}
    step = Step(f"{action}-{number}", action, RecordRef("s", "Lead", str(number)), object_name, "", (), after=after)
    return Order(step, ids)


def perform(system: SalesforceSystem, *orders: Order) -> list[Receipt]:
    """Receipts in the order of *orders*."""
    found = {receipt.step: receipt for batch in system.batches(orders) for receipt in system.perform(batch)}
    return [found[each.step.key] for each in orders]


def sales(org: SalesforceSubject, **options: Any) -> SalesforceSystem:
    """A system with options of its own."""
    return salesforce(org.sandbox, **options)


def test_stamps_of_all_objects_share_a_call(org: SalesforceSubject) -> None:
    """Stamps on accounts, contacts and opportunities go out together, sorted by object."""
    receipts = perform(org.fresh(), *[org.convert(each, opportunity="new") for each in org.leads(20)])  # type: ignore[arg-type]
    stamps = [
        order(Action.STAMP, role.title(), n * 3 + m, receipt.ids[role], **{KEY: f"crm:{n}:{role}"})
        for n, receipt in enumerate(receipts)
        for m, role in enumerate(("account", "contact", "opportunity"))
    ]
    system = sales(org)
    system.identity()
    before = system.calls
    assert {receipt.outcome for receipt in perform(system, *stamps)} == {Outcome.APPLIED}
    assert system.calls - before == 1
    assert {row[KEY] for row in org.dump("Contact")} == {f"crm:{n}:contact" for n in range(20)}


def test_assignment_rules_stay_off(org: SalesforceSubject) -> None:
    """Our writes do not wake assignment rules, unless the connection asks for them."""
    seen: list[dict[str, Any]] = []
    for wanted in (False, True):
        system = sales(org, auto_assign=wanted, duplicate_rules="allow" if wanted else "respect")
        system.identity()
        session = system._session
        composite = session.composite
        session.composite = lambda parts, ask, c=composite: seen.append(dict(parts[0].headers)) or c(parts, ask)  # type: ignore
        perform(system, org.land(str(wanted)))
    assert seen == [
        {"Sforce-Auto-Assign": "FALSE"},
        {"Sforce-Auto-Assign": "TRUE", "Sforce-Duplicate-Rule-Header": "allowSave=true"},
    ]


def test_created_links_come_from_ids(org: SalesforceSubject) -> None:
    """A created contact or opportunity is linked to the records that earlier steps brought."""
    system = sales(org)
    account = perform(system, order(Action.CREATE, "Account", 1, Name="Acme", **{KEY: "a"}))[0].ids["record"]
    contact = order(Action.CREATE, "Contact", 2, LastName="Okafor", **{KEY: "c"})
    made = perform(system, Order(contact.step, {"account": account}))[0]
    assert made.values["created"] is True
    assert [row["AccountId"] for row in org.dump("Contact")] == [account]


def test_landing_on_converted_lead_is_already(org: SalesforceSubject) -> None:
    """Landing a lead that was converted since changes nothing and answers its id."""
    system = sales(org)
    first = perform(system, org.land("1"))[0]
    org.convert_by_hand(first.ids["record"])
    second = perform(system, org.land("1", "Other"))[0]
    assert (second.outcome, second.ids) == (Outcome.ALREADY, {"record": first.ids["record"]})
    assert second.code == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_taken_key_is_read_back(org: SalesforceSubject) -> None:
    """When the key is there already, the record that carries it is the answer."""
    system = sales(org)
    first = perform(system, org.land("1"))[0]
    fault = {"code": "DUPLICATE_VALUE", "message": f"duplicate value found: {KEY}", "times": 1}
    org.faults({"operation": "write", "action": "row_error", "rows": [0], **fault})
    second = perform(system, org.land("1"))[0]
    assert (second.outcome, second.ids) == (Outcome.ALREADY, first.ids)


def test_foreign_clash_stays_rejected(org: SalesforceSubject) -> None:
    """A clash on another field is a rejection: no record carries our key."""
    org.faults({"operation": "write", "action": "row_error", "rows": [0], "code": "DUPLICATE_VALUE", "message": "x"})
    receipt = perform(sales(org), org.land("1"))[0]
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "DUPLICATE_VALUE")


@pytest.mark.fault
def test_B03_duplicates_are_told_not_forced(org: SalesforceSubject) -> None:  # noqa: N802
    """A duplicate rule's refusal is a rejection with its code; nothing is saved."""
    fault = {"code": "DUPLICATES_DETECTED", "message": "Use one of these records?"}
    org.faults({"operation": "write", "action": "row_error", "rows": [0], **fault})
    receipt = perform(sales(org), org.land("1"))[0]
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "DUPLICATES_DETECTED")
    assert org.dump("Lead") == []


@pytest.mark.fault
@pytest.mark.parametrize(
    "body",
    [
        {"compositeResponse": []},
        {"compositeResponse": [{"referenceId": "part0", "httpStatusCode": 200, "body": []}]},
        {"compositeResponse": [{"referenceId": "part0", "httpStatusCode": 200, "body": [{"success": True}]}]},
        {"compositeResponse": [{"referenceId": "part0", "httpStatusCode": 200, "body": [{"id": "x"}]}]},
        {"compositeResponse": [{"referenceId": "part0", "httpStatusCode": 500, "body": []}]},
        {
            "compositeResponse": [
                {"referenceId": "other", "httpStatusCode": 200, "body": [{"success": True, "id": "1"}]}
            ]
        },
        {"something": "else"},
        ["nothing"],
    ],
)
def test_A05_odd_success_is_unknown(org: SalesforceSubject, body: object) -> None:  # noqa: N802
    """An answer that does not say clearly what became of a row leaves it unknown."""
    system = sales(org)
    system.identity()
    org.faults({"operation": "write", "action": "replace_body", "body": body})
    assert perform(system, org.land("1"))[0].outcome is Outcome.UNKNOWN


@pytest.mark.fault
def test_A09_swapped_results_are_unknown(org: SalesforceSubject) -> None:  # noqa: N802
    """Results whose ids are not those of the rows at their place credit nobody."""
    first, second = org.leads(2)
    rows = [{"id": each, "success": True, "errors": []} for each in (second, first)]
    system = sales(org)
    system.identity()
    part = {"referenceId": "part0", "httpStatusCode": 200, "body": rows}
    org.faults({"operation": "write", "action": "replace_body", "body": {"compositeResponse": [part]}})
    orders = [org.update(first, "A"), org.update(second, "B")]
    ordered = sorted(orders, key=lambda each: each.ids["record"])
    if [each.ids["record"] for each in ordered] != [first, second]:
        rows.reverse()
        org.faults({"operation": "write", "action": "replace_body", "body": {"compositeResponse": [part]}})
    assert {receipt.outcome for receipt in perform(system, *orders)} == {Outcome.UNKNOWN}


@pytest.mark.fault
def test_A12_success_false_is_a_failure(org: SalesforceSubject) -> None:  # noqa: N802
    """HTTP 200 with success false is a rejection."""
    row = {"success": False, "errors": [{"statusCode": "STRING_TOO_LONG", "message": "too long", "fields": ["Title"]}]}
    part = {"referenceId": "part0", "httpStatusCode": 200, "body": [row]}
    org.faults({"operation": "write", "action": "replace_body", "body": {"compositeResponse": [part]}})
    receipt = perform(sales(org), org.land("1"))[0]
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, "STRING_TOO_LONG", ("Title",))


@pytest.mark.fault
def test_A10_rolled_back_rows_are_sent_again(org: SalesforceSubject) -> None:  # noqa: N802
    """Rows that were rolled back for another's sake are neither done nor bad; they are sent again."""
    orders = [org.land(str(n)) for n in range(3)]
    fault = {"code": "ALL_OR_NONE_OPERATION_ROLLED_BACK", "message": "rolled back", "rows": [0, 2], "times": 1}
    org.faults({"operation": "write", "action": "row_error", **fault})
    assert {receipt.outcome for receipt in perform(sales(org), *orders)} == {Outcome.APPLIED}
    assert len(org.dump("Lead")) == 3


def test_lock_told_by_trigger_is_a_lock(org: SalesforceSubject) -> None:
    """A trigger that met a lock says so in its own words; the row is sent again all the same."""
    words = "T: execution of BeforeInsert caused by: UNABLE_TO_LOCK_ROW"
    fault = {"code": "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "message": words, "times": 1}
    org.faults({"operation": "write", "action": "row_error", "rows": [0], **fault})
    assert perform(sales(org), org.land("1"))[0].outcome is Outcome.APPLIED


def test_quota_after_lock_is_unknown(org: SalesforceSubject) -> None:
    """When the second try of held rows meets a spent quota, the rows written before keep their receipts."""
    system = sales(org)
    system.identity()
    held = {"code": "UNABLE_TO_LOCK_ROW", "message": "held", "rows": [0], "nth": 1}
    spent = {"status": 403, "nth": 2, "body": [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests"}]}
    org.faults(
        {"operation": "write", "action": "row_error", **held}, {"operation": "write", "action": "status", **spent}
    )
    receipts = perform(system, org.land("1"), org.land("2"))
    assert sorted(receipt.outcome for receipt in receipts) == [Outcome.APPLIED, Outcome.UNKNOWN]


@pytest.mark.parametrize(
    ("code", "kind"),
    [("REQUEST_LIMIT_EXCEEDED", RateLimited), ("SERVER_UNAVAILABLE", Unavailable)],
)
def test_passing_refusal_of_every_part_raises(org: SalesforceSubject, code: str, kind: type[Exception]) -> None:
    """When every part was refused for a passing reason, nothing was applied and the call is the error."""
    part = {"referenceId": "part0", "httpStatusCode": 503, "body": [{"errorCode": code, "message": "later"}]}
    system = sales(org)
    system.identity()
    org.faults({"operation": "write", "action": "replace_body", "body": {"compositeResponse": [part]}})
    with pytest.raises(kind):
        perform(system, org.land("1"))


@pytest.mark.fault
def test_B08_lost_permission_is_refused(org: SalesforceSubject) -> None:  # noqa: N802
    """A call that the user may not make stops the run; its rows are not blamed."""
    system = sales(org)
    system.identity()
    body = [{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}]
    org.faults({"operation": "write", "action": "status", "status": 403, "body": body})
    with pytest.raises(Refused):
        perform(system, org.land("1"))


@pytest.mark.fault
def test_B09_deleted_target_is_told(org: SalesforceSubject) -> None:  # noqa: N802
    """A record deleted since the plan is a rejection with its code."""
    lead_id = org.lead()
    org.delete(lead_id)
    receipt = perform(sales(org), org.update(lead_id, "New"))[0]
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "ENTITY_IS_DELETED")


def test_too_big_a_batch_is_a_bug(org: SalesforceSubject) -> None:
    """What `batches` did not pack is refused before anything is sent."""
    system = sales(org)
    with pytest.raises(ValueError, match="more than one call"):
        system.perform([org.land(str(n)) for n in range(1001)])
    with pytest.raises(ValueError, match="more than one call"):
        system.perform([org.land("1"), org.land("1")])
    with pytest.raises(ValueError, match="carries no"):
        list(system.batches([order(Action.LAND, "Lead", 1, LastName="x")]))
    assert system.calls == 0


def test_half_written_values_are_not_there(org: SalesforceSubject) -> None:
    """An update settles as applied only when every one of its values stands in the record."""
    lead_id = org.lead(Title="New", City="Old")
    both = order(Action.UPDATE, "Lead", 1, lead_id, Title="New", City="New")
    assert sales(org).settle([both])[0].code == "not-there"


def test_ambiguous_key_is_not_guessed(org: SalesforceSubject) -> None:
    """Two records under one key settle as neither."""
    rows = [{"Id": each, KEY: "source:1", "attributes": {}} for each in org.leads(2)]
    part = {"referenceId": "part0", "httpStatusCode": 200, "body": {"records": rows, "done": True, "totalSize": 2}}
    org.faults({"operation": "read", "action": "replace_body", "body": {"compositeResponse": [part]}})
    (receipt,) = sales(org).settle([org.land("1")])
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "ambiguous")


@pytest.mark.parametrize(
    ("sent", "read", "equal"),
    [
        (None, None, True),
        ("", None, True),
        (" Acme \r\n Ltd ", "Acme \n Ltd", True),
        (5, 5.0, True),
        (0.1, 0.1000000000001, True),
        (True, True, True),
        (False, False, True),
        ("2026-03-17T16:21:26Z", "2026-03-17T16:21:26.000+0000", True),
        ("2026-03-17T16:21:26Z", "2026-03-17T16:21:27.000+0000", False),
        ("Acme", None, False),
        ("Acme", "acme", False),
        (None, "Acme", False),
        (1, True, False),
        (5, 6, False),
        ("5", 5, True),
    ],
)
def test_values_compare_as_the_crm_keeps_them(sent: Any, read: object, equal: bool) -> None:
    """Empty is null, text is trimmed, numbers and instants compare by value."""
    assert same_value(sent, read) is equal


@given(st.lists(st.tuples(st.sampled_from(["land", "create", "update", "stamp"]), st.integers(0, 30)), max_size=150))
def test_packing_loses_and_repeats_nothing(drawn: list[tuple[str, int]]) -> None:
    """Every order stands in one batch, no batch holds a record twice, and every batch is one call."""
    options = SalesforceOptions("https://acme.my.salesforce.com", collection_batch=7, collections_per_call=3)
    system = SalesforceSystem("crm", options, PatientClock(), random.Random(1))
    orders = [_drawn(word, target, number) for number, (word, target) in enumerate(drawn)]
    batches = list(system.batches(orders))
    assert sorted(each.step.key for batch in batches for each in batch) == sorted(each.step.key for each in orders)
    for batch in batches:
        identities = [(each.step.action in ("land", "create"), _target(each)) for each in batch]
        assert len(set(identities)) == len(identities)
        assert len(system._writer._loads(batch)) <= 3
        assert all(len(load.orders) <= 7 for load in system._writer._loads(batch))


def _drawn(word: str, target: int, number: int) -> Order:
    if word in ("land", "create"):
        name = "Lead" if word == "land" else "Account"
        return order(Action(word), name, number, **{KEY: f"{name}:{target}"})
    return order(Action(word), "Contact", number, f"0035g0000000{target:03d}", Title="x")


def _target(each: Order) -> str:
    return each.ids.get("record") or str(each.step.after[KEY])
