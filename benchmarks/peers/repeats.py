"""Repeats in one table: restaurants of two listings, and made-up people; clusters of every method graded by pairs.

    python -m benchmarks.peers.repeats splink restaurants TABLE.csv

Ours is `connector matching dedupe` as it is shipped. The peers are given every column, normalised, and are shown at
the threshold that turns out best for them on all rows, which they could not know; recordlinkage learns from the other
half of the clusters besides.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.peers.blocks import Key, earlier, with_text
from benchmarks.peers.driver import Outcome, run
from benchmarks.peers.fuzzy import equal, likeness, signed
from connector.matching.clusters import clusters
from connector.matching.measure import Rate, pairwise
from connector.values import company, email, names, phone, street

_CUTS = 60

Pairs = Sequence[tuple[str, str, float]]


@dataclass(frozen=True, slots=True)
class Spec:
    """A table of repeats: columns compared by likeness and exactly, with hand weights, and what makes a block."""

    texts: Mapping[str, float]
    exact: Mapping[str, float]
    keys: Mapping[str, Key]
    blocks: Sequence[tuple[str, ...]]
    training: Sequence[tuple[str, ...]]
    sure: tuple[str, ...]


SPECS = {
    "restaurants": Spec(
        texts={"name": 2.5, "street": 1.0, "city": 0.7, "type": 0.3},
        exact={"tail": 2.5, "number": 1.0},
        keys={
            "phone": lambda f: [f["tail"]],
            "house": lambda f: [with_text(f, "number", "street")],
            "name": lambda f: [f["name"].str.replace(" ", "", regex=False).str[:5]],
            "number and city": lambda f: [with_text(f, "number", "city")],
        },
        blocks=[("tail",), ("number", "street"), ("substr(name, 1, 5)",), ("number", "city")],
        training=[("tail",), ("number", "street")],
        sure=("name", "tail"),
    ),
    "fake1000": Spec(
        texts={"first": 1.5, "last": 2.0, "email": 2.5, "dob": 2.5, "city": 0.5},
        exact={"dob": 1.5, "city": 0.3},
        keys={
            "email": lambda f: [f["email"]],
            "name": lambda f: [with_text(f, "first", "last")],
            "dob and last": lambda f: [with_text(f, "dob", "last")],
            "dob and first": lambda f: [with_text(f, "dob", "first")],
            "swapped": lambda f: [with_text(f, "last", "first")],
            "dob": lambda f: [f["dob"]],
            "last": lambda f: [f["last"]],
            "first": lambda f: [f["first"]],
        },
        blocks=[("email",), ("first", "last"), ("dob",), ("last",), ("first",)],
        training=[("first", "last"), ("dob",)],
        sure=("first", "last", "dob"),
    ),
}


def print_table(source: Path, work: Path, limit: float) -> None:
    """Precision, recall and F1 of pairs on both tables."""
    print(
        "| method | restaurants P / R | F1 | s | fake1000 P / R | F1 | s |\n|---|---|---|---|---|---|---|", flush=True
    )
    work.mkdir(parents=True, exist_ok=True)
    tables = {"restaurants": _restaurants(source / "restaurants", work), "fake1000": _people(source, work)}
    for name in ("**ours**", "rapidfuzz", "recordlinkage", "splink"):
        module = {"rapidfuzz": "pandas"}.get(name, name)
        if not name.startswith("*") and find_spec(module) is None:
            print(f"({name}: left out, {module} is not installed)")
            continue
        row = [name]
        for table, (path, asked) in tables.items():
            ours = ["connector", "--json", "matching", "dedupe", str(path), *asked]
            theirs = ["benchmarks.peers.repeats", name, table, str(path)]
            row += _cells(run(ours if name.startswith("*") else theirs, limit))
        print(f"| {' | '.join(row)} |", flush=True)


def _cells(found: Outcome) -> list[str]:
    if found.why:
        return [found.why, "", f"{found.seconds:.0f}"]
    precision, recall, f1 = (found.answer[name] or 0.0 for name in ("precision", "recall", "f1"))
    return [f"{precision:.3f} / {recall:.3f}", f"{f1:.3f}", f"{found.seconds:.0f}"]


def _restaurants(folder: Path, work: Path) -> tuple[Path, list[str]]:
    """Both listings as one table with a label that two rows of one place share."""
    with (folder / "match_fodors_zagats_more_attrs.csv").open(encoding="utf-8") as lines:
        same = {row["zagats_id"]: row["fodors_id"] for row in csv.DictReader(lines) if row["gold"] == "1"}
    rows = []
    for name in ("fodors", "zagats"):
        with (folder / f"{name}.csv").open(encoding="utf-8") as lines:
            rows += [{**row, "place": same.get(row["id"], row["id"])} for row in csv.DictReader(lines)]
    path = work / "restaurants.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path, ["--key", "id", "--truth", "place", "--companies"]


def _people(source: Path, _: Path) -> tuple[Path, list[str]]:
    return source / "splink-fake1000" / "fake_1000.csv", ["--key", "unique_id", "--truth", "cluster", "--people"]


def read_rows(table: str, path: Path) -> Any:
    """The rows with normalised columns, an id that sorts as text, and their true label."""
    import pandas as pd

    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    made = [_place(row) if table == "restaurants" else _person(row) for row in rows]
    return pd.DataFrame(made).sort_values("id", ignore_index=True)


def _place(row: Mapping[str, str]) -> dict[str, str]:
    return {
        "id": row["id"].zfill(6), "label": row["place"], "name": company.core(row["name"]),
        "city": names.fold(row["city"]), "street": street.name(row["addr"]),
        "number": street.number(row["addr"]), "tail": phone.tail(row["phone"]),
        "type": names.fold(row["type"]),
    }  # fmt: skip


def _person(row: Mapping[str, str]) -> dict[str, str]:
    return {
        "id": row["unique_id"].zfill(6), "label": row["cluster"], "first": names.fold(row["first_name"]),
        "last": names.fold(row["surname"]), "dob": row["dob"], "city": names.fold(row["city"]),
        "email": email.delivery(row["email"]),
    }  # fmt: skip


def rapidfuzz(rows: Any, spec: Spec) -> Pairs:
    """Likeness by hand weights."""
    found = earlier(rows, spec.keys)
    left, right = (rows.iloc[found[side]].reset_index(drop=True) for side in ("left", "right"))
    score = sum(w * signed(likeness(left[n], right[n]), 0.8) for n, w in spec.texts.items())
    score = score + sum(w * equal(left[n], right[n]) for n, w in spec.exact.items())
    return list(zip(left["id"], right["id"], score, strict=True))


def recordlinkage(rows: Any, spec: Spec) -> Pairs:
    """Its logistic regression, which learns on the clusters of one half and scores the other."""
    import pandas as pd
    import recordlinkage as rl
    from numpy import nan

    indexed = rows.set_index("id")
    found = earlier(rows, spec.keys)
    ids = rows["id"].to_numpy()
    pairs = pd.MultiIndex.from_arrays([ids[found["left"]], ids[found["right"]]])
    compare = rl.Compare()
    for name in spec.texts:
        compare.string(name, name, method="jarowinkler", label=f"{name} alike", missing_value=0.5)
    for name in spec.exact:
        compare.exact(name, name, label=name, missing_value=0.5)
    filled = indexed.where(indexed != "", nan)
    features = compare.compute(pairs, filled, filled)
    labels = indexed["label"]
    same = labels.loc[pairs.get_level_values(0)].to_numpy() == labels.loc[pairs.get_level_values(1)].to_numpy()
    half = labels.loc[pairs.get_level_values(0)].astype("category").cat.codes.to_numpy() % 2
    scored: list[tuple[str, str, float]] = []
    for part in (0, 1):
        model = rl.LogisticRegressionClassifier()
        known = features[half != part]
        model.fit(known, known.index[same[half != part]])
        asked = features[half == part]
        scores = model.kernel.decision_function(asked.to_numpy())
        scored += [(left, right, float(score)) for (left, right), score in zip(asked.index, scores, strict=True)]
    return scored


def splink(rows: Any, spec: Spec) -> Pairs:
    """Learnt without labels, with term frequencies."""
    import logging

    import splink.comparison_library as cl
    from numpy import nan
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.ERROR)
    comparisons: list[Any] = [
        cl.EmailComparison(name) if name == "email"
        else cl.DamerauLevenshteinAtThresholds(name, [1, 2]) if name == "dob"
        else cl.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(term_frequency_adjustments=True)
        for name in spec.texts
    ]  # fmt: skip
    comparisons += [cl.ExactMatch(name) for name in spec.exact if name not in spec.texts]
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons, unique_id_column_name="id",
        blocking_rules_to_generate_predictions=[block_on(*names) for names in spec.blocks],
    )  # fmt: skip
    linker = Linker(DuckDBAPI().register(rows.where(rows != "", nan)), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([block_on(*spec.sure)], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=17)
    for rule in spec.training:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*rule))
    found = linker.inference.predict(threshold_match_weight=-10).as_pandas_dataframe()
    return list(zip(found["id_l"], found["id_r"], found["match_weight"].astype(float), strict=True))


def best_rate(pairs: Pairs, truth: Mapping[str, str]) -> Rate:
    """Pairwise figures of the clusters at the threshold with the best F1."""
    scores = sorted({score for _, _, score in pairs})
    cuts = {scores[at * (len(scores) - 1) // _CUTS] for at in range(_CUTS + 1)}
    order = {key: at for at, key in enumerate(truth)}
    return max((_rate(pairs, truth, order, cut) for cut in cuts), key=lambda rate: rate.f1)


def _rate(pairs: Pairs, truth: Mapping[str, str], order: Mapping[str, int], cut: float) -> Rate:
    joined = clusters([pair for pair in pairs if pair[2] >= cut], rank=order.__getitem__)
    return pairwise({key: joined.get(key, key) for key in truth}, truth)


def main() -> None:
    """Run one method on one table; prints its figures."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("method", choices=("rapidfuzz", "recordlinkage", "splink"))
    asked.add_argument("table", choices=SPECS)
    asked.add_argument("path", type=Path)
    given = asked.parse_args()
    rows = read_rows(given.table, given.path)
    methods = {"rapidfuzz": rapidfuzz, "recordlinkage": recordlinkage, "splink": splink}
    pairs = methods[given.method](rows, SPECS[given.table])
    found = best_rate(pairs, dict(zip(rows["id"], rows["label"], strict=True)))
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps({"precision": found.precision, "recall": found.recall, "f1": found.f1, "peak_mb": peak}))


if __name__ == "__main__":
    main()
