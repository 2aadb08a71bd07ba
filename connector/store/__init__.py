"""The state file: the only room that speaks SQL."""

from connector.store.store import SqliteStore, open_directory, open_store, sqlite_version

__all__ = ["SqliteStore", "open_directory", "open_store", "sqlite_version"]
