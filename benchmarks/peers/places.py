"""Where labelled data lies, and where what is made of it is kept."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def shared(name: str) -> Path | None:
    """A folder of labelled data, under ``CONNECTOR_SHARED`` or beside the project; None where there is none."""
    named = os.environ.get("CONNECTOR_SHARED")
    places = [Path(named)] if named else [ROOT.parent / "shared"]
    return next((found for place in places if (found := place / "data" / name).is_dir()), None)


def table(folder: Path, name: str) -> Path:
    """The file of a table of *folder*, CSV or Parquet; raises FileNotFoundError where it has neither."""
    for ending in (".csv", ".parquet"):
        if (path := folder / f"{name}{ending}").is_file():
            return path
    raise FileNotFoundError(f"{folder} has no {name}.csv and no {name}.parquet")
