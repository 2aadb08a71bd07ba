"""Who is logged in: `/services/oauth2/userinfo`, `/id/<org>/<user>` and `/services/oauth2/revoke`."""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.exchange import Request
from connector.sandbox.salesforce.auth import Sessions
from connector.sandbox.salesforce.http_answers import Answer
from connector.sandbox.salesforce.org import Org


def revoke(sessions: Sessions, request: Request) -> Answer:
    """End the session of a token, or forget a refresh token."""
    token = {**request.query, **request.form}.get("token", "")
    if sessions.end(token) or sessions.revoke_refresh_token(token):
        return Answer(200)
    return Answer(400, {"error": "invalid_token", "error_description": "token invalid"})


def userinfo(org: Org, base_url: str) -> Answer:
    """The OpenID Connect view of the user."""
    user = _user(org)
    return Answer(
        200,
        {
            "sub": f"{base_url}/id/{org.org_id}/{org.user_id}",
            "user_id": org.user_id,
            "organization_id": org.org_id,
            "preferred_username": org.username,
            "nickname": org.username.partition("@")[0],
            "name": user["Name"],
            "email": user["Email"],
            "email_verified": True,
            "user_type": "STANDARD",
            "language": "en_US",
            "locale": "en_US",
            "utcOffset": 0,
            "active": True,
            "urls": _urls(org, base_url),
        },
    )


def identity(org: Org, base_url: str) -> Answer:
    """The body of `GET /id/<org>/<user>`."""
    user = _user(org)
    return Answer(
        200,
        {
            "id": f"{base_url}/id/{org.org_id}/{org.user_id}",
            "asserted_user": True,
            "user_id": org.user_id,
            "organization_id": org.org_id,
            "username": org.username,
            "nick_name": org.username.partition("@")[0],
            "display_name": user["Name"],
            "email": user["Email"],
            "active": True,
            "user_type": "STANDARD",
            "language": "en_US",
            "locale": "en_US",
            "utcOffset": 0,
            "urls": _urls(org, base_url),
        },
    )


def _user(org: Org) -> Mapping[str, object]:
    record = org.retrieve("User", [org.user_id], ["Name", "Email"])[0]
    return record or {"Name": org.username, "Email": org.username}


def _urls(org: Org, base_url: str) -> dict[str, str]:
    data, soap = f"{base_url}/services/data/v{{version}}/", f"{base_url}/services/Soap"
    org_key = org.org_id[:15]
    return {
        "enterprise": f"{soap}/c/{{version}}/{org_key}",
        "metadata": f"{soap}/m/{{version}}/{org_key}",
        "partner": f"{soap}/u/{{version}}/{org_key}",
        "rest": data,
        "sobjects": f"{data}sobjects/",
        "search": f"{data}search/",
        "query": f"{data}query/",
        "profile": f"{base_url}/{org.user_id}",
        "custom_domain": base_url,
    }
