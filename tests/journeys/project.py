"""A project wired to a sandbox, driven through the command line as a person would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.cli.project import write_sandbox_project
from connector.sandbox import Sandbox
from connector.sandbox.client import control
from tests.cli.terminal import Answer, type_command


@dataclass
class Project:
    """A folder made by ``connector init --sandbox``, and the sandbox behind it."""

    folder: Path
    sandbox: Sandbox

    @classmethod
    def make(cls, folder: Path, sandbox: Sandbox) -> Project:
        """Write the project as ``connector init`` does."""
        write_sandbox_project(folder, sandbox.info)
        return cls(folder, sandbox)

    def run(self, *words: str) -> Answer:
        """Type a command in the project."""
        return type_command("--config", str(self.folder / "connector.yaml"), *words)

    def sync(self, *routes: str) -> dict[str, Any]:
        """``connector sync --json``, and the answer's object."""
        answer = self.run("sync", "--json", *routes)
        assert answer.out, answer.err
        found: dict[str, Any] = answer.json
        return found

    def dump(self, object_name: str, crm: str = "salesforce") -> list[dict[str, Any]]:
        """Every record of an object, deleted ones included."""
        found: Any = control(self.sandbox.base_url, f"dump/{crm}/{object_name}")
        return list(found)

    def load(self, crm: str = "salesforce", **records: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
        """Insert records as given; answers them with their ids."""
        body = {crm: {name: list(rows) for name, rows in records.items()}}
        answer: Any = control(self.sandbox.base_url, "load", body)
        found: dict[str, list[dict[str, Any]]] = answer[crm]
        return found

    def faults(self, *faults: dict[str, Any]) -> None:
        """Replace the fault plan."""
        control(self.sandbox.base_url, "faults", {"faults": list(faults)})

    def pass_time(self, seconds: float) -> None:
        """Let the CRM's clock run on."""
        control(self.sandbox.base_url, "clock", {"advance": seconds})

    def calls(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The access log."""
        return [call for call in self.sandbox.calls() if kind is None or call["kind"] == kind]

    def writes(self) -> int:
        """How many calls so far could change a record."""
        return len(self.calls("write"))
