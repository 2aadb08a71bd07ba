"""The little SOAP that lead conversion needs: an envelope, and reading by local names.

Element order is the WSDL's; prefixes of answers differ between servers, so only local names are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException

# What XML 1.0 cannot hold at all (https://www.w3.org/TR/xml/#charsets); one such character would spoil the call.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com">'
    "<env:Header>{header}</env:Header><env:Body>{body}</env:Body></env:Envelope>"
)


def element(name: str, text: str | bool) -> str:
    """One element of the partner namespace with escaped text; booleans as XML words them."""
    shown = str(text).lower() if isinstance(text, bool) else escape(_FORBIDDEN.sub("", text))
    return f"<urn:{name}>{shown}</urn:{name}>"


def wrap(name: str, inner: str) -> str:
    """One element of the partner namespace around finished XML."""
    return f"<urn:{name}>{inner}</urn:{name}>"


def envelope(header: str, body: str) -> bytes:
    """A whole SOAP 1.1 message."""
    return _ENVELOPE.format(header=header, body=body).encode("utf-8")


def parse_xml(content: bytes) -> Element | None:
    """Read *content* without entities or a DTD; None when it is not XML."""
    try:
        tree: Element = SafeTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return tree if _local(tree) == "Envelope" else None


def _local(node: Element) -> str:
    return str(node.tag).rpartition("}")[2]


def children(node: Element, name: str) -> Iterator[Element]:
    """The direct children called *name*, in order."""
    return (child for child in node if _local(child) == name)


def descendant(node: Element, name: str) -> Element | None:
    """The first element called *name* anywhere below *node*."""
    return next((found for found in node.iter() if _local(found) == name), None)


def text_of(node: Element | None) -> str:
    """The text of an element, empty when it is absent or nil."""
    return (node.text or "").strip() if node is not None else ""


def child_text(node: Element, name: str) -> str:
    """The text of the first direct child called *name*."""
    return text_of(next(children(node, name), None))
