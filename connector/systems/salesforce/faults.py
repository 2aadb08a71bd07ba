"""What Salesforce's error codes mean for the caller: the table, and the judge of whole answers.

Codes are those of the API's ExceptionCode (whole call) and StatusCode (one record) lists
(https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm)
and of the REST API (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from xml.etree.ElementTree import Element

from requests import Response

from connector.errors import (
    ConfigError,
    ConnectorError,
    LoginRefused,
    RateLimited,
    Refused,
    Rejected,
    RowLocked,
    SessionExpired,
    Unavailable,
    Unreadable,
)
from connector.systems.salesforce.soap import descendant, parse_xml, text_of
from connector.systems.wire import Ask, Away, Busy, redact, retry_after


class Meaning(Enum):
    """What the caller does next."""

    SESSION = auto()
    QUOTA = auto()
    BUSY = auto()
    AWAY = auto()
    LOCKED = auto()
    TROUBLE = auto()
    PERMISSION = auto()
    CURSOR = auto()
    SHAPE = auto()
    OTHER = auto()


def _table(**groups: str) -> dict[str, Meaning]:
    return {code: Meaning[name.upper()] for name, codes in groups.items() for code in codes.split()}


MEANINGS: Mapping[str, Meaning] = _table(
    session="INVALID_SESSION_ID",
    quota="REQUEST_LIMIT_EXCEEDED LIMIT_EXCEEDED STORAGE_LIMIT_EXCEEDED",
    away="""SERVER_UNAVAILABLE ORG_IN_MAINTENANCE INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE
        PROCESSING_HALTED""",
    locked="UNABLE_TO_LOCK_ROW",
    trouble="""UNKNOWN_EXCEPTION QUERY_TIMEOUT REQUEST_RUNNING_TOO_LONG TXN_SECURITY_METERING_ERROR
        TXN_SECURITY_RUNTIME_ERROR""",
    permission="""INSUFFICIENT_ACCESS INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY
        INVALID_AUTH_HEADER API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED FUNCTIONALITY_NOT_ENABLED ORG_LOCKED
        TRIAL_EXPIRED TXN_SECURITY_NO_ACCESS TXN_SECURITY_TWO_FA_REQUIRED TXN_SECURITY_END_A_SESSION
        TXN_SECURITY_FAIL_CLOSE LOGIN_MUST_USE_SECURITY_TOKEN PASSWORD_LOCKOUT INVALID_LOGIN""",
    cursor="INVALID_QUERY_LOCATOR",
    shape="INVALID_FIELD INVALID_TYPE",
)
_WHOLE_CALL = frozenset({Meaning.SESSION, Meaning.QUOTA, Meaning.BUSY, Meaning.AWAY, Meaning.TROUBLE, Meaning.LOCKED})
NOT_NOW_ROWS = frozenset({"UNABLE_TO_LOCK_ROW", "ALL_OR_NONE_OPERATION_ROLLED_BACK"})
"""Codes of rows that were certainly not written and may be sent again at once."""

_COLUMN = re.compile(r"No such column '(\w+)' on (?:entity|sobject of type) '?(\w+)'?|sObject type '(\w+)'")


class LocatorLost(Unreadable):
    """The query cursor is gone; start again after the last row that was read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal of a whole call: the code, the CRM's words, and the HTTP status."""

    code: str
    message: str
    status: int


def meaning_of(fault: Fault) -> Meaning:
    """Sort a fault by its code, else by its HTTP status."""
    if fault.code in MEANINGS:
        found = MEANINGS[fault.code]
        # One code for two things; only the words differ.
        concurrent = found is Meaning.QUOTA and "concurrent" in fault.message.lower()
        return Meaning.BUSY if concurrent else found
    if fault.status == 401:
        return Meaning.SESSION
    if fault.status == 403:
        return Meaning.PERMISSION
    if fault.status == 429:
        return Meaning.BUSY
    if fault.status in (406, 420) or fault.status >= 500:
        return Meaning.TROUBLE
    return Meaning.OTHER


def error_of(fault: Fault, ask: Ask, retry_after: float | None = None) -> ConnectorError:
    """The error to raise for a fault; its sentence holds the code and field names, never the CRM's words."""
    meaning = meaning_of(fault)
    label = fault.code or f"HTTP {fault.status}"
    facts: dict[str, Any] = {"system": "salesforce", "status": fault.status, "code": fault.code}
    if meaning is Meaning.SESSION:
        return SessionExpired("the Salesforce session ended", **facts)
    if meaning is Meaning.QUOTA:
        return RateLimited(f"Salesforce's limit is spent ({label})", retry_after=retry_after, **facts)
    if meaning is Meaning.BUSY:
        return Busy(f"too many calls at once ({label})", retry_after=retry_after, **facts)
    if meaning is Meaning.AWAY:
        return Away(f"Salesforce is not available ({label})", retry_after=retry_after, **facts)
    if meaning is Meaning.LOCKED:
        return RowLocked(f"somebody holds the record ({label})", **facts)
    if meaning is Meaning.TROUBLE:
        return Away(f"Salesforce is in trouble ({label})", retry_after=retry_after, applied=ask.doubt, **facts)
    if meaning is Meaning.PERMISSION:
        return Refused(f"Salesforce refuses this ({label})", next_command="connector doctor", **facts)
    return _ours(meaning, fault, ask, facts)


