"""What ``connector.yaml`` says: connections, routes, and where the state lives.

Secrets are never written in the file. A login value names where the secret is: ``${ENV_NAME}``,
``file:path`` (relative to the file) or ``cmd:program arguments`` (run without a shell).
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict, Field, model_validator

from connector.errors import ConfigError
from connector.model.document import Document, parse, validate

CONFIG_NAME = "connector.yaml"
_REFERENCE = re.compile(r"(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|file:.+|cmd:.+)\Z")
_EVERY = re.compile(r"every (?:([1-9][0-9]{0,5}) )?(second|minute|hour|day)s?\Z")
SECRET_NAMES = ("client_secret", "password", "security_token", "private_key", "refresh_token")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Login(_Part):
    """How to log in. Secrets are references; ``client_id`` and ``username`` may stand as they are."""

    grant: Literal["client_credentials", "jwt", "refresh_token", "password"] = "client_credentials"
    client_id: str = ""
    client_secret: str = ""
    username: str = ""
    password: str = ""
    security_token: str = ""
    private_key: str = ""
    refresh_token: str = ""
    audience: str = ""
    login_host: str = ""

    @model_validator(mode="after")
    def _secrets_are_references(self) -> Login:
        literal = [n for n in SECRET_NAMES if getattr(self, n) and not _REFERENCE.match(getattr(self, n))]
        if literal:
            raise ValueError(
                f"{', '.join(literal)} must be a reference (${{ENV}}, file:PATH, cmd:COMMAND), never the secret itself"
            )
        return self


class SalesforceConnection(_Part):
    """A Salesforce org. *address* is its My Domain, e.g. ``https://acme.my.salesforce.com``."""

    type: Literal["salesforce"]
    address: str
    login: Login
    api_version: str = "62.0"
    key_field: str = "Connector_Key__c"
    settle_after: float = Field(default=600, ge=0)
    overlap_seconds: float = Field(default=600, ge=0)
    convert_batch: int = Field(default=100, ge=1, le=100)
    write_batch: int = Field(default=1000, ge=1, le=1000)
    duplicate_rules: Literal["respect", "allow"] = "respect"
    assignment_rules: bool = False


class CsvConnection(_Part):
    """A folder (or one file) of CSV leads."""

    type: Literal["csv"]
    path: str


Connection = Annotated[SalesforceConnection | CsvConnection, Field(discriminator="type")]


class Limits(_Part):
    """Ceilings of one run."""

    max_changes: int = Field(default=5000, ge=1)


class Route(_Part):
    """One way that leads take: from a source to a target, with mapping, matching and policy."""

    source: str
    target: str
    mapping: str = "mappings"
    policy: str = "mappings/policy.yaml"
    matching: str = "mappings/matching.yaml"
    schedule: str = ""
    owner: str = ""
    land: Literal["all", "converted"] | None = None
    enabled: bool = True
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _schedule_can_be_read(self) -> Route:
        if self.schedule and not _EVERY.match(self.schedule):
            _check_cron(self.schedule)
        return self


def _check_cron(line: str) -> None:
    said = "schedule is `every 15 minutes` or a cron line such as `*/15 * * * *`"
    try:
        first = next(CronSim(line, datetime(2024, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        raise ValueError(f"{said}; `{line}` is neither: {error}") from None
    if first is None:
        raise ValueError(f"{said}; `{line}` never comes")


class _File(_Part):
    version: Literal[1] = 1
    state: str = "state/connector.db"
    connections: dict[str, Connection]
    routes: dict[str, Route]


class Config:
    """A read configuration: frozen values, and paths resolved against the file's own folder."""

    def __init__(self, path: Path, content: _File) -> None:
        """Keep what was read; `load_config` is the way in."""
        self.path = path
        self.folder = path.parent
        self.connections = content.connections
        self.routes = content.routes
        self.state = self.resolve(content.state)

    def resolve(self, path: str) -> Path:
        """A path as the file means it: relative to the folder of ``connector.yaml``."""
        try:
            return (self.folder / Path(path).expanduser()).resolve()
        except (ValueError, RuntimeError) as error:  # a NUL in the path; `~name` of nobody
            raise ConfigError(f"{self.path}: {path!r} is no path: {error}") from None

    def route(self, name: str) -> Route:
        """The route named *name*; raises ConfigError listing those there are."""
        if name not in self.routes:
            known = ", ".join(sorted(self.routes)) or "none"
            raise ConfigError(f"there is no route `{name}`; the routes are: {known}")
        return self.routes[name]

    def enabled_routes(self) -> list[str]:
        """The routes a bare ``sync`` and the daemon run, in the file's order."""
        return [name for name, route in self.routes.items() if route.enabled]

    def secret(self, reference: str) -> str:
        """Resolve a reference; raises ConfigError that names the reference, never its content.

        A plain value is answered as it is: ``client_id`` and ``username`` may be written in the file.
        """
        if reference.startswith("${"):
            name = reference[2:-1]
            if name not in os.environ:
                raise ConfigError(f"the environment variable {name} is not set")
            return os.environ[name]
        if reference.startswith("file:"):
            return self._secret_file(reference)
        if reference.startswith("cmd:"):
            return _secret_command(reference)
        return reference

    def keeper(self, reference: str) -> Callable[[str], None] | None:
        """How a secret that its owner changed (a rotated refresh token) is kept: in the file it came from.

        None for a secret from elsewhere. The new file is whole and durable before it takes the old one's place.
        """
        if not reference.startswith("file:"):
            return None
        path = self.resolve(reference.removeprefix("file:"))
        return lambda secret: _replace_secret(path, secret)

    def _secret_file(self, reference: str) -> str:
        try:
            return self.resolve(reference.removeprefix("file:")).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read the secret {reference}: {type(error).__name__}") from None


def _replace_secret(path: Path, secret: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _secret_command(reference: str) -> str:
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


def load_config(path: Path) -> Config:
    """Read ``connector.yaml``; raises ConfigError with every problem and its place."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}", next_command="connector init") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    document = parse(text, str(path))
    content = validate(document, _File)
    if content is not None:
        _check_references(content, document)
    if document.findings or content is None:
        raise ConfigError(f"{path} cannot be used", findings=document.findings)
    return Config(path.absolute(), content)


def _check_references(content: _File, document: Document) -> None:
    for name, route in content.routes.items():
        for end in ("source", "target"):
            wanted = getattr(route, end)
            if wanted not in content.connections:
                document.find(("routes", name, end), "unknown-connection", f"there is no connection `{wanted}`")
        target = content.connections.get(route.target)
        if target is not None and target.type == "csv":
            document.find(("routes", name, "target"), "bad-target", "a CSV folder cannot be a target")


def overlapping_routes(config: Config) -> list[tuple[str, str]]:
    """Pairs of enabled routes that can take the same lead: the same source twice."""
    enabled = config.enabled_routes()
    return [
        (first, second)
        for at, first in enumerate(enabled)
        for second in enabled[at + 1 :]
        if config.routes[first].source == config.routes[second].source
    ]


def interval_seconds(schedule: str) -> float | None:
    """Seconds between runs of an ``every …`` schedule; None for a cron line."""
    found = _EVERY.match(schedule)
    if not found:
        return None
    unit = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[found[2]]
    return float(int(found[1] or 1) * unit)


def config_schema() -> dict[str, object]:
    """JSON Schema of ``connector.yaml``, for editors."""
    return _File.model_json_schema()
