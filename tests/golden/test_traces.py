"""The sandbox's SuiteCRM answers as a real SuiteCRM 7.14.6 did: every recorded pair is played against it.

The recordings lie beside the public data, not in this project; without them these tests are left out, and the
behaviours are held by the tables of `test_observed.py` alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.conftest import PROJECT
from tests.golden.alterations import alterations
from tests.golden.between import BEFORE, begin
from tests.golden.replay import UNSORTED, Played, Replay
from tests.suite_caller import SuiteCaller

_FILE = Path("reference", "suitecrm-traces.json")

# Pairs that the sandbox answers otherwise on purpose, and why.
ON_PURPOSE: Mapping[str, str] = {}
MOST_ON_PURPOSE = 5

Outcomes = Mapping[str, tuple[Played, list[str]]]

# Of each recorded answer so many places are altered, to see whether that would be noticed.
PLACES = 8


def recordings() -> Path:
    """Where the recordings would be: in the folder CONNECTOR_SHARED, or `../shared` next to the project."""
    return Path(os.environ.get("CONNECTOR_SHARED") or PROJECT.parent / "shared") / _FILE


def _pairs() -> list[dict[str, Any]]:
    path = recordings()
    return json.loads(path.read_text("utf-8")) if path.is_file() else []


@pytest.fixture(scope="module")
def outcomes(sandbox_server: Sandbox) -> Iterator[Outcomes]:
    """What came and what differed, by the name of the pair: one run over all of them, for they build on each other."""
    pairs = _pairs()
    if not pairs:
        pytest.skip(f"no recordings at {recordings()}; set CONNECTOR_SHARED to the folder that holds reference/")
    caller = SuiteCaller(sandbox_server)
    replay = Replay(caller)
    begin(replay)
    found: dict[str, tuple[Played, list[str]]] = {}
    for pair in pairs:
        step = BEFORE.get(pair["name"])
        if step is not None:
            step(replay)
        found[pair["name"]] = replay.play(pair)
    yield found
    caller.close()


@pytest.mark.parametrize("name", [pair["name"] for pair in _pairs()] or ["none"])
def test_pair_is_answered_alike(outcomes: Outcomes, name: str) -> None:
    """Status, content type, shape, types and meaning are those of the recorded answer."""
    if name in ON_PURPOSE:
        pytest.skip(ON_PURPOSE[name])
    assert outcomes[name][1] == []


def test_few_pairs_differ_on_purpose(outcomes: Outcomes) -> None:
    """At most five pairs differ on purpose, and each of them does differ."""
    assert len(ON_PURPOSE) <= MOST_ON_PURPOSE
    assert [name for name in ON_PURPOSE if not outcomes[name][1]] == []


def test_every_step_belongs_to_a_pair(outcomes: Outcomes) -> None:
    """What happened between the pairs is tied to pairs that there are."""
    assert set(BEFORE) <= set(outcomes)


def test_recorded_answers_are_all_there(outcomes: Outcomes) -> None:
    """No pair of the recordings is lost to another of its name."""
    assert len(outcomes) == len(_pairs())


def test_altered_answers_are_noticed(outcomes: Outcomes) -> None:
    """Had a real SuiteCRM answered anything else, by one type, key, word, number or row, it would be told.

    But for the name in a row of a list without a sort, where the sandbox shows another row.
    """
    missed, tried = [], 0
    for played, _ in outcomes.values():
        told = played.recorded
        altered = {"status": replace(told, status=told.status + 1), "type": replace(told, kind="text/plain")}
        altered |= {what: replace(told, body=body) for what, body in alterations(told.body, PLACES)}
        tried += len(altered)
        missed += [
            f"{played.name}: {what}"
            for what, other in altered.items()
            if not any(played.differences(played.names.copy(), other))
            and not (played.name in UNSORTED and "last_name" in what)
        ]
    assert missed == []
    assert tried > 10 * len(outcomes)
