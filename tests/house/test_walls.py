"""The import table of the architecture page holds, and the guard that holds it can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from .building import build
from .reading import PACKAGE, ROOT, Module, modules
from .walls import cycles, library_trespasses, rooms_in_a_ring, trespasses, walls


@pytest.fixture(scope="module")
def house() -> list[Module]:
    """The package as it stands."""
    return modules(ROOT)


def test_every_import_keeps_the_table(house: list[Module]) -> None:
    """No room imports another that the architecture page does not grant it."""
    assert trespasses(house, walls().rooms) == []


def test_every_library_stays_in_its_rooms(house: list[Module]) -> None:
    """HTTP, SQL, retries, terminal and web server each live in the rooms that the page names."""
    assert library_trespasses(house, walls().libraries) == []


def test_no_modules_import_in_a_ring(house: list[Module]) -> None:
    """Modules form no cycle, not even by type-only or in-function imports."""
    assert cycles(house) == []


def test_table_itself_allows_no_ring() -> None:
    """The rooms of the table stand above each other; none can reach itself by way of others."""
    assert rooms_in_a_ring(walls().rooms) == []
    assert rooms_in_a_ring({"store": {"pipeline"}, "pipeline": {"store"}}) != []


def test_table_keeps_the_promises_that_matter() -> None:
    """However the table grows: the sandbox stands alone, doors are final, thinking rooms touch no wall."""
    rooms = walls().rooms
    assert rooms["sandbox"] == frozenset()
    assert [room for room, may in rooms.items() if "sandbox" in may] == ["cli"]
    assert [room for room, may in rooms.items() if "cli" in may] == ["__main__"]
    assert [room for room, may in rooms.items() if may & {"web", "daemon"}] == ["cli"]
    assert [room for room, may in rooms.items() if may & {"systems", "store"}] == ["wiring"]
    thinking = {"mapping", "matching", "policy", "planning"}
    assert all(rooms[room] == {"model", "values", "errors"} for room in thinking)


def test_table_names_every_room_on_disk(house: list[Module]) -> None:
    """The page has a row for every part of the package."""
    on_disk = {module.room for module in house}
    assert on_disk - set(walls().rooms) == set()
    assert PACKAGE in on_disk


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        ("connector/store/bad.py", "import connector.pipeline.sync", "store may not import pipeline"),
        ("connector/store/bad.py", "from connector.values import email", "store may not import values"),
        ("connector/store/bad.py", "from ..values import email", "store may not import values"),
        ("connector/store/bad.py", "from .. import cli", "store may not import cli"),
        ("connector/store/__init__.py", "from ..systems import wire", "store may not import systems"),
        ("connector/store/bad.py", "from connector import sandbox", "store may not import sandbox"),
        ("connector/store/bad.py", "def f():\n    from connector.cli import Y\n", "store may not import cli"),
        (
            "connector/store/bad.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from connector.sandbox import X\n",
            "bad.py:3: store may not import sandbox",
        ),
        ("connector/store/bad.py", "import importlib\nimportlib.import_module('connector.web')", "may not import web"),
        ("connector/mapping/bad.py", "from connector.matching import keys", "mapping may not import matching"),
        ("connector/mapping/bad.py", "from connector.ports import Clock", "mapping may not import ports"),
        ("connector/pipeline/bad.py", "from connector.store import shelf", "pipeline may not import store"),
        ("connector/sandbox/bad.py", "from connector.errors import Trouble", "sandbox may not import errors"),
        ("connector/sandbox/bad.py", "import connector", "sandbox may not import connector"),
        ("connector/wiring.py", "from connector.cli import Y", "wiring may not import cli"),
        ("connector/daemon.py", "from connector.web import app", "daemon may not import web"),
        ("connector/attic/__init__.py", "", "no row for this room"),
    ],
)
def test_trespass_is_found(tmp_path: Path, path: str, text: str, named: str) -> None:
    """Each way to import where one may not is seen, with its line."""
    found = trespasses(modules(build(tmp_path, {path: text})), walls().rooms)
    assert len(found) == 1
    assert named in found[0]


@pytest.mark.parametrize(
    ("path", "text", "named"),
    [
        ("connector/pipeline/bad.py", "import requests", "requests is not for pipeline"),
        ("connector/store/bad.py", "from simple_salesforce import Salesforce", "simple_salesforce is not for store"),
        ("connector/cli/bad.py", "def f():\n    import tenacity.retry\n", "bad.py:2: tenacity is not for cli"),
        ("connector/reports/bad.py", "import sqlite3", "sqlite3 is not for reports"),
        ("connector/sandbox/bad.py", "import sqlite_utils", "sqlite_utils is not for sandbox"),
        ("connector/web/bad.py", "from urllib import request", "urllib.request is not for web"),
    ],
)
def test_library_out_of_its_room_is_found(tmp_path: Path, path: str, text: str, named: str) -> None:
    """A library used outside its rooms is seen, with its line."""
    found = library_trespasses(modules(build(tmp_path, {path: text})), walls().libraries)
    assert len(found) == 1
    assert named in found[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("from connector.model import two", "from connector.model import one"),
        ("from . import two", "def f():\n    from .one import x\n"),
        (
            "from connector.model.two import y",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import connector.model.one\n",
        ),
    ],
)
def test_ring_of_modules_is_found(tmp_path: Path, first: str, second: str) -> None:
    """Two modules that import each other are seen, however the way back is written."""
    found = cycles(modules(build(tmp_path, {"connector/model/one.py": first, "connector/model/two.py": second})))
    assert len(found) == 1
    assert "connector.model.one" in found[0]


def test_sound_house_is_left_in_peace(tmp_path: Path) -> None:
    """What the table allows is not reported."""
    house = modules(build(tmp_path, {"connector/systems/wire.py": "import requests, tenacity, http.client"}))
    assert trespasses(house, walls().rooms) == []
    assert library_trespasses(house, walls().libraries) == []
    assert cycles(house) == []
