"""``connector policy replay`` in a project: its own policy, another one, and files that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import ten_leads

from .terminal import Folder

POLICY = "mappings/policy.yaml"


@pytest.fixture
def synced(folder: Folder) -> Folder:
    """A project whose leads were decided on and converted."""
    folder.load(*ten_leads()["Lead"])
    assert folder.type("sync", "salesforce").code == 0
    return folder


def _stricter(folder: Folder, name: str = "policy-stricter.yaml") -> Path:
    """Another policy beside the project's own: no lead has a strong fit."""
    text = (folder.path / POLICY).read_text("utf-8")
    path = folder.path / name
    path.write_text(text.replace("levels: {strong: 55", "levels: {strong: 99", 1), "utf-8")
    return path


def test_own_policy_flips_nothing(synced: Folder) -> None:
    """A project's own policy gives every decision again to the byte, after one run and after the next."""
    synced.type("sync", "salesforce")
    answer = synced.type("policy", "replay", "--detailed-exitcode", "--json")
    assert answer.code == 0
    found = answer.json
    assert (found["flips"], found["differs"], found["flips_by_verdict"]) == (0, 0, [])
    assert found["identical"] == found["decisions"] >= 10
    assert found["conversions"]["old"] == found["conversions"]["new"] > 0


def test_other_policy_is_compared(synced: Folder) -> None:
    """Another policy's flips are told with leads and rows, in the terminal, as JSON and as a page."""
    other, page = _stricter(synced), synced.path / "replay.html"
    words = ("policy", "replay", "--policy", str(other), "--route", "salesforce", "--html", str(page))
    answer = synced.type(*words, "--detailed-exitcode", "--json")
    assert answer.code == 3
    found = answer.json
    assert found["flips"] > 0
    assert {"convert"} <= {flip["old"] for flip in found["flips_by_verdict"]}
    assert found["conversions"]["lost"] > 0
    assert found["api_calls"]["old"] > found["api_calls"]["new"]
    assert page.read_text("utf-8").startswith("<!doctype html>")
    told = synced.type(*words)
    assert told.code == 0
    assert "verdicts flip" in told.said
    assert f"written: {page}" in told.said


def test_replay_writes_no_state(synced: Folder) -> None:
    """Neither decisions nor leads are touched by a replay."""
    before = synced.ask("SELECT count(*), max(id) FROM decisions"), synced.ask("SELECT * FROM inbox ORDER BY id")
    synced.type("policy", "replay", "--policy", str(_stricter(synced)))
    after = synced.ask("SELECT count(*), max(id) FROM decisions"), synced.ask("SELECT * FROM inbox ORDER BY id")
    assert after == before


def test_bounds_leave_decisions_out(synced: Folder) -> None:
    """Decisions outside --since and --until are left out; a stretch that ends before it begins is refused."""
    none = synced.type("policy", "replay", "--until", "2020-01-01", "--json")
    assert (none.code, none.json["decisions"]) == (0, 0)
    assert synced.type("policy", "replay", "--since", "2020-01-01", "--json").json["decisions"] >= 10
    assert synced.type("policy", "replay", "--since", "2026-02-01", "--until", "2026-01-01").code == 2
    refused = synced.type("policy", "replay", "--since", "yesterday")
    assert refused.code == 2
    assert "connector policy replay --help" in refused.err


def test_bad_policy_lists_every_problem(folder: Folder) -> None:
    """A policy that cannot be used ends the command with each of its problems on its line."""
    bad = folder.path / "bad.yaml"
    bad.write_text("fit: {}\nsurprise: 1\n", "utf-8")
    answer = folder.type("policy", "replay", "--policy", str(bad), "--json")
    assert answer.code == 65
    assert len(answer.json["findings"]) > 3
    assert all("bad.yaml:" in finding for finding in answer.json["findings"])
    assert folder.type("policy", "replay", "--policy", str(folder.path / "none.yaml")).code == 65
    assert folder.type("policy", "replay", "--route", "nowhere").code != 0
    nowhere = folder.type("policy", "replay", "--html", str(folder.path / "no" / "where.html"))
    assert nowhere.code == 2
    assert "next: connector policy replay --help" in nowhere.err


def test_broken_policy_leads_to_its_test(folder: Folder) -> None:
    """What to type next reads that very file and tells all that is wrong with it; a wrong order of files does not."""
    bad = folder.path / "bad one.yaml"
    starter = (folder.path / POLICY).read_text("utf-8")
    broken = starter.replace("fit:", "surprise: 1\nfit:", 1).replace("field: title", "field: titel", 1)
    bad.write_text(broken, "utf-8")
    answer = folder.type("policy", "replay", "--policy", str(bad), "--json")
    assert answer.json["next"] == f"connector policy test '{bad}'"
    tested = folder.type("policy", "test", str(bad), "--json")
    assert tested.code == 65
    assert all(f"`{word}`" in str(tested.json["findings"]) for word in ("surprise", "titel"))
    assert tested.json["next"] == "connector mapping schema policy"
    twice = folder.type("policy", "replay", "--policy", POLICY, "--policy", POLICY, "--json")
    assert twice.json["next"] == "connector policy replay --help"
