"""A document that people own: YAML 1.2 text as plain data that remembers where each part stands.

Reading never stops at the first problem: broken syntax, duplicate keys, tags, and whatever a
model refuses all become findings with file, line and column. Only the JSON part of YAML's core schema is read
(https://yaml.org/spec/1.2.2/#103-core-schema): no tags, no merge keys, and dates stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.tag import Tag

from connector.errors import Finding

Loc = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_DEEPEST = 60  # levels of nesting
_NULL = re.compile(r"(?:null|Null|NULL|~|)\Z")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


class _Untyped(VersionedResolver):
    """Leaves out the guess what a plain scalar is, half of the time of reading: `_scalar` decides that."""

    def resolve(self, kind: type[Node], value: object, implicit: object) -> Tag:
        """The tag of a node that has none of its own."""
        if kind is ScalarNode:
            return self.DEFAULT_SCALAR_TAG
        return self.DEFAULT_SEQUENCE_TAG if kind is SequenceNode else self.DEFAULT_MAPPING_TAG


@dataclass(slots=True)
class Document:
    """Plain data (dicts, lists, scalars), the place of every part, and what is wrong so far.

    *places* maps the path of a value (keys and indexes from the top) to its 1-based line and column;
    for a mapping entry the place is that of its key.
    """

    path: str
    data: Any = None
    places: dict[Loc, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, loc: Loc) -> tuple[int, int]:
        """Line and column of *loc*, or of its nearest enclosing part."""
        while loc:
            if loc in self.places:
                return self.places[loc]
            loc = loc[:-1]
        return self.places.get((), (1, 1))

    def where(self, loc: Loc) -> str:
        """The place as ``file:line``, for provenance and messages."""
        return f"{self.path}:{self.place(loc)[0]}"

    def find(self, loc: Loc, rule: str, what: str, fix: str = "") -> Finding:
        """Note a problem at *loc* and answer it."""
        line, column = self.place(loc)
        finding = Finding(self.path, line, column, rule, what, fix)
        self.findings.append(finding)
        return finding


def parse(text: str, path: str) -> Document:
    """Read YAML *text* that came from *path*; problems are in the document's findings, never raised."""
    document = Document(path)
    try:
        yaml = YAML(typ="safe")  # the C parser where it is installed: ten times faster
        yaml.Resolver = _Untyped
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        words = str(error.problem or error.context)
        fix = "put the text that holds the colon in quotes" if "':'" in words else ""
        if "".join(text.splitlines()[line - 1 : line])[column - 1 :].startswith("\t"):
            fix = "indent with blanks, not with tabs"
        document.findings.append(Finding(path, line, column, "yaml-syntax", words, fix))
        return document
    except Exception as error:  # a character the reader refuses carries no mark
        document.findings.append(Finding(path, 1, 1, "yaml-syntax", str(error).split("\n")[0]))
        return document
    if node is not None:
        document.data = _plain(node, (), document)
    return document


def _plain(node: Node, loc: Loc, document: Document) -> Any:
    place = (node.start_mark.line + 1, node.start_mark.column + 1)
    document.places.setdefault(loc, place)
    if len(loc) > _DEEPEST:
        document.findings.append(Finding(document.path, *place, "too-deep", "nested deeper than anybody could read"))
        return None
    if isinstance(node, MappingNode):
        return _mapping(node, loc, document)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*loc, index), document) for index, item in enumerate(node.value)]
    return _scalar(node, loc, document) if isinstance(node, ScalarNode) else None


def _mapping(node: MappingNode, loc: Loc, document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, ScalarNode) or key_node.value == "<<":
            document.findings.append(Finding(document.path, *place, "yaml-key", "only plain keys are read here"))
            continue
        key = str(key_node.value)
        if key in found:
            document.findings.append(
                Finding(document.path, *place, "duplicate-key", f"`{key}` is given twice", "keep one of them")
            )
            continue
        document.places[(*loc, key)] = place
        found[key] = _plain(value_node, (*loc, key), document)
    return found


def _scalar(node: ScalarNode, loc: Loc, document: Document) -> str | int | float | bool | None:
    text = str(node.value)
    tag = str(node.tag or "")
    if tag and not tag.startswith("tag:yaml.org,2002:"):
        document.find(loc, "yaml-tag", f"the tag {tag} is not read here", "write the plain value")
        return text
    if node.style in ("'", '"', "|", ">"):
        return text
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def misplaced(*at: str, words: str) -> PydanticCustomError:
    """The refusal of a whole by a validator that knows which part of it is to blame: its keys, and the words."""
    return PydanticCustomError("misplaced", "{words}", {"words": words, "at": at})


def validate(document: Document, model: type[M], kind: str = "") -> M | None:
    """Check the data against *model*; every refusal becomes a finding; None when there is any.

    *kind* is what ``connector mapping schema`` calls this kind of file.
    """
    if any(f.rule == "yaml-syntax" for f in document.findings):
        return None
    try:
        return model.model_validate(document.data if document.data is not None else {})
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            loc = (*problem["loc"], *_at(problem))
            document.find(_known(loc, document), *_words(problem, loc, model, kind))
        return None


def _at(problem: Mapping[str, Any]) -> tuple[str, ...]:
    """The part of a whole that its refusal is about: what a validator named, or the key that tells kinds apart."""
    told = problem.get("ctx", {})
    if problem["type"].startswith("union_tag"):
        return (str(told["discriminator"]).strip("'"),)
    return tuple(told.get("at", ()))


def _known(loc: tuple[int | str, ...], document: Document) -> Loc:
    """Drop the parts of a pydantic location that name union branches and not the document."""
    known: Loc = ()
    for part in loc:
        if (*known, part) in document.places:
            known = (*known, part)
    return known


def _words(problem: Mapping[str, Any], loc: Loc, model: type[BaseModel], kind: str) -> tuple[str, str, str]:
    name = str(loc[-1]) if loc else model.__name__
    if problem["type"] == "extra_forbidden":
        return "unknown-key", f"`{name}` is not a key here", f"see `{f'connector mapping schema {kind}'.strip()}`"
    if problem["type"] in ("missing", "union_tag_not_found"):
        return "missing-key", f"`{name}` is missing", f"add `{name}:`"
    if problem["type"] == "union_tag_invalid":
        told = problem["ctx"]
        return "bad-value", f"`{name}`: there is no `{told['tag']}`", f"write one of {told['expected_tags']}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return "bad-value", f"`{name}`: {message}", f"see `connector mapping schema {kind}`" if kind else ""


def locations(document: Document, under: Loc) -> Iterator[Loc]:
    """The locations directly below *under*, in file order."""
    for loc in document.places:
        if len(loc) == len(under) + 1 and loc[: len(under)] == under:
            yield loc
