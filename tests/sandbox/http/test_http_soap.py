"""SOAP over HTTP: login, convertLead, merge, faults."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

import pytest
import requests
from defusedxml.ElementTree import fromstring

from tests.sandbox_caller import Caller, lead_convert

PARTNER = "{urn:partner.soap.sforce.com}"


def results(answer: requests.Response) -> list[Element]:
    """The `result` elements of an answer."""
    assert answer.status_code == 200, answer.text
    return list(fromstring(answer.content).iter(f"{PARTNER}result"))


def member(result: Element, name: str) -> str | None:
    """The text of a member, None where it is absent or nil."""
    found = result.find(f"{PARTNER}{name}")
    return None if found is None else found.text


def login(caller: Caller, password: str, version: str = "62.0", header: str = "") -> requests.Response:
    """One SOAP login."""
    body = (
        '<n1:login xmlns:n1="urn:partner.soap.sforce.com">'
        f"<n1:username>{caller.login['username']}</n1:username><n1:password>{password}</n1:password></n1:login>"
    )
    return caller.soap(body, version=version, header=header)


def test_soap_login_answers_unprefixed_tags(caller: Caller) -> None:
    """The login answer has the tags that clients find by text search, and its session works."""
    answer = login(caller, caller.login["password"] + caller.login["security_token"])
    text = answer.text
    assert answer.status_code == 200
    found = re.search(r"<sessionId>(.+?)</sessionId>", text)
    assert found
    assert f"<serverUrl>{caller.base_url}/services/Soap/u/62.0/{caller.login['org_id'][:15]}</serverUrl>" in text
    for name in ("userId", "organizationId", "passwordExpired", "metadataServerUrl", "userName"):
        assert f"<{name}>" in text
    caller.token = found[1]
    assert caller.get("limits").status_code == 200
    assert caller.calls()[0]["operation"] == "soap_login"
    assert caller.calls()[0]["kind"] == "login"


@pytest.mark.parametrize(("kind", "namespace"), [("u", "partner"), ("c", "enterprise")])
def test_both_endpoints_answer(caller: Caller, kind: str, namespace: str) -> None:
    """The partner and the enterprise address answer in their own namespaces; the metadata one does not answer."""
    body = caller.soap("<urn:getUserInfo/>", kind=kind)
    assert body.status_code == 200
    assert f'xmlns="urn:{namespace}.soap.sforce.com"' in body.text
    assert f"urn:fault.{namespace}.soap.sforce.com" in caller.soap("<urn:nothing/>", kind=kind).text
    assert caller.soap("<urn:getUserInfo/>", kind="m").status_code == 500


def test_soap_login_scope_names_org(caller: Caller) -> None:
    """A login scope with this org's id needs no token; another org's id is refused."""
    scope = "<urn:LoginScopeHeader><urn:organizationId>{}</urn:organizationId></urn:LoginScopeHeader>"
    good = login(caller, caller.login["password"], header=scope.format(caller.login["org_id"]))
    assert good.status_code == 200
    other = login(caller, caller.login["password"], header=scope.format("00D000000000001"))
    assert other.status_code == 500


def test_soap_login_fault_has_sf_prefix(caller: Caller) -> None:
    """A refused login is HTTP 500 with `sf:exceptionCode`, which one client searches literally."""
    answer = login(caller, "wrong")
    assert answer.status_code == 500
    assert "<faultcode>INVALID_LOGIN</faultcode>" in answer.text
    assert "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in answer.text


@pytest.mark.parametrize(("version", "status"), [("64.0", 200), ("65.0", 500), ("30.0", 500), ("99.0", 500)])
def test_soap_login_ends_with_64(caller: Caller, version: str, status: int) -> None:
    """login() is there up to API 64.0 and then refused as an unsupported version."""
    answer = login(caller, caller.login["password"], version=version)
    assert answer.status_code == status
    if status == 500:
        assert "UNSUPPORTED_API_VERSION" in answer.text


def test_convert_makes_three_records(caller: Caller) -> None:
    """convertLead answers the ids of account, contact and opportunity, and closes the lead."""
    lead = caller.lead(Email="ada@example.test")
    answer = caller.convert(lead, opportunityName="Acme &amp; Sons")
    (result,) = results(answer)
    assert member(result, "success") == "true"
    assert member(result, "leadId") == lead
    found = caller.query("SELECT IsConverted, ConvertedAccountId, ConvertedContactId, ConvertedOpportunityId FROM Lead")
    row = found["records"][0]
    assert row["IsConverted"] is True
    for name in ("Account", "Contact", "Opportunity"):
        assert row[f"Converted{name}Id"] == member(result, f"{name.lower()}Id")
    assert caller.dump("Opportunity")[0]["Name"] == "Acme & Sons"
    assert "<LimitInfoHeader><limitInfo><current>2</current><limit>15000</limit>" in answer.text
    assert (caller.calls()[1]["operation"], caller.calls()[1]["records"]) == ("convertLead", 1)


def test_convert_results_keep_order(caller: Caller) -> None:
    """Leads convert one by one: a refused one has its error at its index, HTTP stays 200."""
    first, second = caller.lead(), caller.lead()
    caller.convert(first)
    both = caller.soap(f"<urn:convertLead>{lead_convert(first)}{lead_convert(second)}</urn:convertLead>")
    refused, good = results(both)
    assert (member(refused, "success"), member(good, "success")) == ("false", "true")
    error = refused.find(f"{PARTNER}errors")
    assert error is not None
    assert member(error, "statusCode") == "CANNOT_UPDATE_CONVERTED_LEAD"
    assert member(refused, "accountId") is None
    assert 'accountId xsi:nil="true"' in both.text


def test_convert_without_opportunity_is_nil(caller: Caller) -> None:
    """doNotCreateOpportunity answers a nil opportunity; absent booleans mean false."""
    (result,) = results(caller.convert(caller.lead(), doNotCreateOpportunity="true"))
    assert member(result, "opportunityId") is None
    lead = caller.lead()
    bare = f"<leadConverts><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus></leadConverts>"
    (result,) = results(caller.soap(f'<convertLead xmlns="urn:partner.soap.sforce.com">{bare}</convertLead>'))
    assert member(result, "opportunityId") is not None


def test_empty_id_is_malformed(caller: Caller) -> None:
    """An empty `accountId` is a malformed id, a nil one is absent."""
    lead = caller.lead()
    (result,) = results(caller.convert(lead, accountId=""))
    error = result.find(f"{PARTNER}errors")
    assert error is not None
    assert member(error, "statusCode") == "MALFORMED_ID"
    nil = lead_convert(lead).replace(
        "<urn:convertedStatus>",
        '<urn:accountId xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/><urn:convertedStatus>',
    )
    (result,) = results(caller.soap(f"<urn:convertLead>{nil}</urn:convertLead>"))
    assert member(result, "success") == "true"


def test_too_many_leads_are_fault(caller: Caller) -> None:
    """101 leads in one call are refused whole."""
    many = "".join(lead_convert("00Q5g00000AbCdEEAV") for _ in range(101))
    answer = caller.soap(f"<urn:convertLead>{many}</urn:convertLead>")
    assert answer.status_code == 500
    assert "EXCEEDED_LEAD_CONVERT_LIMIT" in answer.text


def test_strict_order_is_a_switch(caller: Caller) -> None:
    """Element order is free unless the world asks for the WSDL's."""
    shuffled = (
        "<urn:leadConverts><urn:leadId>{}</urn:leadId><urn:convertedStatus>Closed - Converted</urn:convertedStatus>"
    )
    shuffled += "<urn:doNotCreateOpportunity>true</urn:doNotCreateOpportunity></urn:leadConverts>"
    body = f"<urn:convertLead>{shuffled}</urn:convertLead>"
    assert caller.soap(body.format(caller.lead())).status_code == 200
    caller.sandbox.reset({"salesforce": {"http": {"strict_soap_order": True}}})
    refused = caller.soap(body.format(caller.lead()))
    assert (refused.status_code, "invalid at this location" in refused.text) == (500, True)
    short = (
        f"<urn:leadConverts><urn:convertedStatus>Closed - Converted</urn:convertedStatus><urn:leadId>{caller.lead()}"
    )
    incomplete = caller.soap(f"<urn:convertLead>{short}</urn:leadId></urn:leadConverts></urn:convertLead>")
    assert (incomplete.status_code, "element missing" in incomplete.text) == (500, True)
    assert results(caller.convert(caller.lead()))[0].find(f"{PARTNER}success").text == "true"  # type: ignore[union-attr]


