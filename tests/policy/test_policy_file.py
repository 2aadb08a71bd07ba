"""Reading `policy.yaml`: all problems at once, each at its place, with the fix."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from connector.errors import Finding, InputError
from connector.policy import load_policy, policy_schema, run_policy_cases
from tests.policy.making import PATH, SMALL, changed, findings, starter_text

CASE = """
cases:
  - name: A quiet lead is nurtured
    given: {lead: {last_name: A, company: B}}
    expect: %s
"""
BANT_LINE = SMALL.splitlines().index(next(line for line in SMALL.splitlines() if "{name: answered" in line)) + 1


def one(text: str) -> Finding:
    """The one problem of a policy."""
    found = findings(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("when", "rule"),
    [
        ("{field: shoe_size, is: 4}", "unknown-field"),
        ("{field: account.shoe, is: 4}", "unknown-field"),
        ("{field: lead.rating, is: Hot}", "unknown-field"),
        ("{field: rating, like: Hot}", "unknown-operator"),
        ("{field: rating}", "condition"),
        ("{field: rating, is: Hot, at_least: 4}", "condition"),
        ("{is: Hot}", "condition"),
        ("Hot", "condition"),
        ("{all: []}", "condition"),
        ("{any: {field: rating, is: Hot}}", "condition"),
        ("{all: [{field: rating, is: Hot}], any: [{field: rating, is: Hot}]}", "condition"),
        ("{not: {field: rating, is: ''}}", "bad-value"),
        ("{field: rating, in: Hot}", "bad-value"),
        ("{field: rating, is: [Hot]}", "bad-value"),
        ("{field: employees, at_least: many}", "bad-value"),
        ("{field: employees, between: [9, 1]}", "bad-value"),
        ("{field: created_at, at_least: 4}", "bad-value"),
        ("{field: employees, older_than_days: 4}", "bad-value"),
        ("{field: created_at, older_than_days: -4}", "bad-value"),
        ("{field: created_at, older_than_days: 99999999999}", "bad-value"),
        ("{field: employees, at_least: 1e400}", "bad-value"),
        ("{field: employees, is: 1e400}", "bad-value"),
        ("{field: rating, empty: false}", "bad-value"),
        ("{field: do_not_call, is: maybe}", "bad-value"),
        ("{field: title, matches_word: '---'}", "bad-value"),
        ("{field: rating, in_list: friends}", "unknown-list"),
        ("{field: fit, is: string}", "unknown-word"),
        ("{field: linkage, in: [contact, lost]}", "unknown-word"),
        ("{field: action, is: brochure}", "unknown-word"),
        ("{field: disqualified, is: smell}", "unknown-word"),
    ],
)
def test_conditions_that_make_no_sense(when: str, rule: str) -> None:
    """A condition that cannot mean anything is found at its line."""
    found = one(changed(answered=f"  - {{name: answered, says: BANT., when: {when}, verdict: convert}}"))
    assert (found.rule, found.line) == (rule, BANT_LINE)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ({"rest": "  - {name: rest, says: All., when: {field: rating, is: Hot}, verdict: nurture}"}, "open-table"),
        ({"answered": "  - {name: answered, says: BANT., verdict: convert}"}, "unreachable-row"),
        (
            {"answered": "  - {name: asks, says: Asks., when: {field: bant_met, is: true}, verdict: convert}"},
            "duplicate-name",
        ),
        ({"rest": "  - {name: rest, says: All., verdict: disqualify}"}, "no-reason"),
        ({"rest": "  - {name: rest, says: All., verdict: disqualify, disqualification: mood}"}, "unknown-reason"),
        ({"rest": "  - {name: rest, says: All., verdict: wait}"}, "bad-value"),
        ({"rest": "  - {name: rest, says: All., verdict: nurture, then: sleep}"}, "unknown-key"),
        ({"rest": "  - {name: rest, verdict: nurture}"}, "missing-key"),
        ({"foe": "  - {reason: not-a-fit, says: Foe., when: {field: company, in_list: foes}}"}, "duplicate-name"),
        ({"not_a_fit": ""}, "missing-reason"),
        ({"foe": "  - {reason: foe, says: Foe., when: {field: disqualified, empty: true}}"}, "not-known-yet"),
        ({"MQL": "  - {stage: MQL, says: Strong., when: {field: motion, is: hunter}}"}, "not-known-yet"),
        ({"hot": "        - {name: hot, says: Fit., points: 20, when: {field: fit, is: weak}}"}, "not-known-yet"),
        ({"MQL": "  - {stage: SRL, says: Strong., when: {field: fit, is: strong}}"}, "duplicate-name"),
        ({"opportunity": 'opportunity: {name: "{company} - {deal}"}'}, "unknown-placeholder"),
        ({"opportunity": 'opportunity: {name: "{company}", values: {source: "{x}"}}'}, "unknown-placeholder"),
        (
            {"answered": "  - {name: answered, says: BANT., when: {field: bant_met, is: 'yes'}, verdict: convert}"},
            "bad-value",
        ),
    ],
)
def test_tables_that_make_no_sense(line: dict[str, str], rule: str) -> None:
    """Names that are not unique or not known, and rows that never or not always fire, are found."""
    assert one(changed(**line)).rule == rule


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("levels: {strong: 50, middling: 20, weak: 0}", "levels: {strong: 50}", "levels"),
        ("levels: {engaged: 10, some: 4, none: 0}", "levels: {engaged: 10, none: 10}", "levels"),
        ("half_life_days: 10", "half_life_days: 0", "bad-value"),
        ("webinar: 16", f"webinar: 1{'0' * 320}", "bad-value"),
        ("{company} - {action}", "{company - {action}", "unknown-placeholder"),
        ("motions:", 'assurance: {convert: "auto\\n"}\nmotions:', "bad-value"),
        ("yes_needed: 3", "yes_needed: 5", "bad-value"),
        ("window_days: 30", "window_days: soon", "bad-value"),
        ("window_days: 30", "window_days: 99999999999", "bad-value"),
        ("yes_needed: 3, no_allowed: 0", "yes_needed: 3, no_allowed: 2", "bant"),
    ],
)
def test_numbers_that_make_no_sense(old: str, new: str, rule: str) -> None:
    """Levels, windows and counts must be possible."""
    assert one(SMALL.replace(old, new)).rule == rule


def test_all_problems_are_found_at_once() -> None:
    """One reading lists every problem, in the order of the file, each with its place."""
    text = changed(
        foe="  - {reason: foe, says: Foe., when: {field: compny, in_list: foes}}",
        answered="  - {name: answered, says: BANT., when: {field: bant_met, like: true}, verdict: convert}",
        rest="  - {name: rest, says: All., verdict: disqualify}",
        opportunity='opportunity: {name: "{deal}"}',
    )
    with pytest.raises(InputError) as caught:
        load_policy(text, PATH)
    found = [finding.rule for finding in caught.value.findings]
    assert found == ["unknown-field", "unknown-operator", "no-reason", "unknown-placeholder"]
    assert str(caught.value.findings[0]).startswith(f"{PATH}:29:38:")


def test_layout_that_cannot_be_read_has_its_fix() -> None:
    """Tabs are told from other syntax, and what is nested without end is refused where it gets too deep."""
    (tab,) = findings("fit:\n\tlevels: {}\n")
    assert (tab.line, tab.rule, tab.fix) == (2, "yaml-syntax", "indent with blanks, not with tabs")
    deep = findings(f"fit: {'{not: ' * 3000}1{'}' * 3000}\n")
    assert "too-deep" in [one.rule for one in deep]


@pytest.mark.parametrize("text", ["", "[]", "fit: {", "just words", "fit: 1\nfit: 2"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    """Text that holds no policy gives findings and no crash."""
    assert findings(text)
    with pytest.raises(InputError):
        load_policy(text, PATH)


def test_slas_count_from_instants() -> None:
    """An SLA can only be counted from a point in time."""
    text = SMALL + "slas: [{name: fast, says: Fast., verdict: review, counted_from: [rating], hours: 4}]\n"
    assert one(text).rule == "unknown-field"


@pytest.mark.parametrize(
    ("expect", "difference"),
    [
        ("{verdict: nurture, row: rest, opportunity: false}", ""),
        ("{verdict: convert}", "verdict: expected 'convert', got 'nurture'"),
        ("{verdict: nurture, stage: SRL}", "stage: expected 'SRL', got 'new'"),
        ("{verdict: nurture, opportunity: B - Demo}", "opportunity: expected 'B - Demo', got ''"),
    ],
)
def test_cases_tell_the_difference(expect: str, difference: str) -> None:
    """A case that comes out otherwise tells what was expected, what came, and where it stands."""
    result = run_policy_cases(load_policy(SMALL + CASE % expect, PATH))[0]
    assert result.differences == ((difference,) if difference else ())
    assert (result.passed, result.line, result.path) == (not difference, len(SMALL.splitlines()) + 3, PATH)


@pytest.mark.parametrize(
    ("expect", "rule"),
    [
        ("{verdict: nurture, row: nowhere}", "unknown-row"),
        ("{verdict: nurture, disqualification: mood}", "unknown-reason"),
    ],
)
def test_cases_name_what_exists(expect: str, rule: str) -> None:
    """A case that names a row or reason that is not there is a problem of the file."""
    assert one(SMALL + CASE % expect).rule == rule


def test_schema_accepts_the_shipped_policy() -> None:
    """The JSON Schema is one, takes the shipped file, and refuses a key that nobody knows."""
    schema = policy_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    data: Any = YAML(typ="safe").load(starter_text())
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(data)
    data["decide"][0]["when"] = {"field": "rating", "like": "Hot"}
    assert list(validator.iter_errors(data))
