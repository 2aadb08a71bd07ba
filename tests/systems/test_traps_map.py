"""Every trap and every vector of `traps.yaml` has tests, and every test named there is one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

TESTS = Path(__file__).resolve().parent.parent
MAP: Mapping[str, Mapping[int, Mapping[str, Any]]] = YAML(typ="safe").load(Path(__file__).with_name("traps.yaml"))
TRAPS, VECTORS = 26, 12


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file by name, those of a class behind its name; of a table, what its rows say."""
    text = (TESTS / path).read_text("utf-8")
    if path.endswith(".yaml"):
        return frozenset(row["says"] for row in YAML(typ="safe").load(text)["rows"])
    return frozenset(_tests(ast.parse(text), ""))


def _tests(tree: ast.AST, before: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _tests(node, f"{before}{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield before + node.name


def unknown(named: list[str]) -> list[str]:
    """Those that no file has."""
    found = []
    for name in named:
        path, _, test = name.partition("::")
        if not (TESTS / path).is_file() or test not in names_in(path):
            found.append(name)
    return found


def test_every_trap_has_its_tests() -> None:
    """Each trap is held on both sides, or says why one side has nothing to hold."""
    traps = MAP["traps"]
    assert list(traps) == list(range(1, TRAPS + 1))
    for number, trap in traps.items():
        assert trap["says"].endswith("."), number
        sides = [side for side in ("client", "sandbox") if trap.get(side)]
        assert len(sides) == 2 or (sides and trap.get("why")), number
        assert set(trap) <= {"says", "client", "sandbox", "why"}, number


def marked() -> Iterator[tuple[int, str]]:
    """The tests of the systems that say whose trap they hold, by their name or their first words."""
    for path in sorted((TESTS / "systems").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                told = re.match(r"test_H(\d\d)_", node.name) or re.match(r"Trap (\d+):", ast.get_docstring(node) or "")
                if told:
                    yield int(told[1]), f"{path.relative_to(TESTS).as_posix()}::{node.name}"


def test_marked_tests_are_listed() -> None:
    """A test that says which trap it holds is found under it."""
    found = list(marked())
    assert len(found) > 50
    lacking = [(number, test) for number, test in found if test not in MAP["traps"][number].get("client", ())]
    assert lacking == []


def test_every_vector_has_its_tests() -> None:
    """Each vector is held somewhere."""
    vectors = MAP["vectors"]
    assert list(vectors) == list(range(1, VECTORS + 1))
    assert all(set(vector) == {"says", "tests"} and vector["tests"] for vector in vectors.values())


def test_named_tests_exist() -> None:
    """A test that was renamed or taken away is missed here, and none is named twice in one place."""
    for entry in (*MAP["traps"].values(), *MAP["vectors"].values()):
        for side in ("client", "sandbox", "tests"):
            named = list(entry.get(side, []))
            assert unknown(named) == []
            assert len(set(named)) == len(named)


def test_missing_tests_are_noticed() -> None:
    """A name without a file, or without a test in it, is unknown."""
    path = "systems/test_traps_map.py"
    assert unknown([f"{path}::test_named_tests_exist"]) == []
    wrong = [f"{path}::test_nothing", "systems/none.py::test_x", f"{path}::unknown", path]
    assert unknown(wrong) == wrong
