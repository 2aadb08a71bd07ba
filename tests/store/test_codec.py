"""Values come back from the state file as they went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from connector.model.decision import (
    Decision,
    DecisionInputs,
    Motion,
    OpportunityTerms,
    Reason,
    Ruling,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.model.match import Band, Comparison, Linkage, Match, Resolution
from connector.model.plan import Action, Grade, Outcome, Receipt, Step, Take
from connector.model.progress import Answer, AnswerWord, Problem
from connector.model.records import Activity, Kind, Provenance, Record, RecordRef, Scalar
from connector.store.codec import (
    from_json,
    list_from_json,
    list_to_json,
    moment,
    plain_json,
    sorted_json,
    stamp,
    to_json,
    values_from,
)

T = TypeVar("T")

text = st.text(max_size=12)
moments = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 the strategy adds the zone
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
points = st.floats(allow_nan=False)
scalars: st.SearchStrategy[Scalar] = st.one_of(st.none(), st.booleans(), st.integers(), numbers, text)
values = st.dictionaries(text, scalars, max_size=4)
refs = st.builds(RecordRef, text, text, text)
names = st.tuples(text)
optional_moments = st.none() | moments

comparisons = st.builds(Comparison, text, scalars, scalars, text, points, text)
matches = st.builds(
    Match, st.sampled_from(Kind), refs, points, st.sampled_from(Band), st.tuples(comparisons), st.booleans()
)
resolutions = st.builds(
    Resolution,
    lead=refs,
    linkage=st.sampled_from(Linkage),
    contact=st.none() | matches,
    candidates=st.tuples(matches),
    runner_up=st.none() | matches,
    gap=st.none() | points,
    weak_identity=names,
    because=text,
)
provenances = st.builds(Provenance, names, scalars, names, text)
records = st.builds(
    Record,
    kind=st.sampled_from(Kind),
    ref=refs,
    values=values,
    provenance=st.dictionaries(text, provenances, max_size=2),
    modified=optional_moments,
    deleted=st.booleans(),
    merged_into=st.none() | text,
)
reasons = st.builds(Reason, text, text, st.integers())
scores = st.builds(Score, st.integers(), text, st.tuples(reasons))
decisions = st.builds(
    Decision,
    lead=refs,
    verdict=st.sampled_from(Verdict),
    stage=st.sampled_from(Stage),
    motion=st.sampled_from(Motion),
    scorecard=st.builds(Scorecard, scores, scores, scores, scores),
    reasons=st.tuples(reasons),
    rule=text,
    versions=st.builds(Versions, text, text, text),
    decided_at=moments,
    opportunity=st.none() | st.builds(OpportunityTerms, text, values),
    duplicate_of=st.none() | refs,
    look_again_at=optional_moments,
)
decision_inputs = st.builds(
    DecisionInputs,
    lead=records,
    resolution=resolutions,
    as_of=moments,
    account=st.none() | records,
    activities=st.tuples(st.builds(Activity, text, moments, text)),
    doubts=st.tuples(text),
    ruling=st.none() | st.builds(Ruling, st.sampled_from(Verdict), text, moments),
    survivor=st.none() | decisions,
)
steps = st.builds(
    Step,
    key=text,
    action=st.sampled_from(Action),
    lead=refs,
    object=text,
    kind=text,
    because=names,
    ids=st.dictionaries(text, text, max_size=2),
    takes=st.dictionaries(text, st.builds(Take, text, text), max_size=2),
    before=values,
    after=values,
    terms=values,
    grade=st.sampled_from(Grade),
    cost=numbers,
    connection=text,
    external_key=text,
)
receipts = st.builds(
    Receipt, text, st.sampled_from(Outcome), moments, st.dictionaries(text, text, max_size=2), text, text, names, values
)
answers = st.builds(Answer, st.sampled_from(AnswerWord), text, moments, st.none() | refs, text, text)


def there_and_back(kind: type[T], value: T) -> None:
    """The value survives, type of every scalar included, and its text is plain JSON."""
    written = to_json(kind, value)
    json.loads(written, parse_constant=lambda constant: 1 / 0)
    read = from_json(kind, written)
    assert read == value
    assert repr(to_json(kind, read)) == repr(written)


@given(decisions)
def test_decision_survives(value: Decision) -> None:
    """A decision comes back whole."""
    there_and_back(Decision, value)


@given(decision_inputs)
def test_decision_inputs_survive(value: DecisionInputs) -> None:
    """What a decision rested on comes back whole, so that the decision can be made again."""
    there_and_back(DecisionInputs, value)


@given(resolutions)
def test_resolution_survives(value: Resolution) -> None:
    """A resolution comes back whole, infinite scores included."""
    there_and_back(Resolution, value)


@given(steps)
def test_step_survives(value: Step) -> None:
    """A step comes back whole."""
    there_and_back(Step, value)


@given(receipts)
def test_receipt_survives(value: Receipt) -> None:
    """A receipt comes back whole."""
    there_and_back(Receipt, value)


@given(answers)
def test_answer_survives(value: Answer) -> None:
    """An answer comes back whole."""
    there_and_back(Answer, value)


@given(st.lists(st.builds(Problem, text, text, text, text), max_size=3))
def test_list_survives(value: list[Problem]) -> None:
    """Several values make one JSON array, none an empty one."""
    written = list_to_json(Problem, value)
    assert len(json.loads(written)) == len(value)
    assert list_from_json(Problem, written) == tuple(value)


@given(values)
def test_scalars_keep_their_types(value: dict[str, Scalar]) -> None:
    """One is not true, and neither is 1.0, after a stay in a JSON column."""
    read = values_from(plain_json(value))
    assert {name: (type(one), one) for name, one in read.items()} == {
        name: (type(one), one) for name, one in value.items()
    }


@given(moments, moments)
def test_stamps_sort_as_instants(one: datetime, other: datetime) -> None:
    """SQL may compare stamps as text, whatever zones they came in and however many digits they have."""
    assert (stamp(one) < stamp(other)) == (one < other)
    assert moment(stamp(one)) == one


def test_whole_seconds_sort_before_fractions() -> None:
    """The case that spellings of different widths get wrong."""
    whole = datetime(2026, 1, 1, tzinfo=UTC)
    assert stamp(whole) < stamp(whole + timedelta(microseconds=1)) < stamp(whole + timedelta(seconds=1))


def test_lone_surrogate_can_be_stored() -> None:
    """Half a character, which no UTF-8 holds, neither stops a row nor is lost from it."""
    hostile: dict[str, Scalar] = {"name": "Zo\ud83d", "é": 1}
    for written in (plain_json(hostile), sorted_json(hostile)):
        written.encode()
        assert values_from(written) == hostile
    problem = Problem("name", "", "bad", "Zo\ud83d")
    assert from_json(Problem, to_json(Problem, problem)).message == "Zo?"


def test_readers_see_plain_text() -> None:
    """People who open the file read their own letters, not escapes."""
    assert plain_json({"name": "Zoë Łuk"}) == '{"name":"Zoë Łuk"}'
