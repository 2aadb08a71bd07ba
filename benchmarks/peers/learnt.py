"""recordlinkage: its index, its comparisons, and its logistic regression learnt from the dev labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.blocks import FIRM_KEYS, PERSON_KEYS, Frame, Key
from benchmarks.peers.fuzzy import both
from benchmarks.peers.grading import Answer, best
from benchmarks.peers.simple import frames, homes
from connector.matching.truth import Asked, Proposed, Truth

_PERSON_TEXTS = ("first", "last", "mailbox", "company", "title")
_PERSON_EXACT = ("email", "domain", "tail", "sound", "country")
_FIRM_TEXTS = ("company", "company_full", "city", "street")
_FIRM_EXACT = ("site", "tail", "country", "postal", "company")


def logistic(folder: Path, dev: Sequence[Truth]) -> Answer:
    """Three models; those of people learn from the true contacts and the true earlier leads of the dev rows."""
    leads, contacts, accounts = (frame.set_index("id") for frame in frames(folder))
    return Answer(
        contact=_links(_Task(leads, contacts, PERSON_KEYS, Asked.CONTACT), dev),
        account=_links(_Task(leads, accounts, FIRM_KEYS, Asked.ACCOUNT), dev),
        earlier=_links(_Task(leads, leads, PERSON_KEYS, Asked.LEAD), dev),
        homes=homes(contacts.reset_index()),
    )


class _Task:
    """Candidates of one question and what their comparison tells."""

    def __init__(self, left: Frame, right: Frame, keys: Mapping[str, Key], asked: Asked) -> None:
        self.left, self.right, self.keys, self.asked = left, right, keys, asked
        self.firms = asked is Asked.ACCOUNT

    def pairs(self) -> Any:
        """Every two rows that stand in one block."""
        import recordlinkage
        from numpy import nan

        index = recordlinkage.Index()
        sides = []
        for frame in (self.left, self.right):
            columns = {}
            for name, key in self.keys.items():
                for number, value in enumerate(key(frame)):
                    columns[f"{name} {number}"] = value.where(value != "", nan)
            sides.append(frame.assign(**columns))
        for name, key in self.keys.items():
            for number in range(len(key(self.right))):
                index.block(f"{name} 0", f"{name} {number}")
        if self.asked is not Asked.LEAD:
            return index.index(*sides)
        found = index.index(sides[0])
        one, other = found.get_level_values(0), found.get_level_values(1)
        later, first = one.where(one > other, other), other.where(one > other, one)
        return type(found).from_arrays([later, first], names=["left", "right"])

    def features(self, pairs: Any) -> Frame:
        """Likeness of texts, equality, what is missing, and the address of another mailbox at the same firm."""
        import recordlinkage

        texts, exact = (_FIRM_TEXTS, _FIRM_EXACT) if self.firms else (_PERSON_TEXTS, _PERSON_EXACT)
        compare = recordlinkage.Compare()
        for name in texts:
            compare.string(name, name, method="jarowinkler", label=f"{name} alike")
        for name in exact:
            compare.exact(name, name, label=name)
        if not self.firms:
            compare.exact("tail", "tail2", label="tail2")
            compare.string("first", "last", method="jarowinkler", label="swapped")
        found = compare.compute(pairs, self.left, self.right).astype(float)
        left, right = (frame.loc[pairs.get_level_values(at)] for at, frame in enumerate((self.left, self.right)))
        for name in dict.fromkeys((*texts, *exact)):
            told = both(left[name].reset_index(drop=True), right[name].reset_index(drop=True))
            for column in {name, f"{name} alike"} & set(found.columns):
                found[column] = found[column] * told
            found[f"{name} told"] = told.astype(float)
        if not self.firms:
            same, mailbox = found["domain"], found["mailbox alike"]
            found["other mailbox"] = same * (1 - mailbox)
            found["name and firm"] = found["last alike"] * found["first alike"] * same
        return found


def _links(task: _Task, dev: Sequence[Truth]) -> dict[str, Proposed]:
    import pandas as pd
    import recordlinkage

    pairs = task.pairs()
    features = task.features(pairs)
    rows = {truth.lead for truth in dev}
    known = features[features.index.get_level_values(0).isin(rows)]
    true = pd.MultiIndex.from_tuples([(t.lead, right) for t in dev for right in sorted(t.right[task.asked])])
    model = recordlinkage.LogisticRegressionClassifier()
    model.kernel.max_iter = 1000
    model.fit(known, known.index.intersection(true))
    score = model.kernel.decision_function(features.to_numpy())
    ids = {"left": features.index.get_level_values(0), "right": features.index.get_level_values(1)}
    return best(pd.DataFrame({**ids, "score": score}))
