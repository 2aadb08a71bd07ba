"""Where secrets are: a reference resolved when the secret is needed, and a rotated one kept where it came from."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

from connector.errors import ConfigError


def resolve_secret(reference: str, at: Callable[[str], Path]) -> str:
    """The secret behind *reference*; *at* places a path of a ``file:`` reference.

    Raises ConfigError that names the reference, never its content. A plain value is answered as it is:
    ``client_id`` and ``username`` may be written in the file.
    """
    if reference.startswith("${"):
        name = reference[2:-1]
        if name not in os.environ:
            raise ConfigError(f"the environment variable {name} is not set")
        return os.environ[name]
    if reference.startswith("file:"):
        return _from_file(reference, at)
    if reference.startswith("cmd:"):
        return _from_command(reference)
    return reference


def secret_keeper(reference: str, at: Callable[[str], Path]) -> Callable[[str], None] | None:
    """How a secret that its owner changed (a rotated refresh token) is kept: in the file it came from.

    None for a secret from elsewhere. The new file is whole and durable before it takes the old one's place.
    """
    if not reference.startswith("file:"):
        return None
    path = at(reference.removeprefix("file:"))
    return lambda secret: _replace(path, secret)


def _from_file(reference: str, at: Callable[[str], Path]) -> str:
    path = at(reference.removeprefix("file:"))
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise ConfigError(f"cannot read the secret {reference}: there is no such file: {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the secret {reference}: {type(error).__name__}") from None


def _replace(path: Path, secret: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _from_command(reference: str) -> str:
    try:
        words = shlex.split(reference.removeprefix("cmd:"))
    except ValueError as error:
        raise ConfigError(f"the command of a secret cannot be read: {error}") from None
    if not words:
        raise ConfigError("the command of a secret is empty: write `cmd:PROGRAM ARGUMENTS`")
    try:
        done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=30, check=True)  # noqa: S603 - the admin's own command, without a shell
    except (OSError, ValueError, subprocess.SubprocessError) as error:  # ValueError: not UTF-8, or a NUL in a word
        raise ConfigError(f"the command of a secret failed: {words[0]}: {type(error).__name__}") from None
    return done.stdout.strip()
