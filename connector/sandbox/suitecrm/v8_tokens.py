"""V8's token endpoint and the tokens it has given out.

Source: SuiteCRM 7.14.6, Api/V8/OAuth2/, over league/oauth2-server 8.4. Access tokens are signed with a key of
this run (HS256 where SuiteCRM uses RS256; clients treat them as opaque), so they end when the sandbox does.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import jwt

from connector.sandbox.clock import SandboxClock
from connector.sandbox.exchange import Reply, Request
from connector.sandbox.suitecrm.v8_answers import OAuthError, granted, token_denied

ACCESS_SECONDS = 3600
REFRESH_LIFE = timedelta(days=30)

_INVALID_REQUEST = (
    "The request is missing a required parameter, includes an invalid parameter value,"
    " includes a parameter more than once, or is otherwise malformed."
)
_GRANTS = frozenset({"password", "client_credentials", "refresh_token"})


@dataclass(frozen=True, slots=True)
class Client:
    """A registered OAuth2 client: its grants, and the user whom a client credentials token acts for."""

    id: str
    secret: str
    grants: frozenset[str]
    user_id: str


@dataclass(frozen=True, slots=True)
class Session:
    """Whom a call is made for."""

    user_id: str
    client_id: str
    token_id: str


@dataclass(frozen=True, slots=True)
class _Refresh:
    session: Session
    until: datetime
    revoked: bool = False


class Tokens:
    """Access and refresh tokens in force. Safe to use from several threads."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._live: dict[str, datetime] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._lock = threading.RLock()

    def issue(self, user_id: str, client_id: str) -> tuple[str, Session]:
        """A new access token and the session it stands for."""
        session = Session(user_id, client_id, secrets.token_hex(40))
        now = self._clock.now()
        until = now + timedelta(seconds=ACCESS_SECONDS)
        claims = {
            "aud": client_id,
            "jti": session.token_id,
            "iat": now.timestamp(),
            "nbf": now.timestamp(),
            "exp": until.timestamp(),
            "sub": user_id,
            "scopes": [],
        }
        with self._lock:
            self._live[session.token_id] = until
        return jwt.encode(claims, self._key, algorithm="HS256"), session

    def issue_refresh(self, session: Session) -> str:
        """A refresh token for this session."""
        token = "def50200" + secrets.token_hex(256)
        with self._lock:
            self._refresh[token] = _Refresh(session, self._clock.now() + REFRESH_LIFE)
        return token

    def take_refresh(self, token: str, client_id: str) -> Session:
        """Use a refresh token up, and revoke the access token it came with. Raises OAuthError."""
        with self._lock:
            kept = self._refresh.get(token)
            if kept is None:
                raise _bad_refresh("Cannot decrypt the refresh token")
            if kept.session.client_id != client_id:
                raise _bad_refresh("Token is not linked to client")
            if kept.until <= self._clock.now():
                raise _bad_refresh("Token has expired")
            if kept.revoked:
                raise _bad_refresh("Token has been revoked")
            self._refresh[token] = replace(kept, revoked=True)
            self._live.pop(kept.session.token_id, None)
        return kept.session

    def admit(self, request: Request, aged: bool = True) -> Session:
        """The session of a request. Raises OAuthError; with `aged` False a token that has ended since is let in."""
        if "authorization" not in request.headers:
            raise token_denied('Missing "Authorization" header')
        session = self._session_of(request.header("authorization"))
        with self._lock:
            until = self._live.get(session.token_id)
        if aged and until is None:
            raise token_denied("Access token has been revoked")
        if aged and until is not None and until <= self._clock.now():
            raise token_denied("Access token could not be verified")
        return session

    def revoke(self, session: Session) -> None:
        """End a session."""
        with self._lock:
            self._live.pop(session.token_id, None)

    def expire(self, request: Request) -> None:
        """End the session that this request carries, if it carries one."""
        try:
            self.revoke(self._session_of(request.header("authorization")))
        except OAuthError:
            return

    def reset(self) -> None:
        """Forget every token."""
        with self._lock:
            self._live.clear()
            self._refresh.clear()

    def shift(self, by: timedelta) -> None:
        """The clock was set to a moment that much later: move every end with it."""
        with self._lock:
            self._live = {token: until + by for token, until in self._live.items()}
            self._refresh = {token: replace(kept, until=kept.until + by) for token, kept in self._refresh.items()}

    def _session_of(self, authorization: str) -> Session:
        token = authorization.strip()
        if token.lower().startswith("bearer"):
            token = token[6:].strip()
        _check_shape(token)
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.PyJWTError as error:
            raise token_denied("Access token could not be verified") from error
        return Session(str(claims["sub"]), str(claims["aud"]), str(claims["jti"]))


