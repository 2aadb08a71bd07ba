"""Labelled pairs of names, compared by names alone: our comparison beside rapidfuzz's."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.names import FIRMS, cross_validated
from connector.matching import company_names, person_names
from connector.values import company, names

FOLDS = 5
Likeness = Callable[[str, str], float]


def print_table(folder: Path) -> None:
    """F1 with the threshold chosen on the other folds, and microseconds for a pair of raw names."""
    pairs = list(csv.DictReader((folder / "name_bench_cases.csv").open(encoding="utf-8")))
    kinds: dict[str, tuple[list[dict[str, str]], Likeness, Callable[[str], str]]] = {
        "person": ([pair for pair in pairs if pair["schema"] == "Person"], ours_person, names.fold),
        "company": ([pair for pair in pairs if pair["schema"] in FIRMS], ours_company, company.core),
    }
    print("| method | person F1 | us a pair | company F1 | us a pair |\n|---|---|---|---|---|")
    for method in ("**ours**", "rapidfuzz WRatio", "rapidfuzz token_sort_ratio", "Jaro-Winkler", "always yes"):
        row = []
        for some, ours, normal in kinds.values():
            f1, cost = measured(some, judge(method, ours, normal))
            row += [f"{f1:.3f}".removeprefix("0"), f"{cost:.1f}"]
        print(f"| {method} | {' | '.join(row)} |", flush=True)


def judge(method: str, ours: Likeness, normal: Callable[[str], str]) -> Likeness:
    """A comparison by its name in the table; the peers are given names that our normaliser went over."""
    from rapidfuzz import fuzz
    from rapidfuzz.distance import JaroWinkler

    plain: dict[str, Likeness] = {
        "rapidfuzz WRatio": fuzz.WRatio,
        "rapidfuzz token_sort_ratio": fuzz.token_sort_ratio,
        "Jaro-Winkler": JaroWinkler.normalized_similarity,
        "always yes": lambda *_: 1.0,
    }
    chosen = plain.get(method)
    return ours if chosen is None else lambda one, other: chosen(normal(one), normal(other))


def ours_person(one: str, other: str) -> float:
    """Our likeness of two people's names."""
    return float(person_names.likeness(person_names.parts(one), person_names.parts(other)))


def ours_company(one: str, other: str) -> float:
    """Our likeness of two firms' names."""
    return float(company_names.likeness(company_names.parts(one), company_names.parts(other)))


def measured(pairs: list[dict[str, str]], likeness: Likeness) -> tuple[float, float]:
    """The mean F1 of the folds, and CPU microseconds a pair."""
    begun = time.process_time()
    scored = [(likeness(pair["name1"], pair["name2"]), pair["is_match"] == "true") for pair in pairs]
    cost = 1e6 * (time.process_time() - begun) / len(pairs)
    folds = cross_validated(scored, FOLDS)
    return sum(folds) / len(folds), cost
