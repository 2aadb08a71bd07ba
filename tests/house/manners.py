"""Manners of the code: size, names, documentation, and what never stands in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .reading import Module, imports

FILE_LINES = 400
FUNCTION_LINES = 50
PARAMETERS = 7
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}
PURE = {"model", "values", "mapping", "matching", "policy", "planning"}
# The sandbox tells its address in one line on stdout and may not borrow the printer of the house.
PRINTS = {"connector/cli/output.py", "connector/sandbox/server.py"}

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_CALLS = {"eval", "exec", "compile", "__import__", "print", "breakpoint", "os.system", "os.popen"}
_UNSAFE_LIBRARIES = {"pickle", "marshal", "shelve", "dill", "yaml", "telnetlib"}
_UNSAFE_NAMES = {"CERT_NONE", "_create_unverified_context", "unsafe_load", "disable_warnings"}
_UNSAFE_SETTINGS = {"shell=True", "verify=False", "check_hostname=False", "typ='unsafe'"}
_WORLD = {"os", "io", "pathlib", "socket", "subprocess", "sqlite3", "tempfile", "time", "threading", "urllib.request"}
_INNOCENT = {"pathlib.PurePath", "pathlib.PurePosixPath"}
_WORLD_CALLS = {"open", "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "random.random"}


def oversized(house: list[Module]) -> list[str]:
    """Files and functions that have outgrown their room, and functions that ask for too much."""
    found: list[str] = []
    for module in house:
        if (lines := len(module.text.splitlines())) > FILE_LINES:
            found.append(f"{module.path}: {lines} lines, at most {FILE_LINES}")
        for function in _functions(module):
            found.extend(f"{module.path}:{function.lineno}: {function.name} {why}" for why in _too_much(function))
    return found


def _too_much(function: _Function) -> Iterator[str]:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if lines > FUNCTION_LINES:
        yield f"has {lines} lines, at most {FUNCTION_LINES}"
    arguments = function.args
    count = len([*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs])
    if count > PARAMETERS:
        yield f"has {count} parameters, at most {PARAMETERS}"


def _functions(module: Module) -> list[_Function]:
    return [node for node in ast.walk(module.tree) if isinstance(node, _Function)]


def nameless(house: list[Module]) -> list[str]:
    """Rooms without a subject: they are the ones that grow."""
    return [f"{m.path}: a room needs a subject" for m in house if NAMELESS & set(m.name.split("."))]


def undocumented(house: list[Module]) -> list[str]:
    """Public classes, functions and methods without a docstring, and modules with content but without one."""
    found: list[str] = []
    for module in house:
        if module.tree.body and not ast.get_docstring(module.tree):
            found.append(f"{module.path}:1: the module has no docstring")
        found.extend(f"{module.path}:{node.lineno}: {node.name} has no docstring" for node in _bare(module.tree))
    return found


def _bare(inside: ast.Module | ast.ClassDef) -> Iterator[_Function | ast.ClassDef]:
    for node in inside.body:
        if not isinstance(node, _Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node) and not _is_signature_only(node):
            yield node
        if isinstance(node, ast.ClassDef):
            yield from _bare(node)


def _is_signature_only(node: ast.AST) -> bool:
    """A protocol's or an overload's ``...``: its types and its class say what it is."""
    body = getattr(node, "body", [])
    return len(body) == 1 and isinstance(body[0], ast.Expr) and ast.unparse(body[0]) == "..."


def forbidden(house: list[Module]) -> list[str]:
    """Evaluated code, unsafe readers, shells, unverified TLS, and printing outside the room that prints."""
    found: list[str] = []
    for module in house:
        found.extend(
            f"{module.path}:{entry.line}: {entry.target} is never used here"
            for entry in imports(module)
            if entry.target.split(".")[0] in _UNSAFE_LIBRARIES
        )
        found.extend(
            f"{module.path}:{line}: {what} is never used here"
            for line, what in _unsafe(module.tree)
            if what != "print" or module.path not in PRINTS
        )
    return found


def _unsafe(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in _CALLS:
            yield node.lineno, name
        if isinstance(node, ast.Attribute) and node.attr in _UNSAFE_NAMES:
            yield node.lineno, node.attr
        yield from ((line, setting) for line, setting in _settings(node) if setting in _UNSAFE_SETTINGS)


def _settings(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield node.lineno, f"{keyword.arg}={ast.unparse(keyword.value)}"
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                yield node.lineno, f"{target.attr}={ast.unparse(node.value)}"


def impure(house: list[Module]) -> list[str]:
    """Ways out of the thinking rooms: files, sockets, clocks, the environment, chance."""
    found: list[str] = []
    for module in (m for m in house if m.room in PURE):
        for entry in imports(module):
            if entry.target not in _INNOCENT and {entry.target, entry.target.rpartition(".")[0]} & _WORLD:
                found.append(f"{module.path}:{entry.line}: {module.room} is pure and may not use {entry.target}")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and (name := ast.unparse(node.func)) in _WORLD_CALLS:
                found.append(f"{module.path}:{node.lineno}: {module.room} is pure and may not call {name}")
    return found
