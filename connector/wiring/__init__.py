"""The only room where concrete things meet: files, secrets, CRMs, the state file and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from connector.config import Config, CsvConnection
from connector.config import Route as RouteConfig
from connector.errors import ConfigError, Finding, InputError
from connector.model.records import digest_of
from connector.ports import Clock, Observer, Source, Store, Target
from connector.wiring.crms import connect
from connector.wiring.processes import Processes

if TYPE_CHECKING:  # the thinking rooms are loaded by the verbs that think: `status` answers without them
    from connector.mapping import MappingSet
    from connector.matching import MatchingRules
    from connector.pipeline import Route, RouteOptions, Rules
    from connector.policy import Policies


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
            self._systems[name] = connect(name, self.config, self.clock)
        return self._systems[name]

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
        rules = read_rules(self.config, settings)  # before any system: trouble with files is told without a login
        target = cast(Target, self.system(settings.target))  # the config refuses targets that cannot be written to
        return Route(
            name=name,
            source=self.system(settings.source),
            target=target,
            source_system=self.config.connections[settings.source].type,
            target_system=self.config.connections[settings.target].type,
            rules=rules,
            options=self._options(name, accept_mass_change),
            store=self.store,
            clock=self.clock,
            observer=observer,
            checkpoint=checkpoint,
            spread=Processes(),
            connections=frozenset(self.config.connections),
        )

    def _options(self, name: str, accept_mass_change: bool) -> RouteOptions:
        from connector.pipeline import RouteOptions
        from connector.pipeline.route import PushBack

        settings = self.config.route(name)
        return RouteOptions(
            owner=settings.owner,
            land_all=self.config.lands_all(name),
            max_changes=settings.limits.max_changes,
            settle_after={end: self._settle_after(end) for end in (settings.source, settings.target)},
            push_back=PushBack(self.config.push_back(name)),
            accept_mass_change=accept_mass_change,
        )

    def _settle_after(self, connection: str) -> float:
        """Seconds, on that CRM's clock, before a write that cannot be found is believed lost."""
        settings = self.config.connections[connection]
        return 0 if isinstance(settings, CsvConnection) else settings.settle_after


def read_text(path: Path, name: str = "") -> str:
    """A text file that people own, called *name* in messages; raises InputError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _missing(name or str(path), "file") from None
    except (OSError, UnicodeDecodeError) as error:
        is_text = isinstance(error, UnicodeDecodeError)
        what = "the text is not UTF-8" if is_text else f"cannot be read: {type(error).__name__}"
        fix = "save it as UTF-8" if is_text else ""
        raise InputError([Finding(name or str(path), 0, 0, "unreadable-file", what, fix)]) from None


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "backslashreplace")
    except OSError:
        return ""


def _missing(name: str, kind: str) -> InputError:
    fix = "write it, correct the path, or take the starter of `connector init`"
    return InputError([Finding(name, 0, 0, "missing-file", f"there is no such {kind}", fix)])


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """Where a mapping folder, a matching file and the policy files lie; messages name them from *base*."""

    mapping: Path
    matching: Path
    policies: tuple[Path, ...]
    base: Path

    @classmethod
    def of_route(cls, config: Config, settings: RouteConfig) -> RuleFiles:
        """The files that a route names."""
        mapping, matching = map(config.resolve, (settings.mapping, settings.matching))
        return cls(mapping, matching, tuple(map(config.resolve, settings.policies)), config.folder.resolve())

    @classmethod
    def of_folder(cls, folder: Path) -> RuleFiles:
        """The files of one folder, as `connector init` names them; raises ConfigError when there is no such folder.

        Files named ``policy-….yaml`` are policies for some leads, which go before ``policy.yaml``.
        """
        folder = folder.resolve()
        if not folder.is_dir():
            raise ConfigError(f"there is no mapping folder {folder}", next_command="connector init")
        policies = (*sorted(folder.glob("policy-*.yaml")), folder / "policy.yaml")
        return cls(folder, folder / "matching.yaml", policies, folder.parent)

    def name(self, path: Path) -> str:
        """*path* as messages call it."""
        return str(path.relative_to(self.base)) if path.is_relative_to(self.base) else str(path)

    def text(self, path: Path) -> str:
        """A file's text; raises InputError with one finding when it cannot be read."""
        return read_text(path, self.name(path))

    def mapping_texts(self) -> dict[str, str]:
        """Text of every mapping file by its name; raises InputError when the folder is not there."""
        if not self.mapping.is_dir():
            raise _missing(self.name(self.mapping), "folder")
        own = [*sorted(self.mapping.glob("*/*.yaml")), *sorted(self.mapping.glob("conversion.yaml"))]
        return {self.name(path): self.text(path) for path in own}

    def contents(self) -> Iterator[tuple[str, str]]:
        """Name and content of every file, in the order in which the route names them; nothing of one not there."""
        for path in (*sorted(self.mapping.glob("*/*.yaml")), self.mapping / "conversion.yaml", self.matching):
            yield self.name(path), _content(path)
        for path in self.policies:
            yield self.name(path), _content(path)

    def load_mappings(self) -> MappingSet:
        """The mappings, worked out; raises InputError with every problem."""
        from connector.mapping import load_mappings

        return load_mappings(self.mapping_texts())

    def load_matching(self) -> MatchingRules:
        """The matching rules; raises InputError with every problem."""
        from connector.matching import load_matching

        return load_matching(self.text(self.matching), self.name(self.matching))

    def load_policies(self) -> Policies:
        """The policies in order of precedence; raises InputError with every problem of all of them."""
        from connector.policy import load_policy, side_by_side

        findings: list[Finding] = []
        read = [partial(lambda path: load_policy(self.text(path), self.name(path)), path) for path in self.policies]
        books = [_part(one, findings) for one in read]
        if findings:
            raise InputError(findings, next_command="connector mapping lint")
        return side_by_side([book for book in books if book is not None])


