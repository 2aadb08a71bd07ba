"""What unreadable models reach on the same columns: logistic regression on all values, and gradient boosting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from connector.policy.calibration.columns import EMPTY, Column, Numbers
from connector.policy.calibration.measure import folds

_LEAST = 10  # values of fewer leads share one column
_MOST_LEVELS = 250  # boosting takes at most 255 values of a category


def out_of_fold(columns: Sequence[Column], outcomes: Numbers, seed: int, predict: Callable[..., Numbers]) -> Numbers:
    """Log-odds of every lead by *predict*, which learns from the other parts of the history."""
    import numpy as np

    found = np.zeros(len(outcomes))
    for learnt, held in folds(outcomes, seed):
        found[held] = predict(columns, outcomes, learnt, held)
    return found


def logistic(columns: Sequence[Column], outcomes: Numbers, learnt: Numbers, held: Numbers) -> Numbers:
    """Logistic regression: a column per value, numbers scaled, what is empty told by a column of its own."""
    from sklearn.linear_model import LogisticRegression

    table = _dummies(columns, learnt)
    model = LogisticRegression(C=1.0, max_iter=500, solver="newton-cholesky")
    model.fit(table[learnt], outcomes[learnt])
    return model.decision_function(table[held])


def boosting(columns: Sequence[Column], outcomes: Numbers, learnt: Numbers, held: Numbers) -> Numbers:
    """Boosted trees over histograms; values of a category are split in any two groups, empty cells are a value."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    table, categories = _coded(columns)
    model = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=80,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        categorical_features=categories,
        early_stopping=False,
        random_state=0,
    )
    model.fit(table[learnt], outcomes[learnt])
    return model.decision_function(table[held])


def _dummies(columns: Sequence[Column], learnt: Numbers) -> Numbers:
    import numpy as np

    parts: list[Any] = []
    for column in columns:
        if column.numbers is not None:
            parts += _scaled(column.numbers, learnt)
        parts += [
            (column.codes == code).astype(float)
            for code, count in zip(*np.unique(column.codes[learnt], return_counts=True), strict=True)
            if count >= _LEAST and (code >= 0 or code == EMPTY)
        ]
    return np.column_stack(parts)


def _scaled(numbers: Numbers, learnt: Numbers) -> list[Numbers]:
    import numpy as np

    known = numbers[learnt][~np.isnan(numbers[learnt])]
    if not len(known):
        return []
    spread = float(known.std()) or 1.0
    return [np.nan_to_num((np.where(np.isnan(numbers), known.mean(), numbers) - known.mean()) / spread)]


def _coded(columns: Sequence[Column]) -> tuple[Numbers, list[bool]]:
    import numpy as np

    parts = [
        column.numbers
        if column.numbers is not None
        else np.where(column.codes < 0, np.nan, column.codes.clip(max=_MOST_LEVELS))
        for column in columns
    ]
    table = np.column_stack(parts).astype(float)
    return table, [column.numbers is None for column in columns]
