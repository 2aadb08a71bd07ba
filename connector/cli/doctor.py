"""``connector doctor``: is everything in place?"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import click

from connector.cli.advice import MYSELF, next_step
from connector.cli.crm_checks import Check, crm_checks
from connector.cli.mapping import files_of_routes, findings_of
from connector.cli.output import counted, next_command, put_json, say
from connector.cli.session import Session, verb
from connector.cli.status import standing_gates
from connector.config import Config, CsvConnection
from connector.errors import ConfigError, ConnectorError, RemoteError, StateError
from connector.model.decision import Gate
from connector.wiring import House, directory_rules, open_house, sqlite_version

LEAST_DISK = 200 * 1024 * 1024  # bytes; a state file of 100,000 leads takes about half of it


@click.command("doctor")
@verb
def command(session: Session) -> int:
    """Check config, logins, org id, permissions, key fields, schema against mappings, SQLite and disk.

    Writes nothing in any CRM; holds each connection to the org that answers. Exits with the code of the first failure.

    Example: connector doctor
    """
    try:
        config = session.config()
    except ConfigError as error:
        if error.next_command == MYSELF:
            error.next_command = "connector mapping schema config"
        raise
    checks = list(_checks(config))
    failed = [check for check in checks if check.level == "fail"]
    for check in checks:
        say(f"{check.level:<4}  {check.name}: {check.detail}", as_json=session.as_json)
        if check.next_step and check.level != "ok":
            say(f"      next: {check.next_step}", as_json=session.as_json)
    if session.as_json:
        rows = [{"name": c.name, "level": c.level, "detail": c.detail, "next": c.next_step} for c in checks]
        put_json({"status": "error" if failed else "done", "checks": rows})
    return failed[0].exit_code if failed else 0


def _checks(config: Config) -> Iterator[Check]:
    yield Check(
        "config", "ok", f"{counted(len(config.connections), 'connection')}, {counted(len(config.routes), 'route')}"
    )
    for finding in config.findings:
        detail = f"line {finding.line}: {finding.what}; {finding.fix}"
        yield Check("routes", "fail", detail, f"edit {config.path} (routes)", ConfigError.exit_code)
    yield _sqlite()
    yield _disk(config.state)
    yield from _files(config)
    try:
        with open_house(config) as house:
            yield Check("state", "ok", str(config.state))
            for name in config.connections:
                yield from _connection(house, name)
            yield from checks_of_gates(house)
    except StateError as error:
        yield _failed("state", error)
    try:
        directory_rules(config)
    except ConfigError as error:
        yield _failed("matching", error)
    except ConnectorError:
        return  # a file that cannot be read is told as a finding of its route


def _sqlite() -> Check:
    version, good = sqlite_version()
    level, code = ("ok", 0) if good else ("fail", StateError.exit_code)
    return Check("sqlite", level, f"version {version}", exit_code=code)


def _disk(state: Path) -> Check:
    folder = next(parent for parent in state.parents if parent.exists())
    free = shutil.disk_usage(folder).free
    return Check("disk", "ok" if free >= LEAST_DISK else "warn", f"{free // 2**20} MiB free at {folder}")


def _files(config: Config) -> Iterator[Check]:
    for files in files_of_routes(config):
        findings = findings_of(files, config)
        if findings:
            detail = f"{counted(len(findings), 'finding')} in {files.mapping}, the first: {sorted(findings)[0]}"
            yield Check("mappings", "fail", detail, "connector mapping lint", ConfigError.exit_code)
        else:
            yield Check("mappings", "ok", str(files.mapping))


def _failed(name: str, error: ConnectorError) -> Check:
    return Check(name, "fail", str(error), next_command(error), error.exit_code)


def checks_of_gates(house: House) -> Iterator[Check]:
    """Policies whose automatic conversion closed: nothing is broken, but every lead waits for a person."""
    for gate in standing_gates(house):
        if gate.state is Gate.CLOSED:
            detail = f"automatic conversion by policy {gate.policy} is closed: {gate.why}; people decide"
            yield Check("gate", "warn", detail, "connector policy gate")


def _csv_folder(name: str, folder: Path) -> Check:
    if folder.is_dir():
        return Check(name, "ok", f"CSV folder {folder}")
    making = f"mkdir -p {shlex.quote(str(folder))}"
    return Check(name, "fail", f"the CSV folder {folder} does not exist", making, ConfigError.exit_code)


def _secrets(config: Config, name: str) -> Iterator[Check]:
    """Secrets that are not where the connection looks for them, all of them, and files that others may read."""
    references = config.login_references(name)
    for reference in references:
        if reference.startswith("cmd:"):
            continue  # it may ask a person for something: once is enough, when the login needs it
        try:
            config.secret(reference)
        except ConfigError as error:
            yield Check(name, "fail", str(error), next_step(name, error, config), error.exit_code)
    if others := [str(path) for each in references if (path := config.open_to_others(each))]:
        closing = shlex.join(["chmod", "600", *others])
        yield Check(name, "warn", f"others on this machine may read the login: {', '.join(others)}", closing)


def _connection(house: House, name: str) -> Iterator[Check]:
    settings = house.config.connections[name]
    if isinstance(settings, CsvConnection):
        folder = house.config.resolve(settings.path)
        yield _csv_folder(name, folder)
        return
    secrets = list(_secrets(house.config, name))
    yield from secrets
    if any(check.level == "fail" for check in secrets):
        return
    try:
        yield from crm_checks(house, name, settings)
    except (RemoteError, ConnectorError) as error:
        yield Check(name, "fail", str(error), next_step(name, error, house.config), error.exit_code)
