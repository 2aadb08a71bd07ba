"""A small client of the control plane, for whoever starts or resets a sandbox from another process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ControlError(Exception):
    """No sandbox answers at the address, or it refused the call."""


def control(base_url: str, path: str, body: Mapping[str, object] | None = None, timeout: float = 60) -> object:
    """Call the control plane: GET ``/__sandbox__/<path>``, or POST when there is a *body*; answers its JSON.

    Raises ValueError for an address that is not on loopback, ControlError for anything but a good answer.
    """
    parts = urlsplit(base_url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise ValueError(f"{base_url} is not the address of a sandbox (http://127.0.0.1:PORT)")
    connection = HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
    try:
        text = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if text else {}
        connection.request("POST" if text else "GET", f"/__sandbox__/{path}", text, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise ControlError(f"the sandbox at {base_url} refused the call (HTTP {answer.status})")
        return json.loads(content)
    except (OSError, HTTPException, ValueError) as error:
        raise ControlError(f"no sandbox answers at {base_url}") from error
    finally:
        connection.close()
