"""The legacy service's wire: exact arguments, faults in HTTP 200, nothing at all, HTML, and what each means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import pytest

from connector.errors import ConnectorError, RateLimited, Refused, SessionExpired, Unavailable, Unreadable
from connector.model.plan import Action, Order, Step
from connector.model.records import RecordRef
from connector.systems.suitecrm.v4_calls import ARGUMENTS, arguments
from connector.systems.suitecrm.v4_rows import linked

from .conftest import FIELDS, LOGIN, PASSWORD, Told, asked, html, said


def fault(number: object, name: str = "A Fault") -> dict[str, object]:
    """A fault as the service words it."""
    return {"name": name, "number": number, "description": "words of the server"}


def entry(record_id: str, **values: object) -> dict[str, object]:
    """One entry of a list."""
    listed = {name: {"name": name, "value": value} for name, value in {"id": record_id, **values}.items()}
    return {"id": record_id, "module_name": "Leads", "name_value_list": listed}


def listing(*entries: Mapping[str, object]) -> dict[str, object]:
    """A whole list."""
    return {
        "result_count": len(entries),
        "total_count": str(len(entries)),
        "next_offset": len(entries),
        "entry_list": list(entries),
        "relationship_list": [],
    }


def update(title: str = "New") -> Order:
    """New title for a lead."""
    ref = RecordRef("source", "Leads", "1")
    step = Step("s", Action.UPDATE, ref, "Leads", "lead", (), ids={"record": "lead-1"}, after={"title": title})
    return Order(step, {"record": "lead-1"})


def test_login_sends_the_digest(told: Told) -> None:
    """The login is a form with the MD5 of the password under the argument name that every version takes."""
    system, server = told([said(LOGIN), said(listing(entry("1", date_entered="2020-01-01 10:00:30")))])
    assert system.identity().org_id == "127.0.0.1/crm#2020-01-01T10:00Z"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /crm/service/v4_1/rest.php HTTP/1.1")
    assert b"application/x-www-form-urlencoded" in head
    form = parse_qs(body.decode())
    assert {name: form[name] for name in ("method", "input_type", "response_type")} == {
        "method": ["login"],
        "input_type": ["JSON"],
        "response_type": ["JSON"],
    }
    _, given = asked(server.requests[0])
    assert list(given) == ["user_auth", "application", "name_value_list"]
    digest = hashlib.md5(PASSWORD.encode(), usedforsecurity=False).hexdigest()
    assert (given["user_auth"]["user_name"], given["user_auth"]["password"]) == ("api", digest)
    assert PASSWORD.encode() not in server.requests[0]


def test_arguments_stand_in_order(told: Told) -> None:
    """Trap 16: names and order are those of the service, whether it binds by name or by position."""
    system, server = told([said(LOGIN), said(FIELDS), said(listing())])
    list(system.changes("Leads", ("title",), None))
    for request in server.requests:
        method, given = asked(request)
        assert tuple(given) == ARGUMENTS[method][: len(given)]
    method, given = asked(server.requests[-1])
    assert method == "get_entry_list"
    assert (given["session"], given["offset"], given["deleted"], given["order_by"]) == (
        "session1",
        0,
        0,
        "date_modified asc, id asc",
    )
    assert given["query"].startswith("(")
    assert given["query"].endswith(")")


def test_capped_page_is_not_the_end(told: Told) -> None:
    """A page shorter than asked for ends nothing while the total says that more follows; an empty one does."""
    first = listing(entry("1", date_modified="2026-01-01 10:00:00"), entry("2", date_modified="2026-01-01 10:00:01"))
    last = listing(entry("3", date_modified="2026-01-01 10:00:02"))
    hidden = {**listing(), "total_count": "1"}
    answers = [{**first, "total_count": "3"}, {**last, "total_count": "2"}, hidden]
    system, server = told([said(LOGIN), said(FIELDS), *map(said, answers)], page_size=50)
    pages = list(system.changes("Leads", ("title",), None))
    assert [record.ref.id for page in pages for record in page.records] == ["1", "2", "3"]
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    "given",
    [
        {"session": "s", "module": "Leads"},
        {"session": "s", "query": ""},
        {"module_name": "Leads", "session": "s", "x": 1},
    ],
)
def test_wrong_arguments_are_a_bug(given: dict[str, Any]) -> None:
    """A name that the service does not know, or a gap before an argument, is never sent."""
    with pytest.raises(ValueError, match="takes session, module_name"):
        arguments("get_entries_count", given)


def test_expired_session_is_renewed_once(told: Told) -> None:
    """Fault 11 costs one login, and the same call is made once more with the new session."""
    system, server = told(
        [said(LOGIN), said(fault(11)), said({**LOGIN, "id": "session2"}), said(FIELDS), said(listing(entry("1")))]
    )
    assert system.describe(["Leads"])
    sessions = [asked(request)[1].get("session") for request in server.requests]
    assert sessions == [None, "session1", None, "session2"]


def test_second_expiry_is_the_end(told: Told) -> None:
    """A session that ends at once again is not renewed for ever."""
    system, server = told([said(LOGIN), said(fault(11)), said(LOGIN), said(fault(11))])
    with pytest.raises(SessionExpired, match="'verify_client_ip' => false"):
        system.describe(["Leads"])
    assert len(server.requests) == 4


def test_null_answer_logs_in_anew(told: Told) -> None:
    """A bare null is what older versions say of a lost session; a second one makes no sense."""
    system, server = told([said(LOGIN), said(None), said(LOGIN), said(FIELDS)])
    assert system.describe(["Leads"])
    system, server = told([said(LOGIN), said(None), said(LOGIN), said(None)])
    with pytest.raises(Unreadable):
        system.describe(["Leads"])
    assert len(server.requests) == 4


def test_null_answer_to_a_write_is_unknown(told: Told) -> None:
    """A write that is answered with nothing twice may have been made or not."""
    answers = [
        said(LOGIN),
        said(FIELDS),
        said(listing(entry("lead-1", title="Old"))),
        said(None),
        said(LOGIN),
        said(None),
    ]
    system, _ = told(answers)
    (receipt,) = system.perform([update()])
    assert (receipt.outcome.value, receipt.code) == ("unknown", "null-body")


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (10, Refused),
        (12, Refused),
        (1008, Refused),
        (1009, Refused),
        (40, Refused),
        (60, RateLimited),
        (1001, Unreadable),
        ("-1", Unreadable),
    ],
)
def test_faults_in_status_200(told: Told, number: object, error: type[ConnectorError]) -> None:
    """Trap 15: a fault is told by its number, for the status is always 200; the server's words are not repeated."""
    system, _ = told([said(LOGIN), said(FIELDS), said(fault(number))])
    with pytest.raises(error) as caught:
        list(system.changes("Leads", ("title",), None))
    assert "words of the server" not in str(caught.value)


