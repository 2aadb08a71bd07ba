"""From a history to a points table, its leaks and its measured worth: everything told is out of fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.errors import InputError
from connector.policy.calibration import baselines
from connector.policy.calibration.columns import Aside, Column, History, Numbers
from connector.policy.calibration.extra import one_thread
from connector.policy.calibration.leaks import Leak, find, left_out_words
from connector.policy.calibration.measure import (
    Band,
    Judged,
    folds,
    judged,
    reliability,
)
from connector.policy.calibration.table import MOST_ROWS, PointsTable, fit_table

LOGISTIC, BOOSTING = "logistic", "boosting"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a points table on some columns is worth, and what the baselines reach on the same columns."""

    table: Judged
    baselines: Mapping[str, Judged]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fitted table, what it is worth, and what was found out on the way.

    *leaks* look as if they told the outcome, *doubtful* are for people to look at; *left_out* names the columns that
    took no part for it. *with_leaks* is None where nothing was left out. *scores* are the out-of-fold points of each
    lead, on the scale of the table.
    """

    table: PointsTable
    measured: Measured
    leaks: tuple[Leak, ...]
    doubtful: tuple[Leak, ...]
    left_out: tuple[str, ...]
    with_leaks: Measured | None
    scores: Numbers
    bands: tuple[Band, ...]
    aside: tuple[tuple[str, Aside], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asks for: columns to *keep* whatever speaks against them (declared as known when the lead came
    in, too), the most rows of the table, and the seed of the folds."""

    keep: frozenset[str] = frozenset()
    most_rows: int = MOST_ROWS
    seed: int = 0


def calibrate(history: History, wanted: Wanted) -> Calibration:
    """Fit and measure. Raises UsageError where the extra is missing, InputError where no column is left to fit on."""
    with one_thread():
        return _calibrate(history, wanted)


def _calibrate(history: History, wanted: Wanted) -> Calibration:
    import numpy as np

    leaks, doubtful = find(
        [column for column in history.columns if column.name not in wanted.keep],
        history.outcomes,
        lambda columns: _out_of_fold(columns, history.outcomes, wanted)[1].auc,
    )
    left_out = tuple(leak.column for leak in leaks)
    columns = history.without(left_out)
    if not columns:
        what = f"no column is left to fit points on{left_out_words(leaks)}"
        raise InputError([], what, next_command="connector policy calibrate --help")
    everything = np.arange(history.leads)
    table = fit_table(columns, history.outcomes, everything, wanted.most_rows)
    odds, own = _out_of_fold(columns, history.outcomes, wanted)
    scores = (odds - table.constant) / table.slope
    return Calibration(
        table=table,
        measured=Measured(own, _baselines(columns, history.outcomes, wanted.seed)),
        leaks=tuple(leaks),
        doubtful=tuple(doubtful),
        left_out=left_out,
        with_leaks=_with(history, wanted) if left_out else None,
        scores=scores,
        bands=tuple(reliability(history.outcomes, odds, scores)),
        aside=history.aside,
    )


def _with(history: History, wanted: Wanted) -> Measured:
    _, own = _out_of_fold(history.columns, history.outcomes, wanted)
    return Measured(own, _baselines(history.columns, history.outcomes, wanted.seed))


def _out_of_fold(columns: Sequence[Column], outcomes: Numbers, wanted: Wanted) -> tuple[Numbers, Judged]:
    """Log-odds of each lead by a table that was made without a fifth of the leads, its own among them."""
    import numpy as np

    odds = np.zeros(len(outcomes))
    for learnt, held in folds(outcomes, wanted.seed):
        table = fit_table(columns, outcomes, learnt, wanted.most_rows)
        odds[held] = table.log_odds(table.score())[held]
    return odds, judged(outcomes, odds)


def _baselines(columns: Sequence[Column], outcomes: Numbers, seed: int) -> dict[str, Judged]:
    models = {LOGISTIC: baselines.logistic, BOOSTING: baselines.boosting}
    return {
        name: judged(outcomes, baselines.out_of_fold(columns, outcomes, seed, predict))
        for name, predict in models.items()
    }
