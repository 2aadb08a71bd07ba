"""Ctrl-C and SIGTERM: the exit code that a shell expects, and a state that the next run goes on from."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox import Sandbox
from connector.sandbox.client import control
from connector.systems.wire.door import Ask, WireSession

from .terminal import Folder

LEADS = [
    {
        "FirstName": "Ann",
        "LastName": f"Lee{n}",
        "Title": "VP Operations",
        "Company": f"{name} Tools",
        "Email": f"ann@{name.lower()}tools.com",
        "Industry": "Manufacturing",
        "NumberOfEmployees": 900,
        "Description": "We would like to see a demo",
    }
    for n, name in enumerate(("Alder", "Birch", "Cedar"))
]
ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.fixture
def leads(folder: Folder) -> Folder:
    """A project whose CRM holds three leads that are converted at once."""
    folder.load(*LEADS)
    return folder


def call_at(monkeypatch: pytest.MonkeyPatch, number: int, after: bool, act: Callable[[], None]) -> list[str]:
    """Do *act* before or after the request of that number; answers the list of requests as it grows."""
    original, seen = WireSession._send_once, list[str]()

    def bracketed(self: WireSession, verb: str, url: str, ask: Ask, *rest: Any) -> Any:
        seen.append(url)
        if len(seen) == number and not after:
            act()
        answer = original(self, verb, url, ask, *rest)
        if len(seen) == number and after:
            act()
        return answer

    monkeypatch.setattr(WireSession, "_send_once", bracketed)
    return seen


def requests_of_a_run(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many requests a whole cycle takes."""
    with monkeypatch.context() as patch:
        seen = call_at(patch, 0, False, lambda: None)
        assert folder.type("sync", "salesforce").code == 0
    return len(seen)


def assert_done_once(folder: Folder) -> None:
    """Go on until nothing waits; then each lead is converted, into one account and contact of its own."""
    for _ in range(3):
        control(folder.sandbox.base_url, "clock", {"advance": 5})
        answer = folder.type("sync", "salesforce", "--json")
        if answer.code == 0:
            break
    assert answer.code == 0, answer.said
    converted = [lead for lead in folder.dump("Lead") if lead["IsConverted"]]
    assert len(converted) == len(LEADS)
    for name, role in (("Account", "ConvertedAccountId"), ("Contact", "ConvertedContactId")):
        assert sorted(record["Id"] for record in folder.dump(name)) == sorted(lead[role] for lead in converted)
    assert folder.type("journal", "verify").code == 0
    assert folder.type("status", "--json").json["unsettled"] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "after"), [(*ENDS[0], False), (*ENDS[1], True)], ids=["SIGINT-before", "SIGTERM-after"]
)
def test_signal_at_every_request_resumes(
    leads: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int, after: bool
) -> None:
    """Wherever in a run the signal comes, the code is 130 or 143 and the next runs convert every lead once."""
    total = requests_of_a_run(leads, monkeypatch)
    assert total > 5
    for at in range(1, total + 1):
        control(leads.sandbox.base_url, "reset", {"world": "empty"})
        project = Folder.make(tmp_path / f"at-{at}", leads.sandbox)
        project.load(*LEADS)
        with monkeypatch.context() as patch:
            call_at(patch, at, after, lambda: os.kill(os.getpid(), number))
            answer = project.type("sync", "salesforce")
        assert answer.code == code, f"request {at}: {answer.said}"
        assert "next: connector sync" in answer.err
        assert "Traceback" not in answer.said
        assert_done_once(project)


def _start(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "connector", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("number", "code"), ENDS, ids=["SIGINT", "SIGTERM"])
def test_waiting_sync_ends_at_once(leads: Folder, number: signal.Signals, code: int) -> None:
    """A sync that waits for an answer which never comes ends at the signal, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        leads.edit("connector.yaml", f"address: {leads.sandbox.base_url}", f"address: {address}")
        process = _start(leads.path, "sync", "salesforce")
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(65536)
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
    assert process.returncode == code, out + err
    assert "Traceback" not in out + err
    leads.edit("connector.yaml", f"address: {address}", f"address: {leads.sandbox.base_url}")
    assert_done_once(leads)


@pytest.mark.parametrize(("number", "code"), ENDS, ids=["SIGINT", "SIGTERM"])
def test_daemon_ends_after_its_route(leads: Folder, number: signal.Signals, code: int) -> None:
    """The daemon finishes what runs, then ends with the code of the signal; nothing is left half done."""
    process = _start(leads.path, "daemon")
    assert process.stdout is not None
    assert process.stdout.readline() == "salesforce: every 15 minutes\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, out + err
    assert "Traceback" not in out + err
    assert leads.type("status").code == 0
    assert leads.ask("SELECT count(*) FROM runs WHERE status = 'running'") == [(0,)]
    assert_done_once(leads)


def test_sandbox_serve_ends_quietly(tmp_path: Path) -> None:
    """`sandbox serve` prints its one line, ends with 0 on SIGTERM, and its port can be used again."""
    process = _start(tmp_path, "sandbox", "serve", "--world", "empty")
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
    port = int(line.split("127.0.0.1:")[1].split('"')[0])
    with Sandbox("empty", port=port):
        pass
