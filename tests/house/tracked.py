"""The text of the project: no path of one machine, no registry host, no link that leads nowhere."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

_LARGE = 2_000_000
_MACHINE = re.compile(r"(?<![\w.:/~$}<-])(?:/(?:root|work|workspace|home/\w+|Users/\w+|private/var)/|[A-Z]:\\Users\\)")
_REGISTRY = re.compile(
    r"(?i)\b(?:pypi\.(?:python\.)?org|pythonhosted\.org|registry\.(?:npmjs|yarnpkg)\.(?:org|com)|proxy\.golang\.org)"
    r"|(?:^|\s)(?:--)?(?:extra-)?index-url\b|\bPIP_(?:EXTRA_)?INDEX_URL\b"
)
_LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def files(root: Path) -> list[Path]:
    """What a commit would carry; everything but hidden folders where there is no repository."""
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [root / name.decode() for name in listed.stdout.split(b"\0") if name]
    else:
        paths = [p for p in root.rglob("*") if not any(part.startswith(".") for part in p.relative_to(root).parts)]
    return sorted(path for path in paths if path.is_file() and not path.is_symlink())


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every file that is text of a readable size."""
    for path in files(root):
        if path.stat().st_size > _LARGE or b"\0" in (content := path.read_bytes()):
            continue
        yield path.relative_to(root).as_posix(), content.decode("utf-8", "replace")


def machine_traces(root: Path) -> list[str]:
    """Lines that only make sense on the machine they were written on."""
    found: list[str] = []
    for path, text in texts(root):
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, what in ((_MACHINE, "a path of one machine"), (_REGISTRY, "a package registry")):
                if match := pattern.search(line):
                    found.append(f"{path}:{number}: {what}: {match.group().strip()}")
    return found


def dead_links(root: Path) -> list[str]:
    """Relative links in Markdown that lead to no file."""
    found: list[str] = []
    for path, text in texts(root):
        if not path.endswith(".md"):
            continue
        for target in _LINK.findall(_FENCE.sub("", text)):
            if "://" not in target and not target.startswith("mailto:"):
                where = root / target.lstrip("/") if target.startswith("/") else (root / path).parent / target
                if not where.exists():
                    found.append(f"{path}: {target} leads nowhere")
    return found