def read_mappings(config: Config, settings: RouteConfig) -> MappingSet:
    """The mapping of a route alone; raises ConfigError with every problem."""
    findings: list[Finding] = []
    mappings = _part(RuleFiles.of_route(config, settings).load_mappings, findings)
    if mappings is None:
        raise _unusable(findings)
    return mappings


_MOST_KEPT = 8  # sets of files; a project has one or two, and each is a few megabytes once it is worked out
_kept: dict[str, Rules] = {}


def read_rules(config: Config, settings: RouteConfig) -> Rules:
    """The mapping, matching and policy of a route; all their problems at once, missing files too, as ConfigError.

    Files with the same names and texts are worked out once per process: a daemon and a run of several routes would
    do it again and again. They are read every time, so that an edit is seen.
    """
    files = RuleFiles.of_route(config, settings)
    mark = digest_of(list(files.contents()))
    if mark not in _kept:
        rules = _worked_out(files)
        if len(_kept) >= _MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[mark] = rules
    return _kept[mark]


def _worked_out(files: RuleFiles) -> Rules:
    from connector.pipeline import Rules

    findings: list[Finding] = []
    mappings = _part(files.load_mappings, findings)
    matching = _part(files.load_matching, findings)
    policies = _part(files.load_policies, findings)
    if mappings is None or matching is None or policies is None:
        raise _unusable(findings)
    return Rules(mappings, matching, policies)


_Read = TypeVar("_Read")


def _part(read: Callable[[], _Read], findings: list[Finding]) -> _Read | None:
    try:
        return read()
    except InputError as error:
        findings.extend(error.findings)
        return None


def _unusable(findings: list[Finding]) -> ConfigError:
    count = f"{len(findings)} problem{'' if len(findings) == 1 else 's'}"
    what = f"{count} in the files of the route; nothing ran"
    return ConfigError(what, findings=findings, next_command="connector mapping lint")


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


def rebuild_directory(config: Config, observer: Observer) -> tuple[int, int]:
    """Lay the directory anew by the matching rules of the enabled routes; answers how many records, and how many known.

    Raises ConfigError where enabled routes would lay it by different rules, and Paused while another run is at work.
    """
    from connector.pipeline.rebuild import rebuild_directory as rebuild

    rules = directory_rules(config)
    with open_house(config) as house, house.store.lease.hold("state rebuild"):
        done = rebuild(house.store.directory, rules, Processes(), observer)
    return done.records, done.known


def directory_rules(config: Config) -> MatchingRules:
    """The matching rules that the enabled routes lay the one directory by.

    Their points and bands may differ. Raises ConfigError where keys or lists do: each route would lay the whole
    directory anew after the other.
    """
    from connector.matching import layout

    enabled = [settings for settings in config.routes.values() if settings.enabled] or list(config.routes.values())
    files = {config.resolve(settings.matching): settings for settings in enabled}
    rules = {layout(one): one for one in (read_rules(config, settings).matching for settings in files.values())}
    if len(rules) != 1:
        named = ", ".join(sorted(one.path for one in rules.values())) or "no route"
        what = (
            f"the directory is laid by one set of keys and lists, and the enabled routes' files differ in them: {named}"
        )
        raise ConfigError(what, next_command="connector mapping lint")
    return next(iter(rules.values()))


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
