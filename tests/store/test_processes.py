"""Several processes at one state file: people, a daemon, and a kill -9 at the worst moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.errors import Paused, SafetyStop
from connector.model.plan import Outcome
from connector.model.progress import Answer, AnswerWord, JournalState
from connector.store import SqliteStore, care, open_store

from .making import ROUTE, START, HeldClock, contact, lead, marks, orders, page, raw, receipt, resolution, step

PRELUDE = """
import sys
from pathlib import Path
from connector.store import open_store
from tests.store.making import *
store = open_store(Path(sys.argv[1]), clock=HeldClock(), wait=20)
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
"""


class Other:
    """Another process at the same file, which does its lines and can be met at `ready()`."""

    def __init__(self, path: Path, script: str) -> None:
        paths = os.pathsep.join([str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE + textwrap.dedent(script), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def meet(self) -> None:
        """Wait until it is ready; fail if it ended instead."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def go_on(self) -> None:
        """Let it go on from where it was met."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def finish(self) -> int:
        """Let it go on to its end; its exit code."""
        self.process.communicate("\n", timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        """Kill it outright and wait until it is gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate(timeout=60)


@pytest.fixture
def others() -> Iterator[list[Other]]:
    """Other processes; those still alive at the end are killed."""
    started: list[Other] = []
    yield started
    for other in started:
        if other.process.poll() is None:
            other.kill()


@pytest.mark.fault
def test_A07_kill_between_sent_and_settle(path: Path, clock: HeldClock, others: list[Other]) -> None:  # noqa: N802
    """A process killed right after `sent` leaves the intent, which is found, blocks a twin, and is settled once."""
    script = """
    store.journal.planned(plan(step()))
    store.journal.sent(orders(step()), ROUTE, "run", START)
    ready()
    """
    others.append(Other(path, script))
    others[0].meet()
    others[0].kill()
    with open_store(path, clock=clock) as store:
        (entry,) = store.journal.unsettled()
        assert (entry.step, entry.state, entry.sent_at) == (step(), JournalState.SENT, START)
        store.journal.settle([receipt(step(), ids={"contact": contact().id})], [])
        assert store.journal.unsettled() == []
    assert care.verify(path) == []


@pytest.mark.fault
def test_F01_kill_inside_a_transaction(path: Path, clock: HeldClock, others: list[Other]) -> None:  # noqa: N802
    """Killed before the end of a transaction, nothing of it is there, and nobody has to wait for it."""
    script = """
    store.journal.planned(plan(step()))
    with store.transaction():
        store.journal.sent(orders(step()), ROUTE, "run", START)
        store.journal.settle([receipt(step())], [link("sf:1", contact(1))])
        ready()
    """
    others.append(Other(path, script))
    others[0].meet()
    others[0].kill()
    with open_store(path, clock=clock, wait=0.5) as store:
        assert store.journal.entries([step().key])[step().key].state is JournalState.PLANNED
        assert store.crosswalk.by_key("sf:1") == []
        store.journal.sent(orders(step()), ROUTE, "run", START)
        store.journal.settle([receipt(step(), Outcome.REJECTED)], [])
    assert care.verify(path) == []


@pytest.mark.fault
def test_F07_second_holder_is_told_who(path: Path, clock: HeldClock, others: list[Other]) -> None:  # noqa: N802
    """While one process holds the lease, even stopped, another is told who has it and ends with 75."""
    others.append(Other(path, "with store.lease.hold('daemon'):\n    ready()"))
    others[0].meet()
    os.kill(others[0].process.pid, signal.SIGSTOP)
    with open_store(path, clock=clock) as store:
        with (
            pytest.raises(Paused, match=f"daemon .process {others[0].process.pid} on") as caught,
            store.lease.hold("me"),
        ):
            pass
        assert caught.value.exit_code == 75
        os.kill(others[0].process.pid, signal.SIGCONT)
        assert others[0].finish() == 0
        with store.lease.hold("me") as number:
            assert number == 2


@pytest.mark.fault
def test_F08_dead_holder_never_blocks(path: Path, clock: HeldClock, others: list[Other]) -> None:  # noqa: N802
    """The lease of a process that was killed is free at once, and the next holder's number is higher."""
    others.append(Other(path, "with store.lease.hold('daemon'):\n    ready()"))
    others[0].meet()
    others[0].kill()
    with open_store(path, clock=clock) as store, store.lease.hold("me") as number:
        assert number == 2
        store.lease.check()


@pytest.mark.fault
def test_F07_paused_holder_stops_itself(path: Path, clock: HeldClock, others: list[Other]) -> None:  # noqa: N802
    """A holder whose lock was taken from under it finds out before its next remote write."""
    script = """
    from connector.errors import SafetyStop
    with store.lease.hold("daemon"):
        store.lease.check()
        ready()
        try:
            store.lease.check()
        except SafetyStop:
            sys.exit(76)
    """
    others.append(Other(path, script))
    others[0].meet()
    (path.parent / "connector.db.lock").unlink()
    with open_store(path, clock=clock) as store, store.lease.hold("me"):
        assert others[0].finish() == 76
        store.lease.check()