def test_refused_login_is_not_repeated(told: Told) -> None:
    """After a refused login no second one is sent: it could lock the user."""
    system, server = told([said(fault(10, "Invalid Login"))])
    for _ in range(2):
        with pytest.raises(Refused):
            system.identity()
    assert len(server.requests) == 1


@pytest.mark.parametrize("number", [20, 40])
def test_hidden_module_is_absent(told: Told, number: int) -> None:
    """A module that is unknown or denied is left out of the description."""
    system, _ = told([said(LOGIN), said(fault(number))])
    assert system.describe(["Leads"]) == {}


def test_html_with_status_200_is_away(told: Told) -> None:
    """A maintenance page is an outage, waited out and never taken for an empty answer."""
    system, _ = told([said(LOGIN), html(), html(), said(FIELDS)])
    assert system.describe(["Leads"])
    system, server = told([said(LOGIN), html()])
    with pytest.raises(Unavailable):
        system.describe(["Leads"])
    assert len(server.requests) == 4


def test_database_failure_is_not_repeated(told: Told) -> None:
    """A question that the database refuses comes as status 500 and plain text; asking again would not help."""
    system, server = told(
        [said(LOGIN), said(FIELDS), html(b"500 Oops", b"Database failure. Please refer to suitecrm.log")]
    )
    with pytest.raises(Unreadable) as caught:
        list(system.changes("Leads", ("title",), None))
    assert caught.value.code == "database-failure"
    assert len(server.requests) == 3


@pytest.mark.parametrize("listed", [[], {}])
def test_empty_selection_is_a_list(told: Told, listed: object) -> None:
    """Trap 5: PHP shows an empty object as a list; a record without values is still a record."""
    odd = {"id": "lead-1", "module_name": "Leads", "name_value_list": listed}
    system, _ = told([said(LOGIN), said(FIELDS), said(listing(odd))])
    found = system.fetch("Leads", ["lead-1"], ("title",))
    assert found["lead-1"].fields == {"title": None}


