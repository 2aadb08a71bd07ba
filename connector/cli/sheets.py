"""Writing files for people and their spreadsheets, and never over what the project or the command itself reads."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from connector.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from connector.cli.session import Session
    from connector.config import Config

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV; raises UsageError when there is no such folder. Text that a spreadsheet would run is quoted."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows([_inert(cell) for cell in row] for row in rows)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class _Kept:
    """What nothing may be written over: single files, and folders with all that is or may come to be in them."""

    files: tuple[Path, ...]
    folders: tuple[Path, ...] = ()

    def holds(self, path: Path) -> bool:
        """Whether *path* is one of them, by whatever name or link."""
        place = path.resolve()
        return any(_same(path, file) for file in self.files) or any(map(place.is_relative_to, self.folders))


def spare_inputs(
    session: Session, written: Iterable[Path | None], given: Iterable[Path] = (), *, proposal: bool = False
) -> None:
    """Raise UsageError, before anything is done, where a file would be written that must not be, or cannot.

    Never over a file that is read (*given*), twice into one file, into a folder that is not there, nor over what the
    project lives on: its configuration, its state, its rules, its secrets. A *proposal* may lie beside the rules.
    """
    asked, helped = [path for path in written if path is not None], f"{_command()} --help"
    read, project = _Kept(tuple(given)), _of_project(session, proposal) if asked else _Kept(())
    for at, path in enumerate(asked):
        if not path.absolute().parent.is_dir():
            parent = path.absolute().parent
            raise UsageError(
                f"cannot write {path}: there is no folder {parent}; nothing was done", next_command=f"mkdir -p {parent}"
            )
        if read.holds(path):
            what = f"{path} is read, and would be written over; name another file to write"
        elif project.holds(path):
            what = f"{path} belongs to the project (configuration, state, rules or secrets); name another file to write"
        elif any(_same(path, other) for other in asked[:at]):
            what = f"{path} is named twice, and only one could be kept; name two files"
        else:
            continue
        raise UsageError(what, next_command=helped)


def _command() -> str:
    """What was typed, without its options: ``connector report funnel``."""
    context = click.get_current_context(silent=True)
    names: list[str] = []
    while context is not None and context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(["connector", *names])


def _same(path: Path, other: Path) -> bool:
    return path.resolve() == other.resolve() or (path.exists() and other.exists() and path.samefile(other))


def _of_project(session: Session, proposal: bool) -> _Kept:
    """The files and folders of the project; of one whose configuration cannot be read, those that `init` makes."""
    path = Path(session.config_path)
    if not path.is_file():
        return _Kept(())
    here = path.resolve().parent
    try:
        config = session.config()
    except ConfigError:
        return _Kept((path, *_state_files(here / "connector.db")), tuple(here / name for name in _FOLDERS))
    rules = list(_rules(config, proposal))
    folders = [config.state.parent, here / "secrets", *(one for one in rules if one.is_dir())]
    return _Kept(
        (path, *_state_files(config.state), *_secrets(config), *(one for one in rules if not one.is_dir())),
        tuple(one for one in folders if not here.is_relative_to(one)),
    )


_FOLDERS = ("state", "mappings", "secrets")
_BESIDE_STATE = ("", "-wal", "-shm", "-journal")


def _state_files(state: Path) -> Iterator[Path]:
    return (state.with_name(state.name + suffix) for suffix in _BESIDE_STATE)


def _rules(config: Config, proposal: bool) -> Iterator[Path]:
    """The rule files of every route, and the folders they lie in; of a *proposal* only files that are in use."""
    for route in config.routes.values():
        mapping = config.resolve(route.mapping)
        files = [config.resolve(one) for one in (*route.policies, route.matching)]
        yield from files
        if proposal:
            yield from (*mapping.glob("*/*"), mapping / "conversion.yaml")
        else:
            yield from (mapping, *(one.parent for one in files))


def _secrets(config: Config) -> Iterator[Path]:
    """Files that hold secrets and the tokens of logins."""
    for name, connection in config.connections.items():
        yield config.token_file(name)
        login = getattr(connection, "login", None)
        references = [str(one) for one in vars(login).values()] if login is not None else []
        yield from (config.resolve(one.removeprefix("file:")) for one in references if one.startswith("file:"))


def _inert(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(cell, str) or not cell.startswith(_FORMULA) or _is_number(cell):
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
