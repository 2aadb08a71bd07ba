"""Who may see and touch the state file: 0600 in a 0700 folder, from its first byte.

The file holds people's data, so a place that others could read, swap or write is refused.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from connector.errors import StateError

COMPANIONS = ("", "-wal", "-shm", "-journal", ".lock", ".fence")
"""What lies beside a state file: SQLite's own files, the lock, and the last fencing number."""

_HOUSEHOLD = frozenset({"README.md", ".gitignore", ".gitkeep", "backups"})


def backups_beside(path: Path) -> Path:
    """The folder that keeps the backups of the state file at *path*."""
    return path.parent / "backups"


def admit(path: Path, *, create: bool) -> None:
    """See that *path* is a fit place for a state file, making an empty one when *create* and there is none.

    Raises StateError for a symbolic link, a folder that others can write or that its owner cannot, and a
    missing file that was not to be created. A file or a folder of its own that is too open is tightened.
    """
    try:
        _admit_folder(path.parent, create=create)
        _admit_file(path, create=create)
    except OSError as error:
        raise StateError(
            f"the state file {path} cannot be reached: {error.strerror or error}", next_command="connector doctor"
        ) from error


def tighten(path: Path) -> None:
    """Take away what others may do with the file, its companions, and its folder where it lives alone."""
    names = {path.name + suffix for suffix in COMPANIONS}
    for name in names:
        with suppress(FileNotFoundError, PermissionError):
            companion = path.with_name(name)
            if stat.S_IMODE(companion.lstat().st_mode) & 0o077:
                companion.chmod(0o600)
    others = {entry.name for entry in path.parent.iterdir()} - names - _HOUSEHOLD
    if not others and stat.S_IMODE(path.parent.stat().st_mode) & 0o077:
        with suppress(PermissionError):
            path.parent.chmod(0o700)


def make_folder(folder: Path) -> None:
    """Make *folder* for its owner's eyes only; its parents as the person's own settings have it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        folder.chmod(0o700)


def make_file(path: Path) -> None:
    """Make an empty file for its owner's eyes only, and make its name durable; raises FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600))
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable, where the system can."""
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _admit_folder(folder: Path, *, create: bool) -> None:
    if create and not folder.exists():
        make_folder(folder)
    mode = folder.stat().st_mode
    if not stat.S_ISDIR(mode):
        raise StateError(f"{folder} is not a folder", next_command="connector doctor")
    if mode & stat.S_IWOTH:
        raise StateError(
            f"everybody can write in {folder}, so the state file there could be swapped",
            next_command=f"chmod 700 {folder}",
        )
    if not _owner_may(mode) or not os.access(folder, os.W_OK | os.X_OK):
        raise StateError(f"the folder {folder} is read-only", next_command=f"chmod 700 {folder}")


def _admit_file(path: Path, *, create: bool) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        if not create:
            raise StateError(f"there is no state file {path} yet", next_command="connector sync") from None
        with suppress(FileExistsError):
            make_file(path)
        mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        raise StateError(f"{path} is a symbolic link; name the file itself", next_command="connector doctor")
    if not stat.S_ISREG(mode):
        raise StateError(f"{path} is not a file", next_command="connector doctor")
    if not mode & stat.S_IWUSR or not os.access(path, os.R_OK | os.W_OK):
        raise StateError(f"the state file {path} is read-only", next_command=f"chmod 600 {path}")


def _owner_may(mode: int) -> bool:
    """Asked of the mode itself, because the superuser is let in everywhere."""
    return mode & (stat.S_IWUSR | stat.S_IXUSR) == stat.S_IWUSR | stat.S_IXUSR
