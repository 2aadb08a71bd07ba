"""What is easily believed of SuiteCRM and is not so: one test each, over both services where both matter."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from connector.model.plan import Outcome
from connector.sandbox import Sandbox
from tests.contracts.doing import perform
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

from .conftest import FIELDS, LOGIN, META, TOKEN, Told, asked, said
from .crm import changing, furnished, limited, making, operations, row
from .test_conversion import closing
from .test_v4_protocol import entry, listing, update
from .test_v8_protocol import lead
from .test_writing import DEAL, account, one

LEAD_ID = "00000000-0000-4000-8000-000000000001"
WRITES = {"set_entry", "set_entries", "v8_update", "v8_create"}


def written(subject: SuiteSubject, since: int) -> set[str]:
    """The calls since then that wrote."""
    return WRITES & set(operations(subject)[since:])


def test_encoded_text_is_not_written_again(either: SuiteSubject) -> None:
    """A name with quotes comes encoded; compared as it comes it would differ from itself, and be written for ever."""
    lead_id = either.lead(first_name="O'Brien", title='Head of "R&D" <x>')
    either.system.describe(["Leads"])
    before = len(operations(either))
    same = changing(lead_id, first_name="O'Brien", title='Head of "R&D" <x>')
    assert one(either, same).outcome is Outcome.APPLIED
    assert written(either, before) == set()


def test_text_is_sent_raw(told: Told) -> None:
    """SuiteCRM decodes what it is sent: text that we encoded would be stored as something else."""
    text = 'O\'Brien & <Co> "x" &amp;'
    found = [said(LOGIN), said(FIELDS), said(listing(entry("lead-1", title="Old")))]
    system, server = told([*found, said({"id": "lead-1", "entry_list": {}}), said(listing(entry("lead-1")))])
    system.perform([update(text)])
    (sent,) = [given for method, given in map(asked, server.requests) if method == "set_entry"]
    assert {"name": "title", "value": text} in sent["name_value_list"]


@pytest.mark.parametrize("api", ["v4_1", "v8"])
def test_only_what_changes_is_sent(told: Told, api: str) -> None:
    """A record that is sent back whole takes with it what SuiteCRM made of it for showing: only the change goes."""
    shown = {"last_name": "O&#039;Brien", "title": "Old"}
    order = changing(LEAD_ID, title="New", last_name="O'Brien")
    if api == "v4_1":
        answers = [LOGIN, FIELDS, listing(entry(LEAD_ID, **shown)), {"id": LEAD_ID, "entry_list": {}}]
        system, server = told([*map(said, answers), said(listing(entry(LEAD_ID, **{**shown, "title": "New"})))])
    else:
        answers = [TOKEN, META, {"data": [lead(LEAD_ID, **shown)]}, {"data": lead(LEAD_ID)}]
        after = {"data": [lead(LEAD_ID, **{**shown, "title": "New"})]}
        system, server = told([*map(said, answers), said(after)], api="v8")
    (receipt,) = perform(system, order)
    assert receipt.outcome is Outcome.APPLIED
    assert sent_names(server.requests[3], api) == {"id", "title"}


def sent_names(request: bytes, api: str) -> set[str]:
    """The names in a request that writes."""
    if api == "v4_1":
        return {str(pair["name"]) for pair in asked(request)[1]["name_value_list"]}
    data: Any = json.loads(request.partition(b"\r\n\r\n")[2])["data"]
    return {"id", *data["attributes"]}


@pytest.mark.parametrize("attributes", [[], {}, None])
def test_resource_without_attributes_is_there(told: Told, attributes: object) -> None:
    """PHP shows no attributes as a list: the record is there all the same, with nothing in it."""
    bare = {"data": [{"type": "Lead", "id": "lead-1", "attributes": attributes}]}
    system, _ = told([said(TOKEN), said(META), said(bare)], api="v8")
    assert system.fetch("Leads", ["lead-1"], ("title",))["lead-1"].fields == {"title": None}


@pytest.mark.parametrize("offset", ["+00:00", "-05:00"])
def test_days_and_instants_are_stored_as_meant(sandbox: Sandbox, offset: str) -> None:
    """An instant is stored in UTC, which neither service would make of an ISO text; a day stays that day anywhere."""
    for made in (SuiteSubject, SuiteV8Subject):
        subject = furnished(sandbox, made, v8_offset=offset)
        lead_id = subject.lead()
        change = changing(lead_id, requested_at_c="2026-11-21T23:30:00-05:00", birthdate="1980-02-29")
        assert one(subject, change).outcome is Outcome.APPLIED
        stored = row(subject, "Leads", lead_id)
        assert (stored["requested_at_c"], stored["birthdate"]) == ("2026-11-22 04:30:00", "1980-02-29")
        fields = subject.system.fetch("Leads", [lead_id], ("requested_at_c", "birthdate"))[lead_id].fields
        assert fields == {"requested_at_c": "2026-11-22T04:30:00Z", "birthdate": "1980-02-29"}


@pytest.mark.parametrize("size", [1, 2, 50])
def test_alternatives_stay_inside_access_control(either: SuiteSubject, size: int) -> None:
    """The owner's condition is put behind our query without parentheses: an open OR would bring others' rows."""
    limited(either, "list=owner")
    (me,) = [user["id"] for user in either.dump("Users") if user["user_name"] == "limited"]
    now = either.system.now().replace(microsecond=0)
    owners = ["1", me, "1", me, me, "1", "1"]
    stamps = [(now - timedelta(hours=9 - number)).isoformat() for number in range(len(owners))]
    known = [either.lead(assigned_user_id=who, date_modified=at) for who, at in zip(owners, stamps, strict=True)]
    mine = [lead_id for lead_id, who in zip(known, owners, strict=True) if who == me]
    system = either.client(username="limited", page_size=size)
    found = [record.ref.id for page in system.changes("Leads", ("title",), None) for record in page.records]
    assert sorted(found) == sorted(mine)


def test_denied_write_over_v8_is_rejected(v8: SuiteV8Subject) -> None:
    """There is no 403 over V8: what access control refuses is told by the words of a 400, and nothing is stored."""
    lead_id = v8.lead(title="Old")
    (receipt,) = perform(limited(v8, "edit=none"), changing(lead_id, title="New"))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, "access-denied")
    assert row(v8, "Leads", lead_id)["title"] == "Old"


def test_merged_lead_comes_as_deleted(suite: SuiteSubject) -> None:
    """A merge deletes the loser and tells nobody into what."""
    loser, winner = suite.lead(), suite.lead()
    (page,) = suite.system.changes("Leads", ("title",), None)
    suite.advance(60)
    suite.door("merge", loser, into=winner)
    suite.advance(60)
    found = {r.ref.id: r for p in suite.fresh().changes("Leads", ("title",), page.reached) for r in p.records}
    assert (found[loser].deleted, found[loser].merged_into, found[winner].deleted) == (True, None, False)


def test_cut_name_settles(either: SuiteSubject) -> None:
    """What we cut is looked for as it was cut, not as it was meant; what we did not cut is."""
    name = "Acme Corporation of Greater Springfield - Demo request - Okafor"
    create = making("Opportunities", "source:1:opportunity", {**DEAL, "name": name}, account=account(either))
    record = one(either, create).ids["record"]
    assert either.fresh().settle([create])[0].outcome is Outcome.APPLIED
    change = changing(record, "Opportunities", next_step="call " * 40)
    assert one(either, change).outcome is Outcome.APPLIED
    assert row(either, "Opportunities", record)["next_step"] == ("call " * 20).rstrip()
    before = len(operations(either))
    assert one(either, change).outcome is Outcome.APPLIED
    assert written(either, before) == set()


def test_ids_of_any_make(suite: SuiteSubject) -> None:
    """Ids of demo data, of imports and in capitals are ids: they are read, written and converted like others."""
    given = ["1", "seed_will_id", "UPPER-CASE-ID"]
    suite.load("Leads", [{"id": each, "last_name": "X"} for each in given])
    found = {record.ref.id for page in suite.system.changes("Leads", ("title",), None) for record in page.records}
    assert found == set(given)
    receipts = perform(suite.system, *[changing(each, title="New") for each in given])
    assert {receipt.outcome for receipt in receipts} == {Outcome.APPLIED}
    assert [lead["title"] for lead in suite.dump("Leads")] == ["New"] * 3


def test_odd_ids_over_v8_are_told(v8: SuiteV8Subject) -> None:
    """V8 finds a lead with an id of another make by a filter, and cannot write it: that is told for the row."""
    (odd, plain) = v8.load("Leads", [{"id": "seed_will_id", "last_name": "X"}, {"last_name": "Y"}])
    assert set(v8.system.fetch("Leads", [odd], ("title",))) == {odd}
    receipts = perform(v8.system, changing(odd, title="New"), changing(plain, title="New"))
    assert [receipt.outcome for receipt in receipts] == [Outcome.REJECTED, Outcome.APPLIED]


def test_flag_alone_is_a_conversion(either: SuiteSubject) -> None:
    """The flag without any id, under an open status, was set by somebody: the lead is not converted over it."""
    (flagged,) = either.load("Leads", [{"last_name": "X", "converted": 1, "status": "In Process"}])
    ids = {"account": account(either), "contact": either.load("Contacts", [{"last_name": "Y"}])[0]}
    receipt = one(either, closing(flagged, **ids))
    assert (receipt.outcome, receipt.code) == (Outcome.ALREADY, "converted-elsewhere")
    stored = row(either, "Leads", flagged)
    assert (stored["status"], stored["contact_id"]) == ("In Process", None)


@pytest.mark.parametrize("preferred", ["-99", "7a1c0e5e-0000-4000-8000-000000000001"])
def test_amounts_are_in_the_systems_currency(sandbox: Sandbox, preferred: str) -> None:
    """An amount without a currency would be in the one that the API user prefers; ours names the system's own."""
    for made in (SuiteSubject, SuiteV8Subject):
        subject = furnished(sandbox, made, user_currency_id=preferred)
        receipt = one(subject, making("Opportunities", "source:1:opportunity", DEAL, account=account(subject)))
        stored = row(subject, "Opportunities", receipt.ids["record"])
        assert (receipt.outcome, stored["currency_id"]) == (Outcome.APPLIED, "-99")


def test_modules_are_known_by_key(either: SuiteSubject) -> None:
    """A tab may be labelled otherwise; its module keeps the key, and a label is no module."""
    assert set(either.system.describe(["Accounts", "Companies"])) == {"Accounts"}
