"""How well names alone tell people and firms apart, and small businesses by name, street and phone.

    python benchmarks/names.py --data ../shared/data/er-public --folds 5

Reads the labelled name pairs of the OpenSanctions project (MIT; `name_bench_cases.csv`) and the Fodor's and Zagat's
listings of restaurants (BSD-3, py_entitymatching). Prints one JSON object, for `person` and `company`:

    pairs, precision, recall, f1      at the shipped threshold (ALIKE), over all pairs
    f1_folds, f1_mean                 the threshold chosen on the other folds, measured on each fold
    level_us, likeness_us, parts_us   microseconds per pair and per name, best of three runs

and `restaurants`: precision, recall, f1 of the rule in `same_place`, over all 176,423 pairs.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from connector.matching import company_names, person_names
from connector.values import phone, street

Scored = tuple[float, bool]
FIRMS = ("Company", "Organization", "LegalEntity")


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--folds", type=int, default=5)
    given = asked.parse_args()
    pairs = list(csv.DictReader((given.data / "opensanctions-names" / "name_bench_cases.csv").open(encoding="utf-8")))
    print(
        json.dumps(
            {
                "person": measured([pair for pair in pairs if pair["schema"] == "Person"], person_names, given.folds),
                "company": measured([pair for pair in pairs if pair["schema"] in FIRMS], company_names, given.folds),
                "restaurants": restaurants(given.data / "restaurants"),
            },
            indent=2,
        )
    )


def measured(pairs: Sequence[dict[str, str]], judge: Any, folds: int) -> dict[str, Any]:
    """The figures of one kind of names; *judge* is the module that compares them."""
    apart = [(judge.parts(pair["name1"]), judge.parts(pair["name2"])) for pair in pairs]
    truth = [pair["is_match"] == "true" for pair in pairs]
    scored = [(judge.likeness(*names), same) for names, same in zip(apart, truth, strict=True)]
    precision, recall, f1 = graded(scored, judge.ALIKE)
    each = cross_validated(scored, folds)
    return {
        "pairs": len(pairs), "threshold": judge.ALIKE, "precision": precision, "recall": recall, "f1": f1,
        "f1_folds": each, "f1_mean": round(sum(each) / len(each), 3),
        "level_us": per_item(lambda: [judge.level(*names) for names in apart], len(apart)),
        "likeness_us": per_item(lambda: [judge.likeness(*names) for names in apart], len(apart)),
        "parts_us": per_item(lambda: [judge.parts(pair["name1"]) for pair in pairs], len(pairs)),
    }  # fmt: skip


def graded(scored: Iterable[Scored], threshold: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of calling a pair the same from *threshold* on."""
    kept = list(scored)
    hits = sum(score >= threshold and same for score, same in kept)
    called, there = sum(score >= threshold for score, _ in kept), sum(same for _, same in kept)
    precision, recall = hits / called if called else 0.0, hits / there if there else 0.0
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return round(precision, 3), round(recall, 3), round(f1, 3)


def cross_validated(scored: list[Scored], folds: int) -> list[float]:
    """F1 on each fold, with the threshold that does best on the other folds."""
    shuffled = random.Random(17).sample(scored, len(scored))
    found = []
    for fold in range(folds):
        others = [pair for index, pair in enumerate(shuffled) if index % folds != fold]
        best = max({score for score, _ in others}, key=lambda threshold: graded(others, threshold)[2])
        found.append(graded(shuffled[fold::folds], best)[2])
    return found


def per_item(run: Callable[[], object], count: int) -> float:
    """Microseconds per item, the best of three runs."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - started)
    return round(1e6 * best / count, 1)


def restaurants(folder: Path) -> dict[str, float]:
    """Precision, recall and F1 of `same_place` over all pairs of the two listings."""
    left, right = (read(folder / name) for name in ("fodors.csv", "zagats.csv"))
    with (folder / "match_fodors_zagats_more_attrs.csv").open(encoding="utf-8") as lines:
        gold = {(row["fodors_id"], row["zagats_id"]) for row in csv.DictReader(lines) if row["gold"] == "1"}
    found = {(one[0], other[0]) for one in left for other in right if same_place(one, other)}
    hits = len(found & gold)
    precision, recall = hits / len(found), hits / len(gold)
    f1 = 2 * precision * recall / (precision + recall)
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}


Place = tuple[str, company_names.FirmParts, str, str, str]


def read(path: Path) -> list[Place]:
    """A listing as id, name, house number, street and last digits of the phone."""
    with path.open(encoding="utf-8") as lines:
        return [
            (
                row["id"],
                company_names.parts(row["name"]),
                street.number(row["addr"]),
                street.name(row["addr"]),
                phone.tail(row["phone"]),
            )
            for row in csv.DictReader(lines)
        ]


def same_place(one: Place, other: Place) -> bool:
    """One phone or one house in one street, and names that are not strangers to each other."""
    phone_agrees = bool(one[4]) and one[4] == other[4]
    house_agrees = bool(one[2]) and one[2:4] == other[2:4]
    return (phone_agrees or house_agrees) and company_names.likeness(one[1], other[1]) >= 0.3


if __name__ == "__main__":
    main()
