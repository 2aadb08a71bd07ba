"""What SuiteCRM loses silently: every write is checked before, and read back after."""

from __future__ import annotations

import pytest

from connector.errors import Refused
from connector.model.plan import Action, Outcome, Receipt
from connector.model.records import Scalar
from connector.sandbox import Sandbox
from connector.sandbox.client import control
from connector.systems.suitecrm import chosen_id
from tests.contracts.doing import perform
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

from .crm import changing, furnished, limited, making, operations, order, row

DEAL: dict[str, Scalar] = {
    "name": "Acme - Demo",
    "amount": 1234.56,
    "date_closed": "2027-03-01",
    "sales_stage": "Prospecting",
}


def one(subject: SuiteSubject, *orders: object) -> Receipt:
    """The only receipt."""
    (receipt,) = perform(subject.system, *orders)  # type: ignore[arg-type]
    return receipt


def account(subject: SuiteSubject) -> str:
    """An account."""
    return subject.load("Accounts", [{"name": "Acme"}])[0]


def test_records_have_chosen_ids(either: SuiteSubject) -> None:
    """The id of a landed record follows from our key, which is written too where the installation has the field."""
    receipt = one(either, either.land("7"))
    assert receipt.ids == {"record": chosen_id("source:7")}
    assert row(either, "Leads", receipt.ids["record"])["connector_key_c"] == "source:7"


def test_missing_key_field_is_no_obstacle(either: SuiteSubject) -> None:
    """Without the key field the chosen id does the work alone."""
    control(either.sandbox.base_url, "faults", {"faults": []})
    system = either.client(key_field="no_such_field_c")
    receipt = perform(system, making("Accounts", "source:1:account", {"name": "A", "no_such_field_c": "source:1"}))[0]
    assert receipt.outcome is Outcome.APPLIED


def test_landing_on_a_deleted_record(either: SuiteSubject) -> None:
    """A record that somebody deleted keeps its id: it is not made again, and nobody is told that it was."""
    receipt = one(either, either.land("7"))
    either.delete(receipt.ids["record"])
    again = one(either, either.land("7"))
    assert (again.outcome, again.code) == (Outcome.REJECTED, "gone")
    assert either.system.settle([either.land("7")])[0].code == "not-there"
    assert len(either.dump("Leads")) == 1


def test_landing_on_a_converted_lead(either: SuiteSubject) -> None:
    """A landed lead that was converted since is there, and is left as it was closed."""
    record = one(either, either.land("7")).ids["record"]
    either.convert_by_hand(record)
    before = row(either, "Leads", record)
    again = either.land("7", "Acme Renamed")
    assert one(either, again).ids == {"record": record}
    assert either.system.settle([again])[0].outcome is Outcome.APPLIED
    assert row(either, "Leads", record) == before


def test_landed_lead_that_a_person_edited_is_there(either: SuiteSubject) -> None:
    """A landing whose answer was lost is found by its id: what a colleague edited since is not written over."""
    landing = either.land("7", "Acme Test")
    (made,) = perform(either.system, landing)
    perform(either.fresh(), changing(made.ids["record"], account_name="Acme Renamed"))
    assert either.fresh().settle([landing])[0].outcome is Outcome.APPLIED


def test_unknown_record_is_gone(either: SuiteSubject) -> None:
    """SuiteCRM answers an update of an unknown id with success and stores nothing; here it is rejected."""
    receipt = one(either, changing("00000000-0000-4000-8000-000000000001", title="New"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "gone")


def test_unchanged_values_are_not_written(either: SuiteSubject) -> None:
    """Trap 12: a write that changes nothing would move the change stamp; it is left out."""
    lead_id = either.lead(title="Buyer")
    either.system.identity()
    before = operations(either)
    assert one(either, changing(lead_id, title="Buyer")).outcome is Outcome.APPLIED
    later = operations(either)[len(before) :]
    assert not {"set_entry", "set_entries", "v8_update"} & set(later)


def test_empty_value_clears(either: SuiteSubject) -> None:
    """Trap 3: SuiteCRM ignores null; what is to be cleared is sent as the empty text."""
    lead_id = either.lead(title="Buyer")
    assert one(either, changing(lead_id, title=None)).outcome is Outcome.APPLIED
    assert row(either, "Leads", lead_id)["title"] in (None, "")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('O\'Brien & <Söhne> "x"', 'O\'Brien &  "x"'),
        ("A<B> Ltd", "A<B> Ltd"),
        ("call <bob@x.example> now", "call  now"),
        ("AT&amp;T", "AT&T"),
        ("  two\r\nlines ", "two\nlines"),
    ],
)
@pytest.mark.parametrize("before", ["", "asked for a demo"])
def test_saved_texts_are_recognised(either: SuiteSubject, before: str, text: str, kept: str) -> None:
    """Traps 2 and 23: what SuiteCRM makes of quotes, markup and entities on save is taken as its version."""
    lead_id = either.lead(description=before)
    update = changing(lead_id, description=text)
    assert one(either, update).outcome is Outcome.APPLIED
    assert either.system.settle([update])[0].outcome is Outcome.APPLIED
    assert row(either, "Leads", lead_id)["description"] == kept


