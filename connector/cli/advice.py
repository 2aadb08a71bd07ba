"""Where to mend a connection that cannot be used: the next step that ``connector doctor`` tells."""

from __future__ import annotations

import re

from connector.cli.output import keeps_login, next_command
from connector.config import Config, Connection, SugarConnection, SuiteConnection
from connector.errors import ConnectorError, Refused, Retryable, StateError, Unreadable

MYSELF = "connector doctor"  # no way on from here
_UNSET = re.compile(r"environment variable (\w+) is not set")
_NO_FILE = re.compile(r"^cannot read the secret .*: there is no(?:thing in the| such) file: (.+)$", re.DOTALL)
_OF_A_SECRET = re.compile(r"(?:cannot read the|the command of a) secret ")
_ADDRESS_CODES = frozenset({"no-connection", "tls", "redirect", "redirect-nowhere"})
_AGAIN = "wait until the CRM is back, then run `connector doctor` again"


def next_step(name: str, error: ConnectorError, config: Config) -> str:
    """What a person does about *error*, which the connection called *name* met."""
    words = str(error)
    if unset := _UNSET.search(words):
        return f"export {unset[1]}=..."
    if missing := _NO_FILE.match(words):
        return f"write the secret into {missing[1]}, readable for its owner only"
    if keeps_login(error):
        place = f"connections.{name}.token_file"
        return f"let this user read and write {config.token_file(name)}, or name another file ({place})"
    if isinstance(error, StateError):
        return next_command(error)
    if error.next_command and error.next_command != MYSELF:
        return error.next_command
    settings = config.connections[name]
    if isinstance(settings, SugarConnection) and "does not know our platform" in words:
        return f"as an admin, open Admin > Configure API Platforms, add `{settings.login.platform}`, save"
    return _edit(name, error, config)


def _edit(name: str, error: ConnectorError, config: Config) -> str:
    """The keys of the connection that may be wrong; a CRM that is only away is waited for."""
    code = getattr(error, "code", "")
    keys = "address, login"
    if "`version`" in str(error):
        keys = "version, address"
    elif isinstance(error, Unreadable) or code in _ADDRESS_CODES or "plain http" in str(error):
        keys = f"address{_below(config.connections[name], error)}"
    elif _is_shut(config.connections[name], code):
        keys = f"address, login{_below(config.connections[name], error)}"
    elif code == "not-readable":
        return f"{_AGAIN}; or edit {config.path} (connections.{name}: address)"
    elif isinstance(error, Retryable):
        return _AGAIN
    elif isinstance(error, Refused) or _OF_A_SECRET.match(str(error)):
        keys = "login"
    return f"edit {config.path} (connections.{name}: {keys})"


def _is_shut(settings: Connection, code: str) -> bool:
    """Whether a web server refused by itself; over V8 a 401 is SuiteCRM's word for a wrong client."""
    legacy = isinstance(settings, SuiteConnection) and settings.api == "v4_1"
    return code == "http-403" or (code == "http-401" and legacy)


def _below(settings: Connection, error: ConnectorError) -> str:
    """Where the interface of a SuiteCRM may be when a web server answers in its place."""
    if not isinstance(settings, SuiteConnection) or getattr(error, "status", None) is None:
        return ""
    switched = "; or `api: v8`, where v4_1 is switched off" if settings.api == "v4_1" else ""
    return f"; of SuiteCRM 8 it ends in /legacy{switched}"
