"""A calibration in words and as plain data: the report, and the comments above the proposed table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.policy.calibration.columns import Aside
from connector.policy.calibration.fitting import Calibration, Measured
from connector.policy.calibration.leaks import Leak
from connector.policy.calibration.levels import Levels
from connector.policy.calibration.measure import FOLDS, Threshold
from connector.policy.calibration.rules import Rule
from connector.policy.calibration.table import DOUBLING

CAVEAT = (
    "Statistics cannot find every leak: a column that sales fills in may look like any good one. Declare what is "
    "known only after sales worked the lead with --exclude, or under `known_at:` in the policy."
)
TOGETHER = (
    "Points count together: where conditions go with each other, a row is worth what it adds to the others, so a row "
    "with a high share of won leads may have points against it (and the other way round)."
)
_WHY = {
    Aside.IDENTIFIER: "another value on every lead, or free text",
    Aside.CONSTANT: "the same on every lead",
    Aside.DAY: "a day of the past, of which nothing follows for the next lead",
    Aside.EXCLUDED: "excluded by you",
    Aside.WORKED: "known only after sales worked the lead",
    Aside.PERSONAL: "personal data",
    Aside.ELSEWHERE: "a matter of intent, BANT or engagement, which have sections of their own",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A calibration with what is proposed of it: the rules, the levels, and how many rows told no outcome."""

    calibration: Calibration
    rules: Sequence[Rule]
    levels: Levels
    thresholds: Sequence[Threshold]
    leads: int
    won: int
    untold: int


def head_lines(proposal: Proposal, source: str) -> Iterator[str]:
    """The comments above `fit:`: what was measured, how, and what to beware of."""
    found = proposal.calibration
    outcome = f"{proposal.leads} leads of {source}: {proposal.won} were won"
    yield f"Fit, proposed by `connector policy calibrate` from {outcome}."
    yield f"{len(proposal.rules)} rows; {DOUBLING} points double the odds. Figures are out of fold ({FOLDS} parts)."
    for name, begins in proposal.levels.begins.items():
        yield f"{name} from {begins.points}: {_threshold(begins)}."
    yield from _short_of_aim(proposal)
    yield f"AUC {_auc(found.measured)}. Brier score {found.measured.table.brier:.4f}."
    yield "Calibration (points: said to be won, were won):"
    for band in found.bands:
        yield f"  {band.low:>4} to {band.high:>4}: {band.predicted:>6.1%}, {band.observed:>6.1%} of {band.leads}"
    if found.left_out:
        yield f"Left out as possible leaks: {', '.join(found.left_out)}."
    for line in _of_nothing(proposal):
        yield from _wrapped(line)
    yield from _wrapped(TOGETHER)
    yield from _wrapped(CAVEAT)


def _wrapped(text: str) -> Iterator[str]:
    from textwrap import wrap

    yield from wrap(text, 110)


def _short_of_aim(proposal: Proposal) -> Iterator[str]:
    if not proposal.levels.met:
        name, begins = next(iter(proposal.levels.begins.items()))
        yield f"No points reach the precision aimed at: {name} begins where it is best ({begins.precision:.1%})."


def _of_nothing(proposal: Proposal) -> Iterator[str]:
    """A table of mostly bad signs lets whoever shows none of them pass for the best."""
    name, begins = next(iter(proposal.levels.begins.items()))
    if begins.points <= 0:
        yield (
            f"Beware: a lead that no row speaks of has 0 points: it is `{name}`, also where no mapping fills a column."
            " `connector mapping lint` names such columns once the proposal is in use."
        )


def _threshold(one: Threshold) -> str:
    return f"{one.leads} leads, precision {one.precision:.1%}, recall {one.recall:.1%}"


def _auc(measured: Measured) -> str:
    others = ", ".join(f"{name} {one.auc:.4f}" for name, one in measured.baselines.items())
    return f"{measured.table.auc:.4f} (on the same columns: {others})"


