"""A changed `matching.yaml`: other numbers in their places, and every comment, order and blank as it stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

Loc = tuple[str, ...]


def changed(text: str, numbers: Mapping[Loc, float], head: Sequence[str] = ()) -> str:
    """*text* with the numbers at the given places, which all exist; *head* comes first as comments."""
    node = YAML(typ="safe", pure=True).compose(text)
    spans = sorted((*_span(node, place), _written(value)) for place, value in numbers.items())
    parts, last = ["".join(f"# {line}\n" for line in head)], 0
    for begin, end, value in spans:
        parts += [text[last:begin], value]
        last = end
    return "".join([*parts, text[last:]])


def _span(node: Node | None, place: Loc) -> tuple[int, int]:
    """Where in the text the value at *place* begins and ends; the points of a level stand in its own `points`."""
    for name in place:
        node = _child(node, name)
    if isinstance(node, MappingNode):
        node = _child(node, "points")
    if not isinstance(node, ScalarNode):
        raise KeyError(".".join(place))
    return node.start_mark.index, node.end_mark.index


def _child(node: Node | None, name: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _written(value: float) -> str:
    """A number as people write it: one digit after the point, or two."""
    text = f"{value:.2f}".removesuffix("0")
    return "0.0" if text == "-0.0" else text
