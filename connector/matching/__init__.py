"""Who is this lead? Blocking keys, explained comparisons, and one answer with its evidence."""

from connector.matching.clusters import Clustering, clustering, clusters, seniority
from connector.matching.companies import Likeness, Newcomer, NewCompanies
from connector.matching.keys import entry, known, query
from connector.matching.resolution import company_group, resolve
from connector.matching.rules import MatchingRules, load_matching, matching_schema
from connector.matching.scoring import compare
from connector.matching.survivorship import Kept, Offer, settled, survivors

__all__ = [
    "Clustering",
    "Kept",
    "Likeness",
    "MatchingRules",
    "NewCompanies",
    "Newcomer",
    "Offer",
    "clustering",
    "clusters",
    "company_group",
    "compare",
    "entry",
    "known",
    "load_matching",
    "matching_schema",
    "query",
    "resolve",
    "seniority",
    "settled",
    "survivors",
]
