"""V8's token endpoint: three grants, their refusals, and what ends a token."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import requests

from connector.sandbox import Sandbox
from tests.suite_caller import SuiteCaller

ANY_LIST = "module/Leads?page[size]=1"


def _hint(answer: requests.Response) -> str:
    assert answer.status_code == 401
    body = answer.json()
    assert body["error"] == "access_denied"
    return str(body["hint"])


def test_password_grant_is_refreshable(suite: SuiteCaller) -> None:
    """The password grant gives a token of an hour and a refresh token, in an answer that is not to be kept."""
    answer = suite.grant()
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert set(body) == {"token_type", "expires_in", "access_token", "refresh_token"}


def test_client_credentials_give_no_refresh(suite: SuiteCaller) -> None:
    """A service client acts as the API user and gets an access token only."""
    login = suite.login
    granted = suite.log_in(
        grant_type="client_credentials",
        client_id=login["service_client_id"],
        client_secret=login["service_client_secret"],
    )
    assert "refresh_token" not in granted
    assert suite.v8("GET", "current-user").json()["data"]["attributes"]["user_name"] == login["username"]


def test_form_and_basic_auth_are_read(suite: SuiteCaller) -> None:
    """A form body with the client in a Basic header is as good as JSON."""
    login = suite.login
    pair = f"{login['service_client_id']}:{login['service_client_secret']}"
    headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    answer = suite.call("POST", "/Api/access_token", data={"grant_type": "client_credentials"}, headers=headers)
    assert answer.status_code == 200


def test_refresh_token_serves_once(suite: SuiteCaller) -> None:
    """Refreshing uses the refresh token up and revokes the access token it came with."""
    old = suite.log_in()
    again = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    new = suite.grant(**again).json()
    assert _hint(suite.v8("GET", ANY_LIST)) == "Access token has been revoked"
    suite.token = new["access_token"]
    assert suite.v8("GET", ANY_LIST).status_code == 200
    reused = suite.grant(**again)
    assert (reused.status_code, reused.json()["hint"]) == (401, "Token has been revoked")


def test_made_up_refresh_token_is_refused(suite: SuiteCaller) -> None:
    """A refresh token that the server never gave out cannot be decrypted."""
    answer = suite.grant(grant_type="refresh_token", refresh_token="def50200aa")
    assert (answer.status_code, answer.json()["hint"]) == (401, "Cannot decrypt the refresh token")


def test_refresh_can_be_broken(suite: SuiteCaller) -> None:
    """With the fault of 7.13.3 to 7.14.4 switched on, a password client cannot refresh."""
    suite.control("POST", "reset", {"world": {"suitecrm": {"settings": {"v8_refresh_bug": True}}}})
    token = suite.log_in()["refresh_token"]
    answer = suite.grant(grant_type="refresh_token", refresh_token=token)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_wrong_password_is_repeated(suite: SuiteCaller) -> None:
    """A wrong password is answered with status 500, and the body repeats it."""
    answer = suite.grant(password="hunter2")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "unknown_error",
        "error_description": "The password is invalid: hunter2",
        "message": "The password is invalid: hunter2",
    }


@pytest.mark.parametrize(("field", "said"), [("username", "No user found"), ("client_id", "OAuth2Clients module")])
def test_unknown_name_is_500(suite: SuiteCaller, field: str, said: str) -> None:
    """An unknown user or client is status 500 too."""
    answer = suite.grant(**{field: "nobody"})
    assert (answer.status_code, answer.json()["error"]) == (500, "unknown_error")
    assert answer.json()["message"].startswith(said)


def test_shipped_client_takes_both_grants(suite: SuiteCaller) -> None:
    """One login serves clients of either kind, unless the world says otherwise."""
    assert suite.grant(grant_type="client_credentials").status_code == 200


@pytest.mark.parametrize("wrong", [{"client_secret": "x"}, {"grant_type": "client_credentials"}])
def test_wrong_client_is_refused(suite: SuiteCaller, wrong: dict[str, str]) -> None:
    """A wrong secret, or a grant that the client is not registered for, is a failed client."""
    suite.control("POST", "reset", {"world": {"suitecrm": {"settings": {"v8_one_grant": True}}}})
    answer = suite.grant(**wrong)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_missing_field_is_named(suite: SuiteCaller) -> None:
    """A token request without a password is told which parameter to check."""
    answer = suite.grant(password="")
    assert (answer.status_code, answer.json()["hint"]) == (400, "Check the `password` parameter")


def test_unknown_grant_is_refused(suite: SuiteCaller) -> None:
    """A grant that the server does not know is unsupported."""
    answer = suite.grant(grant_type="magic")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    ("token", "hint"),
    [
        ("abc", "The JWT string must have two dots"),
        ("abc.def.ghi", "Error while decoding from JSON"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", "Access token could not be verified"),
    ],
)
def test_bad_token_is_explained(suite: SuiteCaller, token: str, hint: str) -> None:
    """A token that is no token, or not of this server, is refused with what is wrong about it."""
    suite.token = token
    assert _hint(suite.v8("GET", ANY_LIST)) == hint


def test_missing_header_is_explained(suite: SuiteCaller) -> None:
    """Without a header there is nothing to verify."""
    assert _hint(suite.call("GET", "/Api/V8/module/Leads")) == 'Missing "Authorization" header'


def test_token_ages_by_the_clock(suite: SuiteCaller) -> None:
    """A token ends an hour after it was given out, by the sandbox's clock."""
    suite.control("POST", "clock", {"advance": 3599})
    assert suite.v8("GET", ANY_LIST).status_code == 200
    suite.control("POST", "clock", {"advance": 2})
    assert _hint(suite.v8("GET", ANY_LIST)) == "Access token could not be verified"


def test_setting_the_clock_ages_nothing(suite: SuiteCaller) -> None:
    """A clock that is set to another day takes the tokens along."""
    suite.control("POST", "clock", {"now": "2031-01-01T00:00:00Z"})
    assert suite.v8("GET", ANY_LIST).status_code == 200


def test_logout_revokes_the_token(suite: SuiteCaller) -> None:
    """Logging out ends the token that was used for it."""
    assert suite.v8("POST", "logout").json()["meta"] == {"message": "You have been successfully logged out"}
    assert _hint(suite.v8("GET", ANY_LIST)) == "Access token has been revoked"


def test_restart_keeps_clients_not_tokens(tmp_path: Path) -> None:
    """A server that starts again from its state knows its records and clients, and no token of before."""
    state = tmp_path / "sandbox.db"
    with Sandbox("empty", state=state) as server:
        before = SuiteCaller(server)
        token = before.log_in()["access_token"]
        before.v8("POST", "module", {"type": "Leads", "attributes": {"last_name": "Kept"}})
        before.close()
    with Sandbox("empty", state=state) as server:
        after = SuiteCaller(server)
        after.token = token
        assert _hint(after.v8("GET", ANY_LIST)) == "Access token could not be verified"
        assert after.login == before.login
        after.log_in()
        names = [item["attributes"]["last_name"] for item in after.v8("GET", "module/Leads").json()["data"]]
        assert names == ["Kept"]
        after.close()
