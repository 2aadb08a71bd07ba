"""SuiteCRM's V8 JSON:API (`/Api/…`, in SuiteCRM 8 also `/legacy/Api/…`) over one instance of the family's engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.sandbox.clock import SandboxClock
from connector.sandbox.exchange import Call, Kind, Reply, Request, Trace

OPERATIONS = {
    "access_token": Call("access_token", Kind.LOGIN),
    "v8_list": Call("v8_list", Kind.READ),
}


class V8:
    """The V8 half of a SuiteCRM: token endpoint and JSON:API routes.

    `credentials` holds `username`, `password`, `client_id`, `client_secret` (password grant) and
    `service_client_id`, `service_client_secret` (client credentials grant).
    """

    operations: frozenset[str] = frozenset(OPERATIONS)

    def __init__(self, instance: object, clock: SandboxClock, credentials: Mapping[str, str]) -> None:
        self._instance = instance
        self._clock = clock
        self._credentials = credentials

    def classify(self, request: Request) -> Call | None:
        """Name the call; None when the path is not one of V8's."""
        return OPERATIONS["v8_list"] if "Api" in request.segments[:2] else None

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out."""
        return Reply(404)

    def fault_reply(self, request: Request, status: int) -> Reply:
        """How V8 words a refusal with this status."""
        return Reply(status)

    def omit_rows(self, reply: Reply, rows: Sequence[int]) -> Reply:
        """The same answer without these records of `data`."""
        return reply

    def expire_session(self, request: Request) -> None:
        """End the token that this request carries."""

    def reset(self, switches: Mapping[str, object]) -> None:
        """Forget tokens and take the world's `settings`."""

    def clock_set(self, by: object) -> None:
        """The clock was set to a moment `by` later (a timedelta); tokens are not to age by it."""
