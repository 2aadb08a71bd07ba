"""The shipped policy: its cases, what must convert with it, and that people can read it."""

from __future__ import annotations

from collections import Counter

import pytest

from connector.model.decision import Verdict
from connector.model.match import Linkage
from connector.policy import case_inputs, decide, load_policy, run_policy_cases
from tests.policy.making import VERSIONS, decided, inputs, lead, starter, starter_text

RULES = starter()


@pytest.mark.parametrize("result", run_policy_cases(RULES), ids=lambda result: result.name)
def test_case_of_the_file_passes(result: object) -> None:
    """Every case beside the shipped policy comes out as it says."""
    assert result.passed, (result.path, result.line, result.differences)  # type: ignore[attr-defined]


def test_cases_cover_every_row() -> None:
    """Each row of the shipped table, and each reason that is given by itself, is shown by a case."""
    outcomes = [decide(RULES, case_inputs(case.part), VERSIONS) for case in RULES.cases]
    rows = Counter(outcome.rule for outcome in outcomes)
    assert {row.name for row in RULES.rows} <= set(rows)
    reasons = {outcome.disqualification for outcome in outcomes}
    assert {entry.reason for entry in RULES.disqualifiers if entry.holds} <= reasons
    assert len(RULES.cases) >= 20


@pytest.mark.parametrize("title", ["VP Operations", "VP, Operations", "CEO", "Director of IT", "COO", "Chief Buyer"])
@pytest.mark.parametrize("industry", ["Technology", "Manufacturing", "Healthcare", "Finance"])
@pytest.mark.parametrize("employees", [200, 1200, 5000, None])
def test_best_customers_convert_on_demo(title: str, industry: str, employees: int | None) -> None:
    """A decision maker of a fitting industry with a corporate mailbox converts by asking for a demo."""
    record = lead(title=title, industry=industry, employees=employees, requested_action="demo")
    found = decided(RULES, record)
    assert (found.verdict, found.rule) == (Verdict.CONVERT, "early-conversion")
    assert found.opportunity is not None
    assert found.opportunity.name == "Plain Harbor - Demo"


def test_hot_rating_with_bant_converts() -> None:
    """BANT that is met converts a hot lead although nothing else is known of the company."""
    record = lead(rating="Hot", budget="yes", authority="yes", need="yes", timeframe="yes")
    assert decided(RULES, record).rule == "bant-met"


@pytest.mark.parametrize("email", ["ames1@gmail.com", "kx8@guerrillamail.com", "", "n/a"])
def test_unprovable_company_never_converts(email: str) -> None:
    """A request without a mailbox or web site of a firm goes to a person, however good the profile is."""
    record = lead(title="CEO", industry="Technology", employees=900, requested_action="demo", email=email, company="")
    assert decided(RULES, record).verdict is Verdict.REVIEW


@pytest.mark.parametrize("linkage", list(Linkage))
def test_junk_never_becomes_an_account(linkage: Linkage) -> None:
    """Whatever matching says of junk, it is set aside."""
    found = decided(RULES, lead(requested_action="demo"), linkage, weak=("junk",))
    assert found.verdict is Verdict.DISQUALIFY


def test_every_part_says_why() -> None:
    """Each rule, reason and row carries a sentence that ends like one."""
    told = [rule.says for group in RULES.fit.groups for rule in group.rules]
    told += [row.says for row in RULES.rows] + [entry.says for entry in RULES.disqualifiers]
    told += [stage.says for stage in RULES.stages] + [sla.says for sla in RULES.slas]
    assert all(says[0].isupper() and says.endswith(".") for says in told)


def test_conditions_can_be_read_aloud() -> None:
    """A condition puts itself into words."""
    row = next(row for row in RULES.rows if row.name == "early-conversion")
    assert str(row.condition) == "fit is strong and intent is True"


def test_version_ignores_comments_and_cases() -> None:
    """Comments, layout and cases do not change what the policy means; a weight does."""
    text = starter_text()
    without_cases = text[: text.index("\ncases:")] + "\n# no cases\n"
    assert load_policy(without_cases, "p").version == RULES.version
    assert load_policy(text.replace("half_life_days: 21", "half_life_days: 22"), "p").version != RULES.version


def test_equal_inputs_give_equal_decisions() -> None:
    """A policy that is loaded again decides every case the same, reasons and order included."""
    again = starter()
    for case in RULES.cases:
        given = case_inputs(case.part)
        assert decide(RULES, given, VERSIONS) == decide(again, given, VERSIONS)


def test_reasons_for_disqualification_are_closed() -> None:
    """The list that people choose from holds codes with sentences, the person's own among them."""
    assert {"junk", "opted-out", "competitor", "stale", "closed-in-crm", "not-a-fit"} <= set(
        RULES.disqualification_reasons
    )
    assert decide(RULES, inputs(), VERSIONS).disqualification == ""
