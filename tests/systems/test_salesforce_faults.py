"""The table of Salesforce's error codes: what each means for the caller, and whether a write can have happened."""

from __future__ import annotations

import json

import pytest
from requests import Response

from connector.errors import (
    Applied,
    ConfigError,
    ConnectorError,
    RateLimited,
    Refused,
    Rejected,
    RemoteError,
    RowLocked,
    SessionExpired,
    Unavailable,
    Unreadable,
)
from connector.systems.salesforce.faults import LocatorLost, judge
from connector.systems.wire import Ask, Busy

READ, WRITE, SOAP = Ask(reading=True), Ask(reading=False), Ask(reading=False, wants="xml")


def answer(status: int, body: object = b"", **headers: str) -> Response:
    """A complete answer; anything but bytes is sent as JSON."""
    made = Response()
    made.status_code = status
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def errors(code: str, message: str = "words") -> list[dict[str, str]]:
    """A REST error list."""
    return [{"errorCode": code, "message": message}]


def soap_fault(code: str, prefix: str = "sf") -> bytes:
    """A SOAP fault as Salesforce words it."""
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><soapenv:Fault>'
        f"<faultcode>{prefix}:{code}</faultcode><faultstring>{code}: words</faultstring>"
        f'<detail><{prefix}:UnexpectedErrorFault xmlns:{prefix}="urn:fault.partner.soap.sforce.com">'
        f"<{prefix}:exceptionCode>{code}</{prefix}:exceptionCode>"
        f"<{prefix}:exceptionMessage>words</{prefix}:exceptionMessage></{prefix}:UnexpectedErrorFault></detail>"
        "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    ).encode()


def raised(made: Response, ask: Ask) -> ConnectorError:
    """What the judge raises."""
    with pytest.raises(ConnectorError) as caught:
        judge(made, ask)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "ask", "kind", "applied"),
    [
        (401, "INVALID_SESSION_ID", WRITE, SessionExpired, Applied.NEVER),
        (403, "REQUEST_LIMIT_EXCEEDED", WRITE, RateLimited, Applied.NEVER),
        (400, "STORAGE_LIMIT_EXCEEDED", WRITE, RateLimited, Applied.NEVER),
        (403, "INSUFFICIENT_ACCESS", WRITE, Refused, Applied.NEVER),
        (403, "API_DISABLED_FOR_ORG", READ, Refused, Applied.NEVER),
        (400, "UNABLE_TO_LOCK_ROW", WRITE, RowLocked, Applied.NEVER),
        (503, "SERVER_UNAVAILABLE", WRITE, Unavailable, Applied.NEVER),
        (500, "UNKNOWN_EXCEPTION", WRITE, Unavailable, Applied.UNKNOWN),
        (500, "UNKNOWN_EXCEPTION", READ, Unavailable, Applied.NEVER),
        (400, "QUERY_TIMEOUT", READ, Unavailable, Applied.NEVER),
        (400, "INVALID_QUERY_LOCATOR", READ, LocatorLost, Applied.NEVER),
        (400, "JSON_PARSER_ERROR", WRITE, Rejected, Applied.NEVER),
        (400, "MALFORMED_QUERY", READ, Unreadable, Applied.NEVER),
        (404, "NOT_FOUND", READ, Unreadable, Applied.NEVER),
        (400, "A_CODE_OF_NEXT_YEAR", WRITE, Rejected, Applied.NEVER),
        (400, "A_CODE_OF_NEXT_YEAR", READ, Unreadable, Applied.NEVER),
    ],
)
def test_code_decides_what_to_do(status: int, code: str, ask: Ask, kind: type[RemoteError], applied: Applied) -> None:
    """The error code, not the status, says what the caller does next."""
    error = raised(answer(status, errors(code)), ask)
    assert type(error) is kind or (kind is Unavailable and isinstance(error, kind))
    assert isinstance(error, RemoteError)
    assert (error.code, error.applied) == (code, applied)


def test_two_limits_are_told_apart() -> None:
    """One code stands for a spent day and for too many calls at once; only the second is worth a wait."""
    spent = raised(answer(403, errors("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")), WRITE)
    busy = raised(answer(403, errors("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.")), WRITE)
    assert isinstance(busy, Busy)
    assert not isinstance(spent, Busy)


