"""The only room where concrete things meet: files, secrets, CRMs, the state file and the clock."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from connector.config import Config, SalesforceConnection
from connector.config import Route as RouteConfig
from connector.errors import ConfigError, Finding, InputError
from connector.ports import Clock, Observer, Source, Store, Target

if TYPE_CHECKING:  # the thinking rooms are loaded by the verbs that think: `status` answers without them
    from connector.mapping import MappingSet
    from connector.matching import MatchingRules
    from connector.pipeline import Route, RouteOptions, Rules
    from connector.policy import Rulebook


ATTEMPTS = 4  # tries of a call that was certainly not carried out; a person or a scheduler waits at the other end


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class Silence:
    """An observer that nobody listens to."""

    def stage(self, route: str, name: str, total: int | None) -> None:
        """Say nothing."""

    def advance(self, count: int) -> None:
        """Say nothing."""

    def note(self, message: str) -> None:
        """Say nothing."""


class House:
    """A project with the lights on: its config, its open state, and its connections made once."""

    def __init__(self, config: Config, store: Store, clock: Clock) -> None:
        """Keep the parts; `open_house` is the way in."""
        self.config = config
        self.store = store
        self.clock = clock
        self._systems: dict[str, Source] = {}

    def system(self, name: str) -> Source:
        """The connection named *name*, made on first use and kept for the run."""
        if name not in self._systems:
            self._systems[name] = self._connect(name)
        return self._systems[name]

    def _connect(self, name: str) -> Source:
        settings = self.config.connections[name]
        if isinstance(settings, SalesforceConnection):
            return _salesforce(name, settings, self.config, self.clock)
        from connector.systems.csvfile import CsvOptions, CsvSource

        return CsvSource(name, CsvOptions(self.config.resolve(settings.path)), self.clock)

    def route(
        self,
        name: str,
        observer: Observer,
        checkpoint: Callable[[], None] = lambda: None,
        accept_mass_change: bool = False,
    ) -> Route:
        """The route named *name* with everything it needs. Raises ConfigError for files that cannot be used."""
        from connector.pipeline import Route

        settings = self.config.route(name)
        target = cast(Target, self.system(settings.target))  # the config refuses targets that cannot be written to
        return Route(
            name=name,
            source=self.system(settings.source),
            target=target,
            source_system=self.config.connections[settings.source].type,
            target_system=self.config.connections[settings.target].type,
            rules=read_rules(self.config, settings),
            options=self._options(settings, accept_mass_change),
            store=self.store,
            clock=self.clock,
            observer=observer,
            checkpoint=checkpoint,
        )

    def _options(self, settings: RouteConfig, accept_mass_change: bool) -> RouteOptions:
        from connector.pipeline import RouteOptions

        target = self.config.connections[settings.target]
        lands = settings.land or ("all" if self.config.connections[settings.source].type == "csv" else "converted")
        return RouteOptions(
            owner=settings.owner,
            land_all=lands == "all",
            max_changes=settings.limits.max_changes,
            settle_after=target.settle_after if isinstance(target, SalesforceConnection) else 0,
            accept_mass_change=accept_mass_change,
        )


def _salesforce(name: str, settings: SalesforceConnection, config: Config, clock: Clock) -> Target:
    from connector.systems.salesforce import Grant, SalesforceOptions, SalesforceSystem
    from connector.systems.secret import Secret

    login = settings.login

    def secret(reference: str) -> Secret:
        return Secret(config.secret(reference))

    options = SalesforceOptions(
        address=settings.address,
        login_host=login.login_host,
        audience=login.audience,
        grant=Grant(login.grant),
        client_id=config.secret(login.client_id),
        username=config.secret(login.username),
        api_version=settings.api_version,
        attempts=ATTEMPTS,
        key_field=settings.key_field,
        settle_after=settings.settle_after,
        overlap_seconds=settings.overlap_seconds,
        convert_batch=settings.convert_batch,
        collection_batch=min(settings.write_batch, 200),
        collections_per_call=max(1, settings.write_batch // 200),
        duplicate_rules=settings.duplicate_rules,
        auto_assign=settings.assignment_rules,
        client_secret=secret(login.client_secret),
        password=secret(login.password),
        security_token=secret(login.security_token),
        private_key=secret(login.private_key),
        refresh_token=secret(login.refresh_token),
    )
    jitter = random.Random()  # noqa: S311 - spreads retries, hides nothing
    return SalesforceSystem(name, options, clock, jitter, config.keeper(login.refresh_token))


def mapping_files(folder: Path, base: Path) -> dict[str, str]:
    """Text of every mapping file below *folder*, named relative to *base*; raises ConfigError when there is none."""
    if not folder.is_dir():
        raise ConfigError(f"there is no mapping folder {folder}", next_command="connector init")
    own = [*sorted(folder.glob("*/*.yaml")), *sorted(folder.glob("conversion.yaml"))]
    return {_named(path, base): read_text(path) for path in own}


def _named(path: Path, base: Path) -> str:
    return str(path.relative_to(base)) if path.is_relative_to(base) else str(path)


def read_text(path: Path) -> str:
    """A text file that people own; raises ConfigError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {type(error).__name__}") from None


