"""Every behaviour in the tables beside this file is the sandbox's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import requests
from ruamel.yaml import YAML

from connector.sandbox import Sandbox
from tests.suite_caller import REST, SuiteCaller

TABLES = ("observed.yaml", "observed_lists.yaml", "observed_v8.yaml")
ROWS: list[dict[str, Any]] = [
    row for name in TABLES for row in YAML(typ="safe").load(Path(__file__).with_name(name))["rows"]
]
_WORDS = frozenset(
    "says settings given first user rest v8 token ask raw json bare status type answer text begins lacks then".split()  # noqa: SIM905
)
_ANYTHING, _OTHER, _GRANTED = "<any>", "<not ", "<granted>"


@pytest.fixture
def suite(sandbox: Sandbox) -> Iterator[SuiteCaller]:
    """A caller of the freshly reset SuiteCRM."""
    caller = SuiteCaller(sandbox)
    yield caller
    caller.close()


class Asker:
    """Asks what a row says: as the API user, or as the user that the row names, whose password is his name."""

    def __init__(self, suite: SuiteCaller, row: Mapping[str, Any]) -> None:
        self._suite = suite
        name = str(row.get("user") or "")
        self._user = {"username": name, "password": name} if name else {}

    @cached_property
    def _session(self) -> str:
        return self._suite.rest_session(self._user.get("username", ""), self._user.get("password", ""))

    @cached_property
    def _granted(self) -> Mapping[str, str]:
        return self._suite.log_in(**self._user)

    def ask(self, row: Mapping[str, Any]) -> requests.Response:
        """One call; the session and the token are the same ones for all calls of a row."""
        if "token" in row:
            fields = {name: self._filled(value) for name, value in row["token"].items()}
            return self._suite.grant(**fields)
        if "v8" in row:
            assert self._granted
            method, path = row["v8"].split(" ", 1)
            return self._suite.v8(method, path, row.get("ask"))
        if "json" in row:
            return self._suite.call("POST", REST, json=row["json"])
        if "raw" in row:
            form = {"method": row["rest"], "input_type": "JSON", "response_type": "JSON", "rest_data": row["raw"]}
            return self._suite.call("POST", REST, data=form)
        bare = row.get("bare") or "session" in row["ask"]
        return self._suite.rest(row["rest"], row["ask"] if bare else {"session": self._session, **row["ask"]})

    def _filled(self, value: str) -> str:
        if value == _GRANTED:
            return self._granted["refresh_token"]
        login = self._suite.login
        known = {"<service>": "service_client_id", "<service secret>": "service_client_secret"}
        return login[known[value]] if value in known else value


def _lacking(expected: object, found: object, at: str = "") -> list[str]:
    """Where the answer is not as expected; keys that are not named may be there."""
    if expected == _ANYTHING:
        return []
    if isinstance(expected, str) and expected.startswith(_OTHER):
        same = not isinstance(found, str) or found == expected.removeprefix(_OTHER).removesuffix(">")
        return [f"{at}: {found!r} came"] if same else []
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
    settings = {"v8_one_grant": True, **row.get("settings", {})}
    suite.control("POST", "reset", {"world": {"suitecrm": {"settings": settings}}})
    if row.get("given"):
        suite.load(**row["given"])
    asker = Asker(suite, row)
    for earlier in row.get("first", []):
        assert asker.ask(earlier).status_code < 300
    answer = asker.ask(row)
    assert answer.status_code == row.get("status", 200), answer.text
    if "type" in row:
        assert answer.headers["Content-Type"].partition(";")[0] == row["type"]
    if "text" in row:
        assert answer.text == row["text"]
    assert answer.text.startswith(row.get("begins", ""))
    if "answer" in row:
        found = answer.json()
        assert _lacking(row["answer"], found) == []
        assert [name for name in row.get("lacks", []) if name in found] == []
    if "then" in row:
        assert _stored(suite, row["then"]) == []


def test_rows_say_what_they_hold() -> None:
    """Every row uses known words, asks one thing and expects something; no two say the same."""
    for row in ROWS:
        assert set(row) <= _WORDS, row["says"]
        assert len({"rest", "v8", "token"} & set(row)) == 1, row["says"]
        assert {"answer", "text", "begins"} & set(row), row["says"]
    assert len({row["says"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"a": 1}, {}),
        ({"a": 1}, {"a": True}),
        ({"a": "1"}, {"a": 1}),
        ([1], [1, 2]),
        ({}, []),
        (None, ""),
        ("<not x>", "x"),
        ("<not x>", None),
    ],
)
def test_lacking_parts_are_told(expected: object, found: object) -> None:
    """A missing key, another type, a row more and what should have moved are no parts of the answer."""
    assert _lacking(expected, found)
    assert not _lacking(expected, expected if expected != "<not x>" else "y")
