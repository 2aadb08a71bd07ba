"""A connection that somebody renames: its name is part of every key, so nothing goes on under another one."""

from __future__ import annotations

from pathlib import Path

from connector.sandbox import Sandbox
from tests.journeys.crms import SALESFORCE, SUGARCRM
from tests.journeys.project import Project
from tests.journeys.test_across import bring, hot, rows, sync


def test_renamed_connection_converts_nobody_again(tmp_path: Path, sandbox_server: Sandbox) -> None:
    """The run stops with the name to go back to, doctor says the same, and with that name all goes on."""
    sandbox_server.reset("empty")
    project = Project.make(tmp_path / "project", sandbox_server)
    path = project.folder / "connector.yaml"
    text = path.read_text("utf-8").replace("push_back: records", "push_back: none")
    path.write_text(text, "utf-8")
    bring(project, SUGARCRM, hot("Ada", "Marsh", "Northwind Tools"))
    sync(project, (SUGARCRM, SALESFORCE))
    renamed = text.replace("  sugarcrm:\n    type", "  marketing:\n    type").replace(
        "source: sugarcrm", "source: marketing"
    )
    path.write_text(renamed.replace("target: sugarcrm", "target: marketing"), "utf-8")
    before = project.writes()
    answer = project.run("sync", "sugarcrm-to-salesforce")
    assert (answer.code, "was called sugarcrm before" in answer.err) == (76, True)
    assert "was called sugarcrm before" in project.run("doctor").out
    assert project.writes() == before
    path.write_text(text, "utf-8")
    assert sync(project, (SUGARCRM, SALESFORCE))["pulled"] == 0
    assert len(rows(project, SALESFORCE, "Lead")) == 1
