"""The login that all processes of one connection share, kept in one private file.

SugarCRM keeps one live login per user and platform and each refresh voids the refresh token before it
(https://support.sugarcrm.com/documentation/sugar_developer/sugar_developer_guide_14.0/integration/web_services/rest_api/),
so two processes that logged in by themselves would throw each other out for ever.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from connector.errors import StateError, Unavailable
from connector.systems.secret import Secret

_LONGEST_WAIT = 120.0  # seconds another process may take to log in
_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Tokens:
    """One login: the access token that calls carry, and the one that renews it."""

    access: Secret
    refresh: Secret


def tokens_in(found: Mapping[str, Any]) -> Tokens | None:
    """The tokens of a login answer or of the file; None where there is no access token that a header can carry."""
    access, refresh = found.get("access_token"), found.get("refresh_token")
    if not isinstance(access, str) or not access or not (access.isascii() and access.isprintable()):
        return None
    return Tokens(Secret(access), Secret(refresh if isinstance(refresh, str) else ""))


class TokenFile:
    """Reads and writes the shared login; `held` keeps other processes out meanwhile.

    *owner* says whose login it is (address, user, platform, client): a file of another's is as good as none.
    """

    def __init__(self, path: Path, owner: Mapping[str, str], longest_wait: float = _LONGEST_WAIT) -> None:
        """Touch nothing yet."""
        self._path = path
        self._owner = dict(owner)
        self._wait = longest_wait

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Alone with the file. Raises Unavailable when another process keeps it, StateError for a bad place."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = FileLock(f"{self._path}.lock", timeout=self._wait, mode=0o600)
            lock.acquire()
        except Timeout:
            raise Unavailable("another process holds the shared SugarCRM login", code="token-lock") from None
        except OSError as error:
            raise StateError(f"the shared login cannot be kept at {self._path}: {error.strerror}") from None
        try:
            yield
        finally:
            lock.release()

    def read(self) -> Tokens | None:
        """The login as last written, None where there is none that can be used; takes others' rights off the file."""
        try:
            with self._path.open(encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:  # copied or restored by somebody
                    os.fchmod(file.fileno(), 0o600)
                found = json.load(file)
        except FileNotFoundError:
            return None
        except (ValueError, RecursionError):
            return None  # half-written by no process of ours; a new login replaces it
        except OSError as error:
            raise StateError(f"the shared login at {self._path} cannot be read: {error.strerror}") from None
        if not isinstance(found, dict) or found.get("owner") != self._owner:
            return None
        return tokens_in(found)

    def write(self, tokens: Tokens) -> None:
        """Replace the login whole, readable for our own user alone. Raises StateError."""
        shown = {
            "owner": self._owner,
            "access_token": tokens.access.reveal(),
            "refresh_token": tokens.refresh.reveal(),
        }
        try:
            handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp makes it 0600
                    json.dump(shown, file)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, self._path)
            except OSError:
                os.unlink(name)  # a half-written draft may hold a living token
                raise
        except OSError as error:
            raise StateError(f"the shared login cannot be written to {self._path}: {error.strerror}") from None