def test_expired_session_fault_has_prefix(caller: Caller) -> None:
    """A dead session is HTTP 500 with a prefixed faultcode, which makes clients log in again."""
    answer = caller.soap(f"<urn:convertLead>{lead_convert('00Q5g00000AbCdEEAV')}</urn:convertLead>", session="none")
    assert answer.status_code == 500
    assert "<faultcode>sf:INVALID_SESSION_ID</faultcode>" in answer.text


def test_merge_joins_records(caller: Caller) -> None:
    """merge keeps the master with its new fields and points the loser at it."""
    master, loser = (caller.post("sobjects/Account", {"Name": name}).json()["id"] for name in ("A", "B"))
    request = (
        "<urn:request><urn:masterRecord><urn:type>Account</urn:type>"
        f"<urn:Id>{master}</urn:Id><urn:Name>A and B</urn:Name></urn:masterRecord>"
        f"<urn:recordToMergeIds>{loser}</urn:recordToMergeIds></urn:request>"
    )
    (result,) = results(caller.soap(f"<urn:merge>{request}</urn:merge>"))
    assert member(result, "success") == "true"
    assert member(result, "mergedRecordIds") == loser
    rows = {row["Id"]: row for row in caller.dump("Account")}
    assert rows[master]["Name"] == "A and B"
    assert (rows[loser]["IsDeleted"], rows[loser]["MasterRecordId"]) == (True, master)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<urn:frobnicate/>", "INVALID_OPERATION"),
        ("<urn:convertLead><broken></urn:convertLead>", "XML_PARSER_ERROR"),
    ],
)
def test_bad_soap_is_fault(caller: Caller, body: str, code: str) -> None:
    """Unknown operations and broken XML are faults."""
    answer = caller.soap(body)
    assert answer.status_code == 500
    assert code in answer.text


