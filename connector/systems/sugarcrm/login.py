"""Logging in: one login for all processes of a connection, renewed by whoever finds it dead first.

https://support.sugarcrm.com/documentation/sugar_developer/sugar_developer_guide_13.0/integration/web_services/rest_api/endpoints/oauth2token_post/
"""

from __future__ import annotations

from typing import Any

from connector.errors import Applied, LoginRefused, Refused, RemoteError, Unavailable, Unreadable
from connector.systems.secret import Secret
from connector.systems.sugarcrm.faults import SYSTEM, PlatformRefused, of_redirect
from connector.systems.sugarcrm.options import SugarOptions
from connector.systems.sugarcrm.tokens import TokenFile, Tokens, tokens_in
from connector.systems.wire import Ask, WireSession

# A refusal that somebody between us and SugarCRM worded: without a label it may be meant for the token alone.
_PLAIN_REFUSALS = frozenset({400, 401, 403})
_CLIENT_LABELS = frozenset({"invalid_client", "unauthorized_client"})


class LoginDesk:
    """Hands out the access token; makes a login only when the shared one is dead and cannot be renewed."""

    def __init__(self, options: SugarOptions, wire: WireSession) -> None:
        """Ask nothing yet."""
        self._options = options
        self._wire = wire
        self._tokens: Tokens | None = None
        self._refusal: Refused | Unreadable | None = None
        owner = {
            "address": options.address.rstrip("/"),
            "username": options.username,
            "platform": options.platform,
            "client_id": options.client_id,
        }
        self._file = TokenFile(options.token_file, owner)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What is not to be shown though the CRM says it back: the tokens, the password, the client's own."""
        tokens = (self._tokens.access, self._tokens.refresh) if self._tokens else ()
        return tuple(each for each in (*tokens, self._options.password, self._options.client_secret) if each)

    def token(self) -> Secret:
        """The access token to use now. Raises Refused, Unavailable; after a refusal no second login is tried."""
        if self._tokens is None:
            self._tokens = self._file.read()
        if self._tokens is None:
            with self._file.held():
                self._tokens = self._file.read() or self._by_password()
        return self._tokens.access

    def renew(self, dead: Secret) -> None:
        """The CRM refused *dead*: take what another process got meanwhile, else refresh, else log in once."""
        if self._tokens is not None and self._tokens.access != dead:
            return
        with self._file.held():
            shared = self._file.read()
            if shared is not None and shared.access != dead:
                self._tokens = shared
                return
            self._tokens = self._by_refresh(shared or self._tokens) or self._by_password()

    def _by_refresh(self, old: Tokens | None) -> Tokens | None:
        if old is None or not old.refresh:
            return None
        try:
            return self._ask({"grant_type": "refresh_token", "refresh_token": old.refresh.reveal()})
        except (Refused, Unavailable):
            return None  # where only the answer was lost, the old refresh token is spent: the password makes good
        except Unreadable as error:
            if error.status not in _PLAIN_REFUSALS:
                raise
            return None

    def _by_password(self) -> Tokens:
        if self._refusal is not None:
            raise self._refusal
        form = {
            "grant_type": "password",
            "username": self._options.username,
            "password": self._options.password.reveal(),
        }
        try:
            return self._ask(form)
        except Refused as error:
            self._refusal = self._explained(error)
            raise self._refusal from None
        except Unreadable as error:
            if error.status in _PLAIN_REFUSALS:
                self._refusal = error
            raise

    def _ask(self, grant: dict[str, str]) -> Tokens:
        """One token request; what it brings is in the shared file before it is used."""
        options = self._options
        form = {
            **grant,
            "client_id": options.client_id,
            "client_secret": options.client_secret.reveal(),
            "platform": options.platform,
        }
        url = f"{options.address.rstrip('/')}/rest/{options.version}/oauth2/token"
        # A refresh that is repeated would offer a token that the first one has already burnt.
        ask = Ask(reading=grant["grant_type"] == "password", wants="token")
        try:
            body: Any = self._wire.request("POST", url, json=form, ask=ask).json()
        except Unreadable as error:
            raise of_redirect(error) from None
        except RemoteError as error:
            error.applied = Applied.NEVER  # whatever call needed this login was not sent
            raise
        tokens = tokens_in(body) if isinstance(body, dict) else None
        if tokens is None:
            raise Unreadable("the login answer holds no token", system=SYSTEM)
        self._file.write(tokens)
        return tokens

    def _explained(self, error: Refused) -> Refused:
        facts: dict[str, Any] = {"system": SYSTEM, "status": error.status, "code": error.code}
        platform = f"register the platform {self._options.platform} under Admin > Configure API Platforms"
        if isinstance(error, PlatformRefused):
            return PlatformRefused(
                f"SugarCRM does not know our platform: {platform}", next_command="connector doctor", **facts
            )
        if error.code in _CLIENT_LABELS:
            hint = "check client_id and client_secret (Admin > OAuth Keys)"
        elif error.status == 401:
            hint = "check the user name and password"
        else:
            hint = f"check the user name and password, or {platform}"
        return LoginRefused(f"{error}: {hint}", next_command="connector doctor", **facts)
