"""The login of the legacy service: a digest of the password, known to everybody."""

from __future__ import annotations

import pytest

from tests.sandbox.suitecrm_v4_1.service import Service

# The MD5 of the word "password".
DIGEST = "5f4dcc3b5aa765d61d8327deb882cf99"
REFUSED = {
    "name": "Invalid Login",
    "number": 10,
    "description": "Login attempt failed please check the username and password",
}


@pytest.mark.parametrize("digest", [DIGEST, DIGEST.upper()])
def test_login_takes_the_digest(service: Service, digest: str) -> None:
    """The MD5 of the password logs in, in small letters or capitals; the password itself and others are fault 10."""
    service.load(Users=[{"user_name": "ann", "last_name": "Ann", "password": "password"}])
    auth = {"user_name": "ann", "password": digest}
    answer = service.caller.rest("login", {"user_auth": auth, "application": "test"}).json()
    assert answer["name_value_list"]["user_name"]["value"] == "ann"
    for wrong in ("password", DIGEST[:-1] + "0", ""):
        auth = {"user_name": "ann", "password": wrong}
        refused = service.caller.rest("login", {"user_auth": auth, "application": "test"})
        assert (refused.status_code, refused.json()) == (200, REFUSED)


def test_currency_of_the_user_is_told(service: Service) -> None:
    """The currency that the API user prefers is told at login; the system's own is not named."""
    assert _told_currency(service) is None
    service.settle(user_currency_id="euro-1")
    assert _told_currency(service) == "euro-1"


def _told_currency(service: Service) -> object:
    login = service.caller.login
    auth = {"user_name": login["username"], "password": login["password"], "encryption": "PLAIN"}
    answer = service.caller.rest("login", {"user_auth": auth, "application": "test"}).json()
    return answer["name_value_list"]["user_currency_id"]["value"]
