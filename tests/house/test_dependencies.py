"""What is installed is what is imported: nothing borrowed, nothing carried along for nothing."""

from __future__ import annotations

import re
import sys
from configparser import ConfigParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from .building import build
from .reading import PACKAGE, ROOT, Module, imports, modules

# Parts of a declared library's documented face that are distributed apart from it.
COMPANIONS = {"pydantic-core": "pydantic", "urllib3": "requests", "cryptography": "pyjwt"}

# Libraries that another declared library loads by itself when they are installed.
LOADED_BY_OTHERS = {"ruamel-yaml-clib": "ruamel-yaml"}

# Extras that bring nothing which the package itself imports.
FOR_DEVELOPERS = {"test", "bench"}


def _declared() -> set[str]:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    lines = config["options"]["install_requires"].split("\n")
    for extra, listed in config["options.extras_require"].items():
        lines += listed.split("\n") if extra not in FOR_DEVELOPERS else []
    return {_plain(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in lines if line}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imported(house: list[Module]) -> dict[str, str]:
    """Distribution (or, where none is installed, the module) by the first place that imports it."""
    owners, declared = packages_distributions(), _declared()
    found: dict[str, str] = {}
    for module in house:
        for entry in imports(module):
            top = entry.target.split(".")[0]
            if top not in sys.stdlib_module_names and top not in (PACKAGE, "__future__"):
                # A namespace shared by several distributions belongs to the one we declare.
                names = {_plain(name) for name in owners.get(_shared(entry.target), owners.get(top, [top]))}
                name = next(iter(sorted(names & declared) or sorted(names)))
                found.setdefault(name, f"{module.path}:{entry.line}")
    return found


def _shared(target: str) -> str:
    return ".".join(target.split(".")[:2])


@pytest.fixture(scope="module")
def imported() -> dict[str, str]:
    """What the package imports."""
    return _imported(modules(ROOT))


def test_every_import_is_declared(imported: dict[str, str]) -> None:
    """No library is used that `setup.cfg` does not name: what others bring along may go with them."""
    declared = _declared()
    assert {name: place for name, place in imported.items() if COMPANIONS.get(name, name) not in declared} == {}


def test_every_declared_library_is_used(imported: dict[str, str]) -> None:
    """No library is installed on people's machines for nothing."""
    used = set(imported)
    carried = {name for name, host in LOADED_BY_OTHERS.items() if host in used}
    assert _declared() - used - carried == set()


def test_undeclared_import_is_found(tmp_path: Path) -> None:
    """A library that came along by chance is seen where it is used."""
    found = _imported(modules(build(tmp_path, {"connector/model/bad.py": "def f():\n    import pytest\n"})))
    assert found == {"pytest": "connector/model/bad.py:2"}
