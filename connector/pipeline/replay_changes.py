"""Why a verdict changed, in sentences: the rows that gave it, and what moved on the scorecard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.model.replay import Part

_PARTS = {
    "stage": Part.STAGE,
    "rule": Part.ROW,
    "reasons": Part.REASONS,
    "disqualification": Part.DISQUALIFICATION,
    "opportunity": Part.OPPORTUNITY,
    "owner": Part.OWNER,
    "duplicate_of": Part.DUPLICATE,
    "runner_up": Part.RUNNER_UP,
    "runner_up_verdict": Part.RUNNER_UP,
    "look_again_at": Part.LOOK_AGAIN,
    "assurance": Part.ASSURANCE,
    "sampled": Part.SAMPLE,
    "policy": Part.POLICY,
}
_SCORES = {"level": Part.LEVELS, "points": Part.POINTS, "reasons": Part.RULES}
_LINES = ("fit", "engagement", "intent", "bant")


def because(was: Mapping[str, Any], made: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells two kept decisions apart, in sentences: their rows first, then the scorecard and the stage."""
    return tuple(_sentences(was, made))


def parts_changed(was: Mapping[str, Any], made: Mapping[str, Any]) -> frozenset[Part]:
    """The parts in which two kept decisions differ; fields that were not kept at the time say nothing."""
    changed = {_PARTS.get(name, Part.OTHER) for name in _differing(was, made) if name != "scorecard"}
    for line in _LINES:
        changed |= {
            _SCORES.get(name, Part.OTHER) for name in _differing(was["scorecard"][line], made["scorecard"][line])
        }
    return frozenset(changed)


def _differing(was: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in was.items() if name not in made or not holds(value, made[name]))


def holds(was: Any, made: Any) -> bool:
    """Whether *made* says all that *was* does: it may have fields besides."""
    if isinstance(was, dict) and isinstance(made, dict):
        return all(name in made and holds(value, made[name]) for name, value in was.items())
    if isinstance(was, list) and isinstance(made, list):
        return len(was) == len(made) and all(map(holds, was, made))
    return bool(was == made)


def _sentences(was: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    yield f"Was {was['verdict']} by the row `{was['rule']}`: {_first(was)}"
    yield f"Is {made['verdict']} by the row `{made['rule']}`: {_first(made)}"
    for name in _LINES:
        yield from _line(name, was["scorecard"][name], made["scorecard"][name])
    if was["stage"] != made["stage"]:
        yield f"The stage was {was['stage']} and is {made['stage']}."


def _first(decision: Mapping[str, Any]) -> str:
    return str(decision["reasons"][0]["detail"])


def _line(name: str, was: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    if (was["level"], was["points"]) != (made["level"], made["points"]):
        title = "BANT" if name == "bant" else name.capitalize()
        yield f"{title} was {_level(was)} and is {_level(made)}."
    before, after = _points(was["reasons"]), _points(made["reasons"])
    for rule in dict.fromkeys((*before, *after)):
        if before.get(rule) != after.get(rule):
            yield f"The {name} rule `{rule}` {_moved(before.get(rule), after.get(rule))}."


def _level(score: Mapping[str, Any]) -> str:
    return f"{score['level']} ({score['points']})"


def _points(reasons: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {reason["code"]: reason["points"] for reason in reasons}


def _moved(before: int | None, after: int | None) -> str:
    if after is None:
        return f"gave {before} and gives nothing"
    return f"gave nothing and gives {after}" if before is None else f"gave {before} and gives {after}"
