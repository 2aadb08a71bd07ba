"""The unit tests that mapping files carry."""

from __future__ import annotations

from connector.mapping import CaseResult, load_mappings, run_cases
from tests.mapping.mapping_files import LEAD, text_of

FIELDS = "last_name: {from: L, required: true}\nrevenue: R\nrating: {from: G, values: {hot: Hot}, default: null}"


def run(case: str) -> CaseResult:
    """Run one case (a flow mapping) of a small file."""
    results = run_cases(load_mappings({LEAD: text_of(FIELDS, f"cases:\n  - {case}\n")}))
    assert len(results) == 1
    return results[0]


def test_passing_cases_pass() -> None:
    """Expected values, emptiness, problems and what is sent are all held against the real thing."""
    for case in (
        "{name: a, given: {L: Lee, R: '12'}, expect: {last_name: Lee, revenue: 12, rating: null}}",
        "{name: b, given: {L: '', R: x}, problems: {last_name: required, revenue: unreadable}}",
        "{name: c, write: {last_name: Lee, rating: Hot}, sends: {L: Lee, G: hot}}",
    ):
        assert run(case).passed, case


def test_failing_cases_say_what_differs() -> None:
    """A case that fails names the field, what was expected, and what came."""
    result = run("{name: a, given: {L: Lee}, expect: {last_name: Li, rating: Hot}}")
    assert not result.passed
    assert result.differences == ("last_name: expected 'Li', got 'Lee'", "rating: expected 'Hot', got None")
    assert (result.path, result.line, result.name) == (LEAD, 10, "a")


def test_unexpected_problems_fail_a_case() -> None:
    """A problem that the case does not name fails it, and so does a missing one."""
    assert not run("{name: a, given: {L: ''}, expect: {revenue: 1}}").passed
    assert not run("{name: a, given: {L: Lee}, problems: {last_name: required}}").passed


def test_unnamed_sent_fields_fail_a_case() -> None:
    """A written case names everything that is sent."""
    result = run("{name: a, write: {last_name: Lee, revenue: 3}, sends: {L: Lee}}")
    assert result.differences == ("R: 3 would be sent, which `sends` does not name",)


def test_numbers_and_flags_are_not_mixed_up() -> None:
    """Expecting true where 1 comes out fails the case."""
    assert not run("{name: a, given: {L: Lee, R: 1}, expect: {revenue: true}}").passed
