"""Changed e-mail addresses, which SuiteCRM ignores without a word, and which people share."""

from __future__ import annotations

import pytest

from connector.model.plan import Action, Order, Outcome
from connector.model.records import Scalar
from connector.sandbox import Sandbox
from tests.contracts.doing import perform
from tests.contracts.subject import Trouble
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

from .conftest import FIELDS, LOGIN, Told, asked, said
from .crm import addresses, changing, furnished, making, order, row
from .test_v4_protocol import entry, listing


def both(*pairs: tuple[str, bool]) -> list[dict[str, object]]:
    """Addresses as the sandbox takes them."""
    return [{"email_address": address, "primary_address": primary} for address, primary in pairs]


def test_changed_address_sticks(either: SuiteSubject) -> None:
    """Trap 1: the old address is taken off first, so that the new one is stored; it is read back and settles."""
    lead_id = either.lead(email1="old@acme.example")
    update = changing(lead_id, email1="new@acme.example", title="Buyer")
    (receipt,) = perform(either.system, update)
    assert receipt.outcome is Outcome.APPLIED
    assert addresses(either, "Leads", lead_id) == [("new@acme.example", True)]
    assert either.fresh().settle([update])[0].outcome is Outcome.APPLIED


def test_shared_address_stays_with_others(either: SuiteSubject) -> None:
    """An address record belongs to everybody who has it: only the one person is unlinked from it."""
    lead_id = either.lead(email1="shared@acme.example")
    (contact,) = either.load("Contacts", [{"last_name": "Okafor", "email1": "shared@acme.example"}])
    assert perform(either.system, changing(lead_id, email1="own@acme.example"))[0].outcome is Outcome.APPLIED
    assert addresses(either, "Contacts", contact) == [("shared@acme.example", True)]
    assert addresses(either, "Leads", lead_id) == [("own@acme.example", True)]


def test_second_addresses_are_kept(either: SuiteSubject) -> None:
    """A second address is in the way as well; it is put back behind the new one."""
    two = both(("old@acme.example", True), ("second@acme.example", False))
    (lead_id,) = either.load("Leads", [{"last_name": "Okafor", "email": two}])
    (receipt,) = perform(either.system, changing(lead_id, email1="new@acme.example"))
    assert receipt.outcome is Outcome.APPLIED
    found = addresses(either, "Leads", lead_id)
    assert {address for address, _ in found} == {"new@acme.example", "second@acme.example"}
    assert found[0][0] == "new@acme.example"


def test_opt_outs_are_never_taken_back(either: SuiteSubject) -> None:
    """Trap 1: the flag belongs to the shared address: it is set for everybody, and nobody's is taken back."""
    (opted,) = either.load("Leads", [{"last_name": "A", "email1": "shared@acme.example", "email_opt_out": 1}])
    values: dict[str, Scalar] = {"last_name": "B", "email1": "shared@acme.example", "email_opt_out": False}
    (receipt,) = perform(either.system, making("Contacts", "source:1:contact", values))
    assert receipt.outcome is Outcome.APPLIED
    assert row(either, "Leads", opted)["email_opt_out"] in (1, "1", True)
    (lead_id,) = either.load("Leads", [{"last_name": "C", "email1": "c@acme.example"}])
    assert perform(either.system, changing(lead_id, email_opt_out=False, title="T"))[0].outcome is Outcome.APPLIED
    assert row(either, "Leads", lead_id)["email_opt_out"] not in (1, "1", True)
    assert perform(either.system, changing(lead_id, email_opt_out=True))[0].outcome is Outcome.APPLIED
    assert row(either, "Leads", lead_id)["email_opt_out"] in (1, "1", True)


def test_spelling_is_no_change(either: SuiteSubject) -> None:
    """The same address in other letters is not written at all."""
    lead_id = either.lead(email1="Ann@Acme.example")
    perform(either.system, changing(lead_id, email1="ann@acme.example"))
    assert addresses(either, "Leads", lead_id) == [("Ann@Acme.example", True)]


def test_first_address_is_simply_set(either: SuiteSubject) -> None:
    """A person without an address gets one."""
    lead_id = either.lead()
    assert perform(either.system, changing(lead_id, email1=" ann@acme.example "))[0].outcome is Outcome.APPLIED
    assert addresses(either, "Leads", lead_id) == [("ann@acme.example", True)]


def test_address_is_cleared(either: SuiteSubject) -> None:
    """An empty text does not clear an address in SuiteCRM; taking it off does."""
    lead_id = either.lead(email1="old@acme.example")
    assert perform(either.system, changing(lead_id, email1=None))[0].outcome is Outcome.APPLIED
    assert addresses(either, "Leads", lead_id) == []