def _ours(meaning: Meaning, fault: Fault, ask: Ask, facts: dict[str, Any]) -> ConnectorError:
    """Faults of the question itself."""
    label = fault.code or f"HTTP {fault.status}"
    if meaning is Meaning.CURSOR:
        return LocatorLost("the query cursor is gone", **facts)
    if meaning is Meaning.SHAPE and ask.reading:
        found = _COLUMN.search(fault.message)
        names = " of ".join(name for name in found.groups() if name) if found else ""
        what = f"does not have {names}" if names else "does not have a field or object that was asked for"
        return ConfigError(f"Salesforce {what} ({label})", next_command="connector mapping lint")
    if fault.status == 410:
        return ConfigError(f"this Salesforce API version is retired ({label})")
    if ask.reading:
        return Unreadable(f"Salesforce refused a question ({label})", **facts)
    return Rejected(f"Salesforce refused the call ({label})", **facts)


def judge(answer: Response, ask: Ask) -> None:
    """Raise unless *answer* is a good one of the kind that *ask* wants.

    A 200 that is not JSON (or XML) is a maintenance page or a proxy, hence Unavailable.
    """
    waiting = retry_after(answer)
    if answer.status_code >= 300:
        fault = soap_fault(answer) if ask.wants == "xml" else rest_fault(answer)
        raise _login_error(fault, ask, waiting) if ask.wants == "token" else error_of(fault, ask, waiting)
    if answer.status_code == 204:
        return
    body = parse_xml(answer.content) if ask.wants == "xml" else _as_json(answer)
    if body is None:
        raise Unavailable(
            "the answer is not one of Salesforce's", status=answer.status_code, code="not-readable", applied=ask.doubt
        )
    if ask.reading and isinstance(body, dict):
        _judge_parts(body.get("compositeResponse"), ask)


def _login_error(fault: Fault, ask: Ask, waiting: float | None) -> ConnectorError:
    """A refused login is final: another try could lock the user or burn a token."""
    if fault.code in ("rate_limit_exceeded", "unknown_error") or fault.status >= 500 or fault.status == 429:
        return error_of(Fault("", "", max(fault.status, 429)), ask, waiting)
    if fault.code or fault.status in (401, 403):
        return LoginRefused(
            f"Salesforce refuses the login ({redact(fault.code, 60) or fault.status})",
            system="salesforce",
            status=fault.status,
            code=fault.code,
            next_command="connector doctor",
        )
    return Unreadable("the login address does not answer as Salesforce does", status=fault.status)


def _judge_parts(parts: object, ask: Ask) -> None:
    """A composite that only reads is asked again as a whole when a part of it met passing trouble."""
    for part in parts if isinstance(parts, list) else ():
        fault = part_fault(part)
        if fault and meaning_of(fault) in _WHOLE_CALL:
            raise error_of(fault, ask)


def part_fault(part: Mapping[str, Any]) -> Fault | None:
    """The refusal inside one part of a composite answer, None when it went well."""
    status = int(part.get("httpStatusCode", 0))
    if 200 <= status < 300:
        return None
    body = part.get("body")
    first = body[0] if isinstance(body, list) and body else body
    return fault_from(first, status) if isinstance(first, dict) else Fault("", "", status)


def _as_json(answer: Response) -> Any:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict | list) else None


def rest_fault(answer: Response) -> Fault:
    """The first error of a REST answer (a list), or of a token answer (an object)."""
    body = _as_json(answer)
    first = body[0] if isinstance(body, list) and body and isinstance(body[0], dict) else body
    if not isinstance(first, dict):
        return Fault("", "", answer.status_code)
    return fault_from(first, answer.status_code)


def fault_from(error: Mapping[str, Any], status: int) -> Fault:
    """One error object under any of the spellings that Salesforce uses."""
    code = error.get("errorCode") or error.get("statusCode") or error.get("error") or ""
    message = error.get("message") or error.get("error_description") or ""
    return Fault(str(code), str(message), status)


def soap_fault(answer: Response) -> Fault:
    """The exceptionCode of a SOAP fault; without one an HTTP 500 is an outage like any other."""
    tree = parse_xml(answer.content)
    found: Element | None = descendant(tree, "Fault") if tree is not None else None
    if found is None:
        return Fault("", "", answer.status_code)
    code = text_of(descendant(found, "exceptionCode")) or text_of(descendant(found, "faultcode")).split(":")[-1]
    message = text_of(descendant(found, "exceptionMessage")) or text_of(descendant(found, "faultstring"))
    # SOAP 1.1 sends every fault with status 500; only the code says whether it is the server's trouble.
    return Fault(code, message, 400 if code else answer.status_code)
