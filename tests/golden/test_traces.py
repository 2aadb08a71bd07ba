"""The sandbox's SuiteCRM answers as a real SuiteCRM 7.14.6 did: every recorded pair is played against it.

The recordings lie beside the public data, not in this project; without them these tests are left out, and the
behaviours are held by `observed.yaml` alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from tests.conftest import PROJECT
from tests.golden.between import BEFORE, begin
from tests.golden.replay import Replay
from tests.suite_caller import SuiteCaller

_FILE = Path("reference", "suitecrm-traces.json")

# Pairs that the sandbox answers otherwise on purpose, and why.
ON_PURPOSE: Mapping[str, str] = {}
MOST_ON_PURPOSE = 5

Outcomes = Mapping[str, list[str]]


def recordings() -> Path:
    """Where the recordings would be: in the folder CONNECTOR_SHARED, or `../shared` next to the project."""
    return Path(os.environ.get("CONNECTOR_SHARED") or PROJECT.parent / "shared") / _FILE


def _pairs() -> list[dict[str, Any]]:
    path = recordings()
    return json.loads(path.read_text("utf-8")) if path.is_file() else []


@pytest.fixture(scope="module")
def outcomes(sandbox_server: Sandbox) -> Iterator[Outcomes]:
    """What differed, by the name of the pair: one run over all of them, for they build on each other."""
    pairs = _pairs()
    if not pairs:
        pytest.skip(f"no recordings at {recordings()}; set CONNECTOR_SHARED to the folder that holds reference/")
    caller = SuiteCaller(sandbox_server)
    replay = Replay(caller)
    begin(replay)
    found: dict[str, list[str]] = {}
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
    assert outcomes[name] == []


def test_few_pairs_differ_on_purpose(outcomes: Outcomes) -> None:
    """At most five pairs differ on purpose, and each of them does differ."""
    assert len(ON_PURPOSE) <= MOST_ON_PURPOSE
    assert [name for name in ON_PURPOSE if not outcomes[name]] == []


def test_every_step_belongs_to_a_pair(outcomes: Outcomes) -> None:
    """What happened between the pairs is tied to pairs that there are."""
    assert set(BEFORE) <= set(outcomes)
