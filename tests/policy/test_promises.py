"""What a policy promises whatever the lead: the same answer everywhere, and more of a good sign never a worse one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.model.decision import DecisionInputs, Gate, Verdict
from connector.model.match import Linkage
from connector.model.records import Activity, Scalar
from connector.policy import Rulebook, decide
from connector.policy.coverage import coverage, untested_lines
from tests.policy.making import NOW, VERSIONS, inputs, lead, starter, starter_text

ORDER = {Verdict.DISQUALIFY: 0, Verdict.NURTURE: 1, Verdict.REVIEW: 2, Verdict.ATTACH: 3, Verdict.CONVERT: 3}
KINDS = ("demo_request", "meeting", "call", "webinar", "email_click", "email_open", "web_visit", "unsubscribe")

acts = st.lists(
    st.builds(
        lambda kind, days, number: Activity(kind, NOW - timedelta(days=days), f"Task:{number}"),
        st.sampled_from(KINDS),
        st.floats(0, 400),
        st.integers(0, 30),
    ),
    max_size=6,
)
answers = st.sampled_from([None, "yes", "no"])
values = st.fixed_dictionaries(
    {
        "title": st.sampled_from([None, "CEO", "Team Lead", "Clerk", "Student", "Head of Operations"]),
        "industry": st.sampled_from([None, "Technology", "Farming"]),
        "employees": st.sampled_from([None, 3, 60, 400, 9000]),
        "revenue": st.sampled_from([None, 1000, 20_000_000]),
        "rating": st.sampled_from([None, "Hot", "Cold"]),
        "requested_action": st.sampled_from([None, "demo", "quote", "call"]),
        "requested_at": st.sampled_from([None, "2026-01-10T09:00:00Z", "2025-06-01T09:00:00Z"]),
        "created_at": st.sampled_from([None, "2026-01-01T09:00:00Z", "2024-01-01T09:00:00Z"]),
        "status": st.sampled_from([None, "New", "Working", "Recycled"]),
        "opted_out_email": st.sampled_from([None, True]),
        "budget": answers,
        "authority": answers,
        "need": answers,
        "timeframe": answers,
    }
)
situations = st.builds(
    lambda given, activities, linkage, gate, worked: inputs(
        lead(**given), linkage, activities=tuple(activities), gate=gate, worked=worked
    ),
    values,
    acts,
    st.sampled_from([Linkage.NEW, Linkage.ACCOUNT, Linkage.CONTACT, Linkage.POSSIBLE]),
    st.sampled_from(list(Gate)),
    st.sampled_from(["", "owner changed"]),
)


@cache
def book() -> Rulebook:
    """The starter policy."""
    return starter()


def rank(given: DecisionInputs) -> int:
    """How far the verdict goes: nothing, a look by a person, or conversion."""
    return ORDER[decide(book(), given, VERSIONS).verdict]


def also(given: DecisionInputs, **more: Scalar) -> DecisionInputs:
    """The same lead with values set."""
    return replace(given, lead=replace(given.lead, values={**given.lead.values, **more}))


@settings(max_examples=150, deadline=None)
@given(situations, st.sampled_from(["demo", "trial", "quote", "call"]))
def test_asking_never_lowers_the_verdict(given: DecisionInputs, action: str) -> None:
    """Who asks sales for something is never treated worse than who does not."""
    assert rank(also(given, requested_action=action, requested_at="2026-01-14T09:00:00Z")) >= rank(given)


@settings(max_examples=150, deadline=None)
@given(situations, st.sampled_from(["budget", "authority", "need", "timeframe"]))
def test_yes_never_lowers_the_verdict(given: DecisionInputs, name: str) -> None:
    """One more answer of yes in BANT never lowers the verdict."""
    assert rank(also(given, **{name: "yes"})) >= rank(given)


@settings(max_examples=150, deadline=None)
@given(situations, st.sampled_from([kind for kind in KINDS if kind != "unsubscribe"]))
def test_activity_never_lowers_the_verdict(given: DecisionInputs, kind: str) -> None:
    """One more act of interest never lowers the verdict."""
    more = Activity(kind, NOW, "Task:more")
    assert rank(replace(given, activities=(*given.activities, more))) >= rank(given)


@settings(max_examples=150, deadline=None)
@given(situations)
def test_better_company_never_lowers_the_verdict(given: DecisionInputs) -> None:
    """Fit that only grows, by the best size, a target industry and a title that decides, never lowers the verdict."""
    best = also(given, employees=400, industry="Technology", title="CEO", rating="Hot")
    student = str(given.lead.get("title")) == "Student"
    assert student or rank(best) >= rank(given)


@settings(max_examples=100, deadline=None)
@given(situations)
def test_order_of_facts_changes_nothing(given: DecisionInputs) -> None:
    """Neither the order of fields nor that of activities changes anything of a decision."""
    turned = dict(reversed(list(given.lead.values.items())))
    shuffled = replace(given, lead=replace(given.lead, values=turned), activities=given.activities[::-1])
    once = {activity.source_id for activity in given.activities}
    if len(once) == len(given.activities):
        assert decide(book(), shuffled, VERSIONS) == decide(book(), given, VERSIONS)


@settings(max_examples=100, deadline=None)
@given(situations)
def test_closed_gate_converts_nobody(given: DecisionInputs) -> None:
    """While automatic conversion is closed no verdict of the policy converts."""
    assert rank(replace(given, gate=Gate.CLOSED)) < ORDER[Verdict.CONVERT]


PRINT = """
import json
from connector.model.decision import Decision, Versions
from connector.policy import case_inputs, decide, load_policy
from connector.store.codec import to_json
book = load_policy(open("mappings/policy.yaml", encoding="utf-8").read(), "mappings/policy.yaml")
made = [to_json(Decision, decide(book, case_inputs(c.part), Versions("p", "m", "t"))) for c in book.cases]
print(json.dumps([book.version, made]))
"""


def test_processes_and_hash_seeds_agree() -> None:
    """Two processes with other hash seeds make byte for byte the same decisions, versions included."""
    told = [
        subprocess.run(
            [sys.executable, "-c", PRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert len(json.loads(told[0])[1]) >= 30


def test_starter_cases_exercise_every_rule() -> None:
    """No rule of the starter policy stands without a case."""
    found = coverage(book())
    assert found.untested == ()
    assert len(found.rules) > 30
    assert len(book().cases) >= 30


def test_cases_left_out_are_told() -> None:
    """A policy whose cases are fewer names what they leave out."""
    few = replace(book(), cases=book().cases[:1])
    untested = {str(rule) for rule in coverage(few).untested}
    assert "decide: bant-met" in untested
    assert "decide: early-conversion" not in untested


def test_rules_left_out_say_where_they_stand() -> None:
    """Each rule that no case exercises is told with the line of the file that names it."""
    found = coverage(replace(book(), cases=book().cases[:1]))
    text = starter_text().splitlines()
    assert {rule.section.split(".")[0] for rule in found.untested} >= {
        "fit",
        "intent",
        "stages",
        "disqualify",
        "decide",
    }
    assert all(rule.name in text[rule.line - 1] for rule in found.untested)
    first = found.untested[0]
    told = list(untested_lines([found]))
    assert told[0] == f"{found.path}:{first.line}: no case exercises {first}"
    assert len(told) == len(found.untested)
