"""What can be told of a rulebook as a whole: rules that no lead meets, thresholds too high, double counting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from connector.model.decision import Stage
from connector.model.document import Document, Loc
from connector.policy.compiling import Compiler, vocabulary
from connector.policy.conditions import ALWAYS, All, AnyOf, Condition, Not, Test, tests
from connector.policy.fit import FitGroup, FitRule
from connector.policy.reach import Domains, both, domains, possible
from connector.policy.rules import Rulebook

_MOST_COMBINED = 5000  # values of the facts of one group of fit that are tried together


@dataclass(frozen=True, slots=True)
class Analysis:
    """A rulebook with its file; *broken* are the places of conditions that make no sense and are passed over.

    *partly* names sections of which something could not be read.
    """

    book: Rulebook
    document: Document
    broken: frozenset[Loc]
    among: Domains
    partly: frozenset[str]

    def unfolded(self, condition: Condition) -> Condition:
        """The condition with the stage written out, where all stages could be read."""
        known = "stages" not in self.partly and not any(loc[0] == "stages" for loc in self.broken)
        return _unfolded(condition, self.book) if known else condition


def analyse(compiler: Compiler, book: Rulebook, document: Document, partly: frozenset[str] = frozenset()) -> None:
    """Note in *document* what no lead can meet or reach, and what counts twice; *partly* as in `Analysis`."""
    among = domains((condition for _, condition in compiler.placed), vocabulary(compiler.policy), book.lists)
    analysis = Analysis(book, document, frozenset(compiler.broken), among, partly)
    _impossible(analysis)
    _rows(analysis)
    _thresholds(analysis)
    for group in book.fit.groups:
        _double(analysis, group)


def _sound(analysis: Analysis, loc: Loc) -> bool:
    return loc not in analysis.broken


def _impossible(analysis: Analysis) -> None:
    """Conditions that contradict themselves."""
    for loc, name, condition in _named(analysis.book):
        if _sound(analysis, loc) and not possible([analysis.unfolded(condition)], [], analysis.among):
            what = f"`{name}` never holds: its parts contradict each other"
            analysis.document.find(loc, "never-holds", what, "mend the condition, or take it out")


def _named(book: Rulebook) -> Iterator[tuple[Loc, str, Condition]]:
    for group in book.fit.groups:
        for index, rule in enumerate(group.rules):
            yield ("fit", "groups", group.name, "rules", index, "when"), rule.name, rule.condition
    for index, entry in enumerate(book.disqualifiers):
        if entry.condition is not None:
            yield ("disqualify", index, "when"), entry.reason, entry.condition
    for index, row in enumerate(book.rows):
        yield ("decide", index, "when"), row.name, row.condition
    for index, promise in enumerate(book.invariants):
        yield ("invariants", index, "when"), promise.name, promise.condition


def _rows(analysis: Analysis) -> None:
    """Rows that can never decide, because rows before them always do."""
    earlier: list[Condition] = []
    for index, row in enumerate(analysis.book.rows):
        loc: Loc = ("decide", index, "when")
        if not _sound(analysis, loc):
            continue
        wanted = analysis.unfolded(row.condition)
        if wanted == ALWAYS and index < len(analysis.book.rows) - 1:
            return  # said already: no row after it can fire
        reachable = possible([wanted], [], analysis.among)
        if reachable and not possible([wanted], earlier, analysis.among):
            what = f"`{row.name}` can never decide: the rows before it take every lead that it is for"
            analysis.document.find(("decide", index, "name"), "unreachable-row", what, "move it up, or take it out")
        earlier.append(wanted)


def _unfolded(condition: Condition, book: Rulebook) -> Condition:
    """The condition with the stage written out, so that rows on fit and intent and rows on the stage are compared."""
    if isinstance(condition, Test):
        if condition.field == "stage" and condition.operator in ("is", "in"):
            words = condition.value if isinstance(condition.value, list) else [condition.value]
            return AnyOf(tuple(_is_stage(word, book) for word in words))
        return condition
    if isinstance(condition, Not):
        return Not(_unfolded(condition.part, book))
    return type(condition)(tuple(_unfolded(part, book) for part in condition.parts))


def _is_stage(word: str, book: Rulebook) -> Condition:
    further: list[Condition] = []
    for rule in book.stages:
        if rule.stage.value == word:
            return both(rule.condition, *(Not(one) for one in further))
        further.append(rule.condition)
    return both(*(Not(one) for one in further)) if word == Stage.NEW.value else Test("stage", "is", word)


def _thresholds(analysis: Analysis) -> None:
    """Levels above what all rules together can bring."""
    fit, engagement = analysis.book.fit, analysis.book.engagement
    unsure = "fit" in analysis.partly or any(loc[0] == "fit" for loc in analysis.broken)
    most = sum(group.cap if unsure else _most(group, analysis.among) for group in fit.groups)
    _too_high("fit", fit.levels.thresholds, most, analysis)
    _too_high("engagement", engagement.levels.thresholds, engagement.cap, analysis)
    for loc, name, condition in _named(analysis.book):
        for test in tests(condition) if _sound(analysis, loc) else ():
            top = {"fit_points": most, "engagement_points": engagement.cap, "bant_yes": 4}.get(test.field)
            if top is not None and test.operator == "at_least" and test.value > top:
                what = f"`{name}` asks for {test.value} {test.field}, and no lead has more than {top}"
                analysis.document.find(loc, "unreachable-threshold", what, f"ask for {top} or fewer")


def _too_high(section: str, thresholds: Sequence[tuple[int, str]], most: int, analysis: Analysis) -> None:
    for points, name in thresholds:
        if points > most:
            what = f"no lead can reach `{name}`: it begins at {points} points, and all rules together bring {most}"
            analysis.document.find((section, "levels", name), "unreachable-threshold", what, "lower it, or add points")


def _most(group: FitGroup, among: Domains) -> int:
    """The most points that one lead can have from a group: rules that look at the same facts may exclude each other."""
    return group.bounded(sum(_most_of(rules, among) for rules in _together(group.rules)))


def _together(rules: Sequence[FitRule]) -> list[list[FitRule]]:
    """Rules in bunches that share facts, directly or by way of others."""
    bunches: list[tuple[set[str], list[FitRule]]] = []
    for rule in rules:
        fields, mine = {test.field for test in tests(rule.condition)}, [rule]
        apart = []
        for known, held in bunches:
            if known & fields:
                fields |= known
                mine = held + mine
            else:
                apart.append((known, held))
        bunches = [*apart, (fields, mine)]
    return [held for _, held in bunches]


def _most_of(rules: Sequence[FitRule], among: Domains) -> int:
    fields = list(dict.fromkeys(test.field for rule in rules for test in tests(rule.condition)))
    count = 1
    for field in fields:
        count *= len(among.values[field])
    if count > _MOST_COMBINED:
        return sum(max(rule.points, 0) for rule in rules)
    return max(
        (
            sum(rule.points for rule in rules if _true(rule.condition, dict(zip(fields, chosen, strict=True)), among))
            for chosen in product(*(range(len(among.values[field])) for field in fields))
        ),
        default=0,
    )


def _true(condition: Condition, chosen: dict[str, int], among: Domains) -> bool:
    if isinstance(condition, Test):
        return among.truth[str(condition)][chosen[condition.field]]
    if isinstance(condition, Not):
        return not _true(condition.part, chosen, among)
    parts = (_true(part, chosen, among) for part in condition.parts)
    return all(parts) if isinstance(condition, All) else any(parts)


def _double(analysis: Analysis, group: FitGroup) -> None:
    """Rules of one group that give points for the same value twice: ranges and lists of one fact that overlap."""
    single = [
        (index, rule, rule.condition)
        for index, rule in enumerate(group.rules)
        if isinstance(rule.condition, Test)
        and rule.condition.operator in _EXCLUSIVE
        and _sound(analysis, ("fit", "groups", group.name, "rules", index, "when"))
    ]
    for (_, one, left), (index, other, right) in combinations(single, 2):
        if left.field == right.field and possible([left, right], [], analysis.among):
            loc: Loc = ("fit", "groups", group.name, "rules", index, "when")
            what = f"`{other.name}` and `{one.name}` both give points for the same {right.field}"
            analysis.document.find(loc, "overlapping-rules", what, "let their values not overlap")


_EXCLUSIVE = frozenset({"is", "in", "in_list", "at_least", "at_most", "between"})
