"""A person converts the lead while our records for it are being made: nothing more is made."""

from __future__ import annotations

import pytest

from connector.model.plan import CONVERTED_ELSEWHERE, Outcome
from tests.contracts.doing import perform
from tests.contracts.suitecrm_subject import SuiteSubject

from .crm import making
from .test_conversion import DEAL, LEAD, one

MODULES = ("Accounts", "Contacts", "Opportunities")


def taken_up(subject: SuiteSubject, **ours: str) -> dict[str, str]:
    """A lead that a person converted, into *ours* as far as given: its id and those of what it became."""
    ids = {
        "account": ours.get("account") or subject.load("Accounts", [{"name": "Theirs"}])[0],
        "contact": ours.get("contact") or subject.load("Contacts", [{"last_name": "Theirs"}])[0],
        "opportunity": subject.load("Opportunities", [{"name": "Theirs"}])[0],
    }
    told = {f"{role}_id": record for role, record in ids.items()}
    (lead,) = subject.load("Leads", [{**LEAD, "converted": 1, "status": "Converted", **told}])
    return {"lead": lead, **ids}


def many(subject: SuiteSubject) -> list[int]:
    """How many records of each module there are."""
    return [len(subject.dump(module)) for module in MODULES]


@pytest.mark.parametrize("module", MODULES)
def test_no_twins_of_their_records(either: SuiteSubject, module: str) -> None:
    """Nothing is made of a lead that somebody else converted, and the receipt names their records."""
    account = one(either, making("Accounts", "source:9:account", {"name": "Ours"})).ids["record"]
    theirs, before = taken_up(either), many(either)
    parents = {} if module == "Accounts" else {"account": account}
    after = DEAL if module == "Opportunities" else {}
    (receipt,) = perform(either.system, making(module, "source:9:x", after, lead=theirs["lead"], **parents))
    assert (receipt.outcome, receipt.code) == (Outcome.REJECTED, CONVERTED_ELSEWHERE)
    assert receipt.ids == theirs
    assert many(either) == before


def test_deal_of_our_own_conversion_is_made(either: SuiteSubject) -> None:
    """A lead that became the very records which the order builds on is nobody else's: its deal can still be made."""
    account, contact = either.load("Accounts", [{"name": "A"}])[0], either.load("Contacts", [{"last_name": "B"}])[0]
    told = {"converted": 1, "status": "Converted", "account_id": account, "contact_id": contact}
    (lead,) = either.load("Leads", [{**LEAD, **told}])
    order = making("Opportunities", "source:9:opportunity", DEAL, lead=lead, account=account, contact=contact)
    assert one(either, order).outcome is Outcome.APPLIED


def test_record_made_before_stays_ours(either: SuiteSubject) -> None:
    """What we made before the person was faster is told as done, so that its id is not lost."""
    first = making("Accounts", "source:9:account", {"name": "Ours"})
    account = one(either, first).ids["record"]
    theirs = taken_up(either)
    (receipt,) = perform(either.system, making("Accounts", "source:9:account", {"name": "Ours"}, lead=theirs["lead"]))
    assert (receipt.outcome, receipt.ids["record"]) == (Outcome.APPLIED, account)
