"""What SugarCRM's refusals mean for the caller: the table, and the judge of whole answers.

Errors are ``{"error": label, "error_message": text}`` with an HTTP status; the labels are those of the developer
guide (https://support.sugarcrm.com/documentation/sugar_developer/sugar_developer_guide_13.0/integration/web_services/rest_api/api_exceptions/).
Texts vary by version and language, so only labels and statuses are matched on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from requests import Response

from connector.errors import (
    Applied,
    ConfigError,
    ConnectorError,
    LoginRefused,
    Refused,
    Rejected,
    SessionExpired,
    Unavailable,
    Unreadable,
)
from connector.systems.wire import NOWHERE, Ask, Away, Busy, redact, retry_after

Veil = Callable[[str], str]
READ = Ask(reading=True)
WRITE = Ask(reading=False)
SYSTEM = "sugarcrm"
CONFLICT = "edit_conflict"
GONE = "gone"
_OUTDATED = frozenset({301, 433})
_FAILED_INSIDE = 424
# What a record may be refused with for good, and the status that goes with it.
_REFUSALS = {"invalid_parameter": 422, "missing_parameter": 422, "not_authorized": 403, "not_found": 404}


class PlatformRefused(LoginRefused):
    """The CRM does not know our API platform."""


class TooLarge(Rejected):
    """The body is larger than the CRM takes; nothing was applied, half of it may go through."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal: the HTTP status, the label, the CRM's words, and the fields that these name."""

    status: int
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What to call it in a sentence."""
        return redact(self.code, 60) or f"HTTP {self.status}"

    @property
    def passing(self) -> bool:
        """Whether it says that nothing was done and that the same may go through later."""
        return self.status in (401, 429) or (self.status == 503 and bool(self.code))

    @property
    def doubtful(self) -> bool:
        """Whether something may have been done all the same."""
        return self.status == _FAILED_INSIDE or (self.status >= 500 and not self.passing)


def fault_of(status: int, body: object, veil: Veil = str) -> Fault | None:
    """The refusal in one answer (whole, or a part of a bulk); None for a good one. What it says goes through *veil*.

    ``error_message`` may be an object keyed by field, with lists of texts.
    """
    if 200 <= status < 300:
        return None
    if not isinstance(body, Mapping):
        return Fault(status)
    words = body.get("error_message")
    named: tuple[str, ...] = ()
    if isinstance(words, Mapping):
        named = tuple(veil(str(name)) for name in words)
        words = "; ".join(f"{name}: {_joined(told)}" for name, told in words.items())
    return _inner(Fault(status, veil(str(body.get("error") or "")), veil(str(words or "")), named))


def _inner(fault: Fault) -> Fault:
    """What is behind a 424, where that is the refusal of a record that a conversion was to make.

    The convert endpoint makes each record by a call of its own and hands its refusal on as a 424 in which label and
    words have changed places. A label that tells of trouble is no refusal: the same may go through another time.
    """
    status = _REFUSALS.get(fault.message) if fault.status == _FAILED_INSIDE else None
    return Fault(status, fault.message, fault.code) if status else fault


def _joined(told: object) -> str:
    return ", ".join(map(str, told)) if isinstance(told, list) else str(told)


def error_of(fault: Fault, ask: Ask, wait: float | None = None, about: str = "this") -> ConnectorError:
    """The error to raise for a fault; its sentence holds the label and what was asked for, never the CRM's words."""
    facts: dict[str, Any] = {"system": SYSTEM, "status": fault.status, "code": fault.code}
    if fault.status == 401:
        return SessionExpired("the SugarCRM session ended", **facts)
    if fault.status == 429:
        return Busy(f"too many calls ({fault.label})", retry_after=wait, **facts)
    if fault.passing or (fault.status == 503 and wait is not None):
        return Away(f"SugarCRM is not available ({fault.label})", retry_after=wait, **facts)
    if fault.doubtful:
        return Away(f"SugarCRM is in trouble ({fault.label})", retry_after=wait, applied=ask.doubt, **facts)
    if fault.status in _OUTDATED:
        return _outdated(fault.label)
    if fault.status == 403:
        return Refused(f"SugarCRM refuses {about} ({fault.label})", next_command="connector doctor", **facts)
    return _ours(fault, ask, facts)