def test_warning_stands_for_no_record(told: Told) -> None:
    """An entry whose values are a list with a warning is a record that is not there."""
    warning = [{"name": "warning", "value": "Access to this object is denied"}, {"name": "deleted", "value": "1"}]
    odd = {"id": "lead-1", "module_name": "Leads", "name_value_list": warning}
    system, _ = told([said(LOGIN), said(FIELDS), said(listing(odd))])
    assert system.fetch("Leads", ["lead-1"], ("title",)) == {}


def test_links_have_to_match_their_rows() -> None:
    """Links are told by position only; where they do not match the rows, nobody's person is guessed."""

    answer = {**listing(entry("1"), entry("2")), "relationship_list": [{"link_list": []}]}
    with pytest.raises(Unreadable):
        linked(answer, 1, "contacts")


def test_lost_order_is_noticed(told: Told) -> None:
    """Trap 14: a server that drops the sort without a word would lose rows between pages; that stops the pull."""
    first = entry("2", date_modified="2026-11-21 10:00:00")
    second = entry("1", date_modified="2026-11-20 10:00:00")
    system, _ = told([said(LOGIN), said(FIELDS), said(listing(first, second))])
    with pytest.raises(Unreadable, match="order"):
        list(system.changes("Leads", ("title",), None))


@pytest.mark.parametrize("quote", ["x' or 1=1", "x\\", "a b", "", "x" * 37])
def test_odd_ids_are_not_asked_for(told: Told, quote: str) -> None:
    """Trap 21: what cannot be an id never gets into a query."""
    system, server = told([said(LOGIN), said(FIELDS)])
    assert system.fetch("Leads", [quote], ("title",)) == {}
    assert [asked(request)[0] for request in server.requests if b"get_entry_list" in request] == []


def test_denied_row_is_rejected(told: Told) -> None:
    """A record whose id is missing from the answer was denied; nothing is told by its place in the list."""
    system, _ = told(
        [
            said(LOGIN),
            said(FIELDS),
            said(listing(entry("lead-1", title="Old"))),
            said({"ids": []}),
            said(listing(entry("lead-1", title="Old"))),
        ]
    )
    (receipt,) = system.perform([update()])
    assert (receipt.outcome.value, receipt.code) == ("rejected", "access-denied")


def test_claimed_write_is_read_back(told: Told) -> None:
    """A write that SuiteCRM claims to have made, and has not, is rejected with the field that is missing."""
    system, _ = told(
        [
            said(LOGIN),
            said(FIELDS),
            said(listing(entry("lead-1", title="Old"))),
            said({"id": "lead-1", "entry_list": {"title": {"name": "title", "value": "New"}}}),
            said(listing(entry("lead-1", title="Old"))),
        ]
    )
    (receipt,) = system.perform([update()])
    assert (receipt.outcome.value, receipt.code, receipt.fields) == ("rejected", "not-stored", ("title",))


def test_unread_write_is_unknown(told: Told) -> None:
    """When the reading back fails, the write is unknown: it was answered, and may still be missing."""
    system, _ = told(
        [
            said(LOGIN),
            said(FIELDS),
            said(listing(entry("lead-1", title="Old"))),
            said({"id": "lead-1", "entry_list": {}}),
            html(b"503 Service Unavailable"),
        ]
    )
    (receipt,) = system.perform([update()])
    assert receipt.outcome.value == "unknown"


def test_strange_address_tells_no_org(told: Told) -> None:
    """An address where no SuiteCRM answers the login is an error, never an installation."""
    system, _ = told([html(b"404 Not Found")])
    with pytest.raises(Unreadable):
        system.identity()


def test_refused_login_says_what_to_check(told: Told) -> None:
    """A wrong password is told in words."""
    system, _ = told([said(fault(10, "Invalid Login"))])
    with pytest.raises(Refused, match="check the user name and password"):
        system.identity()


@pytest.mark.parametrize("number", [20, 40])
def test_hidden_users_make_a_partial_identity(told: Told, number: int) -> None:
    """Where our user may not see users, the installation is told by its place alone."""
    system, _ = told([said(LOGIN), said(fault(number))])
    assert system.identity().org_id == "127.0.0.1/crm#"


def test_odd_id_of_a_pages_last_row_stays_data(told: Told) -> None:
    """Trap 21: an imported id may hold a quote; the next page is asked for after it, and not for what it spells."""
    first = listing(entry("x' OR '1'='1", date_modified="2026-01-01 10:00:00"))
    system, server = told([said(LOGIN), said(FIELDS), said({**first, "total_count": "2"}), said(listing())])
    assert len([record for page in system.changes("Leads", ("title",), None) for record in page.records]) == 1
    assert "leads.id > 'x'' OR ''1''=''1')" in asked(server.requests[-1])[1]["query"]
