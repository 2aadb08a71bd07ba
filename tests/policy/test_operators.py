"""Conditions: what each operator holds for, and how conditions join."""

from __future__ import annotations

from typing import Any

import pytest

from connector.model.document import Document
from connector.model.records import Scalar
from connector.policy.conditions import Scope, compiled, parse
from connector.policy.facts import Facts, Known
from tests.policy.making import inputs, lead

LISTS = {"foes": ["Foe Inc", "Ärger GmbH"], "words": ["vp", "vice president"]}


def holds(condition: Any, **values: Scalar) -> bool:
    """Whether *condition* holds for a lead with these values."""
    document = Document("p")
    read = parse(condition, (), Scope(document, LISTS, Known.AFTER_REASONS, {}))
    assert not document.findings, document.findings
    return compiled(read, LISTS)(Facts(inputs(lead(**values), weak=("role-mailbox", "junk-phone"))))


@pytest.mark.parametrize(
    ("operator", "value", "given", "expected"),
    [
        ("is", "Hot", "hot", True),
        ("is", "Café", "CAFE ", True),
        ("is", "Hot", "Hotter", False),
        ("is", "Hot", None, False),
        ("is_not", "Hot", "Cold", True),
        ("is_not", "Hot", "HOT", False),
        ("is_not", "Hot", None, True),
        ("in", ["Hot", "Warm"], "warm", True),
        ("in", ["Hot", "Warm"], "", False),
        ("not_in", ["Hot", "Warm"], "Cold", True),
        ("not_in", ["Hot", "Warm"], "Warm", False),
        ("not_in", ["Hot"], None, True),
        ("in_list", "foes", "ARGER gmbh", True),
        ("in_list", "foes", "Friend", False),
        ("contains", "port", "Portland", True),
        ("contains", ["x", "land"], "Portland", True),
        ("contains", "port", None, False),
        ("matches_word", "port", "Portland", False),
        ("matches_word", "port", "old PORT, south", True),
        ("matches_word", ["vice president"], "Senior Vice-President", True),
        ("matches_word", ["vice president"], "Vice of the President", False),
        ("matches_word", ["co founder"], "Co-Founder & CEO", True),
        ("matches_word", ["x"], "", False),
        ("word_in_list", "words", "VP, Sales", True),
        ("word_in_list", "words", "MVP", False),
        ("empty", True, None, True),
        ("empty", True, "", True),
        ("empty", True, "x", False),
        ("not_empty", True, "x", True),
        ("not_empty", True, None, False),
    ],
)
def test_text_comparisons(operator: str, value: Any, given: Scalar, expected: bool) -> None:
    """Text is compared without case and accents; what is empty satisfies only what asks for nothing."""
    assert holds({"field": "rating", operator: value}, rating=given) is expected


@pytest.mark.parametrize(
    ("operator", "value", "given", "expected"),
    [
        ("at_least", 200, 200, True),
        ("at_least", 200, 199.9, False),
        ("at_least", 200, "250", True),
        ("at_least", 200, "many", False),
        ("at_least", 0, None, False),
        ("at_most", 9, 9, True),
        ("at_most", 9, 10, False),
        ("between", [200, 5000], 5000, True),
        ("between", [200, 5000], 5001, False),
        ("between", [200, 5000], True, False),
        ("is", 250, 250.0, True),
    ],
)
def test_number_comparisons(operator: str, value: Any, given: Scalar, expected: bool) -> None:
    """Bounds count as inside; text that is no number, and nothing, satisfy no bound."""
    assert holds({"field": "employees", operator: value}, employees=given) is expected


@pytest.mark.parametrize(
    ("operator", "days", "at", "expected"),
    [
        ("older_than_days", 30, "2025-12-16T08:59:59Z", True),
        ("older_than_days", 30, "2025-12-16T09:00:00Z", False),
        ("within_days", 30, "2025-12-16T09:00:00Z", True),
        ("within_days", 30, "2025-12-16T08:59:59Z", False),
        ("within_days", 30, "2026-02-01T00:00:00Z", True),
        ("within_days", 30, "2026-01-10", True),
        ("within_days", 30, None, False),
        ("older_than_days", 30, None, False),
        ("older_than_days", 30, "long ago", False),
    ],
)
def test_time_comparisons(operator: str, days: int, at: Scalar, expected: bool) -> None:
    """Days are counted to the second as of the decision; what is no instant is neither old nor recent."""
    assert holds({"field": "created_at", operator: days}, created_at=at) is expected


def test_flags_compare_with_booleans() -> None:
    """A flag that is not set is neither true nor false, but it is not true."""
    assert holds({"field": "do_not_call", "is": True}, do_not_call=True)
    assert not holds({"field": "do_not_call", "is": True})
    assert holds({"field": "do_not_call", "is_not": True})


def test_joined_conditions_nest() -> None:
    """`all`, `any` and `not` nest as they read."""
    hot, cold = {"field": "rating", "is": "Hot"}, {"field": "rating", "is": "Cold"}
    assert holds({"all": [{"any": [hot, cold]}, {"not": cold}]}, rating="Hot")
    assert not holds({"all": [{"any": [hot, cold]}, {"not": cold}]}, rating="Cold")
    assert not holds({"any": [hot, cold]}, rating="Warm")
    assert not holds({"all": [hot, cold]}, rating="Hot")


def test_many_valued_facts_match_any() -> None:
    """A fact with several values is something when one of them is, and is not when none is."""
    assert holds({"field": "weak_identity", "is": "junk-phone"})
    assert not holds({"field": "weak_identity", "is": "junk"})
    assert holds({"field": "weak_identity", "not_in": ["junk", "disposable"]})
    assert not holds({"field": "weak_identity", "is_not": "role-mailbox"})
    assert not holds({"field": "activity_kinds", "not_empty": True})


def test_company_facts_fall_back_to_account() -> None:
    """`company.x` is the lead's own value, else the account's; `account.x` is only the account's."""
    from connector.model.match import Linkage
    from connector.model.records import Kind, Record, RecordRef

    account = Record(Kind.ACCOUNT, RecordRef("crm", "Account", "A1"), {"employees": 900, "type": "Customer"})
    document = Document("p")
    scope = Scope(document, LISTS, Known.FROM_START, {})
    for condition, own, expected in [
        ({"field": "company.employees", "at_least": 500}, None, True),
        ({"field": "company.employees", "at_least": 500}, 20, False),
        ({"field": "account.employees", "at_least": 500}, 20, True),
        ({"field": "account.type", "is": "customer"}, None, True),
        ({"field": "contact.title", "not_empty": True}, None, False),
    ]:
        facts = Facts(inputs(lead(employees=own), Linkage.ACCOUNT, account=account))
        assert compiled(parse(condition, (), scope), LISTS)(facts) is expected, condition


def test_long_texts_are_searched_whole() -> None:
    """A word far down in a long description is found."""
    text = "nothing here " * 200 + "please send my résumé back"
    assert holds({"field": "description", "matches_word": ["my resume"]}, description=text)
