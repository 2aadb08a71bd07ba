"""The ASGI application: each request is named, logged, struck by faults, carried out and answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from connector.sandbox.access_log import Entry
from connector.sandbox.control import control_routes
from connector.sandbox.dialect import Dialect, DoorRefused
from connector.sandbox.exchange import Call, Kind, Reply, Request, Trace
from connector.sandbox.faults import ANSWERS, DISTURBANCES, SIDE_DOORS, Action, Fault
from connector.sandbox.faults_answers import planned_reply, row_positions, rows_to_refuse
from connector.sandbox.premises import Premises
from connector.sandbox.transport import HANG_UP

_LOG = logging.getLogger(__name__)
_UNKNOWN = Call("unknown", Kind.READ)
_TICK = 0.01


def build_application(premises: Premises) -> Starlette:
    """The control plane and, below it, every dialect."""
    return Starlette(routes=[*control_routes(premises), Mount("/", app=_Endpoint(premises))])


@dataclass(slots=True)
class _Visit:
    """One request on its way through."""

    request: Request
    dialect: Dialect | None
    entry: Entry
    faults: Sequence[Fault]
    trace: Trace = field(default_factory=Trace)

    @property
    def answer_fault(self) -> Fault | None:
        return next((fault for fault in self.faults if fault.action in ANSWERS), None)


class _Wire:
    """The way back to one client."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, now: Callable[[], datetime]) -> None:
        self._hang_up: Callable[[], None] = scope["extensions"][HANG_UP]
        self._receive = receive
        self._send = send
        self._now = now

    def hang_up(self) -> None:
        """Close the connection without another byte."""
        self._hang_up()

    async def send(self, reply: Reply) -> None:
        """Send a whole reply."""
        await self._start(reply)
        await self._send({"type": "http.response.body", "body": reply.body})

    async def send_part(self, reply: Reply, count: int) -> None:
        """Promise the whole body, send its first bytes, hang up."""
        await self._start(reply)
        await self._send({"type": "http.response.body", "body": reply.body[:count], "more_body": True})
        self.hang_up()

    async def drip(self, reply: Reply, size: int, pause: Callable[[], object]) -> None:
        """Send the body piece by piece; `pause` is awaited between pieces."""
        await self._start(reply)
        for start in range(0, len(reply.body), size):
            if await self._gone():
                return
            piece = reply.body[start : start + size]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            waiting = pause()
            if asyncio.iscoroutine(waiting):
                await waiting
        await self._send({"type": "http.response.body", "body": b""})

    async def _gone(self) -> bool:
        # The whole request has been read, so the next message can only be the disconnect.
        try:
            await asyncio.wait_for(self._receive(), timeout=0.0001)
        except TimeoutError:
            return False
        return True

    async def _start(self, reply: Reply) -> None:
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
        headers.append((b"date", format_datetime(self._now(), usegmt=True).encode("ascii")))
        if reply.status not in (204, 304):
            headers.append((b"content-length", str(len(reply.body)).encode("ascii")))
        await self._send({"type": "http.response.start", "status": reply.status, "headers": headers})


