"""The same small journey on installations that differ: PHP 7 or 8, broken refreshes and filters, formats."""

from __future__ import annotations

import pytest

from connector.model.plan import Outcome
from connector.sandbox import Sandbox
from tests.contracts.doing import check_converted, closing, perform
from tests.contracts.subject import Trouble
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

from .crm import changing, furnished

PLACES: list[tuple[type[SuiteSubject], dict[str, object]]] = [
    (SuiteSubject, {"strict_named_args": True}),
    (SuiteSubject, {"strict_named_args": False}),
    (SuiteSubject, {"html_entities": False}),
    (SuiteSubject, {"email_update_ignored": False}),
    (SuiteSubject, {"list_max_entries_per_page": 5}),
    (SuiteV8Subject, {"v8_or_bug": True}),
    (SuiteV8Subject, {"v8_refresh_bug": True}),
    (SuiteV8Subject, {"user_time_format": "H:i:s"}),
    (SuiteV8Subject, {"v8_offset": "+05:30"}),
    (SuiteV8Subject, {"list_max_entries_per_page": 5}),
]


@pytest.mark.parametrize(("made", "settings"), PLACES, ids=[f"{made.__name__}-{next(iter(s))}" for made, s in PLACES])
def test_journey_goes_well_everywhere(sandbox: Sandbox, made: type[SuiteSubject], settings: dict[str, object]) -> None:
    """Traps 14, 16 and 20: pulled, changed, converted, with a session that ends in the middle."""
    subject = furnished(sandbox, made, **settings)
    known = subject.leads(30)
    lead_id = subject.lead(first_name='O\'Brien & "Söhne"', email1="old@acme.example")
    pages = list(subject.client(page_size=10).changes("Leads", ("first_name",), None))
    read = {record.ref.id: record.fields["first_name"] for page in pages for record in page.records}
    assert set(read) == {*known, lead_id}
    assert read[lead_id] == 'O\'Brien & "Söhne"'
    subject.trouble(Trouble.EXPIRED, on="any", nth=2)
    (changed,) = perform(subject.system, changing(lead_id, title="Buyer", email1="new@acme.example"))
    subject.calm()
    assert changed.outcome is Outcome.APPLIED
    (receipt,) = perform(subject.system, closing(subject, lead_id))
    check_converted(subject, receipt)
