"""One lead converted over every protocol of the SugarCRM family leaves the same rows behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.model.plan import Outcome
from connector.model.records import Kind
from connector.sandbox import Sandbox
from tests.contracts.doing import check_converted, closing, counts, perform
from tests.contracts.sandbox_subject import SandboxSubject
from tests.contracts.sugarcrm_subject import SugarStepsSubject, SugarSubject
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

LEAD = {
    "salutation": "Ms.",
    "first_name": "Ann",
    "last_name": "O'Kafor",
    "title": "Buyer",
    "account_name": "Acme Test",
    "phone_work": "+49 30 1",
    "primary_address_street": "Main 1",
    "primary_address_city": "Berlin",
    "alt_address_city": "Potsdam",
    "website": "https://acme.example",
    "lead_source": "Web Site",
    "description": "wants a demo",
    "email1": "ann@acme.example",
    "assigned_user_id": "1",
}
ADDRESS = ("billing_address_street", "billing_address_city", "shipping_address_city")
PERSON = ("salutation", "first_name", "last_name", "title", "phone_work", "lead_source", "alt_address_city")
OURS = ("description", "assigned_user_id", "connector_key_c")
SHOWN = {
    Kind.LEAD: ("status", "account_name", "email1", "last_name", "title", "assigned_user_id"),
    Kind.ACCOUNT: ("name", "phone_office", "website", "email1", *ADDRESS, *OURS),
    Kind.CONTACT: (*PERSON, "primary_address_street", "primary_address_city", "email1", *OURS),
    Kind.OPPORTUNITY: ("sales_stage", "date_closed", "lead_source", "currency_id", *OURS),
}
WAYS: list[Callable[[Sandbox], SandboxSubject]] = [SugarSubject, SugarStepsSubject, SuiteSubject, SuiteV8Subject]


def shown(subject: Any, kind: Kind, ids: dict[str, str]) -> dict[str, object]:
    """What a record holds, without its ids and moments."""
    rows = subject.dump(subject.words.objects[kind])
    row = next(row for row in rows if row["id"] == ids[kind.value])
    found: dict[str, object] = {name: row[name] or "" for name in SHOWN[kind]}
    if kind is Kind.OPPORTUNITY:
        found |= {name: float(row[name]) for name in ("amount", "probability")}
    return found


def end_state(made: Callable[[Sandbox], SandboxSubject], sandbox: Sandbox) -> dict[Kind, dict[str, object]]:
    """A lead's rows after its conversion, which is tried twice and done once."""
    subject: Any = made(sandbox)
    (lead_id,) = subject.load("Leads", [{**LEAD, "id": "77777777-0000-4000-8000-000000000001"}])
    order = closing(subject, lead_id)
    (receipt,) = perform(subject.system, order)
    assert receipt.outcome is Outcome.APPLIED
    before = counts(subject)
    assert before == dict.fromkeys(Kind, 1)
    (again,) = perform(subject.fresh(), order)
    assert (again.ids, counts(subject)) == (receipt.ids, before)
    check_converted(subject, receipt)
    return {kind: shown(subject, kind, dict(receipt.ids)) for kind in Kind}


def test_every_protocol_leaves_the_same_rows(sandbox: Sandbox) -> None:
    """Endpoint and steps of SugarCRM, legacy service and JSON:API of SuiteCRM: the same values, links and keys."""
    states = []
    for way in WAYS:
        sandbox.reset("empty")
        states.append(end_state(way, sandbox))
    for kind in Kind:
        assert [state[kind] for state in states[1:]] == [states[0][kind]] * 3