def report_lines(proposal: Proposal) -> Iterator[str]:
    """The report for people, but for its tables."""
    found = proposal.calibration
    yield f"{proposal.leads} leads, {proposal.won} won; figures are out of fold ({FOLDS} parts)"
    if proposal.untold:
        yield f"{proposal.untold} rows tell no outcome and were left out"
    brier = found.measured.table.brier
    yield f"points table: {len(proposal.rules)} rows, AUC {_auc(found.measured)}, Brier {brier:.4f}"
    yield from _short_of_aim(proposal)
    for leak in found.leaks:
        yield f"possible leak, left out: `{leak.column}`: {leak.says} (--keep takes it in)"
    if found.with_leaks is not None:
        yield f"with what was left out: AUC {_auc(found.with_leaks)}"
    for leak in found.doubtful:
        yield f"look at it: `{leak.column}`: {leak.says}; is it known when the lead comes in?"
    yield from _aside_lines(found.aside)
    yield from _of_nothing(proposal)
    yield TOGETHER
    yield CAVEAT


def _aside_lines(aside: Sequence[tuple[str, Aside]]) -> Iterator[str]:
    for why, words in _WHY.items():
        names = [f"`{name}`" for name, reason in aside if reason is why]
        if names:
            yield f"set aside, {words}: {', '.join(names)}"


def report_json(proposal: Proposal) -> dict[str, object]:
    """The report as plain data."""
    found = proposal.calibration
    own = found.measured
    return {
        "auc": _rounded(own.table.auc),
        "baselines": {name: _rounded(one.auc) for name, one in own.baselines.items()},
        "rows": len(proposal.rules),
        "leads": proposal.leads,
        "won": proposal.won,
        "lost": proposal.leads - proposal.won,
        "without_outcome": proposal.untold,
        "leaks": [leak.column for leak in found.leaks],
        "evidence": [_leak_json(leak) for leak in found.leaks],
        "doubtful": [_leak_json(leak) for leak in found.doubtful],
        "left_out": list(found.left_out),
        "with_leaks": None if found.with_leaks is None else _measured_json(found.with_leaks),
        "set_aside": {name: why.value for name, why in found.aside},
        "thresholds": [_threshold_json(one) for one in proposal.thresholds],
        "levels": {name: _threshold_json(one) for name, one in proposal.levels.begins.items()},
        "aim_met": proposal.levels.met,
        "calibration": {
            "brier": _rounded(own.table.brier),
            "log_loss": _rounded(own.table.log_loss),
            "bands": [
                {
                    "from": band.low,
                    "to": band.high,
                    "leads": band.leads,
                    "predicted": _rounded(band.predicted),
                    "observed": _rounded(band.observed),
                }
                for band in found.bands
            ],
        },
        "table": [_rule_json(rule) for rule in proposal.rules],
        "folds": FOLDS,
        "points_to_double_odds": DOUBLING,
        "note": CAVEAT,
    }


def _measured_json(one: Measured) -> dict[str, object]:
    return {
        "auc": _rounded(one.table.auc),
        "baselines": {name: _rounded(judged.auc) for name, judged in one.baselines.items()},
    }


def _leak_json(leak: Leak) -> dict[str, object]:
    return {
        "column": leak.column,
        "evidence": leak.evidence.value,
        "says": leak.says,
        "auc": _rounded(leak.auc),
        "won_share": _rounded(leak.won),
        "lost_share": _rounded(leak.lost),
    }


def _threshold_json(one: Threshold) -> dict[str, object]:
    return {
        "points": one.points,
        "precision": _rounded(one.precision),
        "recall": _rounded(one.recall),
        "leads": one.leads,
    }


def _rule_json(rule: Rule) -> dict[str, Any]:
    when: Mapping[str, Any] = rule.when
    return {
        "name": rule.name,
        "column": rule.column,
        "points": rule.points,
        "when": dict(when),
        "leads": rule.leads,
        "won": rule.won,
        "says": rule.says,
    }


def _rounded(value: float) -> float:
    return round(value, 4)
