"""What an edit of the policy leaves of its evidence: everything, unless it can change who converts."""

from __future__ import annotations

import pytest

from tests.policy.making import SMALL, loaded

MORE = """\
limits: {conversions_per_run: 50}
error_budget: {target: 0.9}
slas: [{name: fresh, says: Soon., verdict: review, counted_from: [created_at], hours: 24}]
invariants: [{name: no-junk, says: Never., when: {field: company, is: Junk Inc}, never: [convert]}]
"""
FULL = SMALL.replace("domains: [bigfish.example]", "domains: [bigfish.example], owner: u1").replace(
    'name: "{company} - {action}"', 'name: "{company} - {action}", new: {close_in_days: 30, amount: 5}'
)


def edited(old: str, new: str) -> tuple[bool, bool]:
    """Whether an edit changes the version, and whether it changes what decides."""
    text = FULL + MORE
    assert old in text
    before, after = loaded(text), loaded(text.replace(old, new, 1))
    return before.version != after.version, before.decides != after.decides


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("label: Demo", "label: Demonstration"),
        ("Asked for a demo", "They asked for a demo"),
        ("says: The company is big.", "says: Many work there."),
        ("{name: big,", "{name: large,"),
        ("owner: u1", "owner: u2"),
        ("conversions_per_run: 50", "conversions_per_run: 5"),
        ("target: 0.9", "target: 0.8"),
        ("close_in_days: 30", "close_in_days: 60"),
        ("amount: 5", "amount: 6"),
        ("says: Soon.", "says: Within a day."),
        ("lists:", "name: other\nlists:"),
        ("lists:", "assurance: {convert: sampled(5 %)}\nlists:"),
        ("lists:", "known_at: {rating: worked}\nlists:"),
    ],
)
def test_words_and_terms_decide_nothing(old: str, new: str) -> None:
    """Names, sentences, labels, terms, owners, ceilings and the budget itself leave gate and samples as they are."""
    assert edited(old, new) == (True, False)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("points: 50", "points: 40"),
        ("cap: 60", "cap: 50"),
        ("strong: 50", "strong: 45"),
        ("[Foe Inc]", "[Foe Inc, Rival Ltd]"),
        ("webinar: 16", "webinar: 8"),
        ("half_life_days: 10", "half_life_days: 20"),
        ("window_days: 30", "window_days: 20"),
        ("yes_needed: 3", "yes_needed: 2"),
        ("bigfish.example", "largefish.example"),
        ("hours: 24", "hours: 48"),
        ("is: Junk Inc", "is: Rubbish Inc"),
        ("lists:", "people: {even_if_worked: true}\nlists:"),
    ],
)
def test_thresholds_and_lists_decide(old: str, new: str) -> None:
    """Whatever can change who converts is judged by evidence of its own."""
    assert edited(old, new) == (True, True)


def test_scope_of_a_policy_decides() -> None:
    """Which leads a policy is for decides who converts; the sentence that tells it does not."""
    texts = [
        f"applies: {{says: {says}, when: {{field: company.industry, is: {of}}}}}\n{FULL}"
        for says, of in (("One.", "Retail"), ("Two.", "Retail"), ("One.", "Media"))
    ]
    first, reworded, other = (loaded(text).decides for text in texts)
    assert first == reworded != other