@pytest.mark.fault
def test_people_work_while_the_daemon_runs(path: Path, clock: HeldClock, others: list[Other]) -> None:
    """Answers, judgements and retries need no lease, and wait for the daemon's transaction to end."""
    script = """
    store.inbox.receive(ROUTE, page(raw(1)), marks(page(raw(1))), ROUTE, "run")
    store.reviews.open(ROUTE, resolution(1, contact(1)), "Who?", START)
    with store.lease.hold("daemon"):
        ready()
        with store.transaction():
            store.audit.append(START, "run", "daemon", "works", "", {})
            ready()
        ready()
    """
    others.append(Other(path, script))
    others[0].meet()
    with open_store(path, clock=clock, wait=0.2) as person:
        person.reviews.answer(1, Answer(AnswerWord.SAME, "ann", START, contact(1)))
        others[0].go_on()
        others[0].meet()
        with pytest.raises(Paused):
            person.matches.save(ROUTE, resolution(1), START)
        assert person.reviews.list() == []
        others[0].go_on()
        others[0].meet()
        person.matches.save(ROUTE, resolution(1), START)
        assert [entry.event for entry in person.audit.entries()] == ["works"]


def test_two_writers_keep_one_chain(path: Path, store: SqliteStore, others: list[Other]) -> None:
    """Two processes that write at the same time make one chain without a gap, and lose no line."""
    script = """
    ready()
    for number in range(60):
        store.audit.append(START, "other", "other", "line", str(number), {})
    """
    others += [Other(path, script), Other(path, script)]
    for other in others:
        other.meet()
    for other in others:
        other.go_on()
    assert [other.process.wait(60) for other in others] == [0, 0]
    assert len(store.audit.entries()) == 120
    assert store.audit.verify() == []


def test_two_answers_only_one_counts(path: Path, store: SqliteStore, others: list[Other]) -> None:
    """Of two people who answer at once one is first, and the other is told so."""
    store.inbox.receive(ROUTE, page(raw()), marks(page(raw())), ROUTE, "run")
    store.reviews.open(ROUTE, resolution(1, contact(1)), "Who?", START)
    script = """
    from connector.errors import UsageError
    from connector.model.progress import Answer, AnswerWord
    ready()
    try:
        store.reviews.answer(1, Answer(AnswerWord.SAME, "someone", START, contact(1)))
    except UsageError as error:
        sys.exit(error.exit_code)
    """
    others += [Other(path, script), Other(path, script)]
    for other in others:
        other.meet()
    for other in others:
        other.go_on()
    assert sorted(other.process.wait(60) for other in others) == [0, 2]


def test_two_processes_make_one_file(path: Path, clock: HeldClock, others: list[Other]) -> None:
    """Processes that find no file make one together, and none of them stumbles over the other."""
    others += [Other(path, "ready()") for _ in range(3)]
    for other in others:
        other.meet()
    assert [other.finish() for other in others] == [0, 0, 0]
    assert care.verify(path) == []


def test_check_without_lease_stops(store: SqliteStore) -> None:
    """Nothing may be written to a CRM without the lease, before or after it was held."""
    with pytest.raises(SafetyStop, match="no lease"):
        store.lease.check()
    with store.lease.hold("me"):
        store.lease.check()
    with pytest.raises(SafetyStop, match="no lease"):
        store.lease.check()


def test_lease_is_not_held_twice_here(store: SqliteStore) -> None:
    """One process cannot hold the lease twice either, and each holding has a number of its own."""
    with store.lease.hold("me") as first, pytest.raises(Paused), store.lease.hold("me too"):
        pass
    with store.lease.hold("me") as second:
        assert second == first + 1


@pytest.mark.fault
def test_F13_restored_backup_is_noticed(path: Path, clock: HeldClock) -> None:  # noqa: N802
    """A state file put back from yesterday is told apart, once, and its next number is higher than any before."""
    copy = path.parent / "yesterday.db"
    with open_store(path, clock=clock) as store:
        with store.lease.hold("me"):
            assert not store.lease.rolled_back
        care.backup(path, copy)
        for _ in range(3):
            with store.lease.hold("me"):
                pass
    path.write_bytes(copy.read_bytes())
    with open_store(path, clock=clock) as store:
        with store.lease.hold("me") as number:
            assert (store.lease.rolled_back, number) == (True, 5)
        with store.lease.hold("me"):
            assert not store.lease.rolled_back


def test_killed_writer_leaves_rows_readable(path: Path, clock: HeldClock, others: list[Other]) -> None:
    """Pages laid before a kill are all there, each with its watermark."""
    script = """
    for number in range(1, 40):
        given = page(raw(number, minutes=number))
        store.inbox.receive(ROUTE, given, marks(given), ROUTE, "run")
        if number == 20:
            ready()
    """
    others.append(Other(path, script))
    others[0].meet()
    others[0].kill()
    with open_store(path, clock=clock) as store:
        reached = store.watermarks.get(ROUTE, "Lead")
        assert reached is not None
        assert reached.last_id == lead(20).id
        assert store.inbox.counts(ROUTE) == {"pending": 20}
