"""Every behaviour in `observed.yaml` is the sandbox's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from ruamel.yaml import YAML

from connector.sandbox import Sandbox
from tests.suite_caller import SuiteCaller

ROWS: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("observed.yaml"))["rows"]
_WORDS = frozenset(
    {
        "says",
        "given",
        "first",
        "rest",
        "v8",
        "token",
        "ask",
        "bare",
        "status",
        "type",
        "answer",
        "text",
        "lacks",
        "then",
    }
)
_ANYTHING = "<any>"


@pytest.fixture
def suite(sandbox: Sandbox) -> Iterator[SuiteCaller]:
    """A caller of a freshly reset SuiteCRM whose clients have one grant, as the observed one's; as its API user."""
    caller = SuiteCaller(sandbox)
    caller.control("POST", "reset", {"world": {"suitecrm": {"settings": {"v8_one_grant": True}}}})
    yield caller
    caller.close()


def _ask(suite: SuiteCaller, row: Mapping[str, Any]) -> requests.Response:
    if "token" in row:
        return suite.grant(**row["token"])
    if "v8" in row:
        suite.log_in()
        method, path = row["v8"].split(" ", 1)
        return suite.v8(method, path, row.get("ask"))
    asked = row["ask"]
    bare = row.get("bare") or "session" in asked
    return suite.rest(row["rest"], asked if bare else {"session": suite.rest_session(), **asked})


def _lacking(expected: object, found: object, at: str = "") -> list[str]:
    """Where the answer is not as expected; keys that are not named may be there."""
    if expected == _ANYTHING:
        return []
    if isinstance(expected, dict) and isinstance(found, dict):
        missing = [f"{at}.{key} is not there" for key in expected if key not in found]
        inner = [_lacking(expected[key], found[key], f"{at}.{key}") for key in expected if key in found]
        return missing + [problem for problems in inner for problem in problems]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [problem for place, (one, other) in pairs for problem in _lacking(one, other, f"{at}[{place}]")]
    if type(expected) is not type(found) or expected != found:
        return [f"{at}: {expected!r} was expected, {found!r} came"]
    return []


def _stored(suite: SuiteCaller, then: Mapping[str, Any]) -> list[str]:
    found = suite.dump(then["module"])
    wanted = then["rows"]
    for row in found:
        # Numbers are compared by value: an amount of 0 may be kept as 0.0.
        row.update({name: int(value) for name, value in row.items() if isinstance(value, float) and value.is_integer()})
    return _lacking(wanted, found, then["module"])


@pytest.mark.parametrize("row", ROWS, ids=[row["says"] for row in ROWS])
def test_behaviour_is_kept(suite: SuiteCaller, row: dict[str, Any]) -> None:
    """Asked as the row says, the sandbox answers with that status and those parts, and stores what it says."""
    if row.get("given"):
        suite.load(**row["given"])
    for earlier in row.get("first", []):
        assert _ask(suite, earlier).status_code < 300
    answer = _ask(suite, row)
    assert answer.status_code == row.get("status", 200), answer.text
    if "type" in row:
        assert answer.headers["Content-Type"].partition(";")[0] == row["type"]
    if "text" in row:
        assert answer.text == row["text"]
    if "answer" in row:
        found = answer.json()
        assert _lacking(row["answer"], found) == []
        assert [name for name in row.get("lacks", []) if name in found] == []
    if "then" in row:
        assert _stored(suite, row["then"]) == []


def test_rows_say_what_they_hold() -> None:
    """Every row uses known words, asks one thing and expects something."""
    for row in ROWS:
        assert set(row) <= _WORDS, row["says"]
        assert len({"rest", "v8", "token"} & set(row)) == 1, row["says"]
        assert {"answer", "text"} & set(row), row["says"]
