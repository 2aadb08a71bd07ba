"""What is committed holds nothing of one machine, and its links lead somewhere."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .reading import ROOT
from .tracked import dead_links, files, machine_traces

SLASH = "/"
DOT = "."


def test_no_trace_of_one_machine() -> None:
    """No absolute path of a machine and no package registry stands in a file that would be committed."""
    assert machine_traces(ROOT) == []


def test_links_lead_somewhere() -> None:
    """Every relative link in Markdown leads to a file."""
    assert dead_links(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        f"path = '{SLASH}root{SLASH}project'",
        f"see {SLASH}home{SLASH}jane{SLASH}notes",
        f"cd {SLASH}work{SLASH}main",
        f"{SLASH}Users{SLASH}jane{SLASH}x",
        f"C:\\Users{chr(92)}jane",
        f"https://pypi{DOT}org/simple",
        f"https://files.pythonhosted{DOT}org/x",
        f"https://registry.npmjs{DOT}org/x",
        f"pip install --index{'-'}url x",
        f"PIP_INDEX{'_'}URL=x",
    ],
)
def test_trace_is_found(tmp_path: Path, line: str) -> None:
    """A path of one machine or a registry host is seen, with its line."""
    (tmp_path / "notes.md").write_text(f"one\n{line}\n", "utf-8")
    found = machine_traces(tmp_path)
    assert len(found) == 1
    assert found[0].startswith("notes.md:2: ")


@pytest.mark.parametrize(
    "line",
    [
        "https://example.com/home/page",
        "/lightning/page/home/",
        "~/work/x",
        "$HOME/work/",
        "docs/work/x",
        "/services/x",
    ],
)
def test_innocent_line_is_left_in_peace(tmp_path: Path, line: str) -> None:
    """Addresses and relative paths are no trace of a machine."""
    (tmp_path / "notes.md").write_text(line, "utf-8")
    assert machine_traces(tmp_path) == []


def test_dead_link_is_found(tmp_path: Path) -> None:
    """A link to a file that is not there is seen; a good one, a web address and an example are not."""
    (tmp_path / "a.md").write_text("[b](b.md#top) [c](https://x.test) [d](gone.md)\n```\n[e](no.md)\n```\n", "utf-8")
    (tmp_path / "b.md").write_text("", "utf-8")
    assert dead_links(tmp_path) == ["a.md: gone.md leads nowhere"]


def test_starter_is_a_link_in_the_repository() -> None:
    """The starter mappings are the audited ones: a link that git keeps as a link."""
    link = ROOT / "connector" / "starter"
    assert link.is_symlink()
    assert os.readlink(link) == "../mappings"
    command = ["git", "-C", str(ROOT), "ls-files", "--stage", "connector/starter"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git repository: the link on disk was checked")
    assert listed.stdout.startswith("120000 ")


def test_listing_sees_the_package() -> None:
    """The guard reads the files that it is meant to read."""
    names = {path.relative_to(ROOT).as_posix() for path in files(ROOT)}
    assert {"connector/errors.py", "setup.cfg", "docs/architecture.md"} <= names
    assert not any(name.startswith((".venv/", ".git/")) for name in names)
