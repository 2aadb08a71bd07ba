"""The shipped policy as somebody would write it by hand: plain ifs that give a verdict, and nothing else.

No reasons, no runner-up, no opportunity, no time to look again; the same normalisers of e-mail and company.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from connector.model.decision import DecisionInputs, Verdict
from connector.model.match import Linkage
from connector.model.records import Scalar, Values, from_iso
from connector.values import company as company_values
from connector.values import email as email_values

_INDUSTRIES = {
    "technology", "manufacturing", "machinery", "electronics", "engineering", "telecommunications", "communications",
    "finance", "banking", "insurance", "healthcare", "biotechnology", "chemicals", "energy", "utilities",
    "transportation", "shipping", "construction", "retail", "consulting", "media", "food & beverage",
}  # fmt: skip
_DECIDES = re.compile(
    r"\b(ceo|coo|cfo|cto|cio|cmo|cro|chief|owner|founder|co-founder|president|partner|managing director|vp|svp|evp"
    r"|director|head|general manager|geschäftsführer|directeur|inhaber)\b"
)
_LEADS = re.compile(r"\b(manager|lead|supervisor|leiter|responsable)\b")
_NOT_LEADS = re.compile(r"\b(general manager|head)\b")
_FUNCTION = re.compile(
    r"\b(operations|ops|it|technology|cto|cio|coo|procurement|purchasing|supply chain|logistics|finance|cfo|sales"
    r"|revenue|revops|marketing|engineering|manufacturing|production|plant)\b"
)
_STUDENT = {"student", "college student", "university student", "phd student", "undergraduate", "pupil"}
_SEEKER = re.compile(r"\b(job seeker|job seeking|looking for a job|unemployed|seeking new opportunities)\b")
_APPLIES = re.compile(
    r"\b(job application|my resume|my cv|applying for the position|looking for a job|for my thesis)\b"
)
_UNTOUCHED = {
    "open - not contacted", "open", "new", "unread", "assigned", "recycled", "recycle", "nurture", "nurturing",
}  # fmt: skip
_CLOSED = {"closed - not converted", "unqualified", "disqualified", "dead"}
_POINTS = {
    "demo_request": 40, "trial_request": 40, "quote_request": 40, "meeting": 30, "call": 20, "email_reply": 20,
    "form_fill": 20, "webinar": 15, "event": 15, "download": 10, "email_click": 5, "web_visit": 3, "email_open": 1,
    "email_sent": 0,
}  # fmt: skip
_CAPS = {"email_click": 15, "web_visit": 12, "email_open": 5}
_MAILS = {"email_open", "email_click", "email_reply"}
_WINDOWS = {"demo": 60, "trial": 60, "quote": 90, "call": 30}
_ASKING = {"demo_request": 60, "trial_request": 60, "quote_request": 90}
_ANSWERS = ("budget", "authority", "need", "timeframe")


def verdict(inputs: DecisionInputs) -> Verdict:
    """What becomes of a lead."""
    lead, account = inputs.lead.values, inputs.account.values if inputs.account else {}
    mail = _mail_kind(str(lead.get("email") or ""))
    fit = _fit(lead, account, mail)
    engagement = _engagement(inputs)
    asked = _asked(inputs)
    answers = [str(lead.get(name) or "") for name in _ANSWERS]
    bant = answers.count("yes") >= 3 and "no" not in answers
    status = str(lead.get("status") or "").lower()
    found = _table(inputs, lead, mail, fit, engagement, asked, bant, status)
    worked = inputs.worked or (status and status not in _UNTOUCHED)
    if found in (Verdict.CONVERT, Verdict.ATTACH) and worked:
        found = Verdict.REVIEW
    elif found is Verdict.DISQUALIFY and worked and status not in _CLOSED:
        found = Verdict.NURTURE
    is_mql = fit >= 55 and engagement >= 15 and not asked and not bant
    alone = inputs.resolution.duplicate_of is None
    if found is Verdict.NURTURE and is_mql and alone and not worked and _overdue(inputs, lead):
        return Verdict.REVIEW
    return found


def _table(
    inputs: DecisionInputs, lead: Values, mail: str, fit: int, engagement: int, asked: bool, bant: bool, status: str
) -> Verdict:
    if _out(inputs, lead, engagement, asked, bant, status):
        return Verdict.DISQUALIFY
    linkage = inputs.resolution.linkage
    if linkage is Linkage.POSSIBLE:
        return Verdict.REVIEW
    if linkage is Linkage.LEAD:
        return _as_survivor(inputs, asked)
    if linkage in (Linkage.CONTACT, Linkage.ACCOUNT):
        return Verdict.ATTACH
    nameless = not _is_company(lead)
    if _is_named(lead):
        return Verdict.REVIEW
    if (asked or bant) and (nameless or (mail in ("free", "disposable", "junk") and not lead.get("website"))):
        return Verdict.REVIEW
    if (bant and fit >= 25) or (asked and fit >= 55):
        return Verdict.REVIEW if nameless else Verdict.CONVERT
    return Verdict.REVIEW if asked or bant else Verdict.NURTURE


def _out(inputs: DecisionInputs, lead: Values, engagement: int, asked: bool, bant: bool, status: str) -> bool:
    title, company = str(lead.get("title") or "").lower(), str(lead.get("company") or "").lower()
    if status in _CLOSED or "junk" in inputs.resolution.weak_identity:
        return True
    if lead.get("opted_out_email") is True and lead.get("do_not_call") is True:
        return True
    if (
        email_values.registrable(str(lead.get("email") or "")) == "competitor.example"
        or company == "competitor example inc"
    ):
        return True
    if title in _STUDENT or _SEEKER.search(title) or company in ("student", "university student", "job seeker"):
        return True
    if _APPLIES.search(str(lead.get("description") or "").lower()):
        return True
    stale = _older(lead.get("created_at"), inputs.as_of, 365)
    recent = lead.get("last_activity_at") and not _older(lead.get("last_activity_at"), inputs.as_of, 365)
    return stale and not recent and engagement < 5 and not asked and not bant


def _fit(lead: Values, account: Values, mail: str) -> int:
    company = 0
    employees = lead.get("employees") or account.get("employees")
    if isinstance(employees, int):
        if 200 <= employees <= 5000:
            company += 25
        elif employees > 5000:
            company += 15
        elif 50 <= employees < 200:
            company += 10
        elif 1 <= employees < 10:
            company -= 15
    if str(lead.get("industry") or account.get("industry") or "").lower() in _INDUSTRIES:
        company += 20
    revenue = lead.get("revenue") or account.get("revenue")
    if isinstance(revenue, int) and revenue >= 10_000_000:
        company += 10
    company += 10 if mail in ("corporate", "role") else -10 if mail in ("free", "disposable") else 0
    company += {"Hot": 15, "Cold": -15}.get(str(lead.get("rating") or ""), 0)
    return min(company, 65) + min(_person(str(lead.get("title") or "").lower()), 35)


def _person(title: str) -> int:
    points = 25 if _DECIDES.search(title) else 0
    if _LEADS.search(title) and not _NOT_LEADS.search(title):
        points += 15
    return points + (10 if _FUNCTION.search(title) else 0)


def _engagement(inputs: DecisionInputs) -> int:
    lead, worth = inputs.lead.values, dict[str, float]()
    out = lead.get("opted_out_email") is True
    ended = max((act.at for act in inputs.activities if act.kind == "unsubscribe"), default=None)
    for act in inputs.activities:
        if act.kind == "unsubscribe" or (act.kind in _MAILS and (out or (ended and act.at <= ended))):
            continue
        age = (inputs.as_of - act.at).total_seconds() / 86400
        worth[act.kind] = worth.get(act.kind, 0.0) + _POINTS.get(act.kind, 3) * 2.0 ** (-age / 21)
    total = sum(min(value, _CAPS.get(kind, 1000)) for kind, value in worth.items())
    last = _instant(lead.get("last_activity_at"))
    if last is not None and last <= inputs.as_of and not any(act.at >= last for act in inputs.activities):
        total += 20 * 2.0 ** (-(inputs.as_of - last).total_seconds() / 86400 / 21)
    return min(100, int(total + 1e-9))


def _asked(inputs: DecisionInputs) -> bool:
    lead = inputs.lead.values
    days = _WINDOWS.get(str(lead.get("requested_action") or "").lower())
    if days is not None and not _older(lead.get("requested_at") or lead.get("created_at"), inputs.as_of, days):
        return True
    return any(
        act.kind in _ASKING and act.at + timedelta(days=_ASKING[act.kind]) >= inputs.as_of for act in inputs.activities
    )


def _as_survivor(inputs: DecisionInputs, asked: bool) -> Verdict:
    survivor = inputs.survivor
    if survivor is None:
        return Verdict.NURTURE
    if survivor.verdict.converts:
        return Verdict.ATTACH
    return Verdict.REVIEW if survivor.verdict is Verdict.DISQUALIFY and asked else survivor.verdict


def _is_named(lead: Values) -> bool:
    named = "named-account.example"
    hosts = (email_values.registrable(str(lead.get(name) or "")) for name in ("email", "website") if lead.get(name))
    return named in hosts or company_values.core(str(lead.get("company") or "")) == "named account example"


def _is_company(lead: Values) -> bool:
    name = str(lead.get("company") or "")
    return bool(name.strip()) and not company_values.is_junk(name)


def _mail_kind(address: str) -> str:
    if not address:
        return "none"
    if email_values.is_junk(address):
        return "junk"
    host = email_values.domain(email_values.normal(address))
    if email_values.is_free(host):
        return "free"
    if email_values.is_disposable(host):
        return "disposable"
    return "role" if email_values.is_role(address) else "corporate"


def _overdue(inputs: DecisionInputs, lead: Values) -> bool:
    since = _instant(lead.get("last_activity_at")) or _instant(lead.get("created_at"))
    return since is not None and inputs.as_of - since >= timedelta(hours=720)


def _instant(value: Scalar) -> datetime | None:
    return from_iso(str(value)) if value else None


def _older(value: Scalar, as_of: datetime, days: int) -> bool:
    at = _instant(value)
    return at is not None and as_of - at > timedelta(days=days)
