"""Every error a caller can meet, sorted by what the caller does next.

    ConnectorError
    ├── UsageError            tell the person; nothing ran                       (2)
    │   ├── InputError        a file or a mapping with findings                  (65)
    │   └── ConfigError       the configuration cannot be used                   (78)
    ├── RemoteError           something a CRM said, or failed to say
    │   ├── Retryable         try again later                                    (69)
    │   │   ├── Unavailable   no connection, maintenance, gateway                (69)
    │   │   ├── RowLocked     somebody holds the record                          (69)
    │   │   └── RateLimited   too many calls: stop, resume later                 (75)
    │   ├── SessionExpired    log in again, once                                 (77)
    │   ├── Rejected          this record only: dead letter                      (1)
    │   ├── Refused           login or permission                                (77)
    │   └── Unreadable        the answer made no sense: stop                     (69)
    ├── Paused                a clean end; resume later                          (75)
    ├── SafetyStop            refused for safety until a person says otherwise   (76)
    └── StateError            the state file cannot be trusted or reached        (74)

Each class names its exit code; each instance may name the next command to type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Applied(StrEnum):
    """Can a write that failed have been carried out all the same?"""

    NEVER = "never"
    CERTAINLY = "certainly"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing wrong in a file that a person owns.

    *line* and *column* count from 1; 0 where the finding is about the file as a whole.
    """

    path: str
    line: int
    column: int
    rule: str
    what: str
    fix: str = ""

    def __str__(self) -> str:
        """Render as ``file:line:column: rule-id: what, and the fix``."""
        tail = f" ({self.fix})" if self.fix else ""
        return f"{self.path}:{self.line}:{self.column}: {self.rule}: {self.what}{tail}"


class ConnectorError(Exception):
    """Something went wrong inside the connector."""

    exit_code = 70

    def __init__(self, message: str = "", *, next_command: str = "") -> None:
        """Keep the sentence for people and the command that helps them on."""
        super().__init__(message or (type(self).__doc__ or "").split("\n")[0])
        self.next_command = next_command


class UsageError(ConnectorError):
    """The command cannot be carried out as it was typed."""

    exit_code = 2


class InputError(UsageError):
    """A file has problems; each is listed with its place."""

    exit_code = 65

    def __init__(self, findings: Sequence[Finding], message: str = "", *, next_command: str = "") -> None:
        """Keep *findings* in file order; the message counts them unless one is given."""
        self.findings = tuple(sorted(findings))
        count = len(self.findings)
        super().__init__(message or f"{count} problem{'' if count == 1 else 's'} found", next_command=next_command)


class ConfigError(UsageError):
    """The configuration cannot be used."""

    exit_code = 78

    def __init__(
        self, message: str = "", *, findings: Sequence[Finding] = (), next_command: str = "connector doctor"
    ) -> None:
        """Keep the findings, when the cause is a file with places to point at."""
        super().__init__(message, next_command=next_command)
        self.findings = tuple(sorted(findings))


class RemoteError(ConnectorError):
    """A CRM refused a call or did not answer it."""

    exit_code = 69

    def __init__(
        self,
        message: str = "",
        *,
        system: str = "",
        status: int | None = None,
        code: str = "",
        applied: Applied = Applied.NEVER,
        next_command: str = "",
    ) -> None:
        """Keep what a caller needs to choose its next move; never the body of the answer."""
        super().__init__(message, next_command=next_command)
        self.system = system
        self.status = status
        self.code = code
        self.applied = applied


class Retryable(RemoteError):
    """The CRM could not do it now; the same call may go through later."""


class Unavailable(Retryable):
    """The CRM cannot be reached or does not answer as a CRM."""


class RowLocked(Retryable):
    """Somebody else holds the record at this moment."""


class RateLimited(Retryable):
    """The CRM's call limit is spent."""

    exit_code = 75

    def __init__(self, message: str = "", *, retry_after: float | None = None, **facts: object) -> None:
        """Keep the seconds the server asked us to wait, when it said so."""
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.retry_after = retry_after


class SessionExpired(RemoteError):
    """The session ended; one new login may help."""

    exit_code = 77


class Rejected(RemoteError):
    """The CRM refuses this record; the others are not touched by it."""

    exit_code = 1


class Refused(RemoteError):
    """The CRM refuses the login or the permission."""

    exit_code = 77


class LoginRefused(Refused):
    """The CRM does not let our user in; never to be taken for a right that the user lacks, nor tried again soon."""


class Unreadable(RemoteError):
    """The CRM's answer made no sense; going on could do harm."""


class Paused(ConnectorError):
    """Stopped cleanly; the next run resumes here."""

    exit_code = 75


class Interrupted(Paused):
    """A person or the system asked the run to stop."""

    def __init__(self, signal_number: int) -> None:
        """Exit as a shell expects of a program ended by *signal_number*."""
        super().__init__("stopped by a signal; the next run resumes here", next_command="connector sync")
        self.exit_code = 128 + signal_number


class SafetyStop(ConnectorError):
    """Refused for safety until a person says otherwise."""

    exit_code = 76


class StateError(ConnectorError):
    """The state file cannot be read, written or trusted."""

    exit_code = 74
