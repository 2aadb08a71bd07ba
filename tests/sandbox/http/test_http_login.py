"""Logging in over HTTP: the four OAuth grants, their refusals, sessions and who one is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time

import jwt
import pytest
import requests

from tests.sandbox_caller import Caller

TOKEN_SHAPE = re.compile(r"00D\w{12,15}![.A-Za-z0-9_]*\Z")
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def token(caller: Caller, **form: str) -> requests.Response:
    """One call of the token endpoint."""
    return requests.post(f"{caller.base_url}/services/oauth2/token", data=form, timeout=20)


def client_token(caller: Caller) -> requests.Response:
    """A client-credentials login with the secret in the Basic header."""
    auth = (caller.login["client_id"], caller.login["client_secret"])
    form = {"grant_type": "client_credentials"}
    return requests.post(f"{caller.base_url}/services/oauth2/token", data=form, auth=auth, timeout=20)


def assertion(caller: Caller, **changes: object) -> str:
    """A signed JWT for the sandbox's user."""
    claims: dict[str, object] = {
        "iss": caller.login["client_id"],
        "sub": caller.login["username"],
        "aud": "https://login.salesforce.com",
        "exp": str(int(time.time()) + 180),
        **changes,
    }
    return jwt.encode(claims, caller.login["jwt_private_key"], algorithm="RS256")


def test_password_grant_opens_session(caller: Caller) -> None:
    """The password grant answers every member clients rely on, and its token works."""
    login = caller.login
    answer = token(
        caller,
        grant_type="password",
        client_id=login["client_id"],
        client_secret=login["client_secret"],
        username=login["username"],
        password=login["password"] + login["security_token"],
    )
    body = answer.json()
    assert answer.status_code == 200
    assert TOKEN_SHAPE.match(body["access_token"])
    assert body["instance_url"] == caller.base_url
    assert body["token_type"] == "Bearer"
    assert isinstance(body["issued_at"], str)
    assert "expires_in" not in body
    assert f"/id/{login['org_id']}/005" in body["id"]
    caller.token = body["access_token"]
    assert caller.get("limits").status_code == 200


def test_token_signature_verifies(caller: Caller) -> None:
    """The signature is the HMAC of identity and issue time under the client secret."""
    body = client_token(caller).json()
    mac = hmac.new(caller.login["client_secret"].encode(), (body["id"] + body["issued_at"]).encode(), hashlib.sha256)
    assert base64.b64decode(body["signature"]) == mac.digest()


def test_client_credentials_in_body_work(caller: Caller) -> None:
    """The client-credentials grant takes its secret from the form as well, and gives no refresh token."""
    login = caller.login
    answer = token(
        caller,
        grant_type="client_credentials",
        client_id=login["client_id"],
        client_secret=login["client_secret"],
    )
    assert answer.status_code == 200
    assert "refresh_token" not in answer.json()


def test_refresh_grant_keeps_token(caller: Caller) -> None:
    """Without rotation a refresh token stays good and is not sent again."""
    form = {
        "grant_type": "refresh_token",
        "client_id": caller.login["client_id"],
        "client_secret": caller.login["client_secret"],
        "refresh_token": caller.login["refresh_token"],
    }
    first, second = token(caller, **form), token(caller, **form)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "refresh_token" not in first.json()


def test_refresh_rotation_kills_old_token(caller: Caller) -> None:
    """With rotation on, the old refresh token dies with its first use and the new one works."""
    caller.sandbox.reset({"salesforce": {"http": {"refresh_rotation": True}}})
    form = {
        "grant_type": "refresh_token",
        "client_id": caller.login["client_id"],
        "client_secret": caller.login["client_secret"],
    }
    old = caller.login["refresh_token"]
    fresh = token(caller, refresh_token=old, **form).json()["refresh_token"]
    again = token(caller, refresh_token=old, **form)
    assert again.json() == {"error": "invalid_grant", "error_description": "expired access/refresh token"}
    assert token(caller, refresh_token=fresh, **form).status_code == 200


