"""The smallest change that would flip a verdict.

A change is a set of single ones (`connector.policy.levers`): an action asked for, an answer given, some more points,
a field otherwise. Fewer single changes are smaller; among as many, those nearer to what a lead can do come first,
and fewer points before more. Sets are tried by size, so that nothing smaller flips what is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from connector.model.decision import Decision, DecisionInputs, Verdict, Versions
from connector.policy.levers import Lever, State, brings_points_alone, levers
from connector.policy.rules import Rulebook
from connector.policy.verdict import decide

MOST_CHANGES = 3
_MOST_TRIED = 12_000  # decisions; a few seconds
_NO_VERSIONS = Versions("", "", "")


@dataclass(frozen=True, slots=True)
class Flip:
    """A smallest set of changes, in words and by what they touch, and the decision it would lead to."""

    changes: tuple[str, ...]
    subjects: tuple[str, ...]
    decision: Decision

    def __str__(self) -> str:
        """Render as people would say it."""
        told = f"{self.changes[0]} alone" if len(self.changes) == 1 else " and ".join(self.changes)
        return f"{told}: {self.decision.verdict.value} by {self.decision.rule}"


def smallest_changes(
    rulebook: Rulebook, inputs: DecisionInputs, wanted: Callable[[Verdict], bool], most: int = 5
) -> tuple[Flip, ...]:
    """Up to *most* of the smallest changes that lead to a *wanted* verdict, the nearest first; none: no small one does.

    Nothing is answered either for a lead that has a wanted verdict already, or that is converted.
    """
    start = State(inputs)
    if inputs.lead.flag("converted") or wanted(decide(rulebook, inputs, _NO_VERSIONS).verdict):
        return ()
    pulled = levers(rulebook, inputs)
    alone = brings_points_alone(rulebook)
    tried = 0
    for size in range(1, MOST_CHANGES + 1):
        found: list[Flip] = []
        for chosen in _sets(pulled if size == 1 else [one for one in pulled if one.subject not in alone], size):
            tried += 1
            if tried > _MOST_TRIED:
                return tuple(found[:most])
            flip = _flip(rulebook, start, chosen, wanted)
            if flip is not None:
                found.append(flip)
        if found:
            return tuple(_simplest(found, most))
    return ()


def _sets(pulled: Sequence[Lever], size: int) -> Iterator[tuple[Lever, ...]]:
    """Sets of levers on different subjects, the nearest first."""
    found = (chosen for chosen in combinations(pulled, size) if len({lever.subject for lever in chosen}) == size)
    if size == 1:
        return found
    return iter(sorted(found, key=lambda chosen: (sum(one.rank for one in chosen), sum(one.size for one in chosen))))


def _flip(rulebook: Rulebook, start: State, chosen: Sequence[Lever], wanted: Callable[[Verdict], bool]) -> Flip | None:
    state = start
    for lever in chosen:
        state = lever.apply(state)
    decision = decide(rulebook, state.inputs, _NO_VERSIONS, state.shift)
    if not wanted(decision.verdict):
        return None
    return Flip(tuple(lever.what for lever in chosen), tuple(lever.subject for lever in chosen), decision)


def _simplest(found: Sequence[Flip], most: int) -> Iterator[Flip]:
    """Of changes to the same things the first alone: the nearest, with the fewest points."""
    once: dict[tuple[str, ...], Flip] = {}
    for flip in found:
        once.setdefault(flip.subjects, flip)
    return islice(once.values(), most)
