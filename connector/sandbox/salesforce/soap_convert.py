"""SOAP `convertLead` and `merge`: the two record calls that have no REST form.

Sources: the Partner WSDL (LeadConvert is a sequence) and the SOAP API guide, "convertLead()", "merge()".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from xml.etree.ElementTree import Element

from connector.sandbox.exchange import RowFault, Trace
from connector.sandbox.salesforce.org import (
    ApiError,
    DmlOptions,
    LeadConvert,
    LeadConvertResult,
    MergeResult,
    Org,
    RowError,
)
from connector.sandbox.salesforce.soap_errors import error_tags
from connector.sandbox.salesforce.soap_xml import (
    Envelope,
    SoapFault,
    child,
    children,
    local,
    record_of,
    tag,
    tags,
    text_of,
)

MAX_MERGES = 200
_ORDER = (
    "accountId",
    "accountRecord",
    "bypassAccountDedupeCheck",
    "bypassContactDedupeCheck",
    "contactId",
    "contactRecord",
    "convertedStatus",
    "doNotCreateOpportunity",
    "leadId",
    "opportunityId",
    "opportunityName",
    "opportunityRecord",
    "overwriteLeadSource",
    "ownerId",
    "relatedPersonAccountId",
    "relatedPersonAccountRecord",
    "sendNotificationEmail",
)
_REQUIRED = (
    "convertedStatus",
    "doNotCreateOpportunity",
    "leadId",
    "overwriteLeadSource",
    "sendNotificationEmail",
)


def soap_options(envelope: Envelope) -> DmlOptions:
    """The save options of `DuplicateRuleHeader` and `AllowFieldTruncationHeader`."""

    def is_true(name: str, header: str = "DuplicateRuleHeader") -> bool:
        return envelope.header_value(header, name).lower() in ("true", "1")

    return DmlOptions(
        allow_save=is_true("allowSave"),
        include_record_details=is_true("includeRecordDetails"),
        run_as_current_user=is_true("runAsCurrentUser") or "DuplicateRuleHeader" not in envelope.headers,
        allow_field_truncation=is_true("allowFieldTruncation", "AllowFieldTruncationHeader"),
    )


def convert_leads(envelope: Envelope, org: Org, trace: Trace, strict: bool) -> str:
    """Convert leads; the `result` elements, one per lead, in order. The org refuses more than 100.

    Clients differ in the wrapper's name and in the order of elements. With `strict`, a wrong name, elements out
    of the WSDL's order or missing required ones are a fault.
    """
    elements = list(children(envelope.element))
    if strict:
        for element in elements:
            _check_wrapper(element)
            _check_order(element)
    requests = [_lead_convert(element) for element in elements]
    refused = trace.refused_rows(len(requests))
    trace.records += len(requests)
    accepted = [request for position, request in enumerate(requests) if position not in refused]
    results = iter(org.convert_leads(accepted, soap_options(envelope)) if accepted else [])
    merged = [_refused(refused[n]) if n in refused else next(results) for n in range(len(requests))]
    _note(trace, merged)
    return "".join(_convert_result(result) for result in merged)


def merge(envelope: Envelope, org: Org, trace: Trace) -> str:
    """Merge records; the `result` elements, one per request (whatever its wrapper is called), in order."""
    elements = list(children(envelope.element))
    if len(elements) > MAX_MERGES:
        raise ApiError(
            "EXCEEDED_MAX_SIZE_REQUEST", f"cannot send more than {MAX_MERGES} merge requests in one call", 500
        )
    refused = trace.refused_rows(len(elements))
    trace.records += len(elements)
    options = soap_options(envelope)
    return "".join(
        _merge_result(_refused_merge(refused[n]) if n in refused else _merge_one(element, org, options, trace))
        for n, element in enumerate(elements)
    )


def _merge_one(element: Element, org: Org, options: DmlOptions, trace: Trace) -> MergeResult:
    master = child(element, "masterRecord")
    if master is None:
        raise SoapFault("MISSING_ARGUMENT", "masterRecord is required")
    losers = [(item.text or "").strip() for item in children(element) if local(item) == "recordToMergeIds"]
    object_name = text_of(master, "type") or ""
    result = org.merge(object_name, record_of(master), losers, options)
    if result.success:
        trace.wrote(object_name, [result.id, *result.merged_record_ids])
    return result


def _lead_convert(element: Element) -> LeadConvert:
    values: dict[str, object] = {}
    for name in _ORDER:
        attribute = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        if name.endswith("Record"):
            found = child(element, name)
            values[attribute] = None if found is None else record_of(found)
        elif name in ("convertedStatus", "opportunityName") or name.endswith("Id"):
            values[attribute] = text_of(element, name)
        else:
            values[attribute] = _boolean(element, name)
    return LeadConvert(**values)  # type: ignore[arg-type] # every name was checked against _ORDER


def _boolean(element: Element, name: str) -> bool | None:
    text = text_of(element, name)
    if text is None:
        return None
    if text.lower() not in ("true", "false", "0", "1"):
        raise SoapFault("XML_PARSER_ERROR", f"'{text}' is not a valid value for the type xsd:boolean of {name}")
    return text.lower() in ("true", "1")


def _check_wrapper(element: Element) -> None:
    if local(element) != "leadConverts":
        raise SoapFault("XML_PARSER_ERROR", f"Element {local(element)} invalid at this location", prefix="soapenv:")


def _check_order(element: Element) -> None:
    names = [local(item) for item in children(element)]
    for earlier, later in pairwise(names):
        if later not in _ORDER or (earlier in _ORDER and _ORDER.index(later) < _ORDER.index(earlier)):
            raise SoapFault("XML_PARSER_ERROR", f"Element {later} invalid at this location", prefix="soapenv:")
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise SoapFault("XML_PARSER_ERROR", f"Required element missing: {missing[0]}", prefix="soapenv:")


def _note(trace: Trace, results: Sequence[LeadConvertResult]) -> None:
    for result in results:
        if result.success:
            trace.wrote("Lead", [result.lead_id])
            trace.wrote("Account", [result.account_id])
            trace.wrote("Contact", [result.contact_id])
            trace.wrote("Opportunity", [result.opportunity_id])


def _refused(fault: RowFault) -> LeadConvertResult:
    return LeadConvertResult(False, errors=(RowError(fault.code, fault.message, fault.fields),))


def _refused_merge(fault: RowFault) -> MergeResult:
    return MergeResult(None, False, errors=(RowError(fault.code, fault.message, fault.fields),))


def _convert_result(result: LeadConvertResult) -> str:
    return (
        "<result>"
        + tag("accountId", result.account_id)
        + tag("contactId", result.contact_id)
        + error_tags(result.errors)
        + tag("leadId", result.lead_id)
        + tag("opportunityId", result.opportunity_id)
        + tag("relatedPersonAccountId", result.related_person_account_id)
        + tag("success", result.success)
        + "</result>"
    )


def _merge_result(result: MergeResult) -> str:
    return (
        "<result>"
        + error_tags(result.errors)
        + tag("id", result.id)
        + tags("mergedRecordIds", result.merged_record_ids)
        + tag("success", result.success)
        + tags("updatedRelatedIds", result.updated_related_ids)
        + "</result>"
    )