@pytest.mark.parametrize("kind", [str, int])
def test_jwt_grant_takes_both_expiry_types(caller: Caller, kind: type) -> None:
    """The JWT bearer grant accepts `exp` as a number and as the text that one client sends."""
    answer = token(caller, grant_type=JWT_GRANT, assertion=assertion(caller, exp=kind(int(time.time()) + 180)))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        ({"sub": "nobody@example.test"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"aud": "https://elsewhere.test"}, "invalid_grant", "audience is invalid"),
        ({"exp": 1_000_000_000}, "invalid_grant", "expired authorization code"),
        ({"exp": "soon"}, "invalid_grant", "expired authorization code"),
        ({"iss": "unknown"}, "invalid_client_id", "client identifier invalid"),
    ],
)
def test_jwt_refusals_name_their_reason(
    caller: Caller, changes: dict[str, object], error: str, description: str
) -> None:
    """Each thing wrong with an assertion has its own refusal."""
    answer = token(caller, grant_type=JWT_GRANT, assertion=assertion(caller, **changes))
    assert answer.status_code == 400
    assert answer.json() == {"error": error, "error_description": description}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
        ({"grant_type": "password", "client_id": "x"}, "invalid_client_id"),
    ],
)
def test_oauth_refusals_are_objects(caller: Caller, form: dict[str, str], error: str) -> None:
    """The token endpoint refuses with an object, unlike every other resource."""
    answer = token(caller, **form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error


def test_wrong_password_is_refused(caller: Caller) -> None:
    """A wrong password is invalid_grant, a wrong secret invalid_client."""
    form = {"grant_type": "password", "client_id": caller.login["client_id"], "username": caller.login["username"]}
    wrong = token(caller, client_secret=caller.login["client_secret"], password="wrong", **form)
    assert wrong.json() == {"error": "invalid_grant", "error_description": "authentication failure"}
    assert token(caller, client_secret="wrong", password="wrong", **form).json()["error"] == "invalid_client"


def test_unknown_session_is_401_list(caller: Caller) -> None:
    """A call without a living session is refused with a list body."""
    caller.token = caller.token + "x"
    answer = caller.get("limits")
    assert answer.status_code == 401
    assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_oauth_scheme_is_accepted(caller: Caller) -> None:
    """`Authorization: OAuth` works like Bearer, another scheme is a malformed header."""
    assert caller.get("limits", headers={"Authorization": f"OAuth {caller.token}"}).status_code == 200
    odd = caller.get("limits", headers={"Authorization": f"Digest {caller.token}"})
    assert (odd.status_code, odd.json()[0]["errorCode"]) == (401, "INVALID_AUTH_HEADER")


def test_idle_session_expires_by_clock(caller: Caller) -> None:
    """A session idle for longer than its limit by the sandbox clock is gone; a used one lives on."""
    caller.control("POST", "clock", {"advance": 7000})
    assert caller.get("limits").status_code == 200
    caller.control("POST", "clock", {"advance": 7000})
    assert caller.get("limits").status_code == 200
    caller.control("POST", "clock", {"advance": 7201})
    assert caller.get("limits").status_code == 401


def test_setting_clock_keeps_sessions(caller: Caller) -> None:
    """Setting the clock to another date is no idle time; a reset revives the token of `info`."""
    caller.control("POST", "clock", {"now": "2031-01-01T00:00:00Z"})
    assert caller.get("limits").status_code == 200
    caller.control("POST", "clock", {"advance": 100_000})
    assert caller.get("limits").status_code == 401
    caller.control("POST", "reset", {"world": "empty"})
    assert caller.get("limits").status_code == 200


def test_revoked_session_is_gone(caller: Caller) -> None:
    """Revoking ends the session; the log keeps no token."""
    answer = caller.session.get(f"{caller.base_url}/services/oauth2/revoke", params={"token": caller.token}, timeout=20)
    assert answer.status_code == 200
    assert caller.get("limits").status_code == 401
    assert all(caller.token not in str(call) for call in caller.calls())
    assert caller.calls()[0]["path"] == "/services/oauth2/revoke?token=***"


def test_userinfo_and_identity_agree(caller: Caller) -> None:
    """userinfo, the resource list and the identity address all name one user of one org."""
    info = caller.get("/services/oauth2/userinfo").json()
    identity_url = caller.get("/services/data/v62.0").json()["identity"]
    assert identity_url == f"{caller.base_url}/id/{info['organization_id']}/{info['user_id']}"
    identity = caller.get(identity_url.removeprefix(caller.base_url)).json()
    assert identity["username"] == info["preferred_username"] == caller.login["username"]
    assert identity["organization_id"] == caller.login["org_id"]
    assert caller.get(f"/id/{caller.login['org_id']}/005000000000000AAA").status_code == 404


def test_login_calls_are_logged_as_login(caller: Caller) -> None:
    """Token calls are logged, refused ones too, without any secret."""
    token(caller, grant_type="password", client_id=caller.login["client_id"], password="canary-secret")
    call = caller.calls()[-1]
    assert (call["operation"], call["kind"], call["status"]) == ("token", "login", 400)
    assert "canary-secret" not in str(caller.calls())
