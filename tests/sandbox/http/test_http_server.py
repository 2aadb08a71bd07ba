"""Starting and stopping: the program that prints one JSON line, the state file, ports, worlds, imports."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox import Sandbox, SandboxError
from connector.sandbox.world import WorldError, read_world
from tests.sandbox_caller import Caller

PROGRAM = "import sys; from connector.sandbox import serve; sys.exit(serve(0, *sys.argv[1:]))"


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A sandbox in its own process and the JSON line that it printed."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait(10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_program_prints_line_and_ends_cleanly(number: signal.Signals) -> None:
    """serve prints its info once the port answers, nothing else, and exits 0 on SIGTERM and SIGINT."""
    with served() as (process, info):
        live = requests.get(f"{info['base_url']}/__sandbox__/info", timeout=20).json()
        assert live == info
        assert info["pid"] == process.pid
        assert info["base_url"].startswith("http://127.0.0.1:")
        process.send_signal(number)
        rest, _ = process.communicate(timeout=20)
        assert (process.returncode, rest) == (0, "")


def test_state_file_survives_restart(tmp_path: Path) -> None:
    """Records, logins and org id are the same after a restart on one state file; the world seeds it once."""
    state = tmp_path / "sandbox.db"
    with Sandbox("empty", state=state) as first:
        login = first.info["salesforce"]
        lead = Caller(first).lead(LastName="Kept")
    with Sandbox("empty", state=state) as second:
        assert second.info["salesforce"] == login
        assert Caller(second).get(f"sobjects/Lead/{lead}").json()["LastName"] == "Kept"
    assert (tmp_path / "sandbox.db.logins.json").stat().st_mode & 0o777 == 0o600


def test_sandboxes_have_own_logins() -> None:
    """Two sandboxes at once differ in address, org and logins."""
    with Sandbox() as one, Sandbox() as two:
        first, second = Caller(one), Caller(two)
        assert one.base_url != two.base_url
        assert first.login["org_id"] != second.login["org_id"]
        second.token = first.token
        assert second.get("limits").status_code == 401


def test_taken_port_is_named() -> None:
    """A port in use is an error that names it."""
    with Sandbox() as one:
        port = int(one.base_url.rpartition(":")[2])
        with pytest.raises(SandboxError, match=str(port)):
            Sandbox(port=port)


def test_worlds_come_from_files(tmp_path: Path) -> None:
    """A world is a shipped name or a YAML or JSON file; it seeds records."""
    path = tmp_path / "mine.yaml"
    path.write_text("salesforce:\n  records:\n    Lead:\n      - {LastName: Okafor, Company: Acme}\n")
    with Sandbox(path) as sandbox:
        assert [row["LastName"] for row in Caller(sandbox).dump("Lead")] == ["Okafor"]
    other = tmp_path / "mine.json"
    other.write_text('{"salesforce": {}}')
    assert read_world(other) == {"salesforce": {}}


@pytest.mark.parametrize("text", ["- a list", "{unclosed", "salesforce: {nonsense: {}}"])
def test_bad_worlds_are_refused(tmp_path: Path, text: str) -> None:
    """A file that is no world is a WorldError, and the port is free again."""
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(WorldError):
        Sandbox(path)
    with pytest.raises(WorldError, match="shipped are"):
        Sandbox("nowhere")
    with pytest.raises(WorldError, match="cannot be read"):
        Sandbox(str(tmp_path / "absent.yaml"))


def test_import_loads_no_web_server() -> None:
    """Importing the package loads neither uvicorn nor Starlette nor the YAML reader."""
    code = "import sys, connector.sandbox; print(*{'uvicorn', 'starlette', 'ruamel.yaml', 'lark'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ""


def test_stop_twice_is_fine() -> None:
    """Stopping is safe to repeat, and closes the port."""
    sandbox = Sandbox()
    sandbox.stop()
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{sandbox.base_url}/services/data", timeout=5)


def test_forwarded_proto_makes_https_addresses(caller: Caller) -> None:
    """Behind a TLS proxy the addresses in answers are https."""
    answer = requests.post(
        f"{caller.base_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        auth=(caller.login["client_id"], caller.login["client_secret"]),
        headers={"X-Forwarded-Proto": "https"},
        timeout=20,
    )
    assert answer.json()["instance_url"] == caller.base_url.replace("http://", "https://")
