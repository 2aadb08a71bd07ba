"""What to do with a lead: the written rules of marketing and sales, and the verdicts they give."""

from connector.model.decision import CLOSED_IN_CRM
from connector.policy.cases import PolicyCaseResult, case_inputs, run_policy_cases
from connector.policy.known_fields import KnownFields
from connector.policy.precedence import Policies, precedence_findings, side_by_side
from connector.policy.rulebook import check_policy, load_policy, policy_schema
from connector.policy.rules import NOT_A_FIT, ErrorBudget, Limits, Rulebook
from connector.policy.verdict import decide

__all__ = [
    "CLOSED_IN_CRM",
    "NOT_A_FIT",
    "ErrorBudget",
    "KnownFields",
    "Limits",
    "Policies",
    "PolicyCaseResult",
    "Rulebook",
    "case_inputs",
    "check_policy",
    "decide",
    "load_policy",
    "policy_schema",
    "precedence_findings",
    "run_policy_cases",
    "side_by_side",
]
