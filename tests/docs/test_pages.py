"""Tables of the pages that would drift from the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector.cli.reference import EXIT_CODES
from connector.mapping import transform_documentation
from connector.model.fields import FIELDS
from connector.policy.facts import DERIVED
from connector.policy.operators import NAMES

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"


def cells(page: str, heading: str, column: int = 0) -> list[str]:
    """The words in backticks, or the numbers, in one column of the first table below *heading*."""
    section = (DOCS / page).read_text("utf-8").split(f"\n{heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert rows is not None
    shown = [line.split("|")[column + 1] for line in rows.group().splitlines()[2:]]
    return [word for cell in shown for word in re.findall(r"`([^`]+)`|\b(\d+)\b", cell) for word in word if word]


def test_exit_codes_of_the_how_to_are_all() -> None:
    """The scheduler's table explains each exit code, once."""
    found = cells("how-to-scheduler.md", "## Exit codes, and what to do")
    assert [int(code) for code in found] == [code for code, _, _ in EXIT_CODES]


def test_state_page_names_every_table() -> None:
    """The page on the state file has a row for each table of the schema, and for no other."""
    schema = (PROJECT / "connector" / "store" / "schema.sql").read_text("utf-8")
    tables = re.findall(r'^CREATE TABLE "?(\w+)', schema, re.MULTILINE)
    assert sorted(cells("state.md", "## Tables")) == sorted(tables)


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("### Transforms", list(transform_documentation())),
        ("### Conditions", list(NAMES)),
    ],
)
def test_grammar_page_lists_every_name(heading: str, known: list[str]) -> None:
    """Each transform and each comparison has its row."""
    assert sorted(cells("policy-and-mappings.md", heading)) == sorted(known)


def test_grammar_page_lists_every_fact() -> None:
    """Each derived fact that a condition may name has its row, in the words of the code."""
    page = (DOCS / "policy-and-mappings.md").read_text("utf-8")
    assert [name for name, fact in DERIVED.items() if f"| `{name}` | {fact.meaning} |" not in page] == []


def test_grammar_page_lists_every_field() -> None:
    """Each canonical field of each kind is named."""
    named = cells("policy-and-mappings.md", "### Our fields", column=1)
    assert sorted(named) == sorted(name for specs in FIELDS.values() for name in specs)


def test_readme_names_commands_of_the_makefile() -> None:
    """The two commands that come first in the README can be made."""
    readme = (PROJECT / "README.md").read_text("utf-8")
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    first = re.search(r"```text\n(.*?)```", readme, re.DOTALL)
    assert first is not None
    targets = re.findall(r"^make (\w+)", first.group(1), re.MULTILINE)
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
