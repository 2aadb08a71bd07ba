"""Reading `matching.yaml`: all problems at once, each at its place."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from connector.errors import InputError
from connector.matching import load_matching, matching_schema
from tests.matching.making import PATH, rules, text


def problems(changed: str) -> list[str]:
    """The rule ids found in a changed file."""
    with pytest.raises(InputError) as caught:
        load_matching(changed, PATH)
    return [finding.rule for finding in caught.value.findings]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("      same-role: {", "      same-rule: {", "unknown-key"),
        ("link_at: 0.0", "link_at: -9.0", "bands"),
        ("link_at: 0.0", "link_at: high", "bad-value"),
        ("  tie: 1.0", "  tie: -1.0", "bad-value"),
        ("points: 7.88", "points: 900", "bad-value"),
        ("  phone: {says", "  fax: {says", "unknown-key"),
        ("    suffix:\n", "    sufix:\n", "unknown-key"),
        ("  own_domains: []", "  our_domains: []", "unknown-key"),
        ("  start: -5.62\n", "", "missing-key"),
    ],
)
def test_each_problem_is_found(old: str, new: str, rule: str) -> None:
    """Unknown levels, impossible bands and numbers, and missing parts are found."""
    assert old in text()
    assert rule in problems(text().replace(old, new, 1))


def test_missing_level_names_itself() -> None:
    """A level without points is found at its comparison, with what to add."""
    line = next(line for line in text().splitlines() if line.strip().startswith("swapped:"))
    with pytest.raises(InputError) as caught:
        load_matching(text().replace(line + "\n", ""), PATH)
    (finding,) = caught.value.findings
    assert (finding.what, finding.fix) == ("`name` lacks the level `swapped`", "add `swapped:`")
    assert finding.line == text().splitlines().index("    name:") + 1


def test_all_problems_are_found_at_once() -> None:
    """One reading lists every problem in file order."""
    changed = text().replace("      same-role: {", "      same-rule: {").replace("  fax:", "  fax:")
    changed = changed.replace("  phone: {says", "  fax: {says")
    assert problems(changed) == ["unknown-key", "missing-key", "unknown-key"]


@pytest.mark.parametrize("broken", ["", "[]", "people: {", "keys: {}\n"])
def test_what_is_no_file_of_rules_is_refused(broken: str) -> None:
    """Text that holds no rules gives findings and no crash."""
    assert problems(broken)


def test_version_follows_meaning() -> None:
    """Comments do not change the version, a weight does."""
    assert load_matching(text() + "\n# more\n", "elsewhere").version == rules().version
    assert load_matching(text().replace("points: 7.88", "points: 7.5"), PATH).version != rules().version


def test_every_level_has_a_sentence() -> None:
    """Whatever is compared is explained in a sentence that ends like one."""
    told = [says for weights in (rules().person_weights, rules().company_weights) for _, says in weights.values()]
    assert all(says[0].isupper() and says.endswith(".") for says in told)


def test_schema_accepts_the_shipped_rules() -> None:
    """The JSON Schema is one, takes the shipped file, and refuses a level that nobody knows."""
    schema = matching_schema()
    Draft202012Validator.check_schema(schema)
    data: Any = YAML(typ="safe").load(text())
    Draft202012Validator(schema).validate(data)
    data["people"]["evidence"]["email"]["sam"] = {"points": 1.0, "says": "They are the same."}
    assert list(Draft202012Validator(schema).iter_errors(data))
