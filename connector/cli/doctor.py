"""``connector doctor``: is everything in place?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from connector.cli.mapping import findings_of
from connector.cli.output import put_json, say
from connector.cli.session import Session, verb
from connector.config import Config, SalesforceConnection, overlapping_routes
from connector.errors import ConfigError, ConnectorError, RemoteError, StateError
from connector.model.records import Kind
from connector.wiring import House, open_house, read_rules, sqlite_version

LEAST_DISK = 200 * 1024 * 1024  # bytes; a state file of 100,000 leads takes about half of it
NEXT = {"mapping": "connector mapping lint", "connection": "connector doctor", "config": "connector doctor"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``ok``, ``warn`` or ``fail``, what was found, the next command, and the exit code."""

    name: str
    level: str
    detail: str
    next_command: str = ""
    exit_code: int = 0


@click.command("doctor")
@verb
def command(session: Session) -> int:
    """Check config, logins, org id, permissions, key fields, schema against mappings, SQLite and disk.

    Reads only. Exits with the code of the first failure.

    Example: connector doctor
    """
    checks = list(_checks(session.config()))
    failed = [check for check in checks if check.level == "fail"]
    for check in checks:
        say(f"{check.level:<4}  {check.name}: {check.detail}", as_json=session.as_json)
        if check.next_command and check.level != "ok":
            say(f"      next: {check.next_command}", as_json=session.as_json)
    if session.as_json:
        rows = [{"name": c.name, "level": c.level, "detail": c.detail, "next": c.next_command} for c in checks]
        put_json({"status": "error" if failed else "done", "checks": rows})
    return failed[0].exit_code if failed else 0


def _checks(config: Config) -> Iterator[Check]:
    yield Check("config", "ok", f"{len(config.connections)} connections, {len(config.routes)} routes")
    for first, second in overlapping_routes(config):
        detail = f"routes {first} and {second} take the same leads; disable one of them"
        yield Check("routes", "fail", detail, exit_code=ConfigError.exit_code)
    yield _sqlite()
    yield _disk(config.state)
    yield from _files(config)
    try:
        with open_house(config) as house:
            yield Check("state", "ok", str(config.state))
            for name in config.connections:
                yield from _connection(house, name)
    except StateError as error:
        yield _failed("state", error)


def _sqlite() -> Check:
    version, good = sqlite_version()
    level, code = ("ok", 0) if good else ("fail", StateError.exit_code)
    return Check("sqlite", level, f"version {version}", exit_code=code)


def _disk(state: Path) -> Check:
    folder = next(parent for parent in state.parents if parent.exists())
    free = shutil.disk_usage(folder).free
    return Check("disk", "ok" if free >= LEAST_DISK else "warn", f"{free // 2**20} MiB free at {folder}")


def _files(config: Config) -> Iterator[Check]:
    for folder in dict.fromkeys(config.resolve(route.mapping) for route in config.routes.values()):
        try:
            findings = findings_of(folder)
        except ConnectorError as error:
            yield _failed("mappings", error)
            continue
        if findings:
            detail = f"{len(findings)} findings in {folder}, the first: {sorted(findings)[0]}"
            yield Check("mappings", "fail", detail, "connector mapping lint", ConfigError.exit_code)
        else:
            yield Check("mappings", "ok", str(folder))


def _failed(name: str, error: ConnectorError) -> Check:
    return Check(name, "fail", str(error), error.next_command, error.exit_code)


def _connection(house: House, name: str) -> Iterator[Check]:
    settings = house.config.connections[name]
    if not isinstance(settings, SalesforceConnection):
        folder = house.config.resolve(settings.path)
        yield Check(name, "ok" if folder.exists() else "warn", f"CSV folder {folder}")
        return
    try:
        system = house.system(name)
        identity = system.identity()
        house.store.runs.pin(name, identity.org_id)
        kind = "sandbox" if identity.is_test else "production"
        yield Check(name, "ok", f"logged in to {identity.name or identity.org_id} ({kind}, org {identity.org_id})")
        yield from _schema(house, name)
        budget = system.budget()
        if budget is not None:
            yield Check(f"{name} API calls", "ok", f"{budget.used} of {budget.limit} used")
    except (RemoteError, ConnectorError) as error:
        yield _failed(name, error)


def _schema(house: House, name: str) -> Iterator[Check]:
    """Compare the org's own description with the mappings, the key fields and the rights to write."""
    settings = house.config.connections[name]
    routes = [route for route in house.config.routes.values() if name in (route.source, route.target)]
    if not routes:
        return
    mappings = read_rules(house.config, routes[0]).mappings
    objects = {kind: mappings.object_mapping(settings.type, kind) for kind in Kind}
    shapes = house.system(name).describe([mapping.object for mapping in objects.values()])
    key_field = settings.key_field if isinstance(settings, SalesforceConnection) else ""
    for mapping in objects.values():
        shape = shapes.get(mapping.object)
        label = f"{name} {mapping.object}"
        if shape is None:
            yield Check(label, "fail", "the login may not see this object", exit_code=77)
            continue
        missing = mapping.missing(shape)
        for problem in missing:
            yield Check(label, "fail", f"{problem.place}: {problem.message}", "connector mapping lint --online", 78)
        key = shape.fields.get(key_field)
        if key is None or not (key.external_id and key.unique):
            detail = f"the field {key_field} is missing, or is not a unique external id"
            yield Check(label, "fail", detail, "connector init --salesforce-metadata DIR", ConfigError.exit_code)
        elif not missing:
            yield Check(label, "ok", f"{len(shape.fields)} fields seen, key field {key_field} in place")
