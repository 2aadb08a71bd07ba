"""A login that ends while something is written: parts of a bulk are sent again, and no row pays for a refused login."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from connector.errors import LoginRefused, RemoteError, SessionExpired, Unreadable
from connector.model.plan import Order, Outcome
from tests.contracts.doing import outcomes, perform
from tests.contracts.sugarcrm_subject import SugarSubject

from .test_sugarcrm_login import expire, logins

ENDED = {"action": "row_error", "code": "invalid_grant", "message": "The access token provided is invalid."}


def titles(crm: SugarSubject) -> list[str]:
    """What the leads are called, as the dump tells it."""
    return [str(lead["title"] or "") for lead in crm.dump("Leads")]


def updates(crm: SugarSubject, number: int) -> list[Order]:
    """New titles for so many leads; the CRM is known already, so that nothing but them is asked for."""
    crm.system.describe(["Leads"])
    return [crm.update(lead_id, f"New {at}") for at, lead_id in enumerate(crm.leads(number))]


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_refused_login_is_no_refused_row(crm: SugarSubject, status: int) -> None:
    """A login that is refused at the write of a row, with whatever status, stops the run: the row was not looked at."""
    (order,) = updates(crm, 1)
    crm.faults(
        {"operation": "update", "nth": 1, "action": "expire_session"},
        {"operation": "login", "action": "status", "status": status},
    )
    with pytest.raises(RemoteError) as caught:
        perform(crm.system, order)
    assert isinstance(caught.value, Unreadable if status == 404 else LoginRefused)
    crm.faults()
    assert outcomes(perform(crm.fresh(), order)) == ["applied"]


@pytest.mark.parametrize("status", [403, 404])
def test_refused_login_hides_no_record(crm: SugarSubject, status: int) -> None:
    """Nor is it taken for rights that are missing when what hangs on one record is looked at."""
    (deal,) = crm.load("Opportunities", [{"name": "Open"}])
    crm.system.stage_history([deal])
    crm.faults(
        {"operation": "GET */audit", "action": "expire_session"},
        {"operation": "login", "action": "status", "status": status},
    )
    with pytest.raises((LoginRefused, Unreadable)):
        crm.system.stage_history([deal])


@pytest.mark.parametrize("rows", [[0], [1, 2], [0, 1, 2]])
def test_login_that_ends_within_a_bulk(crm: SugarSubject, rows: list[int]) -> None:
    """Parts that found the login ended were not carried out: they are sent again, after one renewal."""
    orders = updates(crm, 3)
    crm.faults({"operation": "write", "nth": 1, **ENDED, "rows": rows})
    assert outcomes(perform(crm.system, *orders)) == ["applied"] * 3
    assert titles(crm) == ["New 0", "New 1", "New 2"]
    assert logins(crm) == [200, 200]


def test_login_that_always_ends_within_a_bulk(crm: SugarSubject) -> None:
    """A server that ends every login inside the bulk is given up, with nothing applied."""
    orders = updates(crm, 3)
    crm.faults({"operation": "write", **ENDED, "rows": [0, 1, 2]})
    with pytest.raises(SessionExpired):
        perform(crm.system, *orders)
    assert titles(crm) == [""] * 3


@pytest.mark.parametrize(
    ("trouble", "found"),
    [
        ({"action": "drop_after_apply"}, Outcome.APPLIED),
        ({"action": "status", "status": 403}, Outcome.REJECTED),
    ],
)
def test_resent_part_in_doubt(crm: SugarSubject, trouble: Mapping[str, Any], found: Outcome) -> None:
    """When the second try goes unanswered, what the first one did stands and the rest is unknown, never forgotten."""
    orders = updates(crm, 3)
    crm.faults(
        {"operation": "write", "nth": 1, **ENDED, "rows": [1]},
        {"operation": "write", "nth": 2, **trouble},
    )
    assert outcomes(perform(crm.system, *orders)) == ["applied", "unknown", "applied"]
    crm.faults()
    (settled,) = crm.system.settle([orders[1]])
    assert settled.outcome is found


def test_unending_renewals_name_the_rival(crm: SugarSubject) -> None:
    """A login that no renewal keeps alive has one likely cause, and the message says what to do about it."""
    crm.faults({"operation": "read", "action": "expire_session"})
    with pytest.raises(SessionExpired, match="lead_connector; give this connection a platform of its own"):
        crm.system.fetch("Leads", ["x"], ())


@pytest.mark.parametrize("token", ["tökén", "two\nlines", "\ud800"])
def test_unspeakable_token_is_no_login(crm: SugarSubject, token: str) -> None:
    """A token that no header can carry, in a file that somebody spoilt, counts as no login."""
    crm.system.identity()
    kept = json.loads(crm.token_file.read_text())
    crm.token_file.write_text(json.dumps({**kept, "access_token": token}))
    assert crm.fresh().fetch("Leads", ["x"], ()) == {}
    assert logins(crm) == [200, 200]


def test_renewal_of_another_process_is_taken(crm: SugarSubject) -> None:
    """A login that another process has renewed since our last call is read from the file before anything is written."""
    orders = updates(crm, 2)
    other = crm.fresh()
    other.describe(["Leads"])
    expire(crm)
    other.fetch("Leads", ["x"], ())
    crm.faults()
    assert outcomes(perform(crm.system, *orders)) == ["applied"] * 2
    assert logins(crm) == [200, 200]


@pytest.mark.parametrize("rows", [1, 2])
def test_secrets_said_back_are_hidden(crm: SugarSubject, rows: int) -> None:
    """A refusal that repeats our token or password, alone or within a bulk, is kept and shown without it."""
    orders = updates(crm, rows)
    kept = json.loads(crm.token_file.read_text())
    said = [kept["access_token"], kept["refresh_token"], crm.secrets[0]]
    refusal = {"code": "invalid_parameter", "message": " and ".join(said)}
    crm.faults({"operation": "write", "nth": 1, "action": "row_error", "rows": [0], **refusal})
    receipt = perform(crm.system, *orders)[0]
    assert (receipt.outcome, receipt.message) == (Outcome.REJECTED, "<secret> and <secret> and <secret>")
