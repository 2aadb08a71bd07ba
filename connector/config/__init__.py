"""What ``connector.yaml`` says: connections, routes, and where the state lives.

Secrets are never written in the file. A login value names where the secret is: ``${ENV_NAME}``,
``file:path`` (relative to the file) or ``cmd:program arguments`` (run without a shell).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from connector.config.connections import (
    Connection,
    CrmConnection,
    CsvConnection,
    Part,
    SalesforceConnection,
    SugarConnection,
    SuiteConnection,
    is_reference,
)
from connector.config.routes import Limits, Route, clashes, interval_seconds, lands_all
from connector.config.secrets import open_to_others, resolve_secret, secret_keeper
from connector.errors import ConfigError, Finding
from connector.model.document import Document, parse, validate
from connector.model.records import Kind

CONFIG_NAME = "connector.yaml"

__all__ = [
    "CONFIG_NAME",
    "Config",
    "Connection",
    "CrmConnection",
    "CsvConnection",
    "Limits",
    "Route",
    "SalesforceConnection",
    "SugarConnection",
    "SuiteConnection",
    "config_schema",
    "interval_seconds",
    "load_config",
]


class _File(Part):
    version: Literal[1] = 1
    state: str = "state/connector.db"
    connections: dict[str, Connection]
    routes: dict[str, Route]


class Config:
    """A read configuration: frozen values, and paths resolved against the file's own folder."""

    def __init__(self, path: Path, content: _File, findings: Sequence[Finding] = ()) -> None:
        """Keep what was read; `load_config` is the way in. *findings*: what is wrong between routes that can run."""
        self.path = path
        self.folder = path.parent
        self.connections = content.connections
        self.routes = content.routes
        self.findings = tuple(findings)
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

    def lands_all(self, name: str) -> bool:
        """Whether the route named *name* lands every lead in its target."""
        return lands_all(self.route(name), self.connections)

    def push_back(self, name: str) -> str:
        """What the source of the route named *name* is given back: ``none`` where source and target are one CRM."""
        route = self.route(name)
        if route.source == route.target or self.connections[route.source].type == "csv":
            return "none"
        return route.push_back or "links"

    def needed_mappings(self, name: str) -> list[tuple[str, Kind]]:
        """System and kind of every mapping that the route named *name* cannot run without.

        All kinds of the target; of the source its leads, and all kinds where it is given records back.
        """
        route = self.route(name)
        source, target = (self.connections[end].type for end in (route.source, route.target))
        given = list(Kind) if self.push_back(name) == "records" else [Kind.LEAD]
        return list(dict.fromkeys([(source, kind) for kind in given] + [(target, kind) for kind in Kind]))

    def token_file(self, name: str) -> Path:
        """Where the connection named *name* keeps the tokens of its login, shared by every process."""
        settings = self.connections[name]
        given = settings.token_file if isinstance(settings, SugarConnection) else ""
        return self.resolve(given or f"secrets/{name}.tokens")

    def secret(self, reference: str) -> str:
        """Resolve a reference; raises ConfigError that names the reference, never its content."""
        return resolve_secret(reference, self.resolve)

    def login_references(self, name: str) -> list[str]:
        """What the login of the connection named *name* refers to: places of secrets, never secrets."""
        settings = self.connections[name]
        given = {} if isinstance(settings, CsvConnection) else settings.login.model_dump()
        return [text for text in given.values() if is_reference(text)]

    def open_to_others(self, reference: str) -> Path | None:
        """The secret's file where others on this machine may read or change it; else None."""
        return open_to_others(reference, self.resolve)

    def keeper(self, reference: str) -> Callable[[str], None] | None:
        """How a rotated secret is kept in the file it came from; None for a secret from elsewhere."""
        return secret_keeper(reference, self.resolve)


def load_config(path: Path) -> Config:
    """Read ``connector.yaml``; raises ConfigError with every problem and its place."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"there is no {path}", next_command="connector init") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        finding = Finding(str(path), line, 1, "no-utf-8", "a character that is not UTF-8", "save the file as UTF-8")
        raise ConfigError(f"{path} cannot be used", findings=[finding]) from None
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    document = parse(text, str(path))
    content = validate(document, _File, "config")
    _check_names(document)
    if content is not None:
        _check_references(content, document)
    if document.findings or content is None:
        raise ConfigError(f"{path} cannot be used", findings=document.findings)
    return Config(path.absolute(), content, _between_routes(content, document))


def _check_names(document: Document) -> None:
    """Connections that routes name and that are not there; told beside whatever else is wrong with the file."""
    data = document.data if isinstance(document.data, dict) else {}
    known, routes = data.get("connections"), data.get("routes")
    if not isinstance(known, dict) or not isinstance(routes, dict):
        return
    for name, route in routes.items():
        for end in ("source", "target"):
            wanted = route.get(end) if isinstance(route, dict) else None
            if isinstance(wanted, str) and wanted not in known:
                there = ", ".join(known) or "none"
                what = f"there is no connection `{wanted}`"
                document.find(("routes", name, end), "unknown-connection", what, f"the connections are: {there}")


def _check_references(content: _File, document: Document) -> None:
    for name, route in content.routes.items():
        target = content.connections.get(route.target)
        if target is not None and target.type == "csv":
            document.find(("routes", name, "target"), "bad-target", "a CSV folder cannot be a target")
        source = content.connections.get(route.source)
        if (
            route.push_back is not None
            and source is not None
            and (source.type == "csv" or route.source == route.target)
        ):
            what = "push_back is for routes from one CRM to another: only there is a CRM to give something back to"
            document.find(("routes", name, "push_back"), "bad-push-back", what, "take it out")


def _between_routes(content: _File, document: Document) -> list[Finding]:
    """What is wrong between routes that could all run; `doctor` and `mapping lint` tell it, runs do not stop for it."""
    return [
        document.find(("routes", name), rule, what, fix)
        for name, rule, what, fix in clashes(content.routes, content.connections)
    ]


def config_schema() -> dict[str, object]:
    """JSON Schema of ``connector.yaml``, for editors."""
    return _File.model_json_schema()
