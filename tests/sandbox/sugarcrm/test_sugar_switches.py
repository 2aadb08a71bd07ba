"""The page on the sandbox tells every switch of SugarCRM as the code has it."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from connector.sandbox.sugarcrm.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sandbox.md"


def test_page_tells_every_switch() -> None:
    """Each switch has one row, with its default and the meaning of the code's own words."""
    section = PAGE.read_text("utf-8").split("### Switches of SugarCRM", 1)[1].split("\n## ", 1)[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", section, re.MULTILINE))
    defaults = {one.name: json.dumps(getattr(Settings(), one.name)) for one in fields(Settings)}
    assert rows == defaults
    told = " ".join((Settings.__doc__ or "").split())
    assert [name for name in defaults if f"- `{name}`: " not in told] == []
