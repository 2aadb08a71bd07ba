"""SOAP envelopes in and out: requests are read by local name, answers use the prefixes clients search for.

Sources: the Partner WSDL; what jsforce and simple-salesforce look for in an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connector.sandbox.exchange import Reply

XML_TYPE = "text/xml;charset=UTF-8"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_OPEN = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)


class SoapFault(Exception):
    """A whole call refused. `prefix` is what stands before the code in `faultcode`."""

    def __init__(self, code: str, message: str, kind: str = "UnexpectedErrorFault", prefix: str = "sf:") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.kind = kind
        self.prefix = prefix


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request: its headers by local name, the operation's name and its element."""

    headers: Mapping[str, Element]
    operation: str
    element: Element = field(repr=False)

    def header_value(self, header: str, name: str) -> str:
        """A member of a header, empty where it is absent."""
        return text_of(self.headers.get(header), name) or ""


def local(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child(element: Element | None, name: str) -> Element | None:
    """The first child with this local name."""
    return next((item for item in children(element) if local(item) == name), None)


def children(element: Element | None) -> Iterator[Element]:
    """Child elements; comments and processing instructions are left out."""
    return (item for item in (element if element is not None else ()) if isinstance(item.tag, str))


def text_of(element: Element | None, name: str) -> str | None:
    """The text of a child; None where it is absent or nil, empty where it is empty."""
    found = child(element, name)
    if found is None or found.get(_NIL) == "true":
        return None
    return (found.text or "").strip()


def is_nil(element: Element) -> bool:
    """Whether the element says that it has no value."""
    return element.get(_NIL) == "true"


def parse_envelope(body: bytes) -> Envelope:
    """Read a request. Raises SoapFault for what is not an envelope; entities and DTDs are refused."""
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise SoapFault("XML_PARSER_ERROR", f"The request is not well-formed XML: {type(error).__name__}") from error
    content = child(root, "Body")
    operation = next(children(content), None)
    if local(root) != "Envelope" or operation is None:
        raise SoapFault("XML_PARSER_ERROR", "The request is not a SOAP envelope with a body")
    headers = {local(item): item for item in children(child(root, "Header"))}
    return Envelope(headers, local(operation), operation)


def envelope_reply(response: str, content: str, limit_info: tuple[int, int] | None = None) -> Reply:
    """A successful answer: `content` inside `<response>`; `limit_info` is (calls used, calls allowed)."""
    header = ""
    if limit_info is not None:
        used, allowed = limit_info
        header = (
            "<soapenv:Header><LimitInfoHeader><limitInfo>"
            f"<current>{used}</current><limit>{allowed}</limit><type>API REQUESTS</type>"
            "</limitInfo></LimitInfoHeader></soapenv:Header>"
        )
    text = f"{_OPEN}{header}<soapenv:Body><{response}>{content}</{response}></soapenv:Body></soapenv:Envelope>"
    return Reply(200, text.encode("utf-8"), {"Content-Type": XML_TYPE})


def fault_reply(fault: SoapFault, status: int = 500) -> Reply:
    """A refused call: HTTP 500 with the code in `faultcode` and, prefixed `sf:`, in the detail."""
    text = (
        f"{_OPEN}<soapenv:Body><soapenv:Fault><faultcode>{fault.prefix}{fault.code}</faultcode>"
        f"<faultstring>{fault.code}: {escape(fault.message)}</faultstring>"
        f'<detail><sf:{fault.kind} xsi:type="sf:{fault.kind}">'
        f"<sf:exceptionCode>{fault.code}</sf:exceptionCode>"
        f"<sf:exceptionMessage>{escape(fault.message)}</sf:exceptionMessage></sf:{fault.kind}></detail>"
        "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
    return Reply(status, text.encode("utf-8"), {"Content-Type": XML_TYPE})


def in_enterprise_words(reply: Reply) -> Reply:
    """The same answer in the namespaces of the enterprise endpoint."""
    return Reply(
        reply.status,
        reply.body.replace(b".partner.soap", b".enterprise.soap").replace(b":partner.soap", b":enterprise.soap"),
        reply.headers,
    )


def tag(name: str, value: object) -> str:
    """One element; None is nil, booleans are `true` and `false`, text is escaped."""
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"


def tags(name: str, values: Iterable[object]) -> str:
    """The element repeated for every value."""
    return "".join(tag(name, value) for value in values)


def record_of(element: Element) -> dict[str, object]:
    """An sObject element as a record: `type` left out, `fieldsToNull` and nil as None, a second `Id` ignored."""
    record: dict[str, object] = {}
    for item in children(element):
        name = local(item)
        if name == "fieldsToNull":
            record[(item.text or "").strip()] = None
        elif name != "type":
            record.setdefault(name, None if is_nil(item) else (item.text or ""))
    return record
