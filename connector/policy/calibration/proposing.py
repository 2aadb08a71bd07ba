"""From a history and the policy in use to a proposed policy: fitted, measured, written and read back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.errors import ConnectorError, InputError, UsageError
from connector.policy.calibration.columns import History, Numbers
from connector.policy.calibration.fitting import Calibration, Wanted, calibrate
from connector.policy.calibration.leaks import left_out_words
from connector.policy.calibration.levels import Aims, grid, propose, thinned
from connector.policy.calibration.proposal import HISTORY, proposed
from connector.policy.calibration.rules import rules_of
from connector.policy.calibration.scoring import fit_points
from connector.policy.calibration.telling import Proposal, head_lines
from connector.policy.rulebook import load_policy

_HELP = "connector policy calibrate --help"


@dataclass(frozen=True, slots=True)
class Request:
    """What a proposal starts from: the policy's *text* and *path*, what the history is called, what is wanted of the
    fit and of the levels, the groups of fit that stay beside the table, and the present instant."""

    text: str
    path: str
    source: str
    wanted: Wanted
    aims: Aims
    keep_groups: Collection[str]
    as_of: datetime


def make_proposal(history: History, untold: int, request: Request) -> tuple[Proposal, str]:
    """The proposal, and the text of the proposed policy, which gives each lead of the history the points of the table.

    Raises InputError for a policy that cannot be used or a history that cannot be fitted, UsageError for groups that
    the policy has not and where the extra is missing.
    """
    rulebook = load_policy(request.text, request.path)
    known = {group.name for group in rulebook.fit.groups}
    if unknown := [name for name in request.keep_groups if name not in known - {HISTORY}]:
        what = f"fit has no group {', '.join(unknown)} to keep; it has {', '.join(sorted(known))}"
        raise UsageError(what, next_command=_HELP)
    found = calibrate(history, request.wanted)
    names = [name for _, name in rulebook.fit.levels.thresholds]
    if not found.table.bins:
        told = "nothing in these columns tells leads that are won from those that are lost; no points are proposed"
        raise InputError([], f"{told}{left_out_words(found.leaks)}", next_command=_HELP)
    scores, bounds = _with_kept(history, found, request)
    levels = propose(names, history.outcomes, scores, bounds, request.aims)
    proposal = Proposal(
        calibration=found,
        rules=rules_of(found.table, history),
        levels=levels,
        thresholds=thinned(grid(history.outcomes, scores), levels),
        leads=history.leads,
        won=int(history.outcomes.sum()),
        untold=untold,
    )
    text = proposed(
        request.text,
        proposal.rules,
        (found.table.cap, found.table.floor),
        {name: begins.points for name, begins in levels.begins.items()},
        list(head_lines(proposal, request.source)),
        request.keep_groups,
    )
    _read_back(text, request, history, found.table.score())
    return proposal, text


def _with_kept(history: History, found: Calibration, request: Request) -> tuple[Numbers, tuple[int, int]]:
    """The out-of-fold points of each lead with those of the groups that stay, and the fewest and the most of a lead."""
    import numpy as np

    lowest, highest = found.table.floor, found.table.cap
    if not request.keep_groups:
        return found.scores, (lowest, highest)
    rulebook = load_policy(request.text, request.path)
    others = np.array(fit_points(rulebook, history.cells, request.keep_groups, request.as_of), dtype=float)
    return found.scores + others, (lowest + int(min(0, others.min())), highest + int(max(0, others.max())))


def _read_back(text: str, request: Request, history: History, points: Sequence[float]) -> None:
    """What is written must be a policy, and score the history as the table does."""
    written = load_policy(text, "the proposal")
    given = fit_points(written, history.cells, (HISTORY,), request.as_of)
    wrong = sum(one != other for one, other in zip(given, points, strict=True))
    if wrong:
        raise ConnectorError(f"the proposed policy scores {wrong} of {history.leads} leads in another way than fitted")