def test_emoji_may_become_question_marks(sandbox: Sandbox) -> None:
    """A database of three-byte characters stores question marks; that is no refusal."""
    subject = furnished(sandbox, three_byte_utf8=True)
    lead_id = subject.lead()
    assert one(subject, changing(lead_id, title="Chief \U0001f600")).outcome is Outcome.APPLIED
    assert row(subject, "Leads", lead_id)["title"] == "Chief ????"


def test_long_names_are_cut_by_us(either: SuiteSubject) -> None:
    """Trap 17: a name longer than SuiteCRM's fifty characters is cut at a word, and settles as that."""
    kept = "Acme Corporation of Greater Springfield - Demo"
    name = f"{kept} request - Okafor"
    create = making("Opportunities", "source:1:opportunity", {**DEAL, "name": name}, account=account(either))
    receipt = one(either, create)
    assert receipt.outcome is Outcome.APPLIED
    assert row(either, "Opportunities", receipt.ids["record"])["name"] == kept


@pytest.mark.parametrize("separators", [(",", "."), (".", ",")])
def test_amounts_survive_number_formats(sandbox: Sandbox, separators: tuple[str, str]) -> None:
    """Trap 8: an amount is a JSON number, which no number format of the API user can misread."""
    for made in (SuiteSubject, SuiteV8Subject):
        subject = furnished(sandbox, made, user_number_separator=separators[0], user_decimal_separator=separators[1])
        create = making("Opportunities", "source:1:opportunity", DEAL, account=account(subject))
        stored = row(subject, "Opportunities", one(subject, create).ids["record"])
        assert float(stored["amount"]) == pytest.approx(1234.56)


@pytest.mark.parametrize(
    ("after", "code", "fields"),
    [
        ({"birthdate": "31/12/1980"}, "invalid-date", ("birthdate",)),
        ({"do_not_call": "perhaps", "birthdate": "never"}, "invalid-flag", ("do_not_call", "birthdate")),
        ({"no_such_field": "x"}, "unknown-field", ("no_such_field",)),
        ({"assigned_user_name": "Will"}, "unknown-field", ("assigned_user_name",)),
        ({"email1": "no address"}, "invalid-email", ("email1",)),
        ({"last_name": ""}, "required-missing", ("last_name",)),
    ],
)
def test_lossy_orders_are_not_sent(
    either: SuiteSubject, after: dict[str, Scalar], code: str, fields: tuple[str, ...]
) -> None:
    """What SuiteCRM would drop, empty or zero without a word is rejected with all fields at fault, and not sent."""
    lead_id = either.lead(title="Old")
    receipt = one(either, changing(lead_id, title="New", **after))
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, code, fields)
    assert row(either, "Leads", lead_id)["title"] == "Old"


def test_unknown_list_value_is_not_sent(suite: SuiteSubject) -> None:
    """Trap 19: a label where a key belongs would be stored and show blank."""
    receipt = one(suite, changing(suite.lead(), lead_source="The Web"))
    assert (receipt.outcome, receipt.code, receipt.fields) == (Outcome.REJECTED, "unknown-value", ("lead_source",))