class _Endpoint:
    """Answers everything outside the control plane."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = _Wire(scope, receive, send, self._premises.clock.now)
        try:
            request = await self._read(scope, receive)
        except ClientDisconnect:
            return
        await run_in_threadpool(self._run_late)
        visit = self._admit(request)
        await self._before(visit)
        await self._conclude(visit, wire)

    async def _read(self, scope: Scope, receive: Receive) -> Request:
        incoming = StarletteRequest(scope, receive)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        base_url = self._premises.base_url
        if headers.get("x-forwarded-proto", "").lower() == "https":
            base_url = base_url.replace("http://", "https://", 1)
        return Request(
            method=scope["method"],
            raw_path=scope["raw_path"].decode("latin-1"),
            query_string=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=await incoming.body(),
            base_url=base_url,
        )

    def _admit(self, request: Request) -> _Visit:
        premises = self._premises
        dialect = premises.dialect_for(request.raw_path)
        call = dialect.classify(request) if dialect else _UNKNOWN
        target = f"{request.raw_path}?{request.query_string}" if request.query_string else request.raw_path
        name = dialect.name if dialect else None
        entry = premises.log.open(premises.clock.now(), name, request.method, target, call)
        faults = premises.plan.strike(call, request)
        entry.fault = ",".join(fault.action for fault in faults) or None
        return _Visit(request, dialect, entry, faults, Trace(row_faults=rows_to_refuse(faults)))

    async def _before(self, visit: _Visit) -> None:
        for fault in visit.faults:
            if fault.action is Action.DELAY and fault.before:
                await self._wait(fault.number("seconds"))
            elif fault.action is Action.EXPIRE_SESSION and visit.dialect:
                visit.dialect.expire_session(visit.request)
            elif fault.action in DISTURBANCES and fault.before:
                await run_in_threadpool(self._disturb, visit, fault)

    async def _after(self, visit: _Visit, reply: Reply) -> Reply:
        for fault in visit.faults:
            if fault.action is Action.LATE_VISIBLE:
                await run_in_threadpool(self._hide, visit, fault)
            elif fault.action is Action.OMIT_ROW and visit.dialect:
                reply = visit.dialect.omit_rows(reply, row_positions(fault, (0,)))
            elif fault.action is Action.DELAY and not fault.before:
                await self._wait(fault.number("seconds"))
            elif fault.action in DISTURBANCES and not fault.before:
                await run_in_threadpool(self._disturb, visit, fault)
        return reply

    async def _conclude(self, visit: _Visit, wire: _Wire) -> None:
        fault = visit.answer_fault
        action = fault.action if fault else None
        if fault and action in (Action.DROP_BEFORE_APPLY, Action.APPLY_LATE):
            if action is Action.APPLY_LATE:
                self._postpone(visit, fault)
            wire.hang_up()
            return
        if fault and action in (Action.STATUS, Action.REDIRECT) and fault.before:
            reply = planned_reply(fault, visit.request, visit.dialect, None)
        else:
            reply = await self._after(visit, await run_in_threadpool(self._carry_out, visit))
        visit.entry.records = visit.trace.records
        if fault and action is Action.DROP_AFTER_APPLY:
            wire.hang_up()
            return
        if fault and (action is Action.REPLACE_BODY or not fault.before):
            reply = planned_reply(fault, visit.request, visit.dialect, reply)
        visit.entry.status = reply.status
        await self._send(wire, reply, fault)

    async def _send(self, wire: _Wire, reply: Reply, fault: Fault | None) -> None:
        if fault and fault.action is Action.CUT:
            await wire.send_part(reply, int(fault.number("bytes", len(reply.body) // 2)))
        elif fault and fault.action is Action.DRIP:
            seconds = fault.number("seconds", 1.0)
            await wire.drip(reply, int(fault.number("bytes", 1)), lambda: self._wait(seconds))
        else:
            await wire.send(reply)

    def _carry_out(self, visit: _Visit) -> Reply:
        if visit.dialect is None:
            return Reply(
                404,
                b'{"error":"no dialect of this sandbox answers here"}',
                {"Content-Type": "application/json"},
            )
        try:
            return visit.dialect.answer(visit.request, visit.trace)
        except Exception:
            # A fault of the sandbox itself: answered as a CRM would, and told to whoever runs it.
            _LOG.exception("%s %s failed", visit.request.method, visit.request.raw_path)
            return visit.dialect.fault_reply(visit.request, 500)

    def _postpone(self, visit: _Visit, fault: Fault) -> None:
        seconds = fault.number("seconds")
        visit.trace.admitted = True
        self._premises.late.add(self._premises.after(seconds), lambda: self._carry_out(visit))
        # Real time reaches the moment too, also when no client calls again.
        loop = asyncio.get_running_loop()
        loop.call_later(seconds + _TICK, lambda: loop.run_in_executor(None, self._run_late))

    def _run_late(self) -> None:
        self._premises.late.run_due(self._premises.clock.now())

    def _disturb(self, visit: _Visit, fault: Fault) -> None:
        dialect = self._premises.dialects.get(fault.text("dialect")) or visit.dialect
        if dialect is None:
            return
        try:
            if fault.action in SIDE_DOORS:
                dialect.open_door(fault)
            elif fault.action is Action.SCHEMA:
                dialect.change_schema(fault)
            elif fault.action is Action.QUOTA:
                dialect.set_quota(fault)
        except DoorRefused as refusal:
            visit.entry.fault = f"{visit.entry.fault} ({refusal})"

    def _hide(self, visit: _Visit, fault: Fault) -> None:
        dialect = self._premises.dialects.get(fault.text("dialect")) or visit.dialect
        if dialect is not None:
            dialect.hide(fault, visit.trace.written, self._premises.after(fault.number("seconds")))

    async def _wait(self, seconds: float) -> None:
        """Wait by the sandbox clock, so that moving it ends the wait."""
        until = self._premises.after(seconds)
        while (left := (until - self._premises.clock.now()).total_seconds()) > 0:
            await asyncio.sleep(min(_TICK, left))
