"""Markup that is safe by construction: plain text is escaped on its way in, and only `Html` passes as it is."""

from __future__ import annotations

import re
from html import escape
from typing import NewType

Html = NewType("Html", str)
"""Text that is markup already; made by `element` and `text` alone."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(words: str) -> Html:
    """Plain text as markup; characters that no document may hold become the replacement character."""
    return Html(escape(_NOT_XML.sub("\ufffd", words)))


def element(name: str, *children: Html | str, **attributes: str | float) -> Html:
    """An element; children are markup, attributes are escaped.

    A trailing underscore of an attribute's name is dropped and others become hyphens (``class_``, ``text_anchor``);
    names that SVG writes with a capital inside keep it (``viewBox``). Numbers are written with at most two decimals.
    """
    written = "".join(f' {_named(key)}="{text(number(value))}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>{''.join(children)}</{name}>")


def number(value: str | float) -> str:
    """A number as short as two decimals allow; text as it is."""
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def joined(*parts: Html) -> Html:
    """Markup after markup."""
    return Html("".join(parts))


def _named(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
