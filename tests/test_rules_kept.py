"""The files of a route are worked out once per process while they say the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from connector.config import load_config
from connector.errors import ConfigError
from connector.pipeline import Rules
from connector.wiring import read_rules

STARTERS = Path(__file__).resolve().parent.parent / "mappings"
CONFIG = """\
connections:
  inbox: {type: csv, path: inbox}
  crm: {type: salesforce, address: "https://crm.example", login: {client_id: a, client_secret: "${SECRET}"}}
routes:
  take: {source: inbox, target: crm}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with the starter files."""
    shutil.copytree(STARTERS, tmp_path / "mappings")
    (tmp_path / "connector.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def rules_in(folder: Path) -> Rules:
    """What the project's route decides by."""
    config = load_config(folder / "connector.yaml")
    return read_rules(config, config.route("take"))


def edit(path: Path, old: str, new: str) -> None:
    """Write *new* where the file says *old*."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_same_files_are_worked_out_once(folder: Path) -> None:
    """A second run in one process gets what the first worked out."""
    assert rules_in(folder) is rules_in(folder)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("policy.yaml", "strong: 55", "strong: 56"),
        ("matching.yaml", "\n", "\n\n"),
        ("conversion.yaml", "\n", "\n\n"),
        ("salesforce/lead.yaml", "\n", "\n\n"),
        ("salesforce/activities.yaml", "\n", "\n\n"),
    ],
)
def test_edit_of_any_file_is_seen(folder: Path, name: str, old: str, new: str) -> None:
    """Whatever file was edited, the next run reads what it says now."""
    before = rules_in(folder)
    edit(folder / "mappings" / name, old, new)
    assert rules_in(folder) is not before


def test_broken_file_is_refused_each_time(folder: Path) -> None:
    """A file that cannot be used is refused again and again, and taken once it is mended."""
    rules_in(folder)
    edit(folder / "mappings" / "policy.yaml", "strong: 55", "strong: much")
    for _ in range(2):
        with pytest.raises(ConfigError):
            rules_in(folder)
    edit(folder / "mappings" / "policy.yaml", "strong: much", "strong: 55")
    assert rules_in(folder)
    (folder / "mappings" / "policy.yaml").unlink()
    with pytest.raises(ConfigError):
        rules_in(folder)
