"""The table of SugarCRM's refusals: what each means for the caller, and whether a write can have happened."""

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
    SessionExpired,
    Unavailable,
    Unreadable,
)
from connector.systems.sugarcrm.faults import PlatformRefused, TooLarge, contents_of, fault_of, judge
from connector.systems.wire import Ask

READ, WRITE, TOKEN = Ask(reading=True), Ask(reading=False), Ask(reading=True, wants="token")


def answer(status: int, body: object = b"", **headers: str) -> Response:
    """A complete answer; anything but bytes is sent as JSON."""
    made = Response()
    made.status_code = status
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def refusal(label: str, message: object = "words") -> dict[str, object]:
    """An API exception."""
    return {"error": label, "error_message": message}


def raised(made: Response, ask: Ask) -> ConnectorError:
    """What the judge raises."""
    with pytest.raises(ConnectorError) as caught:
        judge(made, ask)
    return caught.value


@pytest.mark.parametrize(
    ("status", "label", "reading", "writing"),
    [
        (400, "invalid_request", Unreadable, Rejected),
        (401, "need_login", SessionExpired, SessionExpired),
        (401, "invalid_grant", SessionExpired, SessionExpired),
        (403, "not_authorized", Refused, Refused),
        (404, "not_found", Unreadable, Rejected),
        (404, "no_method", Unreadable, Rejected),
        (409, "edit_conflict", Unreadable, Rejected),
        (412, "metadata_out_of_date", Unreadable, Rejected),
        (413, "request_too_large", TooLarge, TooLarge),
        (422, "invalid_parameter", ConfigError, Rejected),
        (422, "missing_parameter", ConfigError, Rejected),
        (424, "request_failure", Unavailable, Unavailable),
        (429, "", RateLimited, RateLimited),
        (433, "client_outdated", ConfigError, ConfigError),
        (301, "incorrect_version", ConfigError, ConfigError),
        (500, "fatal_error", Unavailable, Unavailable),
        (502, "", Unavailable, Unavailable),
        (503, "maintenance", Unavailable, Unavailable),
        (504, "", Unavailable, Unavailable),
    ],
)
def test_each_refusal_has_its_meaning(
    status: int, label: str, reading: type[ConnectorError], writing: type[ConnectorError]
) -> None:
    """Every row of the exception table, for a read and for a write."""
    body = refusal(label) if label else b"<html>gateway</html>"
    assert type(raised(answer(status, body), READ)) in (reading, *reading.__subclasses__())
    assert type(raised(answer(status, body), WRITE)) in (writing, *writing.__subclasses__())


@pytest.mark.parametrize(
    ("status", "body", "applied"),
    [
        (401, refusal("invalid_grant"), Applied.NEVER),
        (409, refusal("edit_conflict"), Applied.NEVER),
        (424, refusal("request_failure"), Applied.UNKNOWN),
        (429, b"", Applied.NEVER),
        (500, refusal("fatal_error"), Applied.UNKNOWN),
        (502, b"<html>", Applied.UNKNOWN),
        (503, refusal("maintenance"), Applied.NEVER),
        (503, b"<html>", Applied.UNKNOWN),
        (504, b"<html>", Applied.UNKNOWN),
        (200, b"<html>Login</html>", Applied.UNKNOWN),
        (200, b"", Applied.UNKNOWN),
        (200, b"null", Applied.UNKNOWN),
        (200, b"[" * 100_000, Applied.UNKNOWN),
    ],
)
def test_doubt_is_told(status: int, body: object, applied: Applied) -> None:
    """A write is in doubt when the server may have been at work, and never for a read."""
    for ask, expected in ((WRITE, applied), (READ, Applied.NEVER)):
        error = raised(answer(status, body), ask)
        assert isinstance(error, RemoteError)
        assert error.applied is expected


def test_words_of_the_crm_stay_inside() -> None:
    """The sentence of an error names the label, never the text, which may hold people's data."""
    error = raised(answer(422, refusal("invalid_parameter", "ann@acme.example is no date")), WRITE)
    assert "ann@" not in str(error)
    assert "invalid_parameter" in str(error)


def test_messages_by_field_are_read() -> None:
    """A validation error keyed by field names the fields."""
    fault = fault_of(422, refusal("invalid_parameter", {"last_name": ["is required"], "email": "is no address"}))
    assert fault is not None
    assert fault.fields == ("last_name", "email")
    assert fault.message == "last_name: is required; email: is no address"


@pytest.mark.parametrize(
    ("status", "label", "message", "kind"),
    [
        (401, "need_login", "The username or password is incorrect", Refused),
        (401, "invalid_grant", "Invalid credentials", Refused),
        (401, "invalid_grant", "The platform lead_connector is unknown", PlatformRefused),
        (400, "invalid_request", "Unknown platform", PlatformRefused),
        (403, "invalid_platform", "", PlatformRefused),
        (403, "not_authorized", "", Refused),
        (500, "fatal_error", "", Unavailable),
        (429, "", "", RateLimited),
        (301, "incorrect_version", "", ConfigError),
    ],
)
def test_refused_login_is_final(status: int, label: str, message: str, kind: type[ConnectorError]) -> None:
    """A login is refused for good, unless the server itself is in trouble."""
    error = raised(answer(status, refusal(label, message)), TOKEN)
    assert isinstance(error, kind)
    assert isinstance(error, ConfigError) or (isinstance(error, RemoteError) and error.applied is Applied.NEVER)


def test_login_page_of_another_program() -> None:
    """An address that answers a token request with a page is not SugarCRM's."""
    assert type(raised(answer(404, b"<html>Not found</html>"), TOKEN)) is Unreadable
    assert type(raised(answer(200, b"<html>Welcome</html>"), TOKEN)) is Unavailable


def test_wait_is_taken_from_the_answer() -> None:
    """Retry-After goes with the error."""
    for status in (429, 503):
        error = raised(answer(status, refusal("x"), Retry_After="17"), WRITE)
        assert getattr(error, "retry_after", None) == 17.0


def test_trouble_inside_a_reading_bulk_counts() -> None:
    """A bulk that only reads is as good as its worst part; a part refused for what it asks is its own."""
    good = {"status": 200, "contents": {"records": []}}
    for status, kind in ((503, Unavailable), (500, Unavailable), (429, RateLimited), (401, SessionExpired)):
        for told in (status, str(status)):
            bad = {"status": told, "contents": refusal("some_label")}
            assert isinstance(raised(answer(200, [good, bad]), READ), kind)
            judge(answer(200, [good, bad]), WRITE)
    judge(answer(200, [good, {"status": 422, "contents": refusal("invalid_parameter")}, "nonsense"]), READ)


@pytest.mark.parametrize(
    ("contents", "meant"),
    [({"id": "1"}, {"id": "1"}), ('{"id": "1"}', {"id": "1"}), ("pong", "pong"), (None, None), ([], [])],
)
def test_contents_may_be_a_text(contents: object, meant: object) -> None:
    """Some versions wrap a part's body in a JSON text."""
    assert contents_of({"contents": contents}) == meant
