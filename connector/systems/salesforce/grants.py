"""How a token is asked for: the four OAuth grants.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.errors import ConfigError, Unreadable
from connector.ports import Clock
from connector.systems.salesforce.options import Grant, SalesforceOptions
from connector.systems.secret import Secret
from connector.systems.wire import Ask, WireSession, host_of, is_loopback

_ORG = re.compile(r"/id/(00D[A-Za-z0-9]{12}(?:[A-Z0-5]{3})?)/")
_JWT_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Granted:
    """What a login brought: the token, where the org answers, and which org it is."""

    token: Secret
    instance: str
    org_id: str


class TokenDesk:
    """Asks for tokens; keeps the refresh token when it rotates."""

    def __init__(
        self, options: SalesforceOptions, wire: WireSession, clock: Clock, remember: Callable[[str], None] | None
    ) -> None:
        """Ask nothing yet."""
        self._options = options
        self._wire = wire
        self._clock = clock
        self._remember = remember
        self._refresh_token = options.refresh_token

    def token(self) -> Granted:
        """One token request. Raises Refused, Unavailable, ConfigError for an incomplete login."""
        form = {name: value for name, value in self._form().items() if value}
        # With rotation a repeated request would offer a token that the first one has already burnt.
        reading = self._options.grant is not Grant.REFRESH_TOKEN
        url = f"{self._login_address()}/services/oauth2/token"
        body: Any = self._wire.request("POST", url, data=form, ask=Ask(reading=reading, wants="token")).json()
        if not isinstance(body, dict) or not body.get("access_token") or not body.get("instance_url"):
            raise Unreadable("the login answer holds no token", system="salesforce")
        self._keep_rotated(body)
        return Granted(Secret(str(body["access_token"])), str(body["instance_url"]).rstrip("/"), _org_of(body))

    def _keep_rotated(self, body: Mapping[str, Any]) -> None:
        fresh = body.get("refresh_token")
        if not fresh or fresh == self._refresh_token.reveal():
            return
        if self._remember is not None:
            self._remember(str(fresh))
        self._refresh_token = Secret(str(fresh))

    def _login_address(self) -> str:
        host = self._options.login_host or self._options.address
        return (host if "//" in host else f"https://{host}").rstrip("/")

    def _form(self) -> dict[str, str]:
        options = self._options
        app = {"client_id": options.client_id, "client_secret": options.client_secret.reveal()}
        match options.grant:
            case Grant.CLIENT_CREDENTIALS:
                self._need(client_id=options.client_id, client_secret=options.client_secret)
                return {"grant_type": "client_credentials", **app}
            case Grant.JWT:
                self._need(client_id=options.client_id, username=options.username, private_key=options.private_key)
                return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": self._assertion()}
            case Grant.REFRESH_TOKEN:
                self._need(client_id=options.client_id, refresh_token=self._refresh_token)
                return {"grant_type": "refresh_token", "refresh_token": self._refresh_token.reveal(), **app}
            case Grant.PASSWORD:
                self._need(client_id=options.client_id, username=options.username, password=options.password)
                secret = options.password.reveal() + options.security_token.reveal()
                return {"grant_type": "password", "username": options.username, "password": secret, **app}

    def _need(self, **given: str | Secret) -> None:
        missing = [name for name, value in given.items() if not value]
        if missing:
            raise ConfigError(f"the Salesforce login ({self._options.grant}) lacks {', '.join(missing)}")

    def _assertion(self) -> str:
        import jwt

        claims = {
            "iss": self._options.client_id,
            "sub": self._options.username,
            "aud": self._options.audience or self._usual_audience(),
            "exp": int(self._clock.now().timestamp()) + _JWT_SECONDS,
        }
        try:
            return jwt.encode(claims, self._options.private_key.reveal(), algorithm="RS256")
        except (ValueError, TypeError, jwt.PyJWTError):
            raise ConfigError("the private key of the Salesforce login is not an RSA key in PEM form") from None

    def _usual_audience(self) -> str:
        address = self._login_address()
        host = host_of(address)
        if is_loopback(host):
            return address
        testing = host == "test.salesforce.com" or ".sandbox." in host
        return "https://test.salesforce.com" if testing else "https://login.salesforce.com"


def _org_of(body: Mapping[str, Any]) -> str:
    """The org id from the identity URL (``…/id/<org>/<user>``), as Salesforce wrote it."""
    found = _ORG.search(str(body.get("id", "")))
    if found is None:
        raise Unreadable("the login answer does not say which org it is", system="salesforce")
    return found[1]