def test_newer_suites_work_as_well(sandbox: Sandbox) -> None:
    """Where SuiteCRM keeps a changed address by itself, the detour does no harm."""
    subject = furnished(sandbox, email_update_ignored=False)
    lead_id = subject.lead(email1="old@acme.example")
    assert perform(subject.system, changing(lead_id, email1="new@acme.example"))[0].outcome is Outcome.APPLIED
    assert addresses(subject, "Leads", lead_id) == [("new@acme.example", True)]


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_lost_answers_end_well(either: SuiteSubject, nth: int) -> None:
    """Whichever call of the detour is lost, the order is finished by doing it again."""
    lead_id = either.lead(email1="old@acme.example")
    update = changing(lead_id, email1="new@acme.example")
    either.trouble(Trouble.LOST_AFTER, nth=nth)
    (receipt,) = perform(either.system, update)
    either.calm()
    if receipt.outcome is Outcome.UNKNOWN and either.fresh().settle([update])[0].outcome is Outcome.REJECTED:
        (receipt,) = perform(either.fresh(), update)
    assert receipt.outcome in (Outcome.APPLIED, Outcome.UNKNOWN)
    assert addresses(either, "Leads", lead_id) == [("new@acme.example", True)]


def test_one_record_keeps_nobody_from_its_addresses(suite: SuiteSubject) -> None:
    """Where the addresses of one record cannot be put back, the others of its batch have theirs all the same."""
    two = [both((f"old{n}@acme.example", True), (f"second{n}@acme.example", False)) for n in (1, 2)]
    ids = suite.load("Leads", [{"last_name": "Okafor", "email": each} for each in two])
    orders = [changing(lead_id, email1=f"new{n}@acme.example") for n, lead_id in enumerate(ids, start=1)]
    suite.faults({"operation": "set_relationship", "nth": [3, 4], "action": "drop_before_apply"})
    perform(suite.system, *orders)
    suite.calm()
    found = {address for address, _ in addresses(suite, "Leads", ids[1])}
    assert found == {"new2@acme.example", "second2@acme.example"}


