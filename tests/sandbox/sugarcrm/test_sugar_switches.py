"""The page on the sandbox tells every switch and every operation of SugarCRM as the code has them."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from connector.sandbox.exchange import Kind
from connector.sandbox.sugarcrm.dialect import SugarCrmDialect
from connector.sandbox.sugarcrm.rest import ROUTES
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


def test_page_tells_every_operation() -> None:
    """The page names each operation of the access log once, with the kind that the log shows."""
    told = PAGE.read_text("utf-8").split("## SugarCRM: REST v11", 1)[1].split("Operations in the access log: ", 1)[1]
    parts = [set(re.findall(r"`(\w+)`", part)) for part in told.split("\n\n", 1)[0].split(";")]
    kinds: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for _, methods in ROUTES:
        for one in methods.values():
            kinds[one.kind].add(one.name)
    assert parts == [kinds[Kind.LOGIN], kinds[Kind.READ], kinds[Kind.WRITE], {"bulk"}, {"unknown"}]
    assert set().union(*parts) == SugarCrmDialect.operations
