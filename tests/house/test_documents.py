"""Documents that would drift from the code if nobody looked."""

from __future__ import annotations

import re
from configparser import ConfigParser
from enum import StrEnum

import pytest

from connector import __version__
from connector.model.decision import Motion, Stage, Verdict
from connector.model.match import Linkage
from connector.model.plan import Grade, Outcome
from connector.model.progress import InboxState

from .reading import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
WORDS = (
    "lead · account · contact · opportunity · activity · connection · route · mapping · conversion mapping · "
    "transform · directory · blocking key · comparison · match · linkage · judgement · scorecard · stage · verdict · "
    "reason · decision · plan · step · receipt · outcome · watermark · inbox · journal · crosswalk · dead letter · "
    "budget · audit · backfill · sandbox · world · external key · lease · motion"
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


@pytest.mark.parametrize("words", [Verdict, Stage, Motion, Linkage, Outcome, InboxState])
def test_glossary_has_a_row_for_each_word(words: type[StrEnum]) -> None:
    """Each member of a closed list is explained, and no row explains a word that the code does not know."""
    table = re.search(rf"^\| {_noun(words)} \|.*?(?=\n\n|\Z)", GLOSSARY, re.MULTILINE | re.DOTALL)
    assert table is not None
    rows = re.findall(r"^\| `([\w-]+)` \|", table.group(), re.MULTILINE)
    assert sorted(rows) == sorted(member.value for member in words)


def _noun(words: type[StrEnum]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words.__name__).lower()


def test_glossary_explains_every_grade() -> None:
    """The three grades of taking back are each explained."""
    assert all(f"**{grade.value}**" in GLOSSARY for grade in Grade)


@pytest.mark.parametrize("word", re.split(r"\s*·\s*", WORDS))
def test_glossary_has_an_entry(word: str) -> None:
    """Every word of the house begins an entry (or stands bold inside one)."""
    assert re.search(rf"\*\*{word}\*\*", GLOSSARY)


def test_decisions_are_numbered_and_dated() -> None:
    """Decisions are counted without a gap, and each has a title, a date and a reason."""
    assert [path.name[:5] for path in DECISIONS] == [f"{n:04}-" for n in range(1, len(DECISIONS) + 1)]
    for path in DECISIONS:
        text = path.read_text("utf-8")
        assert re.match(r"# .+\n\nDate: \d{4}-\d\d-\d\d\n", text), path.name
        assert "**Why" in text, path.name


def test_each_library_has_a_line() -> None:
    """The page on libraries and `setup.cfg` name the same libraries."""
    text = (ROOT / "docs" / "decisions" / "0002-libraries.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \|", text, re.MULTILINE)
    assert rows == sorted(_required("options", "install_requires"), key=str.lower)
    tests_only = set(re.findall(r"`([\w.-]+)`", text.split("For tests only:", 1)[1].split("**Why", 1)[0]))
    assert tests_only == _required("options.extras_require", "test")


def _required(section: str, option: str) -> set[str]:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    return {re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0] for line in config[section][option].split("\n") if line}


def test_version_is_the_same_everywhere() -> None:
    """The package, `setup.cfg` and the newest entry of the changelog name one version."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    newest = re.search(r"^## \[([\d.]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert {newest.group(1), config["metadata"]["version"]} == {__version__}