def read_mappings(config: Config, settings: RouteConfig) -> MappingSet:
    """The mapping of a route alone; raises ConfigError with every problem."""
    from connector.mapping import load_mappings

    try:
        return load_mappings(mapping_files(config.resolve(settings.mapping), config.folder))
    except InputError as error:
        raise ConfigError(str(error), findings=error.findings, next_command="connector mapping lint") from None


def read_rules(config: Config, settings: RouteConfig) -> Rules:
    """The mapping, matching and policy of a route; all their problems at once, as ConfigError."""
    from connector.mapping import MappingSet
    from connector.matching import MatchingRules
    from connector.pipeline import Rules
    from connector.policy import Rulebook

    findings: list[Finding] = []
    parts: dict[str, MappingSet | MatchingRules | Rulebook] = {}
    for name, read in _readers(config, settings).items():
        try:
            parts[name] = read()
        except InputError as error:
            findings.extend(error.findings)
    mappings, matching, policy = (parts.get(name) for name in ("mappings", "matching", "policy"))
    if (
        findings
        or not isinstance(mappings, MappingSet)
        or not isinstance(matching, MatchingRules)
        or not isinstance(policy, Rulebook)
    ):
        raise ConfigError(
            f"{len(findings)} problems in the files of the route; nothing ran",
            findings=findings,
            next_command="connector mapping lint",
        )
    return Rules(mappings, matching, policy)


def _readers(
    config: Config, settings: RouteConfig
) -> Mapping[str, Callable[[], MappingSet | MatchingRules | Rulebook]]:
    from connector.mapping import load_mappings
    from connector.matching import load_matching
    from connector.policy import load_policy

    base = config.folder
    return {
        "mappings": lambda: load_mappings(mapping_files(config.resolve(settings.mapping), base)),
        "matching": lambda: load_matching(read_text(config.resolve(settings.matching)), settings.matching),
        "policy": lambda: load_policy(read_text(config.resolve(settings.policy)), settings.policy),
    }


@contextmanager
def open_house(config: Config, clock: Clock | None = None) -> Iterator[House]:
    """Open the state file of a project; raises StateError when it cannot be trusted or reached."""
    from connector.store import open_store

    clock = clock or SystemClock()
    store = open_store(config.state, clock=clock)
    try:
        yield House(config, store, clock)
    finally:
        store.close()


def sqlite_version() -> tuple[str, bool]:
    """The SQLite at hand, and whether it is new enough for the state file."""
    from connector.store import sqlite_version as version

    return version()


def back_up_state(config: Config, target: Path | None, at: datetime) -> Path:
    """Copy the state file while it may be in use; answers where to. Raises StateError."""
    from connector.store import care

    target = target or care.backup_name(config.state, at)
    care.backup(config.state, target)
    return target


def verify_state(config: Config) -> list[str]:
    """Everything wrong with the state file, in sentences; empty when it is sound."""
    from connector.store import care

    return care.verify(config.state)


def migrate_state(config: Config, clock: Clock | None = None) -> list[str]:
    """Bring the state file to this version's schema, after a backup; answers the migrations applied."""
    from connector.store import migrations
    from connector.store.database import Database

    clock = clock or SystemClock()
    waiting: list[str] = []
    if config.state.exists():
        database = Database(config.state, clock)
        waiting = [str(migration.name) for migration in migrations.pending(database)]
        database.close()
    with open_house(config, clock):
        return waiting
