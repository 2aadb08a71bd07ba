"""Forty mistakes that people make in a policy: each is told on its line with what to do, and all of them at once."""

# ruff: noqa: E501 - what a line was and what somebody made of it are read side by side

from __future__ import annotations

from dataclasses import dataclass

import pytest

from connector.model.records import Kind
from connector.policy import KnownFields, check_policy
from tests.policy.making import PATH, starter_text

MARK = "# HERE"
KNOWN = KnownFields(
    {
        Kind.LEAD: frozenset(
            [
                "last_name",
                "first_name",
                "company",
                "title",
                "email",
                "status",
                "rating",
                "industry",
                "employees",
                "revenue",
                "website",
                "country",
                "description",
                "created_at",
                "requested_at",
                "requested_action",
                "last_activity_at",
                "opted_out_email",
                "do_not_call",
                "budget",
                "authority",
                "need",
                "timeframe",
                "source",
            ]
        ),
        Kind.ACCOUNT: frozenset({"name", "type"}),
    },
    {(Kind.LEAD, "rating"): frozenset({"Hot", "Warm", "Cold"})},
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line of the starter policy, what somebody made of it, and the rule that finds it."""

    line: str
    made: str
    rule: str


MISTAKES = [
    Mistake("  levels: {strong: 55, middling: 25, weak: 0}", "  levels: {strong: 900, middling: 25, weak: 0}", "unreachable-threshold"),
    Mistake("  review_band: 0", "  review_band: 40", "levels"),
    Mistake("        - name: large", "        - name: right-size", "duplicate-name"),
    Mistake("          when: {field: company.employees, at_least: 5001}", "          when: {field: company.employees, at_least: 4000}", "overlapping-rules"),
    Mistake("          when: {field: company.employees, between: [50, 199]}", "          when: {field: company.employees, between: [199, 50]}", "bad-value"),
    Mistake("          when: {field: company.industry, in_list: target_industries}", "          when: {field: company.industry, in_list: best_industries}", "unknown-list"),
    Mistake("          when: {field: company.revenue, at_least: 10000000}", "          when: {field: company.revenu, at_least: 10000000}", "unknown-field"),
    Mistake("          when: {field: email_kind, in: [corporate, role]}", "          when: {field: email_kind, in: [corporate, rolle]}", "unknown-word"),
    Mistake("          when: {field: rating, is: Hot}", "          when: {field: rating, is: Boiling}", "unknown-value"),
    Mistake("          points: -15  # cold", "          points: lots", "bad-value"),
    Mistake("  half_life_days: 21", "  half_life_days: 0", "bad-value"),
    Mistake("    webinar: 15", "    webinar: -15", "bad-value"),
    Mistake("    email_click: {points: 5, cap: 15}", "    email_click: {points: 5, most: 15}", "unknown-key"),
    Mistake("    when: {field: opted_out_email, is: true}", "    when: {field: opted_out_email, is: perhaps}", "bad-value"),
    Mistake("      window_days: 30", "      window_days: a month", "bad-value"),
    Mistake("  yes_needed: 3", "  yes_needed: 5", "bad-value"),
    Mistake("  owners: []", "  owners: [{name: dach, one_of: []}]", "bad-value"),
    Mistake("  - stage: MQL  # first", "  - stage: Marketing", "bad-value"),
    Mistake("        - {field: bant_met, is: true}", "        - {field: bant_met, like: true}", "unknown-operator"),
    Mistake("  - reason: junk", "  - reason: closed-in-crm", "duplicate-name"),
    Mistake("    when: {field: weak_identity, is: junk}", "    when: {field: disqualified, is: junk}", "not-known-yet"),
    Mistake("        - {field: created_at, older_than_days: 365}", "        - {field: created_at, older_than_days: soon}", "bad-value"),
    Mistake("    says: A person judged that we cannot help this company.", "    say: A person judged that we cannot help this company.", "unknown-key"),
    Mistake("    when: {field: linkage, is: possible}", "    when: {field: linkage, is: maybe}", "unknown-word"),
    Mistake("    verdict: as-survivor", "    verdict: as-the-other", "bad-value"),
    Mistake("    when: {field: named_account, is: true}", "    when: {field: named_account}", "condition"),
    Mistake("        - {field: fit, is_not: weak}", "        - {field: fit, is_not: week}", "unknown-word"),
    Mistake("    when: {field: stage, is: MQL}", "    when: {all: [{field: fit, is: strong}, {field: fit, is: weak}]}", "never-holds"),
    Mistake("    when: {field: status, in_list: recycled_statuses}", "    when: {field: fit, in: []}", "bad-value"),
    Mistake('  name: "{company} - {action}"', '  name: "{company} - {deal}"', "unknown-placeholder"),
    Mistake("    close_in_days: 90", "    close_in_days: -1", "bad-value"),
    Mistake("    close_in_days: 60", "    amount_from: x_budget_in_words", "unmapped-field"),
    Mistake("  convert: sampled(5 %)", "  convert: sometimes", "bad-value"),
    Mistake("  target: 0.9", "  target: 90", "bad-value"),
    Mistake("  conversions_per_run: 5000", "  conversions_per_run: 0", "bad-value"),
    Mistake("    counted_from: [requested_at, created_at]", "    counted_from: [requested_at, company]", "unknown-field"),
    Mistake("    then: {verdict: review, reason: stale-mql}", "    then: {verdict: disqualify, reason: stale-mql}", "unknown-reason"),
    Mistake("    web_visit: {points: 3, cap: 12}", "    web_visits: {points: 3, cap: 12}", "unknown-activity"),
    Mistake("    activities: [unsubscribe]", "    activities: [unsubscribed]", "unknown-activity"),
    Mistake("  even_if_worked: false", "  even_if_worked: rarely", "bad-value"),
    Mistake("    never: [convert, attach]", "    never: []", "bad-value"),
    Mistake("      {verdict: convert, row: early-conversion, stage: SRL, motion: hunter, fit: strong,", "      {verdict: convert, row: early-convertion, stage: SRL, motion: hunter, fit: strong,", "unknown-row"),
    Mistake("      lead: {last_name: Nash, company: Plain Harbor, email: nash@plainharbor.com, status: Recycled}", "      lead: {last_name: Nash, compny: Plain Harbor, email: nash@plainharbor.com, status: Recycled}", "unknown-field"),
    Mistake("  attach: auto", "  attached: auto", "unknown-key"),
]  # fmt: skip


def marked() -> str:
    """The starter policy; lines that stand in it more than once are told apart by a comment."""
    text = starter_text()
    text = text.replace(
        "          points: -15\n          when: {field: rating",
        "          points: -15  # cold\n          when: {field: rating",
    )
    return text.replace("  - stage: MQL\n", "  - stage: MQL  # first\n", 1)


def with_mistakes(*mistakes: Mistake) -> tuple[str, list[int]]:
    """The starter policy with *mistakes*, and the line of each."""
    lines = marked().split("\n")
    places = []
    for mistake in mistakes:
        at = lines.index(mistake.line)
        lines[at] = mistake.made
        places.append(at + 1)
    return "\n".join(lines), places


def test_there_are_forty_mistakes() -> None:
    """The list is as long as it says, and each mistake is another one."""
    assert len({mistake.made for mistake in MISTAKES}) >= 40


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.made.strip()[:40])
def test_mistake_is_told_on_its_line(mistake: Mistake) -> None:
    """Alone, each mistake is found by its rule on its line, and the person is told what to do."""
    text, (line,) = with_mistakes(mistake)
    found = [finding for finding in check_policy(text, PATH, KNOWN) if finding.line == line]
    assert [finding.rule for finding in found] == [mistake.rule]
    assert found[0].column >= 1
    assert found[0].fix


def test_all_mistakes_are_told_at_once() -> None:
    """One reading of a file with all of them tells every line, whatever else is wrong with the file."""
    text, lines = with_mistakes(*MISTAKES)
    told = {(finding.line, finding.rule) for finding in check_policy(text, PATH, KNOWN)}
    missed = [m.made for m, line in zip(MISTAKES, lines, strict=True) if (line, m.rule) not in told]
    assert missed == []


def test_sound_policy_has_no_finding() -> None:
    """The starter policy itself is clean, also beside what mappings bring."""
    assert check_policy(marked(), PATH, KNOWN) == []
