"""Small houses to plant faults in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

SOUND: Mapping[str, str] = {
    "connector/__init__.py": "",
    "connector/errors.py": '"""Errors."""\n\n\nclass Trouble(Exception):\n    """It went wrong."""\n',
    "connector/model/__init__.py": "",
    "connector/model/records.py": '"""Nouns."""\n\nfrom connector.errors import Trouble\n\nSHOWN = Trouble\n',
    "connector/store/__init__.py": "",
    "connector/store/shelf.py": '"""SQL."""\n\nimport sqlite3\n\nfrom connector.model import records\n',
    "connector/sandbox/__init__.py": '"""The annex."""\n\nimport sqlite3\n\nX = sqlite3\n',
    "connector/cli/__init__.py": '"""The door."""\n\nfrom connector.sandbox import X\n\nY = X\n',
}


def build(root: Path, changes: Mapping[str, str]) -> Path:
    """Write a sound little house below *root*, with *changes* in place of or beside its files."""
    for name, text in {**SOUND, **changes}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root
