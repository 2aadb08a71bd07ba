"""Evidence that a column was filled in after sales worked the lead, and so tells the outcome rather than foretells it.

Nothing is known here of what columns are called or what their values mean; only how they go with the outcome counts:

* **copy**: the column as good as says the outcome.
* **both sides**: some of its values are near-certain winners and others near-certain losers, and both are many. What is
  known of a lead when it comes in may mark one side (a referral, a wrong number), seldom both: that is a judgement.
  (Not asked of numbers, whose far ends are near-certain wherever they are merely good.)
* **one side**: values (or being filled at all) go with one outcome almost without exception and hold much of it, as
  the reason of a loss does, or the date of a contract. Nothing makes a win certain beforehand, so for values that
  always win a twentieth of the winners is enough; what never wins may be out of reach from the start.
* **outweighs**: alone it orders the leads better than all other columns together do.

What is moderate stays unseen: no statistic can tell a column that sales filled in from one that is simply good.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.policy.calibration.bins import Bin, first_cut, membership
from connector.policy.calibration.columns import EMPTY, Column, Numbers
from connector.policy.calibration.measure import auc

_PRIOR = 4.0  # leads of the usual outcome that each value is thought to have besides its own
_TIMES = 10.0  # near-certain: odds ten times, or a tenth, of the usual ones …
_SURE = 0.8  # … and at least four in five
_MANY = 0.05  # of all winners, and of all losers
_SURER = 0.97
_MUCH = 0.4
_ALWAYS, _PROVEN = 0.995, 50
_COPY = 0.95
_STRONG = 0.9  # an AUC
_WEAKER, _LESS_SURE, _SOME = 5.0, 0.6, 0.02  # for what is shown to people, and not left out


class Evidence(StrEnum):
    """What speaks for a leak."""

    COPY = "copy"
    BOTH_SIDES = "both-sides"
    ONE_SIDE = "one-side"
    OUTWEIGHS = "outweighs"


@dataclass(frozen=True, slots=True)
class Leak:
    """A column that looks as if it leaked the outcome.

    *won* is the share of all winners that its near-certain values hold, *lost* that of all losers; *auc* is what the
    column orders alone. *says* puts the evidence into a sentence.
    """

    column: str
    evidence: Evidence
    won: float
    lost: float
    auc: float
    says: str


@dataclass(frozen=True, slots=True)
class _Profile:
    """Of each value of a column: its leads and winners, and the share won, drawn a little to the usual."""

    leads: Numbers
    won: Numbers
    share: Numbers
    usual: float
    auc: float

    def held(self, times: float, sure: float) -> tuple[float, float]:
        """The shares of all winners, and of all losers, that near-certain values hold."""
        import numpy as np

        odds = np.log(self.share / (1 - self.share)) - math.log(self.usual / (1 - self.usual))
        winners = (odds >= math.log(times)) & (self.share >= sure)
        losers = (odds <= -math.log(times)) & (self.share <= 1 - sure)
        lost = self.leads - self.won
        return float(self.won[winners].sum()), float(lost[losers].sum())

    def always_won(self) -> float:
        """How many winners the values hold with which no lead is lost; few leads prove nothing."""
        always = (self.won >= _ALWAYS * self.leads) & (self.leads >= _PROVEN)
        return float(self.won[always].sum())


def left_out_words(leaks: Sequence[Leak]) -> str:
    """What was left out, with the evidence and the option that takes each in; empty where nothing was."""
    named = ", ".join(f"`{leak.column}` ({leak.says})" for leak in leaks)
    options = " ".join(f"--keep {shlex.quote(leak.column)}" for leak in leaks)
    return (
        f"; left out as possible leaks: {named}; what is known when a lead comes in, keep: {options}" if leaks else ""
    )


def find(
    columns: Sequence[Column], outcomes: Numbers, rest: Callable[[Sequence[Column]], float]
) -> tuple[list[Leak], list[Leak]]:
    """The columns that look like leaks, and those that people should look at though less speaks against them.

    *rest* answers the out-of-fold AUC of a points table on the columns given; it is asked only about a column that
    orders the leads very well alone.
    """
    found: dict[str, Leak] = {}
    doubtful: list[Leak] = []
    profiles = {column.name: _profiles(column, outcomes) for column in columns}
    for column in columns:
        leak = _by_values(column, profiles[column.name], outcomes)
        if leak is not None:
            found[column.name] = leak
    for column in sorted(columns, key=lambda one: -profiles[one.name][0].auc):
        alone = profiles[column.name][0].auc
        if column.name not in found and alone >= _STRONG:
            others = [one for one in columns if one.name not in found and one is not column]
            if (together := rest(others) if others else 0.5) < alone:
                found[column.name] = _outweighing(column.name, profiles[column.name][0], outcomes, together)
    for column in columns:
        won, lost = _shares(profiles[column.name][0], outcomes, _WEAKER, _LESS_SURE)
        if column.name not in found and column.numbers is None and min(won, lost) >= _SOME:
            says = _held(won, lost, "fairly sure")
            doubtful.append(Leak(column.name, Evidence.BOTH_SIDES, won, lost, profiles[column.name][0].auc, says))
    return [found[column.name] for column in columns if column.name in found], doubtful


def _profiles(column: Column, outcomes: Numbers) -> list[_Profile]:
    """By the values of the column; and by whether it is filled, where it is not always."""
    import numpy as np

    bins = first_cut([column], np.arange(len(outcomes)))
    found = [_profile(membership([*bins] or [Bin(0, empty=True)], [column]), outcomes)]
    empty = column.codes == EMPTY
    if empty.any():
        found.append(_profile(np.column_stack([empty, ~empty]).astype(float), outcomes))
    return found


def _profile(table: Numbers, outcomes: Numbers) -> _Profile:
    usual = float(outcomes.mean())
    leads, won = table.sum(axis=0), table.T @ outcomes
    share = (won + _PRIOR * usual) / (leads + _PRIOR)
    scores = table @ share + (table.sum(axis=1) == 0) * usual
    return _Profile(leads, won, share, usual, auc(outcomes, scores))


def _shares(profile: _Profile, outcomes: Numbers, times: float, sure: float) -> tuple[float, float]:
    won, lost = profile.held(times, sure)
    winners = float(outcomes.sum())
    return won / winners, lost / (len(outcomes) - winners)


def _by_values(column: Column, profiles: Sequence[_Profile], outcomes: Numbers) -> Leak | None:
    """The strongest evidence that single values give; None when there is none."""
    name = column.name
    for place, profile in enumerate(profiles):
        measure = column.numbers is not None and place == 0  # its far ends are near-certain wherever it is good
        won, lost = _shares(profile, outcomes, _TIMES, _SURE)
        if min(won, lost) >= _COPY:
            return Leak(name, Evidence.COPY, won, lost, profile.auc, "it says the outcome itself")
        if min(won, lost) >= _MANY and not measure:
            return Leak(name, Evidence.BOTH_SIDES, won, lost, profile.auc, _held(won, lost, "near-certain"))
        won, lost = _shares(profile, outcomes, _TIMES, _SURER)
        if max(won, lost) >= _MUCH:
            return Leak(name, Evidence.ONE_SIDE, won, lost, profile.auc, _held(won, lost, "all but certain"))
        always = profile.always_won() / float(outcomes.sum())
        if always >= _MANY and not measure:
            return Leak(name, Evidence.ONE_SIDE, always, lost, profile.auc, _held(always, 0, "always winning"))
    return None


def _outweighing(name: str, profile: _Profile, outcomes: Numbers, together: float) -> Leak:
    won, lost = _shares(profile, outcomes, _TIMES, _SURE)
    says = f"alone it orders the leads better (AUC {profile.auc:.3f}) than all other columns together ({together:.3f})"
    return Leak(name, Evidence.OUTWEIGHS, won, lost, profile.auc, says)


def _held(won: float, lost: float, how: str) -> str:
    sides = [f"{share:.0%} of all {who}" for share, who in ((won, "winners"), (lost, "losers")) if share >= _SOME]
    return f"{how} values hold {' and '.join(sides)}"
