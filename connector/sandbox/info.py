"""Logins of one sandbox: drawn at random once, then kept beside the state file if there is one."""

from __future__ import annotations

import json
import os
import secrets
import string
from collections.abc import Callable, Mapping
from pathlib import Path

_LETTERS = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    """Letters and digits only, so that no client has to escape them."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def kept_credentials(state: Path | None, dialect: str, draw: Callable[[], dict[str, str]]) -> Mapping[str, str]:
    """This dialect's credentials: those of an earlier run on the same state file, or freshly drawn ones.

    They live in `<state>.logins.json` (mode 0600), so that a restarted sandbox accepts the same logins.
    """
    if state is None:
        return draw()
    path = state.with_name(f"{state.name}.logins.json")
    known: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    if dialect not in known:
        known[dialect] = draw()
        _write_private(path, json.dumps(known, indent=1))
    return known[dialect]


def _write_private(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def draw_key_pair() -> tuple[str, str]:
    """An RSA key pair as PEM texts: (private, public)."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode("ascii"), public.decode("ascii")
