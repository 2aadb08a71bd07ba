"""The points table: what it says, that the policy room gives the same points, and what is measured of it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from connector.errors import UsageError
from connector.policy import check_policy, load_policy
from connector.policy.calibration.bins import Bin
from connector.policy.calibration.fitting import Calibration, Wanted, calibrate
from connector.policy.calibration.levels import Aims
from connector.policy.calibration.measure import auc, folds
from connector.policy.calibration.proposal import HISTORY, proposed
from connector.policy.calibration.proposing import make_proposal
from connector.policy.calibration.reading import Declared
from connector.policy.calibration.rules import rules_of
from connector.policy.calibration.scoring import fit_points
from connector.policy.calibration.table import MOST_ROWS, PointsTable, fit_table
from tests.policy.making import SMALL

from .pasts import LEAKS, NOW, Past, asked, past


@pytest.fixture(scope="module")
def found() -> Calibration:
    """A calibration on the made-up past."""
    return calibrate(past().history(), Wanted())


def test_table_finds_what_outcomes_hang_on(found: Calibration) -> None:
    """The columns that made the outcome bring points of the right sign, and the one that did not brings none."""
    rules = {rule.name: rule for rule in rules_of(found.table, past().history())}
    assert {rule.column for rule in rules.values()} == {"Channel", "Visits", "Score"}
    assert rules["channel-referral"].points > 0 > rules["channel-cold-list"].points
    assert next(rule.points for name, rule in rules.items() if name.startswith("score-below")) < 0
    assert all(isinstance(rule.points, int) for rule in rules.values())
    assert len(rules) <= MOST_ROWS


def test_table_reaches_what_baselines_reach(found: Calibration) -> None:
    """On an additive truth the table is as good as logistic regression, out of fold."""
    own, others = found.measured.table, found.measured.baselines
    assert own.auc > 0.75
    assert own.auc > others["logistic"].auc - 0.02
    assert own.auc > others["boosting"].auc - 0.02


def test_rows_stay_within_those_asked_for() -> None:
    """A shorter table is made when one is asked for."""
    history = past().history(declared=Declared(exclude=LEAKS))
    import numpy as np

    assert len(fit_table(history.columns, history.outcomes, np.arange(history.leads), 3).bins) <= 3


def test_noise_gets_no_points() -> None:
    """Where the outcome hangs on nothing, hardly a row is made, and nothing is claimed out of fold."""
    made, chance = past(), random.Random(3)
    sellers = [f"Seller {number}" for number in range(22)]
    drawn = made.only("Channel", "Visits", "Won").rows
    rows = tuple((*row[:-1], chance.choice(sellers), chance.choice("01")) for row in drawn)
    calibration = calibrate(Past(("Channel", "Visits", "Seller", "Won"), rows).history(), Wanted())
    assert len(calibration.table.bins) <= 1
    assert abs(calibration.measured.table.auc - 0.5) < 0.05


def test_same_seed_gives_the_same_figures(found: Calibration) -> None:
    """A calibration is repeatable: table, figures and the points of each lead."""
    again = calibrate(past().history(), Wanted())
    assert (again.table.points, again.measured) == (found.table.points, found.measured)
    assert (again.scores == found.scores).all()


def test_leads_are_judged_by_others_alone() -> None:
    """Each lead is held out once, and never learnt from in the part that judges it."""
    history = past(300).history()
    held = [set(map(int, out)) for learnt, out in folds(history.outcomes, 1) if not set(learnt) & set(out)]
    assert len(held) == 5
    assert sorted(lead for part in held for lead in part) == list(range(300))


def test_equal_scores_count_half() -> None:
    """The AUC is the share of pairs in the right order; ties are half right."""
    import numpy as np

    assert auc(np.array([1.0, 0.0, 1.0, 0.0]), np.array([3.0, 1.0, 1.0, 0.0])) == pytest.approx(3.5 / 4)
    assert auc(np.array([1.0, 0.0]), np.array([2.0, 2.0])) == 0.5


_CELL = st.sampled_from(
    ["", " ", "a", "A ", "é", "e", "1", "1.0", "-2.50", "0", "1e3", "nan", "inf", "yes", "No", "0x1", "a\nb"]
)
_ROWS = st.lists(st.tuples(_CELL, _CELL, st.sampled_from(["0.5", "2", "7", "-3", "", "x"])), min_size=3, max_size=9)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=_ROWS, headings=st.sampled_from([("Odd one", "country"), ("employees", "do_not_call"), ("email", "x_own")]))
@example(rows=[("", "a", "2"), ("inf", "nan", "x"), ("1.0", "yes", "7")], headings=("employees", "do_not_call"))
def test_policy_room_gives_the_tables_points(rows: list[tuple[str, ...]], headings: tuple[str, str]) -> None:
    """Whatever the cells hold, the written policy scores each lead of the history as the table does."""
    chance = random.Random(len(rows))
    drawn = [chance.choice(rows) for _ in range(260)]
    outcomes = [str(int(0.6 * hash_of(row) + chance.random() > 0.75)) for row in drawn]
    made = Past((*headings, "Size", "Won"), tuple((*row, won) for row, won in zip(drawn, outcomes, strict=True)))
    history = made.history()
    assume(history.columns)
    import numpy as np

    table = fit_table(history.columns, history.outcomes, np.arange(history.leads))
    proposal = written(made, table)
    assert check_policy(proposal, "proposed.yaml") == []
    given_points = fit_points(load_policy(proposal, "proposed.yaml"), history.cells, (HISTORY,), NOW)
    assert given_points == list(table.score())


def hash_of(row: tuple[str, ...]) -> float:
    """A number from 0 to 1 that hangs on the cells alone."""
    return (sum(map(ord, "".join(row))) % 10) / 10


def written(made: Past, table: PointsTable) -> str:
    """The proposed policy with *table*, without measuring anything."""
    rules = rules_of(table, made.history())
    return proposed(
        SMALL, rules, (table.cap, table.floor), {"strong": table.cap, "middling": -1, "weak": -99}, ["made"]
    )


def test_kept_groups_count_in_thresholds() -> None:
    """A group that stays beside the table is in the file, and its points are in what the levels rest on."""
    made = past().renamed("Visits", "employees")
    history = made.history(declared=Declared(exclude=LEAKS))
    alone, _ = make_proposal(history, 0, asked())
    beside, text = make_proposal(history, 0, asked(SMALL.replace("at_least: 100", "at_least: 8"), ["company"]))
    assert {group.name for group in load_policy(text, "p").fit.groups} == {"company", HISTORY}
    assert beside.levels.begins["strong"] != alone.levels.begins["strong"]
    with pytest.raises(UsageError, match="no group nobody"):
        make_proposal(history, 0, asked(keep_groups=["nobody"]))


def test_aim_that_is_out_of_reach_is_told() -> None:
    """Where no points are as precise as aimed at, the best are proposed and the report says so."""
    request = asked()
    rows = tuple((*row[:-1], row[-1] if number % 5 else "0") for number, row in enumerate(past(600).rows))
    history = Past(past().headings, rows).history(declared=Declared(exclude=LEAKS))
    reached, text = make_proposal(history, 0, replace(request, aims=Aims(precision=0.99)))
    assert not reached.levels.met
    assert "No points reach the precision aimed at" in text


def test_long_tables_pass_the_lint() -> None:
    """Many ranges of one number and long lists of values are all found possible, and none counted twice."""
    columns = [f"{number / 3:.2f}" for number in range(1000)]
    words = [f"value {number % 100}" for number in range(1000)]
    rows = tuple((a, b, str(int(number % 50 < 25))) for number, (a, b) in enumerate(zip(columns, words, strict=True)))
    history = Past(("Measure", "Word", "Won"), rows).history()
    measure, word = history.columns
    bins = [Bin(0, low / 5, (low + 8) / 5) for low in range(0, 240, 8)]
    bins += [Bin(1, codes=tuple(range(start, start + 10))) for start in range(0, 100, 10)]
    points = tuple(range(1, len(bins) + 1))
    table = PointsTable((measure, word), tuple(bins), points, 0.0, 0.1)
    assert check_policy(written(Past(("Measure", "Word", "Won"), rows), table), "proposed.yaml") == []
