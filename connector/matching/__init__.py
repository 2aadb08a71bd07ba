"""Who is this lead? Blocking keys, explained comparisons, and one answer with its evidence."""

from connector.matching.clusters import Clustering, clustering, clusters, seniority
from connector.matching.companies import Likeness, Newcomer, NewCompanies
from connector.matching.keys import entry, known, layout, query
from connector.matching.resolution import Best, best, company_group, repeats, resolve
from connector.matching.rules import MatchingRules, load_matching, matching_schema
from connector.matching.scoring import compare
from connector.matching.survivorship import Kept, Offer, settled, survivors

__all__ = [
    "Best",
    "Clustering",
    "Kept",
    "Likeness",
    "MatchingRules",
    "NewCompanies",
    "Newcomer",
    "Offer",
    "best",
    "clustering",
    "clusters",
    "company_group",
    "compare",
    "entry",
    "known",
    "layout",
    "load_matching",
    "matching_schema",
    "query",
    "repeats",
    "resolve",
    "seniority",
    "settled",
    "survivors",
]