@pytest.mark.parametrize("prefix", ["sf", "fns"])
def test_soap_500_is_read_first(prefix: str) -> None:
    """HTTP 500 of a SOAP call is a message, not an outage, whatever the prefix."""
    assert isinstance(raised(answer(500, soap_fault("INVALID_SESSION_ID", prefix)), SOAP), SessionExpired)
    assert isinstance(raised(answer(500, soap_fault("REQUEST_LIMIT_EXCEEDED", prefix)), SOAP), RateLimited)
    error = raised(answer(500, soap_fault("EXCEEDED_LEAD_CONVERT_LIMIT", prefix)), SOAP)
    assert isinstance(error, Rejected)
    assert error.applied is Applied.NEVER


@pytest.mark.parametrize("code", ["UNKNOWN_EXCEPTION", "REQUEST_RUNNING_TOO_LONG"])
def test_soap_trouble_leaves_doubt(code: str) -> None:
    """A fault that may strike in the middle of the work says nothing about what was applied."""
    error = raised(answer(500, soap_fault(code)), SOAP)
    assert isinstance(error, Unavailable)
    assert error.applied is Applied.UNKNOWN


def test_soap_outage_without_fault() -> None:
    """A 500 without a SOAP fault is an outage, and an HTML page with 200 no answer."""
    for made in (
        answer(500, b"<html>"),
        answer(200, b"<html>"),
        answer(200, b"<html><body>Be right back</body></html>"),
        answer(200, b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
    ):
        error = raised(made, SOAP)
        assert isinstance(error, Unavailable)
        assert error.applied is Applied.UNKNOWN


def test_missing_field_is_named() -> None:
    """A field that the org lacks is named, as a matter of configuration, without the CRM's words."""
    words = "\nSELECT Foo__c, ada@example.test\nERROR at Row:1\nNo such column 'Foo__c' on entity 'Lead'. If you"
    error = raised(answer(400, errors("INVALID_FIELD", words)), READ)
    assert isinstance(error, ConfigError)
    assert "Foo__c of Lead" in str(error)
    assert "ada" not in str(error)


def test_messages_never_quote_the_crm() -> None:
    """The CRM's words may hold people's data; an error's sentence has only the code."""
    error = raised(answer(400, errors("INVALID_EMAIL_ADDRESS", "invalid email address: ada okafor")), WRITE)
    assert "ada" not in str(error)
    assert "INVALID_EMAIL_ADDRESS" in str(error)


def test_retired_version_is_configuration() -> None:
    """410 means that the pinned API version is gone."""
    assert isinstance(raised(answer(410, errors("GONE")), READ), ConfigError)


@pytest.mark.parametrize("body", [b"", b"nonsense", b'"text"', b"[]", b"[[]]"])
def test_bodiless_errors_go_by_status(body: bytes) -> None:
    """Without a readable code the status decides, and nothing crashes."""
    assert isinstance(raised(answer(401, body), READ), SessionExpired)
    assert isinstance(raised(answer(403, body), READ), Refused)
    assert isinstance(raised(answer(502, body), READ), Unavailable)
    assert isinstance(raised(answer(400, body), READ), Unreadable)


def test_trouble_inside_reading_composite() -> None:
    """A composite that only reads fails as a whole when a part met passing trouble, so that it is asked again."""
    part = {"httpStatusCode": 500, "body": errors("UNKNOWN_EXCEPTION"), "referenceId": "a"}
    assert isinstance(raised(answer(200, {"compositeResponse": [part]}), READ), Unavailable)
    judge(answer(200, {"compositeResponse": [part]}), WRITE)
    gone = {"httpStatusCode": 404, "body": errors("NOT_FOUND"), "referenceId": "a"}
    judge(answer(200, {"compositeResponse": [gone]}), READ)


def test_good_answers_pass() -> None:
    """Good answers raise nothing."""
    judge(answer(200, {"records": []}), READ)
    judge(answer(204), WRITE)
    judge(answer(200, b'<a:Envelope xmlns:a="x"/>'), SOAP)
