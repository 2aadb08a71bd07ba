"""How V8 words its answers: JSON:API documents, the error object, and what the token endpoint says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from connector.sandbox.exchange import Reply

JSON_API = "application/vnd.api+json"
PLAIN_JSON = "application/json"

_NO_RESULT = "Request was successful, but there is no result"
_NOT_CACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class V8Error(Exception):
    """A refused call. Parameters are refused as plain JSON, everything later as JSON:API; the status is 400 for both.

    Source: SuiteCRM 7.14.6, Api/V8/Middleware/ParamsMiddleware.php and Api/V8/Controller/BaseController.php.
    """

    def __init__(self, detail: str, media: str = JSON_API) -> None:
        super().__init__(detail)
        self.detail = detail
        self.media = media


class ParameterError(V8Error):
    """A parameter of the path, the query or the body was refused."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail, PLAIN_JSON)


class AccessDenied(V8Error):
    """The user may not do this; SuiteCRM names only its exception."""

    def __init__(self) -> None:
        super().__init__("[SuiteCRM] [AccessDeniedException] ")


class OAuthError(Exception):
    """A refusal of the token endpoint or of a token (league/oauth2-server 8.4, OAuthServerException)."""

    def __init__(self, status: int, error: str, description: str, hint: str | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.hint = hint


def token_denied(hint: str) -> OAuthError:
    """A call without a usable token."""
    return OAuthError(401, "access_denied", "The resource owner or authorization server denied the request.", hint)


def document(
    status: int,
    data: object = (),
    meta: Mapping[str, object] | None = None,
    links: Mapping[str, object] | None = None,
) -> Reply:
    """A JSON:API document. Without data and meta, SuiteCRM adds a message that there is no result."""
    body: dict[str, object] = {}
    if meta is None and not data:
        meta = {"message": _NO_RESULT}
    if meta is not None:
        body["meta"] = meta
    body["data"] = data
    if links is not None:
        body["links"] = links
    return Reply(status, _encode(body), {"Content-Type": JSON_API, "Accept": JSON_API})


def message(status: int, text: str, **more: object) -> Reply:
    """A document without records that says what was done."""
    return document(status, (), {"message": text, **more})


def refusal(error: V8Error, status: int = 400) -> Reply:
    """The error object: `errors` is one object, not the list that JSON:API asks for."""
    body = {"errors": {"status": status, "title": None, "detail": error.detail}}
    return Reply(status, _encode(body), {"Content-Type": error.media})


def oauth_refusal(error: OAuthError) -> Reply:
    """A refusal of the token endpoint or of a token."""
    body = {"error": error.error, "error_description": error.description}
    if error.hint is not None:
        body["hint"] = error.hint
    body["message"] = error.description
    return Reply(error.status, _encode(body), {"Content-Type": PLAIN_JSON})


def granted(access_token: str, seconds: int, refresh_token: str | None) -> Reply:
    """A granted token; only the password grant carries a refresh token."""
    body: dict[str, object] = {"token_type": "Bearer", "expires_in": seconds, "access_token": access_token}
    if refresh_token is not None:
        body["refresh_token"] = refresh_token
    return Reply(200, _encode(body), {"Content-Type": "application/json; charset=UTF-8", **_NOT_CACHED})


def not_found_page() -> Reply:
    """Slim's page for a path without a route."""
    page = "<html><head><title>Page Not Found</title></head><body><h1>Page Not Found</h1></body></html>"
    return Reply(404, page.encode(), {"Content-Type": "text/html"})


def without_records(reply: Reply, rows: Sequence[int]) -> Reply:
    """The same document without these records of its `data` (positions from 0)."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        return reply
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        return reply
    body["data"] = [item for position, item in enumerate(body["data"]) if position not in rows]
    return Reply(reply.status, _encode(body), reply.headers)


def _encode(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