def _outdated(label: str) -> ConfigError:
    return ConfigError(f"SugarCRM does not offer this REST version here ({label}): correct `version` or `address`")


def of_redirect(error: Unreadable) -> ConnectorError:
    """A 301 without a place to go is SugarCRM's word for a version that it does not offer; never tried again."""
    return _outdated("HTTP 301") if error.code == NOWHERE and error.status == 301 else error


def _ours(fault: Fault, ask: Ask, facts: Mapping[str, Any]) -> ConnectorError:
    """Faults of the question itself."""
    if fault.status == 413:
        return TooLarge(f"the call is larger than SugarCRM takes ({fault.label})", **facts)
    if ask.reading and fault.status == 422:
        what = f"SugarCRM does not know a field or module that was asked for ({fault.label})"
        return ConfigError(what, next_command="connector doctor")
    if ask.reading:
        return Unreadable(f"SugarCRM refused a question ({fault.label})", **facts)
    return Rejected(f"SugarCRM refused the call ({fault.label})", **facts)


def judge(answer: Response, ask: Ask, veil: Veil = str) -> None:
    """Raise unless *answer* is a good one: JSON with a status below 300. *veil* hides secrets that it says back to us.

    A 200 that is not JSON is a maintenance page or a proxy, hence Unavailable.
    """
    body = as_json(answer)
    fault = fault_of(answer.status_code, body, veil)
    if fault is not None:
        wait = retry_after(answer)
        raise _login_error(fault, ask, wait) if ask.wants == "token" else error_of(fault, ask, wait)
    if not isinstance(body, dict | list):
        raise Unavailable(
            "the answer is not one of SugarCRM's", status=answer.status_code, code="not-readable", applied=ask.doubt
        )
    if ask.reading and isinstance(body, list):
        _judge_parts(body, ask, veil)


def _judge_parts(parts: list[Any], ask: Ask, veil: Veil) -> None:
    """A bulk that only reads is asked again as a whole when a part of it met passing trouble."""
    for part in parts:
        status = status_of(part) if isinstance(part, Mapping) else 0
        fault = fault_of(status, contents_of(part), veil) if status else None
        if fault is not None and (fault.passing or fault.doubtful):
            raise error_of(fault, ask)


def as_json(answer: Response) -> Any:
    """The body as JSON, None when it is none."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def status_of(part: Mapping[str, Any]) -> int:
    """The HTTP status of one part of a bulk answer, told as a number or a text; 0 for none."""
    try:
        status = int(part.get("status") or 0)
    except (TypeError, ValueError):
        return 0
    return status if 100 <= status < 600 else 0


def contents_of(part: Mapping[str, Any]) -> Any:
    """The body inside one part of a bulk answer; some versions wrap it in a JSON text."""
    body = part.get("contents")
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _login_error(fault: Fault, ask: Ask, wait: float | None) -> ConnectorError:
    """A refused login is final, another try could lock the user; trouble of the server's is not."""
    if fault.status == 429 or fault.status >= 500 or fault.status in _OUTDATED:
        error = error_of(fault, ask, wait)
        if isinstance(error, Away | Busy):
            error.applied = Applied.NEVER
        return error
    facts: dict[str, Any] = {"status": fault.status, "code": fault.code, "system": SYSTEM}
    facts["next_command"] = "connector doctor"
    told = f"{fault.code} {fault.message}".lower()
    if fault.status == 404 or not fault.code:
        # Every SugarCRM has the token address, so even a well-formed 404 is another program's.
        what = f"no SugarCRM answers at this address (HTTP {fault.status}): correct `address`"
        return Unreadable(what, status=fault.status, system=SYSTEM)
    if "platform" in told:
        return PlatformRefused(f"SugarCRM does not know our platform ({fault.label})", **facts)
    return LoginRefused(f"SugarCRM refuses the login ({fault.label})", **facts)
