"""What a command writes never takes the place of what the project lives on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .terminal import Folder, type_command

KEPT = (
    "connector.yaml",
    "state/connector.db",
    "state/connector.db-wal",
    "state/report.csv",
    "mappings/policy.yaml",
    "mappings/salesforce/lead.yaml",
    "mappings/new.csv",
    "secrets/salesforce_client_secret",
)


def contents(folder: Folder) -> dict[str, bytes]:
    """Every file of the project."""
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}


@pytest.mark.parametrize("form", ["--csv", "--html"])
def test_project_files_are_spared(folder: Folder, form: str) -> None:
    """Configuration, state, rules and secrets are refused with 2, each by name, and stay as they are."""
    folder.type("status")
    before = contents(folder)
    for name in KEPT:
        answer = folder.type("report", "funnel", form, str(folder.path / name))
        assert answer.code == 2, name
        assert "belongs to the project" in answer.err
        assert "next: connector report funnel --help" in answer.err
    assert contents(folder) == before


@pytest.mark.parametrize(
    "words",
    [
        ("report", "conversions", "--html"),
        ("report", "stagnant", "--csv"),
        ("policy", "replay", "--html"),
        ("policy", "calibrate", "--from", "salesforce", "-o"),
        ("matching", "calibrate", "--out"),
        ("plan", "salesforce", "-o"),
        ("review", "export", "--force"),
    ],
)
def test_every_writing_verb_spares_the_project(folder: Folder, words: tuple[str, ...]) -> None:
    """The guard is one for all: no verb writes over the configuration, the state or a mapping in use."""
    before = contents(folder)
    for name in ("connector.yaml", "state/connector.db", "mappings/salesforce/lead.yaml"):
        answer = folder.type(*words, str(folder.path / name))
        assert answer.code == 2, answer.said
        assert "belongs to the project" in answer.err
    assert contents(folder) == before


def test_links_to_project_files_are_spared(folder: Folder, tmp_path: Path) -> None:
    """A link of either kind to the configuration is the configuration; so is it while it cannot be read."""
    soft, hard = tmp_path / "soft.csv", tmp_path / "hard.csv"
    soft.symlink_to(folder.config)
    os.link(folder.config, hard)
    for path in (soft, hard):
        assert folder.type("report", "funnel", "--csv", str(path)).code == 2
    folder.config.write_text("version: [", "utf-8")
    history = tmp_path / "h.csv"
    history.write_text("lead_id\nl1\n", "utf-8")
    for path in (soft, folder.path / "mappings" / "policy.yaml"):
        answer = folder.type("report", "funnel", "--history", str(history), "--csv", str(path))
        assert (answer.code, "belongs to the project" in answer.err) == (2, True), answer.said


def test_one_file_is_not_written_twice(tmp_path: Path) -> None:
    """--csv and --html into one file would lose one of them; nothing is written."""
    history, out = tmp_path / "h.csv", tmp_path / "out"
    history.write_text("lead_id\nl1\n", "utf-8")
    answer = type_command("report", "funnel", "--history", str(history), "--csv", str(out), "--html", str(out))
    assert answer.code == 2
    assert "is named twice" in answer.err
    assert not out.exists()


def test_missing_folder_is_told_first(tmp_path: Path) -> None:
    """Where there is no folder to write into, nothing is done, and the next command makes it."""
    history, out = tmp_path / "h.csv", tmp_path / "no" / "where.csv"
    history.write_text("lead_id\nl1\n", "utf-8")
    answer = type_command("report", "funnel", "--history", str(history), "--csv", str(out))
    assert answer.code == 2
    assert f"next: mkdir -p {out.parent}" in answer.err
    assert answer.out == ""


def test_files_elsewhere_are_written(folder: Folder) -> None:
    """Beside the configuration there is room for reports."""
    answer = folder.type("report", "conversions", "--html", str(folder.path / "report.html"))
    assert answer.code == 0, answer.said
