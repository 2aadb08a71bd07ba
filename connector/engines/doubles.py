"""An id that stands twice in a table: two records to an engine, and one to the directory."""

from __future__ import annotations

from pathlib import Path

from connector.errors import Finding


def double_id(path: Path, doubles: int, first: str) -> Finding:
    """The finding for a table in which *doubles* ids stand more than once; *first* is one of them."""
    what = f"{doubles} ids stand more than once, as {first!r}" if doubles > 1 else f"the id {first!r} stands twice"
    return Finding(str(path), 0, 0, "double-id", what, "each row is one record, with an id of its own")