@pytest.mark.parametrize("missing", ["name", "amount", "date_closed", "sales_stage"])
def test_required_fields_are_checked(either: SuiteSubject, missing: str) -> None:
    """Trap 18: SuiteCRM saves a deal without its required fields; nothing is sent here."""
    after = {name: value for name, value in DEAL.items() if name != missing}
    receipt = one(either, making("Opportunities", "source:1:opportunity", after, account=account(either)))
    assert (receipt.code, receipt.fields) == ("required-missing", (missing,))
    assert either.dump("Opportunities") == []


def test_deal_needs_an_account(either: SuiteSubject) -> None:
    """An opportunity of nobody is not made."""
    receipt = one(either, making("Opportunities", "source:1:opportunity", DEAL))
    assert (receipt.code, receipt.fields) == ("required-missing", ("account_id",))


def test_probability_goes_with_the_stage(either: SuiteSubject) -> None:
    """Trap 19: SuiteCRM leaves the old probability behind when a stage changes; both are sent."""
    (deal,) = either.load("Opportunities", [{**DEAL, "probability": 10, "account_id": account(either)}])
    assert one(either, changing(deal, "Opportunities", sales_stage="Negotiation/Review")).outcome is Outcome.APPLIED
    assert float(row(either, "Opportunities", deal)["probability"]) == 80
    told = changing(deal, "Opportunities", sales_stage="Closed Won", probability=95)
    assert one(either, told).outcome is Outcome.APPLIED
    assert float(row(either, "Opportunities", deal)["probability"]) == 95


def test_new_deal_has_its_stages_probability(either: SuiteSubject) -> None:
    """On a new record SuiteCRM fills the probability in from its own table."""
    receipt = one(either, making("Opportunities", "source:1:opportunity", DEAL, account=account(either)))
    assert float(row(either, "Opportunities", receipt.ids["record"])["probability"]) == 10


def test_contacts_go_one_by_one(suite: SuiteSubject) -> None:
    """A batch of contacts would be taken for existing people of the same name and address: none is ever sent."""
    suite.lead(first_name="Ann", email="shared@acme.example")
    after = {"last_name": "Okafor", "first_name": "Ben", "email1": "shared@acme.example"}
    orders = [making("Contacts", f"source:{n}:contact", after) for n in range(3)]
    assert [len(batch) for batch in suite.system.batches(orders)] == [1, 1, 1]
    assert {receipt.outcome for receipt in perform(suite.system, *orders)} == {Outcome.APPLIED}
    assert len(suite.dump("Contacts")) == 3
    assert "set_entries" not in operations(suite)


def test_batches_hold_fifty(suite: SuiteSubject) -> None:
    """Leads, accounts and opportunities go out by fifties, one module a batch."""
    orders = [suite.land(str(n)) for n in range(120)]
    orders += [making("Accounts", f"source:{n}:account", {"name": "A"}) for n in range(3)]
    assert sorted(len(batch) for batch in suite.system.batches(orders)) == [3, 20, 50, 50]


def test_own_create_is_left_alone(either: SuiteSubject) -> None:
    """A create that is repeated fills what is blank and leaves what a person has written since."""
    create = making("Accounts", "source:1:account", {"name": "Acme", "phone_office": "1", "industry": "Banking"})
    record = one(either, create).ids["record"]
    perform(either.system, changing(record, "Accounts", phone_office="2", industry=""))
    assert one(either, create).outcome is Outcome.APPLIED
    stored = row(either, "Accounts", record)
    assert (stored["phone_office"], stored["industry"]) == ("2", "Banking")


FAILURE = {"action": "status", "status": 500, "body": "Database failure. Please refer to suitecrm.log for details."}


