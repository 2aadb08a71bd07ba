"""SOAP `login`: still there up to API 64.0, and what several clients log in with.

Source: https://developer.salesforce.com/docs/platform/api/guide/api-eol-soap.html and the Partner WSDL.
"""

from __future__ import annotations

from connector.sandbox.exchange import Reply
from connector.sandbox.salesforce.auth import Sessions
from connector.sandbox.salesforce.auth_grants import password_fits
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.soap_xml import Envelope, SoapFault, envelope_reply, tag, text_of
from connector.sandbox.salesforce.versions import LAST_WITH_SOAP_LOGIN, number_of

_REFUSED = "Invalid username, password, security token; or user locked out."


def login(envelope: Envelope, sessions: Sessions, org: Org, version: str, endpoint: str) -> Reply:
    """Open a session. `endpoint` is the address up to and including `/services/Soap`. Raises SoapFault."""
    if number_of(version) > LAST_WITH_SOAP_LOGIN:
        raise SoapFault("UNSUPPORTED_API_VERSION", f"login() is not available in API version {version}", "LoginFault")
    scope = envelope.header_value("LoginScopeHeader", "organizationId")
    username, password = text_of(envelope.element, "username"), text_of(envelope.element, "password")
    known = not scope or scope[:15] == org.org_id[:15]
    if not known or not password_fits(sessions.credentials, username or "", password or ""):
        raise SoapFault("INVALID_LOGIN", _REFUSED, "LoginFault", prefix="")
    content = (
        tag("metadataServerUrl", f"{endpoint}/m/{version}/{org.org_id[:15]}")
        + tag("passwordExpired", False)
        + tag("sandbox", True)
        + tag("serverUrl", f"{endpoint}/u/{version}/{org.org_id[:15]}")
        + tag("sessionId", sessions.start())
        + tag("userId", org.user_id)
        + f"<userInfo>{user_info(org, sessions)}</userInfo>"
    )
    return envelope_reply("loginResponse", f"<result>{content}</result>")


def user_info(org: Org, sessions: Sessions) -> str:
    """The members of `GetUserInfoResult`."""
    record = org.retrieve("Organization", [org.org_id], ["Name"])[0] or {}
    return (
        tag("organizationId", org.org_id)
        + tag("organizationName", record.get("Name"))
        + tag("sessionSecondsValid", int(sessions.idle_seconds))
        + tag("userEmail", org.username)
        + tag("userFullName", org.username.partition("@")[0])
        + tag("userId", org.user_id)
        + tag("userLanguage", "en_US")
        + tag("userLocale", "en_US")
        + tag("userName", org.username)
        + tag("userTimeZone", "GMT")
        + tag("userType", "Standard")
        + tag("userUiSkin", "Theme3")
    )
