"""The corridor: what a lead walks through, verb by verb.

pull -> resolve -> decide -> plan -> apply. Decisions are values made by the thinking rooms; the verbs here
fetch what those rooms need and walk the values they return. Systems and state come in through `connector.ports`.
"""

from connector.pipeline.explain import Story, explain_lead
from connector.pipeline.result import RouteResult
from connector.pipeline.review import decide_review
from connector.pipeline.route import Route, RouteOptions, Rules
from connector.pipeline.sealed import apply_sealed
from connector.pipeline.sync import sync_route

__all__ = [
    "Route",
    "RouteOptions",
    "RouteResult",
    "Rules",
    "Story",
    "apply_sealed",
    "decide_review",
    "explain_lead",
    "sync_route",
]
