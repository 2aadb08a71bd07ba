"""What is told of a policy as a whole: rows that never decide, conditions that never hold, points that count twice."""

from __future__ import annotations

import pytest

from tests.policy.making import changed, findings


def rules(**changes: str) -> list[str]:
    """The rules that find something in the small policy with lines replaced."""
    return [finding.rule for finding in findings(changed(**changes))]


ROW = "  - {{name: {0}, says: Said., when: {1}, verdict: {2}}}"


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{field: linkage, is: possible}, {field: fit, is: strong}]}",
        "{field: linkage, in: [contact]}",
        "{all: [{field: disqualified, is: foe}, {field: intent, is: true}]}",
        "{all: [{field: stage, is: SRL}, {field: fit, is: strong}, {field: intent, is: true}]}",
        "{not: {field: disqualified, empty: true}}",
    ],
)
def test_row_that_earlier_rows_shadow(when: str) -> None:
    """A row whose every lead is decided by rows before it can never decide."""
    shadowed = ROW.format("shadowed", when, "review")
    assert rules(answered=shadowed) == ["unreachable-row"]


@pytest.mark.parametrize(
    "when",
    [
        "{field: intent, is: true}",
        "{field: stage, is: MQL}",
        "{all: [{field: bant_met, is: true}, {field: fit, in: [weak, middling]}]}",
        "{field: company.employees, between: [10, 20]}",
        "{field: title, matches_word: [ceo, owner]}",
        "{field: created_at, older_than_days: 30}",
        "{field: weak_identity, is: junk}",
        "{field: email_kind, is: free}",
        "{field: fit_points, at_least: 55}",
    ],
)
def test_row_that_some_lead_meets(when: str) -> None:
    """A row that decides for some lead is left in peace."""
    assert rules(answered=ROW.format("met", when, "review")) == []


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{field: rating, is: Hot}, {field: rating, is: Cold}]}",
        "{all: [{field: rating, empty: true}, {field: rating, is: Cold}]}",
        "{all: [{field: company.employees, at_least: 50}, {field: company.employees, at_most: 40}]}",
        "{all: [{field: created_at, older_than_days: 30}, {field: created_at, within_days: 20}]}",
        "{all: [{field: stage, is: MQL}, {field: intent, is: true}, {field: fit, is: strong}]}",
        "{all: [{field: intent, is: true}, {not: {field: intent, is: true}}]}",
    ],
)
def test_condition_that_contradicts_itself(when: str) -> None:
    """A condition that no lead can meet is found, also where only the stages say so."""
    assert rules(answered=ROW.format("odd", when, "review")) == ["never-holds"]


@pytest.mark.parametrize(
    ("big", "found"),
    [
        ("{field: rating, in: [Hot, Warm]}", ["overlapping-rules"]),
        ("{field: rating, in: [Cold, Warm]}", []),
        ("{field: company.employees, at_least: 10}", []),
        ("{any: [{field: rating, is: Hot}, {field: title, is: Boss}]}", []),
    ],
)
def test_points_that_count_twice(big: str, found: list[str]) -> None:
    """Two rules of a group that both give points for one value of one field are found."""
    assert rules(big=f"        - {{name: big, says: It is big., points: 50, when: {big}}}") == found


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ("  levels: {strong: 60, middling: 20, weak: 0}", []),
        ("  levels: {strong: 61, middling: 20, weak: 0}", ["unreachable-threshold"]),
    ],
)
def test_level_above_all_points(levels: str, found: list[str]) -> None:
    """A level that begins above the capped sum of all rules is found, and one at the sum is not."""
    text = changed().replace("  levels: {strong: 50, middling: 20, weak: 0}", levels)
    assert [finding.rule for finding in findings(text)] == found


def test_rules_that_exclude_each_other_are_not_added() -> None:
    """Two sizes of company bring the points of one: a level above those of either is out of reach."""
    text = changed(
        big="        - {name: big, says: Big., points: 40, when: {field: company.employees, at_least: 100}}",
        hot="        - {name: tiny, says: Tiny., points: 30, when: {field: company.employees, at_most: 9}}",
    )
    assert [finding.rule for finding in findings(text)] == ["unreachable-threshold"]


def test_points_beyond_reach_in_a_row() -> None:
    """A row that asks for more points than any lead has is told with the most there are."""
    (finding,) = findings(changed(answered=ROW.format("top", "{field: fit_points, at_least: 61}", "convert")))
    assert (finding.rule, finding.fix) == ("unreachable-threshold", "ask for 60 or fewer")


@pytest.mark.parametrize(
    ("when", "rule"),
    [
        ("{field: title, at_least: 5}", "bad-value"),
        ("{field: x_seats, at_least: 5}", ""),
        ("{field: budget, is: maybe}", "unknown-word"),
        ("{field: activity_kinds, is: webinarr}", "unknown-activity"),
        ("{field: activity_kinds, is: x_fair}", ""),
    ],
)
def test_values_that_the_field_cannot_have(when: str, rule: str) -> None:
    """Numbers asked of texts, answers that BANT does not know and unknown kinds of activity are found."""
    assert rules(answered=ROW.format("odd", when, "review")) == ([rule] if rule else [])


def test_levels_and_owners_in_order() -> None:
    """Levels stand from the highest down, and an owner rule without a condition stands last."""
    turned = changed().replace("{strong: 50, middling: 20, weak: 0}", "{strong: 20, middling: 50, weak: 0}")
    assert [finding.rule for finding in findings(turned)] == ["levels"]
    owners = "motions: {owners: [{name: all, one_of: [a]}, {name: some, when: {field: country, is: DE}, one_of: [b]}]}"
    assert rules(motions=owners) == ["unreachable-owner"]


def test_engagement_level_above_its_cap() -> None:
    """Engagement is capped, so a level above the cap is out of reach."""
    text = changed().replace("levels: {engaged: 10, some: 4, none: 0}", "levels: {engaged: 51, some: 4, none: 0}")
    assert [finding.rule for finding in findings(text)] == ["unreachable-threshold"]


def test_shape_and_meaning_are_told_together() -> None:
    """What the shape refuses does not hide what is wrong elsewhere, and nothing is told that only follows from it."""
    found = rules(
        hot="        - {name: hot, says: Fit., points: many, when: {field: rating, is: Hot}}",
        foe="  - {reason: foe, when: {field: company, in_list: foes}}",
        answered=ROW.format("answered", "{field: fit, is: good}", "convert"),
        rest="  - {name: rest, says: All., verdict: wait}",
    )
    assert sorted(found) == ["bad-value", "bad-value", "missing-key", "unknown-word"]


def test_missing_section_hides_nothing() -> None:
    """A policy without a section that it must have is told so, and its rows are checked all the same."""
    text = changed(answered=ROW.format("answered", "{field: bant_met, is: maybe}", "convert"))
    text = text.replace("bant: {yes_needed: 3, no_allowed: 0}\n", "")
    assert sorted(finding.rule for finding in findings(text)) == ["bad-value", "missing-key"]
