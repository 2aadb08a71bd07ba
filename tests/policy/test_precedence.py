"""Several policies side by side: the first that applies to a lead decides about it."""

from __future__ import annotations

import pytest

from connector.errors import InputError
from connector.policy import Policies, Rulebook, load_policy, precedence_findings, side_by_side
from tests.policy.making import changed, inputs, lead

DACH = "name: dach\napplies: {says: German-speaking countries., when: {field: country, in: [DE, AT, CH]}}\n"
SAAS = "name: saas\napplies: {says: Leads who asked about the cloud product., when: {field: x_product, is: Cloud}}\n"


def book(head: str = "", path: str = "mappings/policy.yaml") -> Rulebook:
    """The small policy, for some leads or for all."""
    return load_policy(head + changed(), path)


def test_first_policy_that_applies_decides() -> None:
    """The order in which the route names them is the precedence; the last is for everybody else."""
    policies = side_by_side([book(DACH), book(SAAS), book()])
    assert policies.of(inputs(lead(country="DE", x_product="Cloud"))).name == "dach"
    assert policies.of(inputs(lead(country="FR", x_product="Cloud"))).name == "saas"
    assert policies.of(inputs(lead(country="FR"))).name == "policy"
    assert policies.named("saas") is policies.books[1]
    assert policies.named("none") is None


def test_single_policy_keeps_its_version() -> None:
    """A route with one policy has that policy's version, and the order of several counts."""
    one, two = book(DACH), book()
    assert Policies((two,)).version == two.version
    other = Policies((book(SAAS), one, two)).version
    assert Policies((one, book(SAAS), two)).version != other


@pytest.mark.parametrize(
    ("heads", "rules"),
    [
        (["", DACH], ["unreachable-policy", "no-general-policy"]),
        ([DACH], ["no-general-policy"]),
        ([DACH, DACH, ""], ["duplicate-name"]),
        ([DACH, ""], []),
    ],
)
def test_order_must_make_sense(heads: list[str], rules: list[str]) -> None:
    """A policy for everybody stands last, there is one, and names differ."""
    books = [book(head) for head in heads]
    assert [finding.rule for finding in precedence_findings(books)] == rules
    if rules:
        with pytest.raises(InputError):
            side_by_side(books)