def test_repeated_id_is_found(suite: SuiteSubject) -> None:
    """A record that could not be seen makes the create an HTTP 500; once it is seen the order is done."""
    record = one(suite, suite.land("7")).ids["record"]
    suite.hide(record, 300)
    receipt = one(suite, suite.land("7"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "database-failure")
    suite.advance(400)
    assert one(suite, suite.land("7")).ids == {"record": record}
    assert len(suite.dump("Leads")) == 1


def test_database_failure_spares_others(suite: SuiteSubject) -> None:
    """A batch that the database refuses is taken apart: each record is tried by itself, and all are told truly."""
    orders = [suite.land(str(n)) for n in range(3)]
    suite.faults({"operation": "set_entries", "nth": 1, **FAILURE}, {"operation": "set_entry", "nth": 2, **FAILURE})
    receipts = perform(suite.system, *orders)
    assert [receipt.outcome.value for receipt in receipts] == ["applied", "rejected", "applied"]
    assert receipts[1].code == "database-failure"
    assert len(suite.dump("Leads")) == 2


def test_denied_rows_are_rejected(suite: SuiteSubject) -> None:
    """Trap 10: rows that access control refuses are missing from the answer; each is rejected, none is credited."""
    system = limited(suite, "edit=none")
    receipts = perform(system, suite.land("1"), suite.land("2"))
    assert {(receipt.outcome, receipt.code) for receipt in receipts} == {(Outcome.REJECTED, "access-denied")}
    assert perform(system, suite.land("3"))[0].code == "access-denied"
    assert suite.dump("Leads") == []


def test_steps_of_another_sort_are_no_batch(suite: SuiteSubject) -> None:
    """A batch that this system did not make is a bug of the caller."""
    lead_id = suite.lead()
    two = [changing(lead_id, title="A"), changing(lead_id, title="B")]
    with pytest.raises(ValueError, match="one module"):
        suite.system.perform(two)
    with pytest.raises(ValueError, match="external key"):
        suite.system.perform([order(Action.LAND, "Leads", after={"last_name": "A"})])
    with pytest.raises(ValueError, match="conversions or rows"):
        suite.system.perform([two[0], suite.convert(lead_id)])


ODD = {"v4_1": "lead.of/an import", "v8": "seed_lead"}


def test_odd_ids_are_refused_before_anything_is_made(either: SuiteSubject) -> None:
    """Trap 21: a record whose id the service cannot write is told as that, and nothing is begun for its lead."""
    odd = ODD["v8" if either.options else "v4_1"]
    either.load("Leads", [{"id": odd, "last_name": "Okafor", "email1": "old@acme.example", "account_name": "Acme"}])
    for asked in (
        changing(odd, title="T"),
        changing(odd, email1="new@acme.example"),
        making("Accounts", "source:1:account", {"name": "Acme"}, lead=odd),
    ):
        receipt = one(either, asked)
        assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "odd-id"), receipt
        assert odd in receipt.message
    assert either.dump("Accounts") == []
    assert row(either, "Leads", odd)["email1"] == "old@acme.example"


def test_deal_of_an_odd_contact_is_not_made(v8: SuiteV8Subject) -> None:
    """Over V8 a contact of another id than a UUID cannot be linked: the deal would stay without its person for ever."""
    v8.load("Contacts", [{"id": "seed_contact", "last_name": "Okafor"}])
    receipt = one(
        v8, making("Opportunities", "source:1:opportunity", DEAL, account=account(v8), contact="seed_contact")
    )
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "odd-id")
    assert v8.dump("Opportunities") == []


@pytest.mark.parametrize("access", ["edit=owner", "view=owner", "list=owner,view=owner,edit=owner"])
def test_closed_record_holds_up_nobody_else(either: SuiteSubject, access: str) -> None:
    """Trap 10: a lead of somebody else that our user may not see or save is refused by itself, its address kept."""
    system = limited(either, access)
    (me,) = [user["id"] for user in either.dump("Users") if user["user_name"] == "limited"]
    rows = [{"last_name": "A", "email1": "old@acme.example", "assigned_user_id": owner} for owner in ("1", me)]
    theirs, mine = either.load("Leads", rows)
    orders = [changing(lead, email1="new@acme.example") for lead in (theirs, mine)]
    receipts = perform(system, *orders)
    assert [receipt.outcome for receipt in receipts] == [Outcome.REJECTED, Outcome.APPLIED]
    assert receipts[0].code in ("access-denied", "gone")
    assert [row(either, "Leads", lead)["email1"] for lead in (theirs, mine)] == ["old@acme.example", "new@acme.example"]


def test_closed_module_is_not_an_empty_one(either: SuiteSubject) -> None:
    """A module that our user may not see at all stops the run: its records are not taken for deleted ones."""
    lead_id = either.lead()
    system = limited(either, "view=none,list=none")
    with pytest.raises(Refused):
        perform(system, changing(lead_id, title="T"))
