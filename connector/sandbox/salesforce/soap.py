"""The SOAP endpoint `/services/Soap/{u|c}/<version>[/<org>]`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connector.sandbox.exchange import Call, Kind, Reply, Request, Trace
from connector.sandbox.salesforce.auth import Sessions
from connector.sandbox.salesforce.limits import Quota
from connector.sandbox.salesforce.org import ApiError, Org
from connector.sandbox.salesforce.soap_convert import convert_leads, merge
from connector.sandbox.salesforce.soap_login import login, user_info
from connector.sandbox.salesforce.soap_xml import (
    Envelope,
    SoapFault,
    envelope_reply,
    fault_reply,
    in_enterprise_words,
    parse_envelope,
    tag,
)
from connector.sandbox.salesforce.versions import Age, age_of

OPERATIONS: Mapping[str, Call] = {
    "login": Call("soap_login", Kind.LOGIN),
    "logout": Call("soap_logout", Kind.LOGIN),
    "convertLead": Call("convertLead", Kind.WRITE),
    "merge": Call("merge", Kind.WRITE),
    "getUserInfo": Call("getUserInfo", Kind.READ),
    "getServerTimestamp": Call("getServerTimestamp", Kind.READ),
}
_UNKNOWN = Call("soap", Kind.READ)
_SESSION_GONE = "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash"


@dataclass(slots=True)
class Soap:
    """Answers SOAP calls against one org. `strict` checks the element order of `convertLead`."""

    org: Org
    sessions: Sessions
    quota: Quota
    strict: bool = False

    def classify(self, request: Request) -> Call:
        """Name a call by the first element of its body."""
        try:
            return OPERATIONS.get(parse_envelope(request.body).operation, _UNKNOWN)
        except SoapFault:
            return _UNKNOWN

    def session_of(self, request: Request) -> str:
        """The session id in the header, empty where there is none."""
        try:
            return parse_envelope(request.body).header_value("SessionHeader", "sessionId")
        except SoapFault:
            return ""

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out; a refusal is a fault with HTTP 500."""
        try:
            reply = self._answer(request, trace)
        except SoapFault as fault:
            reply = fault_reply(fault)
        except ApiError as error:
            reply = fault_reply(SoapFault(error.code, error.message))
        return in_enterprise_words(reply) if request.segments[2:3] == ("c",) else reply

    def _answer(self, request: Request, trace: Trace) -> Reply:
        if request.method != "POST":
            raise SoapFault("INVALID_OPERATION", "SOAP calls are POST requests", prefix="soapenv:")
        if "soapaction" not in request.headers:
            raise SoapFault("MISSING_ARGUMENT", "SOAPAction HTTP header missing", prefix="soapenv:")
        envelope = parse_envelope(request.body)
        version = self._version(request)
        if envelope.operation == "login":
            return login(envelope, self.sessions, self.org, version, f"{request.base_url}/services/Soap")
        session = envelope.header_value("SessionHeader", "sessionId")
        if not trace.admitted and not self.sessions.touch(session):
            raise SoapFault("INVALID_SESSION_ID", _SESSION_GONE)
        run = self._operations().get(envelope.operation)
        if run is None:
            message = f"No operation available for request {envelope.operation}, please check the WSDL for the service."
            raise SoapFault("INVALID_OPERATION", message, prefix="soapenv:")
        self.quota.spend()
        content = run(envelope, trace)
        return envelope_reply(f"{envelope.operation}Response", content, (self.quota.used, self.quota.maximum))

    def _version(self, request: Request) -> str:
        segments = request.segments
        kind, version = (segments[2], segments[3]) if len(segments) > 3 else ("", "")
        if kind not in ("u", "c"):
            raise SoapFault("INVALID_OPERATION", "only the partner (u) and enterprise (c) endpoints answer here")
        if age_of(version) is not Age.SUPPORTED:
            raise SoapFault("UNSUPPORTED_API_VERSION", f"Invalid Api version specified on URL: {version}")
        return version

    def _operations(self) -> Mapping[str, Callable[[Envelope, Trace], str]]:
        return {
            "convertLead": lambda envelope, trace: convert_leads(envelope, self.org, trace, self.strict),
            "merge": lambda envelope, trace: merge(envelope, self.org, trace),
            "logout": self._logout,
            "getUserInfo": lambda _envelope, _trace: f"<result>{user_info(self.org, self.sessions)}</result>",
            "getServerTimestamp": self._timestamp,
        }

    def _logout(self, envelope: Envelope, _trace: Trace) -> str:
        self.sessions.end(envelope.header_value("SessionHeader", "sessionId"))
        return ""

    def _timestamp(self, _envelope: Envelope, _trace: Trace) -> str:
        now = self.org.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"<result>{tag('timestamp', now)}</result>"
