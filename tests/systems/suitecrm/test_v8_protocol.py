"""The JSON:API's wire: tokens, 400 for everything, a password in a 500, pages that look complete."""

from __future__ import annotations

import json
import traceback

import pytest

from connector.errors import ConfigError, ConnectorError, Refused, SessionExpired, Unavailable, Unreadable
from connector.systems.secret import Secret

from .conftest import META, PASSWORD, TOKEN, Told, html, said
from .crm import changing

LEAD_ID = "00000000-0000-4000-8000-000000000001"


def refusal(detail: str, *, listed: bool = False) -> bytes:
    """A 400 as V8 words it."""
    error = {"status": 400, "title": None, "detail": detail}
    return said({"errors": [error] if listed else error}, b"400 Bad Request")


def lead(record_id: str = "1", **attributes: object) -> dict[str, object]:
    """One resource."""
    return {"type": "Lead", "id": record_id, "attributes": attributes}


def test_token_is_asked_for_as_json(told: Told) -> None:
    """The password grant goes out as JSON, and the token with every call after it."""
    system, server = told([said(TOKEN), said({"data": lead(date_entered="2020-01-01T10:00:00+00:00")})], api="v8")
    assert system.identity().org_id == "127.0.0.1/crm#2020-01-01T10:00Z"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /crm/Api/access_token HTTP/1.1")
    assert json.loads(body) == {
        "grant_type": "password",
        "client_id": "client",
        "client_secret": "client-secret-to-keep",
        "username": "api",
        "password": PASSWORD,
    }
    assert b"Authorization: Bearer token1" in server.requests[1]


def test_client_credentials_need_no_user(told: Told) -> None:
    """The other grant sends the client alone."""
    options = {"api": "v8", "grant": "client_credentials", "username": "", "password": Secret()}
    system, server = told([said({**TOKEN, "refresh_token": None}), said(META)], **options)
    assert set(system.describe(["Leads"])) == {"Leads"}
    assert b"password" not in server.requests[0]


def test_incomplete_login_is_named(told: Told) -> None:
    """What a grant lacks is a configuration error before anything is sent."""
    system, server = told([said(TOKEN)], api="v8", client_id="", password=Secret())
    with pytest.raises(ConfigError, match="client_id, password"):
        system.identity()
    assert server.requests == []


def test_password_echo_gets_nowhere(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    """Trap 20: a wrong password is a 500 that repeats it; it is a refusal, asked once, that holds no word of it."""
    words = f"The password is invalid: {PASSWORD}"
    echo = {"error": "unknown_error", "error_description": words, "message": words}
    system, server = told([said(echo, b"500 Internal Server Error")], api="v8")
    with pytest.raises(Refused) as caught:
        system.identity()
    text = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text + repr(vars(system))
    assert PASSWORD not in text
    with pytest.raises(Refused):
        system.identity()
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [b"400 Bad Request", b"401 Unauthorized"])
def test_refused_client_is_refused(told: Told, status: bytes) -> None:
    """A client that the server does not know cannot log in."""
    system, _ = told([said({"error": "invalid_client", "message": "no"}, status)], api="v8")
    with pytest.raises(Refused):
        system.identity()


def test_ended_token_is_refreshed(told: Told) -> None:
    """A token that ended is refreshed, and the call is made once more."""
    ended = said({"error": "access_denied", "hint": "Access token has been revoked"}, b"401 Unauthorized")
    system, server = told([said(TOKEN), ended, said({**TOKEN, "access_token": "token2"}), said(META)], api="v8")
    assert system.describe(["Leads"])
    assert json.loads(server.requests[2].partition(b"\r\n\r\n")[2])["grant_type"] == "refresh_token"
    assert b"Authorization: Bearer token2" in server.requests[3]


def test_broken_refresh_falls_back(told: Told) -> None:
    """Versions that refuse every refresh are logged in to anew with the password."""
    ended = said({"error": "access_denied"}, b"401 Unauthorized")
    broken = said({"error": "invalid_client"}, b"401 Unauthorized")
    system, server = told([said(TOKEN), ended, broken, said(TOKEN), said(META)], api="v8")
    assert system.describe(["Leads"])
    grants = [json.loads(server.requests[n].partition(b"\r\n\r\n")[2])["grant_type"] for n in (0, 2, 3)]
    assert grants == ["password", "refresh_token", "password"]


def test_lost_refresh_falls_back(told: Told) -> None:
    """A refresh token counts once: when the answer to it is lost, the password is asked with, and the run goes on."""
    ended, lost = said({"error": "access_denied"}, b"401 Unauthorized"), b""
    system, server = told([said(TOKEN), ended, lost, said(TOKEN), said(META)], api="v8")
    assert system.describe(["Leads"])
    grants = [json.loads(server.requests[n].partition(b"\r\n\r\n")[2])["grant_type"] for n in (0, 2, 3)]
    assert grants == ["password", "refresh_token", "password"]


