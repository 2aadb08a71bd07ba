"""The control plane under `/__sandbox__/`: what tests and scripts steer a sandbox with. It is not logged."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connector.sandbox.dialect import DoorRefused
from connector.sandbox.faults_parse import FaultPlanError, parse_plan
from connector.sandbox.premises import Premises
from connector.sandbox.world import WorldError, read_world, shipped_worlds

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]

Handler = Callable[[Request], Awaitable[Response]]


class _BadRequest(Exception):
    """The call cannot be carried out; `problems` says why."""

    def __init__(self, *problems: str, status: int = 400) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.status = status


def info_of(premises: Premises) -> dict[str, object]:
    """What `serve` prints and `GET info` answers: address, process and one login per dialect."""
    logins = {name: dict(dialect.credentials()) for name, dialect in premises.dialects.items()}
    return {"base_url": premises.base_url, "pid": os.getpid(), **logins}


def control_routes(premises: Premises) -> list[Route]:
    """The routes of the control plane; they refuse a foreign Host or Origin (DNS rebinding)."""
    control = _Control(premises)
    table: list[tuple[str, str, Handler]] = [
        ("/info", "GET", control.info),
        ("/reset", "POST", control.reset),
        ("/load", "POST", control.load),
        ("/dump/{dialect}/{object_name}", "GET", control.dump),
        ("/calls", "GET", control.calls),
        ("/calls", "DELETE", control.forget_calls),
        ("/faults", "POST", control.faults),
        ("/clock", "GET", control.clock),
        ("/clock", "POST", control.move_clock),
    ]
    routes = [Route(f"/__sandbox__{path}", _guarded(handler), methods=[method]) for path, method, handler in table]
    return [*routes, Route("/__sandbox__/{rest:path}", _guarded(control.nothing), methods=_EVERY_METHOD)]


def _guarded(handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        if not _is_local(request.headers.get("host", "")) or not _is_local_origin(request.headers.get("origin")):
            return _problem(421, "the control plane answers on its loopback address only")
        try:
            return await handler(request)
        except (_BadRequest, FaultPlanError) as error:
            return _problem(getattr(error, "status", 400), *error.problems)
        except (DoorRefused, WorldError) as error:
            return _problem(400, str(error))

    return guarded


def _is_local(host: str) -> bool:
    return host.rpartition(":")[0] in LOOPBACK_NAMES or host in LOOPBACK_NAMES


def _is_local_origin(origin: str | None) -> bool:
    return origin is None or (origin.startswith("http://") and _is_local(origin.removeprefix("http://")))


def _problem(status: int, *problems: str) -> JSONResponse:
    return JSONResponse({"problems": list(problems)}, status_code=status)


async def _body(request: Request) -> dict[str, object]:
    raw = await request.body()
    try:
        parsed = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise _BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise _BadRequest("the body must be a JSON object")
    return parsed


class _Control:
    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def info(self, _: Request) -> Response:
        return JSONResponse(info_of(self._premises))

    async def reset(self, request: Request) -> Response:
        world = (await _body(request)).get("world", "empty")
        if isinstance(world, str) and world not in shipped_worlds():
            raise _BadRequest(f"world: {world!r} is not one of {', '.join(shipped_worlds())}")
        if not isinstance(world, str | dict):
            raise _BadRequest("world: must be a name, or a mapping of dialects")
        parsed = read_world(world) if isinstance(world, str) else world
        await run_in_threadpool(self._premises.reset, parsed)
        return JSONResponse({"world": world if isinstance(world, str) else "given"})

    async def load(self, request: Request) -> Response:
        payload = await _body(request)
        unknown = [name for name in payload if name not in self._premises.dialects]
        if unknown:
            known = ", ".join(self._premises.dialects)
            raise _BadRequest(*(f"{name}: no such dialect here; known: {known}" for name in unknown))
        return JSONResponse(await run_in_threadpool(self._load, payload))

    def _load(self, payload: Mapping[str, object]) -> dict[str, object]:
        answer: dict[str, object] = {}
        for name, records in payload.items():
            if not isinstance(records, dict):
                raise _BadRequest(f"{name}: must map object names to lists of records")
            answer[name] = self._premises.dialects[name].load(records)
        return answer

    async def dump(self, request: Request) -> Response:
        dialect = self._premises.dialects.get(request.path_params["dialect"])
        if dialect is None:
            known = ", ".join(self._premises.dialects)
            raise _BadRequest(f"no such dialect here; known: {known}", status=404)
        return JSONResponse(await run_in_threadpool(dialect.dump, request.path_params["object_name"]))

    async def calls(self, _: Request) -> Response:
        return JSONResponse(self._premises.log.entries())

    async def forget_calls(self, _: Request) -> Response:
        return JSONResponse({"cleared": self._premises.log.clear()})

    async def faults(self, request: Request) -> Response:
        premises = self._premises
        plan = parse_plan(await _body(request), premises.operations, premises.dialects.keys())
        premises.plan.replace(plan)
        return JSONResponse({"faults": len(plan)})

    async def clock(self, _: Request) -> Response:
        return JSONResponse({"now": _iso(self._premises.clock.now())})

    async def move_clock(self, request: Request) -> Response:
        payload = await _body(request)
        if len(payload) != 1 or not payload.keys() <= {"now", "advance"}:
            raise _BadRequest("give either now (ISO 8601) or advance (seconds)")
        now = _moment(payload["now"]) if "now" in payload else None
        seconds = payload.get("advance", 0)
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            raise _BadRequest("advance: must be a number of seconds")
        moment = await run_in_threadpool(self._premises.move_clock, now, float(seconds))
        return JSONResponse({"now": _iso(moment)})

    async def nothing(self, _: Request) -> Response:
        return _problem(404, "no such call; known are info, reset, load, dump/<dialect>/<Object>, calls, faults, clock")


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise _BadRequest(f"now: {value!r} is not an ISO 8601 time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
