"""Versions, OAuth2 grants, platforms and the life of tokens."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.sugarcrm.sugar_caller import SugarCaller, assert_refused


def alive(sugar: SugarCaller, token: str) -> bool:
    """Whether an access token is still accepted."""
    return sugar.raw("GET", "ping", headers={"OAuth-Token": token}).status_code == 200


@pytest.mark.parametrize("version", ["v10", "v11", "v11_0", "v11_3", "v11_24"])
def test_known_versions_are_answered(sugar: SugarCaller, version: str) -> None:
    """v10, v11 and every minor version up to the release's own are one API."""
    answer = sugar.call("GET", f"/rest/{version}/ping")
    assert (answer.status_code, answer.json()) == (200, "pong")


@pytest.mark.parametrize("version", ["v11_25", "v12", "v9", "v10_2", "11"])
def test_unknown_version_redirects_nowhere(sugar: SugarCaller, version: str) -> None:
    """A version that the release does not have is a 301 without a Location."""
    answer = sugar.call("GET", f"/rest/{version}/ping")
    assert_refused(answer, 301, "incorrect_version")
    assert "Location" not in answer.headers


def test_password_grant_answers_documented_members(sugar: SugarCaller) -> None:
    """A granted password brings both tokens and their lives in seconds."""
    body = sugar.token_for().json()
    assert set(body) == {
        "access_token",
        "expires_in",
        "token_type",
        "scope",
        "refresh_token",
        "refresh_expires_in",
        "download_token",
    }
    assert (body["expires_in"], body["refresh_expires_in"], body["token_type"]) == (3600, 1_209_600, "bearer")


def test_token_needs_no_content_type(sugar: SugarCaller) -> None:
    """A JSON body is told by its first character, and a trailing slash does no harm."""
    body = json.dumps({"grant_type": "password", **sugar.login}).encode()
    assert sugar.raw("POST", "oauth2/token/", data=body).status_code == 200


def test_token_takes_form_body(sugar: SugarCaller) -> None:
    """The token endpoint reads forms as well."""
    assert sugar.raw("POST", "oauth2/token", data={"grant_type": "password", **sugar.login}).status_code == 200