def test_second_refusal_of_a_token_ends(told: Told) -> None:
    """A fresh token that is refused too is not renewed for ever, and it is said what drops tokens on their way."""
    ended = said({"error": "access_denied"}, b"401 Unauthorized")
    system, server = told([said(TOKEN), ended, said(TOKEN), ended], api="v8")
    with pytest.raises(SessionExpired, match="may drop the Authorization header"):
        system.describe(["Leads"])
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("detail", "error"),
    [
        ("[SuiteCRM] [AccessDeniedException] ", Refused),
        ("Filter operator foo is invalid", Unreadable),
        ("Filter field nope in Lead module is not found", ConfigError),
        ("Sort field nope in Lead module is not found", ConfigError),
        ("Property nope in Lead module is invalid", ConfigError),
        ("The following field in Lead module is not found: nope", ConfigError),
        ("Module Leadz does not exist", Unreadable),
        ("something else with a name@of.example", Unreadable),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
def test_details_tell_refusals_apart(told: Told, detail: str, error: type[ConnectorError], listed: bool) -> None:
    """Trap 15: every refusal is a 400; its detail says which, in an object or a list, and is not quoted."""
    system, _ = told([said(TOKEN), said(META), refusal(detail, listed=listed)], api="v8")
    with pytest.raises(error) as caught:
        list(system.changes("Leads", ("title",), None))
    assert "name@of.example" not in str(caught.value)
    assert ("nope" in str(caught.value)) == (error is ConfigError)


def test_missing_record_is_absent(told: Told) -> None:
    """A record that is not found is absent; nothing else about it is an error."""
    missing = refusal("Leads module with id 00000000-0000-4000-8000-000000000001 is not found")
    system, _ = told([said(TOKEN), said(META), missing], api="v8")
    assert system.fetch("Leads", ["00000000-0000-4000-8000-000000000001"], ("title",)) == {}


def test_odd_ids_are_filtered_for(told: Told) -> None:
    """Trap 21: an id of another form than the API reads by is found by a filter."""
    system, server = told([said(TOKEN), said(META), said({"data": [lead("seed_will_id", title="T")]})], api="v8")
    assert system.fetch("Leads", ["seed_will_id"], ("title",))["seed_will_id"].fields == {"title": "T"}
    assert b"filter%5Bid%5D%5Beq%5D=seed_will_id" in server.requests[-1]


def test_pages_are_always_asked_for(told: Told) -> None:
    """Trap 14: every list names size and number of its page, or twenty rows would pass for all."""
    system, server = told([said(TOKEN), said(META), said({"meta": {"message": "no result"}, "data": []})], api="v8")
    list(system.changes("Leads", ("title",), None))
    line = server.requests[-1].split(b"\r\n")[0]
    assert b"page%5Bsize%5D=500" in line
    assert b"page%5Bnumber%5D=1" in line
    assert b"filter%5Bconverted%5D%5Beq%5D=0" in line


@pytest.mark.parametrize("pages", [1.0, "1", "1.0", None, []])
def test_odd_count_of_pages_ends_no_pull(told: Told, pages: object) -> None:
    """The number of pages is a hint that is often wrong; in a form of its own it is no more than none at all."""
    row = {"meta": {"total-pages": pages}, "data": [lead(date_modified="2026-11-21T10:00:00+00:00")]}
    system, _ = told([said(TOKEN), said(META), said(row)], api="v8")
    (page,) = system.changes("Leads", ("title",), None)
    assert len(page.records) == 1


def test_list_that_loses_a_row_is_asked_again(told: Told) -> None:
    """A list is refused as a whole when one of its rows is deleted while it is made."""
    gone = refusal("Leads module with id 1 is not found")
    row = {"data": [lead(date_modified="2026-11-21T10:00:00+00:00")]}
    system, _ = told([said(TOKEN), said(META), gone, said(row)], api="v8")
    (page,) = system.changes("Leads", ("title",), None)
    assert len(page.records) == 1


def test_unknown_attribute_names_the_field(told: Told) -> None:
    """A record that is refused for one attribute is rejected with its name."""
    there = said({"data": [lead(LEAD_ID, title="Old")]})
    odd = refusal("Property title in Lead module is invalid")
    system, _ = told([said(TOKEN), said(META), there, odd, there], api="v8")
    (receipt,) = system.perform([changing(LEAD_ID, title="New")])
    assert (receipt.outcome.value, receipt.code, receipt.fields) == ("rejected", "unknown-field", ("title",))


def test_html_is_an_outage(told: Told) -> None:
    """A page where a document was wanted is waited out; a missing route says that the address is wrong."""
    system, _ = told([said(TOKEN), html(), said(META)], api="v8")
    assert system.describe(["Leads"])
    system, _ = told([html(b"404 Not Found")], api="v8")
    with pytest.raises(Unreadable):
        system.describe(["Leads"])
    system, _ = told([said(TOKEN), html(b"503 Service Unavailable")], api="v8")
    with pytest.raises(Unavailable):
        system.describe(["Leads"])


def test_unknown_service_is_refused(told: Told) -> None:
    """There are two services and no third."""
    with pytest.raises(ConfigError, match="v4_1 or v8"):
        told([], api="v9")


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (b"500 Internal Server Error", "check the user name and password, and client_id"),
        (b"401 Unauthorized", "check client_id and client_secret, and that the client's grant type"),
        (b"404 Not Found", "correct `address`"),
    ],
)
def test_refused_login_says_what_to_check(told: Told, status: bytes, hint: str) -> None:
    """A refused login names what a person looks at, in words."""
    system, _ = told([said({"error": "x"}, status)], api="v8")
    with pytest.raises((Refused, Unreadable), match=hint):
        system.identity()


@pytest.mark.parametrize("status", [b"403 Forbidden", b"404 Not Found"])
def test_strange_page_tells_no_org(told: Told, status: bytes) -> None:
    """A page of another program where the first user was asked for is not taken for hidden rights."""
    system, _ = told([said(TOKEN), html(status)], api="v8")
    with pytest.raises((Refused, Unreadable)):
        system.identity()


def test_refused_renewal_tells_no_org(told: Told) -> None:
    """A login that is refused while the first user is asked for is a refused login, not hidden rights."""
    ended, refused = said({}, b"401 Unauthorized"), said({"error": "invalid_client"}, b"401 Unauthorized")
    system, _ = told([said({**TOKEN, "refresh_token": None}), ended, refused], api="v8")
    with pytest.raises(Refused, match="refuses the login"):
        system.identity()
