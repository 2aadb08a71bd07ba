"""Default dropdowns of the family (`include/language/en_us.lang.php` of SuiteCRM 7.14.6). A key is its own label
unless a pair says otherwise."""

from __future__ import annotations

from connector.sandbox.sugar.schema import Dropdowns

SALES_PROBABILITY = {
    "Prospecting": 10,
    "Qualification": 20,
    "Needs Analysis": 25,
    "Value Proposition": 30,
    "Id. Decision Makers": 40,
    "Perception Analysis": 50,
    "Proposal/Price Quote": 65,
    "Negotiation/Review": 80,
    "Closed Won": 100,
    "Closed Lost": 0,
}


def _same(*keys: str) -> tuple[tuple[str, str], ...]:
    return tuple((key, key) for key in keys)


_LEAD_SOURCES = ("", "Cold Call", "Existing Customer", "Self Generated", "Employee", "Partner", "Public Relations",
                 "Direct Mail", "Conference", "Trade Show", "Web Site", "Word of mouth", "Email", "Campaign",
                 "Other")  # fmt: skip
_INDUSTRIES = ("", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction", "Consulting",
               "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental", "Finance",
               "Government", "Healthcare", "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media",
               "Not For Profit", "Recreation", "Retail", "Shipping", "Technology", "Telecommunications",
               "Transportation", "Utilities", "Other")  # fmt: skip
_ROLES = ("", "Primary Decision Maker", "Business Decision Maker", "Business Evaluator", "Technical Decision Maker",
          "Technical Evaluator", "Executive Sponsor", "Influencer", "Other")  # fmt: skip


def default_dropdowns() -> Dropdowns:
    """The dropdowns that every instance starts with."""
    stages = tuple(
        (key, "Identifying Decision Makers" if key == "Id. Decision Makers" else key) for key in SALES_PROBABILITY
    )
    return {
        "lead_status_dom": _same("", "New", "Assigned", "In Process", "Converted", "Recycled", "Dead"),
        "lead_source_dom": _same(*_LEAD_SOURCES),
        "sales_stage_dom": stages,
        "sales_status_dom": _same("New", "In Progress", "Closed Won", "Closed Lost"),
        "commit_stage_dom": (("include", "Include"), ("exclude", "Exclude")),
        "opportunity_type_dom": _same("", "Existing Business", "New Business"),
        "opportunity_relationship_type_dom": _same(*_ROLES),
        "account_type_dom": _same("", "Analyst", "Competitor", "Customer", "Integrator", "Investor", "Partner",
                                  "Press", "Prospect", "Reseller", "Other"),
        "industry_dom": _same(*_INDUSTRIES),
        "salutation_dom": _same("", "Mr.", "Ms.", "Mrs.", "Miss", "Dr.", "Prof."),
        "lawful_basis_dom": (("", ""), ("consent", "Consent"), ("contract", "Contract"),
                             ("legal_obligation", "Legal Obligation"), ("protection_of_interest",
                             "Protection of Interest"), ("public_interest", "Public Interest"),
                             ("legitimate_interest", "Legitimate Interest"), ("withdrawn", "Withdrawn")),
        "lawful_basis_source_dom": (("", ""), ("website", "Website"), ("phone", "Phone"),
                                    ("given_to_user", "Given to user"), ("email", "Email"),
                                    ("third_party", "Third Party")),
        "call_direction_dom": _same("", "Inbound", "Outbound"),
        "call_status_dom": _same("Planned", "Held", "Not Held"),
        "meeting_status_dom": _same("Planned", "Held", "Not Held"),
        "task_status_dom": _same("Not Started", "In Progress", "Completed", "Pending Input", "Deferred"),
        "task_priority_dom": _same("High", "Medium", "Low"),
        "campaign_status_dom": _same("", "Planning", "Active", "Inactive", "Complete", "In Queue", "Sending"),
        "campaign_type_dom": _same("", "Telesales", "Mail", "Email", "Print", "Web", "Radio", "Television",
                                   "NewsLetter"),
        "user_status_dom": _same("Active", "Inactive"),
        "requested_action_list": _same("", "Demo", "Trial", "Quote", "Call me"),
        "yes_no_list": _same("", "Yes", "No"),
    }  # fmt: skip