@pytest.mark.parametrize("action", ["status", "drop_before_apply", "drop_after_apply"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_failed_calls_lose_no_address(either: SuiteSubject, nth: int, action: str) -> None:
    """Whichever call of the detour fails or is lost, nobody is left without addresses, and second ones stay."""
    two = both(("old@acme.example", True), ("second@acme.example", False))
    (lead_id,) = either.load("Leads", [{"last_name": "Okafor", "email": two}])
    update = changing(lead_id, email1="new@acme.example")
    either.faults(
        {"operation": "write", "nth": nth, "action": action, **({"status": 503} if action == "status" else {})}
    )
    (receipt,) = perform(either.system, update)
    either.calm()
    kept = {address for address, _ in addresses(either, "Leads", lead_id)}
    assert "second@acme.example" in kept
    assert kept & {"old@acme.example", "new@acme.example"}
    if receipt.outcome is Outcome.UNKNOWN and either.fresh().settle([update])[0].outcome is Outcome.REJECTED:
        perform(either.fresh(), update)
    found = {address for address, _ in addresses(either, "Leads", lead_id)}
    assert found == {"new@acme.example", "second@acme.example"}


def test_refused_address_leaves_the_old_one(suite: SuiteSubject) -> None:
    """An address that SuiteCRM drops after all is told, and the record has its old addresses again."""
    lead_id = suite.lead(email1="old@acme.example")
    # A write that never arrives, answered as if it had: what a hook that refuses the address looks like.
    echo = {"id": lead_id, "entry_list": {}}
    suite.faults({"operation": "set_entry", "nth": 1, "action": "status", "status": 200, "body": echo})
    (receipt,) = perform(suite.system, changing(lead_id, email1="new@acme.example"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "email-not-updated")
    assert addresses(suite, "Leads", lead_id) == [("old@acme.example", True)]


def test_apostrophes_are_addresses(either: SuiteSubject) -> None:
    """Trap 2: a list of addresses holds entities as well: an O'Brien gets a new address, or none, like anybody."""
    two = both(("pat.o'brien@old.example", True), ("second@acme.example", False))
    first, second = either.load("Leads", [{"last_name": "O'Brien", "email": two}] * 2)
    new = changing(first, email1="pat.o'brien@new.example")
    cleared = perform(either.system, new, clearing(second, "pat.o'brien@old.example"))
    assert [receipt.outcome for receipt in cleared] == [Outcome.APPLIED] * 2
    assert addresses(either, "Leads", first) == [("pat.o'brien@new.example", True), ("second@acme.example", False)]
    assert addresses(either, "Leads", second) == [("second@acme.example", False)]


def clearing(record_id: str, old: str) -> Order:
    """The order to take a lead's address away."""
    return order(Action.UPDATE, "Leads", ids={"record": record_id}, before={"email1": old}, after={"email1": None})


@pytest.mark.parametrize("lost", [False, True])
def test_clearing_takes_one_address_only(either: SuiteSubject, lost: bool) -> None:
    """Where a primary address is taken away SuiteCRM may show a second one for it; nobody asked to take that too."""
    two = both(("old@acme.example", True), ("second@acme.example", False))
    (lead_id,) = either.load("Leads", [{"last_name": "Okafor", "email": two}])
    clear = clearing(lead_id, "Old@acme.example")
    if lost:
        either.trouble(Trouble.LOST_AFTER, nth=1)
    (receipt,) = perform(either.system, clear)
    either.calm()
    assert receipt.outcome is (Outcome.UNKNOWN if lost else Outcome.APPLIED)
    assert either.fresh().settle([clear])[0].outcome is Outcome.APPLIED
    assert perform(either.fresh(), clear)[0].outcome is Outcome.APPLIED
    assert addresses(either, "Leads", lead_id) == [("second@acme.example", False)]


def test_refused_record_keeps_its_primary_address(v8: SuiteV8Subject) -> None:
    """A link over V8 cannot say which address is the primary one: after a refusal it is given back by a save."""
    two = both(("old@acme.example", True), ("second@acme.example", False))
    (lead_id,) = v8.load("Leads", [{"last_name": "Okafor", "email": two, "email_opt_out": 1}])
    odd = {"errors": {"status": 400, "title": None, "detail": "Property title in Lead module is invalid"}}
    v8.faults({"operation": "v8_update", "nth": 1, "action": "status", "status": 400, "body": odd})
    (receipt,) = perform(v8.system, changing(lead_id, email1="new@acme.example", title="T"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "unknown-field")
    assert addresses(v8, "Leads", lead_id) == [("old@acme.example", True), ("second@acme.example", False)]
    assert row(v8, "Leads", lead_id)["email_opt_out"] in (1, "1", True)


@pytest.mark.parametrize("flag", ["email_opt_out", "invalid_email"])
def test_nobody_is_opted_in_by_a_shared_address(either: SuiteSubject, flag: str) -> None:
    """Trap 1: a save that is silent about an address's flags takes them back from all who share it; ours tell them."""
    (opted,) = either.load("Contacts", [{"last_name": "A", "email1": "Shared@acme.example", flag: 1}])
    (other,) = either.load("Leads", [{"last_name": "B", "email1": "other@acme.example"}])
    orders = [
        making("Leads", "source:1", {"last_name": "C", "email1": "shared@acme.example"}),
        making("Accounts", "source:2:account", {"name": "D", "email1": "shared@acme.example"}),
        changing(other, email1="shared@acme.example"),
    ]
    for each in orders:
        assert perform(either.system, each)[0].outcome is Outcome.APPLIED
        assert row(either, "Contacts", opted)[flag] in (1, "1", True)
    assert len(either.dump("EmailAddresses")) == 2


def test_conversion_opts_nobody_in(either: SuiteSubject) -> None:
    """An account and a contact that are made of an opted-out lead share its address, and leave it opted out."""
    (lead_id,) = either.load(
        "Leads", [{"last_name": "A", "account_name": "Acme", "email1": "a@acme.example", "email_opt_out": 1}]
    )
    account = perform(either.system, making("Accounts", "source:1:account", {}, lead=lead_id))[0].ids["record"]
    assert row(either, "Leads", lead_id)["email_opt_out"] in (1, "1", True)
    perform(either.system, making("Contacts", "source:1:contact", {}, lead=lead_id, account=account))
    assert row(either, "Leads", lead_id)["email_opt_out"] in (1, "1", True)
    assert len(either.dump("EmailAddresses")) == 1


def test_addresses_that_may_not_be_read_stop_nothing(told: Told) -> None:
    """Where our user may not read addresses, records are made all the same; what is not known is not told."""
    fields = {**FIELDS, "module_fields": {"email1": {"name": "email1", "type": "varchar"}}}
    before, after = entry("lead-1"), entry("lead-1", email1="a@acme.example")
    denied = {"name": "Access Denied", "number": 40, "description": "no"}
    saved = {"id": "lead-1", "entry_list": {}}
    none = {"entry_list": [before], "relationship_list": []}
    now = {**none, "entry_list": [after]}
    answers = [LOGIN, fields, listing(before), denied, none, saved, listing(after), now]
    system, server = told([said(each) for each in answers])
    assert perform(system, changing("lead-1", email1="a@acme.example"))[0].outcome is Outcome.APPLIED
    assert "'A@ACME.EXAMPLE'" in asked(server.requests[3])[1]["query"]
