"""Two-way routes fall silent: after any history of edits, and wherever the process dies."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.model.records import Kind
from connector.model.twins import End

from .oracle import HISTORIES, Edit, Oracle, make, stand
from .two_crms import Killed, converted, two_crms

CYCLES = 50


@pytest.mark.slow
@settings(derandomize=True, max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=HISTORIES, rule=st.sampled_from(["newest", "source", "target"]))
def test_every_history_falls_silent(history: list[list[Edit]], rule: str) -> None:
    """Whatever people edit: within two cycles of the last edit nothing is written, for fifty; no edit is undone."""
    with TemporaryDirectory() as folder, two_crms(Path(folder), rule) as crms:
        oracle = Oracle(converted(crms), rule, stand(crms))
        for edits in history:
            make(crms, edits)
            oracle.cycle()
        oracle.cycle()
        assert crms.written(lambda: [crms.sync() for _ in range(CYCLES)]) == 0
        oracle.check()


CALLS = range(1, 40)


@pytest.mark.parametrize("end", list(End))
@pytest.mark.parametrize("after", [False, True])
def test_death_at_any_call_ends_in_silence(tmp_path: Path, end: End, after: bool) -> None:
    """Killed before or after any call of a cycle that carries edits, the next ones carry them and fall silent."""
    edits = [
        (End.SOURCE, (Kind.CONTACT, "title"), "Buyer of everything"),
        (End.SOURCE, (Kind.CONTACT, "description"), "A long description"),
        (End.TARGET, (Kind.ACCOUNT, "phone"), "555 010 1234"),
        (End.TARGET, (Kind.CONTACT, "phone"), "+1 555 010 9999"),
    ]
    for nth in CALLS:
        with two_crms(tmp_path / str(nth)) as crms:
            oracle = Oracle(converted(crms), "newest", stand(crms))
            make(crms, edits)
            crms.crms[end].die(nth, after)
            with suppress(Killed):
                oracle.cycle()
                break
            crms.sync()
            crms.sync()
            assert crms.written(crms.sync) == 0, nth
            oracle.check()
    assert nth > 6


@pytest.mark.parametrize("end", list(End))
def test_death_while_twins_are_made(tmp_path: Path, end: End) -> None:
    """Killed at any call of the cycle that makes the twins, they are made and kept in step by the next ones."""
    for nth in CALLS:
        with two_crms(tmp_path / str(nth)) as crms:
            crms.crms[end].die(nth, after=True)
            with suppress(Killed):
                crms.sync()
                break
            crms.sync()
            make(crms, [(End.SOURCE, (Kind.CONTACT, "title"), "Buyer"), (End.TARGET, (Kind.ACCOUNT, "city"), "Bremen")])
            crms.sync()
            assert crms.value(End.TARGET, Kind.CONTACT, "Title") == "Buyer", nth
            assert crms.value(End.SOURCE, Kind.ACCOUNT, "BillingCity") == "Bremen", nth
            before = crms.writes()
            crms.sync()
            crms.sync()
            assert crms.writes() == before, nth
    assert nth > 6
