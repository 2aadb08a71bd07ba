"""What `connector init` writes: a project per sandbox, with every CRM that it speaks for."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from connector.cli.project import write_sandbox_project, write_starter
from connector.config import load_config
from connector.errors import UsageError

SALESFORCE = {"client_id": "abc", "client_secret": "s-one"}
SUGARCRM = {"username": "admin", "password": "s-two", "client_id": "sugar", "platform": "connector_sandbox"}
SUITECRM = {"username": "admin: me", "password": "s-three", "client_id": "def", "client_secret": "s-four"}
WHOLE = {
    "base_url": "http://127.0.0.1:1",
    "salesforce": SALESFORCE,
    "sugarcrm": SUGARCRM,
    "suitecrm": SUITECRM,
}


def test_every_crm_gets_its_routes(tmp_path: Path) -> None:
    """In place and from the inbox are enabled; the ways across are there, disabled, and nothing overlaps."""
    write_sandbox_project(tmp_path / "p", WHOLE)
    config = load_config(tmp_path / "p" / "connector.yaml")
    assert config.enabled_routes() == ["salesforce", "sugarcrm", "suitecrm", "inbox-to-salesforce"]
    assert set(config.routes) - set(config.enabled_routes()) == {
        "inbox-to-suitecrm",
        "sugarcrm-to-salesforce",
        "suitecrm-to-salesforce",
        "salesforce-to-sugarcrm",
    }
    assert config.findings == ()
    across = [name for name in config.routes if "-to-" in name and "inbox" not in name]
    assert {config.push_back(name) for name in across} == {"records"}
    assert (tmp_path / "p" / "inbox-suitecrm").is_dir()


def test_secrets_stand_in_files_of_their_own(tmp_path: Path) -> None:
    """No secret stands in connector.yaml; each has a file that only its owner reads, and names are quoted."""
    write_sandbox_project(tmp_path / "p", WHOLE)
    config = load_config(tmp_path / "p" / "connector.yaml")
    text = config.path.read_text()
    assert not [secret for secret in ("s-one", "s-two", "s-three", "s-four") if secret in text]
    kept = {path.name: path.read_text() for path in (tmp_path / "p" / "secrets").iterdir()}
    assert kept["sugarcrm_password"] == "s-two"
    assert kept["suitecrm_client_secret"] == "s-four"
    assert {stat.S_IMODE((tmp_path / "p" / "secrets" / name).stat().st_mode) for name in kept} == {0o600}
    suite = config.connections["suitecrm"]
    assert suite.type == "suitecrm"
    assert suite.login.username == "admin: me"


def test_absent_dialects_are_left_out(tmp_path: Path) -> None:
    """A sandbox without a CRM gives a project without its connection and routes."""
    write_sandbox_project(tmp_path / "p", {"base_url": "http://127.0.0.1:1", "suitecrm": SUITECRM})
    config = load_config(tmp_path / "p" / "connector.yaml")
    assert set(config.connections) == {"suitecrm", "inbox-suitecrm"}
    assert set(config.routes) == {"suitecrm", "inbox-to-suitecrm"}


def test_no_crm_is_no_sandbox(tmp_path: Path) -> None:
    """An address that speaks for no CRM is refused before anything is written."""
    with pytest.raises(UsageError):
        write_sandbox_project(tmp_path / "p", {"base_url": "http://127.0.0.1:1"})
    assert not (tmp_path / "p").exists()


def test_secrets_folder_is_private(tmp_path: Path) -> None:
    """The starter has the folder that its secrets go to, for its owner's eyes only."""
    write_starter(tmp_path / "p")
    assert stat.S_IMODE((tmp_path / "p" / "secrets").stat().st_mode) == 0o700


def test_commented_starter_can_be_uncommented(tmp_path: Path) -> None:
    """What the starter shows as comments is read once the marks are taken away."""
    write_starter(tmp_path / "p")
    path = tmp_path / "p" / "connector.yaml"
    lines = [
        line.replace("  # ", "  ", 1) if line.startswith("  # ") else line for line in path.read_text().split("\n")
    ]
    prose = ("One entry", "Secrets are", "${ENV", "A CRM of", "CSV files", "Leads of", "Files from", "From one", "who ")
    path.write_text("\n".join(line for line in lines if not line.strip().startswith(prose)))
    config = load_config(path)
    assert set(config.connections) == {"salesforce", "sugarcrm", "suitecrm", "inbox"}
    assert set(config.routes) == {
        "salesforce",
        "sugarcrm",
        "suitecrm",
        "inbox-to-salesforce",
        "sugarcrm-to-salesforce",
    }
    assert config.push_back("sugarcrm-to-salesforce") == "links"