def test_entities_are_refused(caller: Caller) -> None:
    """A document type with entities is refused without being expanded."""
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "getUser"><!ENTITY b "&a;&a;">]>'
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader>'
        f"<sessionId>{caller.token}</sessionId></SessionHeader></e:Header><e:Body><getUserInfo>&b;</getUserInfo></e:Body></e:Envelope>"
    )
    answer = caller.session.post(
        f"{caller.base_url}/services/Soap/u/62.0", data=bomb, headers={"SOAPAction": '""'}, timeout=20
    )
    assert (answer.status_code, "XML_PARSER_ERROR" in answer.text) == (500, True)


def test_missing_soap_action_is_fault(caller: Caller) -> None:
    """A call without the SOAPAction header is refused."""
    answer = caller.session.post(f"{caller.base_url}/services/Soap/u/62.0", data=b"<x/>", timeout=20)
    assert (answer.status_code, "SOAPAction" in answer.text) == (500, True)


def test_user_info_and_logout(caller: Caller) -> None:
    """getUserInfo names the user, getServerTimestamp the sandbox's time, logout ends the session."""
    assert caller.login["username"] in caller.soap("<urn:getUserInfo/>").text
    caller.control("POST", "clock", {"now": "2027-05-06T07:08:09Z"})
    assert "<timestamp>2027-05-06T07:08:" in caller.soap("<urn:getServerTimestamp/>").text
    assert caller.soap("<urn:logout/>").status_code == 200
    assert caller.get("limits").status_code == 401
