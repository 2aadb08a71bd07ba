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

    Raises ConfigError that names the reference, never its content; a place that holds nothing holds no secret
    either. A plain value is answered as it is: ``client_id`` and ``username`` may be written in the file.
    """
    if reference.startswith("${"):
        return _from_environment(reference[2:-1])
    if reference.startswith("file:"):
        return _from_file(reference, at)
    if reference.startswith("cmd:"):
        return _from_command(reference)
    return reference


def open_to_others(reference: str, at: Callable[[str], Path]) -> Path | None:
    """The file of a ``file:`` reference, where others on this machine may read or change it; else None."""
    if not reference.startswith("file:"):
        return None
    path = at(reference.removeprefix("file:"))
    try:
        return path if path.stat().st_mode & 0o077 else None
    except OSError:
        return None


def secret_keeper(reference: str, at: Callable[[str], Path]) -> Callable[[str], None] | None:
    """How a secret that its owner changed (a rotated refresh token) is kept: in the file it came from.

    None for a secret from elsewhere. The new file is whole and durable before it takes the old one's place.
    """
    if not reference.startswith("file:"):
        return None
    path = at(reference.removeprefix("file:"))
    return lambda secret: _replace(path, secret)


def _from_environment(name: str) -> str:
    if name not in os.environ:
        raise ConfigError(f"the environment variable {name} is not set")
    if not os.environ[name].strip():
        raise ConfigError(f"the environment variable {name} is not set to anything")
    return os.environ[name]


def _from_file(reference: str, at: Callable[[str], Path]) -> str:
    path = at(reference.removeprefix("file:"))
    try:
        found = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise ConfigError(f"cannot read the secret {reference}: there is no such file: {path}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"cannot read the secret {reference}: it is no UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"cannot read the secret {reference}: {error.strerror}") from None
    if not found:
        raise ConfigError(f"cannot read the secret {reference}: there is nothing in the file: {path}")
    return found


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
        raise ConfigError(f"the command of a secret failed: {words[0]}: {_why(error)}") from None
    if not done.stdout.strip():
        raise ConfigError(f"the command of a secret printed nothing: {words[0]}")
    return done.stdout.strip()


def _why(error: Exception) -> str:
    """Why a command gave no secret; never its words, which may hold one."""
    if isinstance(error, subprocess.CalledProcessError):
        return f"exit code {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"no answer within {error.timeout:.0f} seconds"
    if isinstance(error, UnicodeDecodeError):
        return "what it printed is no UTF-8 text"
    return error.strerror or "" if isinstance(error, OSError) else type(error).__name__
