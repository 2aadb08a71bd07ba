"""The package read as data: its modules, and what each of them imports, wherever the import stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "connector"


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name, its path from the root, its text and its syntax tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The part of the house it stands in; the package's own ``__init__`` is the room ``connector``."""
        return room_of(self.name)

    @property
    def package(self) -> str:
        """What a relative import of one dot starts from."""
        return self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Import:
    """An import as written: its line, and the absolute dotted name with the imported name at its end."""

    line: int
    target: str


def room_of(name: str) -> str:
    """The room of a dotted module name inside the package."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else PACKAGE


def modules(root: Path) -> list[Module]:
    """Every module of the package below *root*, in the order of their paths."""
    return [_module(root, path) for path in sorted((root / PACKAGE).rglob("*.py"))]


def _module(root: Path, path: Path) -> Module:
    relative = path.relative_to(root)
    parts = [*relative.parts[:-1], relative.stem] if relative.stem != "__init__" else list(relative.parts[:-1])
    text = path.read_text("utf-8")
    return Module(".".join(parts), relative.as_posix(), text, ast.parse(text, str(relative)))


def imports(module: Module) -> Iterator[Import]:
    """Everything *module* imports: absolute, relative, inside functions, type-only, or by a literal name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module)
            yield from (Import(node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _is_dynamic_import(node) and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield Import(node.lineno, name.value)


def _base(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    parts = module.package.split(".")
    start = parts[: len(parts) - (node.level - 1)]
    return ".".join([*start, node.module] if node.module else start)


def _is_dynamic_import(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in ("import_module", "__import__")


def nearest(target: str, names: Set[str]) -> str | None:
    """The longest start of *target* that is a known module; None where there is none."""
    while target and target not in names:
        target = target.rpartition(".")[0]
    return target or None
