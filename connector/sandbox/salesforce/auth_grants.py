"""`/services/oauth2/token`: four grants, and the refusals that clients must tell apart.

Sources: help.salesforce.com "OAuth Authorization Flows"; error texts as third-party clients report them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping

from connector.sandbox.exchange import Request
from connector.sandbox.salesforce.auth import Sessions
from connector.sandbox.salesforce.http_answers import Answer

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LOGIN_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")


class GrantRefused(Exception):
    """An OAuth refusal: `code` and `description` of the error object, and the HTTP status."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.status = status

    def answer(self) -> Answer:
        """The error body: an object, unlike every other Salesforce error."""
        return Answer(self.status, {"error": self.code, "error_description": self.description})


class Grants:
    """Issues access tokens to who can prove to be somebody."""

    def __init__(self, sessions: Sessions, user_id: Callable[[], str], now_ms: Callable[[], int]) -> None:
        self._sessions = sessions
        self._user_id = user_id
        self._now_ms = now_ms
        self._grants: Mapping[str, Callable[[Mapping[str, str], Request], dict[str, str]]] = {
            "password": self._password,
            "refresh_token": self._refresh,
            "client_credentials": self._client,
            JWT_GRANT: self._jwt,
        }

    def token(self, request: Request) -> Answer:
        """Answer `POST /services/oauth2/token`."""
        form = {**request.query, **request.form}
        try:
            grant = form.get("grant_type")
            if not grant:
                raise GrantRefused("invalid_request", "grant type is missing")
            if grant not in self._grants:
                raise GrantRefused("unsupported_grant_type", "grant type not supported")
            extra = self._grants[grant](form, request)
        except GrantRefused as refusal:
            return refusal.answer()
        return Answer(200, self._body(request.base_url, extra), {"Cache-Control": "no-cache, no-store"})

    def _body(self, base_url: str, extra: Mapping[str, str]) -> dict[str, str]:
        credentials = self._sessions.credentials
        identity = f"{base_url}/id/{credentials['org_id']}/{self._user_id()}"
        issued = str(self._now_ms())
        signature = hmac.new(credentials["client_secret"].encode(), (identity + issued).encode(), hashlib.sha256)
        return {
            "access_token": self._sessions.start(),
            "instance_url": base_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
            "signature": base64.b64encode(signature.digest()).decode("ascii"),
            "scope": "api refresh_token",
            "api_instance_url": "https://api.salesforce.com",
            **extra,
        }

    def _check_client(self, form: Mapping[str, str], request: Request, secret_needed: bool = True) -> None:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        scheme, _, encoded = request.header("authorization").partition(" ")
        if scheme.lower() == "basic" and not client_id:
            client_id, secret = _basic(encoded)
        if client_id != self._sessions.credentials["client_id"]:
            raise GrantRefused("invalid_client_id", "client identifier invalid")
        wrong = secret != self._sessions.credentials["client_secret"]
        if wrong and (secret_needed or secret):
            raise GrantRefused("invalid_client", "invalid client credentials")

    def _password(self, form: Mapping[str, str], request: Request) -> dict[str, str]:
        self._check_client(form, request)
        if not password_fits(self._sessions.credentials, form.get("username", ""), form.get("password", "")):
            raise GrantRefused("invalid_grant", "authentication failure")
        return {}

    def _refresh(self, form: Mapping[str, str], request: Request) -> dict[str, str]:
        self._check_client(form, request, secret_needed=False)
        given = form.get("refresh_token", "")
        kept = self._sessions.use_refresh_token(given)
        if kept is None:
            raise GrantRefused("invalid_grant", "expired access/refresh token")
        return {} if kept == given else {"refresh_token": kept}

    def _client(self, form: Mapping[str, str], request: Request) -> dict[str, str]:
        self._check_client(form, request)
        return {"scope": "api"}

    def _jwt(self, form: Mapping[str, str], request: Request) -> dict[str, str]:
        import jwt

        credentials = self._sessions.credentials
        try:
            # Expiry, audience and subject are judged below, in Salesforce's own words.
            claims = jwt.decode(
                form.get("assertion", ""),
                credentials["jwt_public_key"],
                ["RS256"],
                options={"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_sub": False},
            )
        except jwt.InvalidTokenError as error:
            raise GrantRefused("invalid_grant", "invalid assertion") from error
        if claims.get("iss") != credentials["client_id"]:
            raise GrantRefused("invalid_client_id", "client identifier invalid")
        if _expiry(claims.get("exp")) <= time.time():
            raise GrantRefused("invalid_grant", "expired authorization code")
        if claims.get("aud") not in (*_LOGIN_HOSTS, request.base_url):
            raise GrantRefused("invalid_grant", "audience is invalid")
        if str(claims.get("sub", "")).lower() != credentials["username"].lower():
            raise GrantRefused("invalid_grant", "user hasn't approved this consumer")
        return {"scope": "api"}


def password_fits(credentials: Mapping[str, str], username: str, password: str) -> bool:
    """Whether these log in: the security token may follow the password, and need not (a trusted address)."""
    known = credentials["password"]
    fits = password in (known, known + credentials["security_token"])
    return fits and username.lower() == credentials["username"].lower()


def _basic(encoded: str) -> tuple[str, str]:
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


def _expiry(value: object) -> int:
    """Seconds since the epoch; one widely used client sends them as a text."""
    try:
        return int(str(value))
    except ValueError:
        return 0