def test_bearer_header_is_accepted(sugar: SugarCaller) -> None:
    """`Authorization: Bearer` does what `OAuth-Token` does."""
    answer = sugar.raw("GET", "ping", headers={"Authorization": f"Bearer {sugar.token}"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "label"),
    [
        ({"password": "wrong"}, 401, "invalid_grant"),
        ({"username": "nobody"}, 401, "invalid_grant"),
        ({"client_id": "stranger"}, 400, "invalid_client"),
        ({"grant_type": "magic"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 422, "missing_parameter"),
        ({"platform": "no spaces"}, 422, "invalid_parameter"),
        ({"platform": "x" * 128}, 422, "invalid_parameter"),
        ({"grant_type": "refresh_token", "refresh_token": "none"}, 401, "invalid_grant"),
    ],
)
def test_bad_token_requests_are_refused(sugar: SugarCaller, change: dict[str, str], status: int, label: str) -> None:
    """Each wrong part of a token request has its own answer."""
    assert_refused(sugar.token_for(**change), status, label)


def test_missing_and_dead_tokens_differ(sugar: SugarCaller) -> None:
    """No token is `need_login`, a token that nobody issued `invalid_grant`."""
    assert_refused(sugar.raw("GET", "Leads"), 401, "need_login")
    assert_refused(sugar.raw("GET", "Leads", headers={"OAuth-Token": "gone"}), 401, "invalid_grant")


def test_second_login_ends_the_first(sugar: SugarCaller) -> None:
    """One live token set per user and platform; another platform has its own."""
    elsewhere = sugar.token_for(platform="base").json()["access_token"]
    first = sugar.token
    second = sugar.log_in()
    assert_refused(sugar.raw("GET", "ping", headers={"OAuth-Token": first}), 401, "invalid_grant")
    assert alive(sugar, second)
    assert alive(sugar, elsewhere)


def test_refresh_uses_up_its_token(sugar: SugarCaller) -> None:
    """A refresh answers new tokens; the old pair is dead, and another platform cannot use it."""
    old = sugar.token_for().json()
    refresh = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    assert_refused(sugar.token_for(**refresh, platform="base"), 401, "invalid_grant")
    new = sugar.token_for(**refresh).json()
    assert_refused(sugar.token_for(**refresh), 401, "invalid_grant")
    assert not alive(sugar, old["access_token"])
    assert alive(sugar, new["access_token"])


def test_tokens_age_by_the_clock(sugar: SugarCaller) -> None:
    """The access token dies after an hour, the refresh token after two weeks."""
    issued = sugar.token_for().json()
    refresh = {"grant_type": "refresh_token"}
    sugar.clock(advance=3601)
    assert not alive(sugar, issued["access_token"])
    fresh = sugar.token_for(**refresh, refresh_token=issued["refresh_token"]).json()
    sugar.clock(advance=1_209_601)
    assert_refused(sugar.token_for(**refresh, refresh_token=fresh["refresh_token"]), 401, "invalid_grant")


def test_set_clock_ages_no_token(sugar: SugarCaller) -> None:
    """Being set to another day is not time spent."""
    sugar.clock(now="2031-01-01T00:00:00Z")
    assert alive(sugar, sugar.token)


def test_logout_ends_the_set(sugar: SugarCaller) -> None:
    """After logout neither the access nor the refresh token lives."""
    issued = sugar.token_for().json()
    sugar.token = issued["access_token"]
    assert sugar.post("oauth2/logout").json() == {"success": True}
    assert not alive(sugar, sugar.token)
    refresh = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    assert_refused(sugar.token_for(**refresh), 401, "invalid_grant")


def test_sudo_keeps_the_caller(sugar: SugarCaller) -> None:
    """An administrator gets a token of another user and keeps the own one."""
    answer = sugar.post("oauth2/sudo/sarah", {"client_id": "sugar", "platform": "connector"})
    as_sarah = answer.json()["access_token"]
    me = sugar.raw("GET", "me", headers={"OAuth-Token": as_sarah}).json()
    assert me["current_user"]["user_name"] == "sarah"
    assert alive(sugar, sugar.token)
    assert_refused(sugar.raw("POST", "oauth2/sudo/will", headers={"OAuth-Token": as_sarah}), 403, "not_authorized")


def test_unregistered_platform_is_refused(sugar: SugarCaller) -> None:
    """With registered platforms only those may log in."""
    sugar.settings(registered_platforms=["connector", "base"])
    answer = sugar.token_for(platform="other")
    assert_refused(answer, 422, "invalid_parameter")
    assert "register" in answer.json()["error_message"]
    assert sugar.token_for(platform="base").status_code == 200


def test_maintenance_answers_every_call(sugar: SugarCaller) -> None:
    """In maintenance mode even the login is a 503."""
    sugar.control("POST", "reset", {"world": {"sugarcrm": {"settings": {"maintenance": True}}}})
    assert_refused(sugar.token_for(), 503, "maintenance")


def test_expired_session_can_be_refreshed(sugar: SugarCaller) -> None:
    """The fault ends the access token only."""
    issued = sugar.token_for().json()
    sugar.token = issued["access_token"]
    sugar.faults({"operation": "ping", "action": "expire_session"})
    assert_refused(sugar.get("ping"), 401, "invalid_grant")
    refresh = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    assert sugar.token_for(**refresh).status_code == 200


def test_deleted_user_is_logged_out(sugar: SugarCaller) -> None:
    """A token whose user an administrator has deleted is nobody's."""
    match = {"user_name": sugar.login["username"]}
    sugar.faults({"operation": "ping", "action": "delete", "object": "Users", "match": match, "times": 1})
    sugar.get("ping")
    for path in ("Leads", "me"):
        assert_refused(sugar.get(path), 401, "invalid_grant")
    assert_refused(sugar.token_for(), 401, "invalid_grant")


def test_reset_ends_sessions_keeps_password(sugar: SugarCaller) -> None:
    """After a reset the login is the same and every token is dead."""
    before = sugar.control("GET", "info")
    sugar.control("POST", "reset", {"world": "empty"})
    assert not alive(sugar, sugar.token)
    assert sugar.token_for().status_code == 200
    assert sugar.control("GET", "info") == before


def test_access_log_names_every_call(sugar: SugarCaller) -> None:
    """Every call stands in the access log under its operation and kind."""
    sugar.get("ping")
    sugar.lead()
    named = [(call["operation"], call["kind"]) for call in sugar.calls() if call["dialect"] == "sugarcrm"]
    assert named == [("token", "login"), ("ping", "read"), ("create", "write")]


def test_unknown_setting_is_named(sugar: SugarCaller) -> None:
    """A world with a switch that there is not is refused, and so is a value it cannot take."""
    for settings in ({"api_user_zone": "UTC"}, {"opps_mode": "both"}, {"api_user_tz": "Mars/Base"}):
        world = {"world": {"sugarcrm": {"settings": settings}}}
        answer = sugar.session.post(f"{sugar.base_url}/__sandbox__/reset", json=world, timeout=20)
        assert answer.status_code == 400, settings
        assert next(iter(settings)) in answer.text