class Grants:
    """The token endpoint.

    `clients` answers the registered clients by id, `log_in` the id of the user with this name and password (or raises
    OAuthError). `refresh_refused` is a fault of SuiteCRM 7.13.3 to 7.14.4: a password client could not refresh.
    """

    def __init__(
        self, tokens: Tokens, clients: Callable[[], Mapping[str, Client]], log_in: Callable[[str, str], str]
    ) -> None:
        self._tokens = tokens
        self._clients = clients
        self._log_in = log_in
        self.refresh_refused = False

    def token(self, request: Request) -> Reply:
        """Carry out one token request, its fields as JSON or as a form. Raises OAuthError."""
        given = _fields(request)
        grant = given.get("grant_type", "")
        if grant not in _GRANTS:
            raise OAuthError(
                400,
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server.",
                "Check that all required parameters have been provided",
            )
        client = self._client(request, given, grant)
        if grant == "refresh_token":
            old = self._tokens.take_refresh(_required(given, "refresh_token"), client.id)
            return self._grant(old.user_id, client, True)
        if grant == "client_credentials":
            return self._grant(client.user_id, client, False)
        user_id = self._log_in(_required(given, "username"), _required(given, "password"))
        return self._grant(user_id, client, True)

    def _grant(self, user_id: str, client: Client, refreshable: bool) -> Reply:
        access_token, session = self._tokens.issue(user_id, client.id)
        refresh_token = self._tokens.issue_refresh(session) if refreshable else None
        return granted(access_token, ACCESS_SECONDS, refresh_token)

    def _client(self, request: Request, given: Mapping[str, str], grant: str) -> Client:
        basic_id, basic_secret = _basic(request)
        client_id = given.get("client_id") or basic_id
        if not client_id:
            raise _missing("client_id")
        client = self._clients().get(client_id)
        if client is None:
            raise unknown_error(f"OAuth2Clients module with id {client_id} is not found")
        secret = given.get("client_secret") or basic_secret or ""
        allowed = set(client.grants)
        if "password" in allowed and not self.refresh_refused:
            allowed.add("refresh_token")
        if not hmac.compare_digest(secret.encode(), client.secret.encode()) or grant not in allowed:
            raise wrong_client()
        return client


def wrong_client() -> OAuthError:
    """The client's secret is wrong, or it may not use this grant."""
    return OAuthError(401, "invalid_client", "Client authentication failed")


def unknown_error(text: str) -> OAuthError:
    """What becomes of any other exception: status 500, with the exception's words."""
    return OAuthError(500, "unknown_error", text)


def _missing(name: str) -> OAuthError:
    return OAuthError(400, "invalid_request", _INVALID_REQUEST, f"Check the `{name}` parameter")


def _required(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise _missing(name)
    return given[name]


def _bad_refresh(hint: str) -> OAuthError:
    return OAuthError(401, "invalid_request", "The refresh token is invalid.", hint)


def _fields(request: Request) -> dict[str, str]:
    if "json" not in request.header("content-type").lower():
        return request.form
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    return {name: str(value) for name, value in body.items() if isinstance(value, str | int)}


def _basic(request: Request) -> tuple[str | None, str | None]:
    scheme, _, encoded = request.header("authorization").partition(" ")
    if scheme.lower() != "basic":
        return None, None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return (name, password) if colon else (None, None)


def _check_shape(token: str) -> None:
    """The parser's complaints come before any signature is looked at (lcobucci/jwt)."""
    parts = token.split(".")
    if len(parts) != 3:
        raise token_denied("The JWT string must have two dots")
    try:
        padded = parts[0] + "=" * (-len(parts[0]) % 4)
        json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error) as error:
        raise token_denied("Error while decoding from JSON") from error
