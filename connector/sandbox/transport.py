"""A uvicorn protocol that can hang up: real lost answers need a socket closed without a reply."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

HANG_UP = "connector.sandbox.hang_up"


class HangUpProtocol(H11Protocol):
    """HTTP/1.1 over h11 whose ASGI scope carries, under `HANG_UP`, a function that closes the connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.app = self._with_hang_up(config.loaded_app)

    def _with_hang_up(self, app: ASGIApp) -> Any:
        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[HANG_UP] = self._hang_up
            await app(scope, receive, send)

        return call

    def _hang_up(self) -> None:
        # What was written before still leaves (a cut answer); nothing more is sent.
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.transport.close()
