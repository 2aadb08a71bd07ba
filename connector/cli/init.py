"""``connector init``: a starter project, a sandbox project, or the metadata to deploy."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.output import put_json, say
from connector.cli.project import write_salesforce_metadata, write_sandbox_project, write_starter
from connector.cli.session import Session, verb
from connector.errors import Unavailable, UsageError
from connector.sandbox.client import ControlError, control


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--sandbox", metavar="BASE_URL", help="Wire the project to the sandbox running there.")
@click.option(
    "--salesforce-metadata",
    "metadata",
    type=click.Path(path_type=Path),
    help="Write the deployable metadata of the Connector_Key__c fields into this folder.",
)
@verb
def command(session: Session, folder: Path | None, sandbox: str | None, metadata: Path | None) -> int:
    """Write a commented starter project into FOLDER (default: here); FOLDER must be absent or empty.

    Example: connector init my-project --sandbox http://127.0.0.1:8765
    """
    if metadata is not None:
        written = [str(path) for path in write_salesforce_metadata(metadata)]
        _report(session, written, f"wrote {len(written)} files; deploy them with `sf project deploy start`")
        if folder is None and sandbox is None:
            return 0
    folder = folder or Path()
    if sandbox:
        write_sandbox_project(folder, sandbox_info(sandbox))
    else:
        write_starter(folder)
    if session.as_json and metadata is None:
        put_json({"status": "done", "folder": str(folder), "config": str(folder / "connector.yaml")})
    say(f"wrote a project into {folder}", as_json=session.as_json)
    say("next: connector doctor", as_json=session.as_json)
    return 0


def _report(session: Session, written: list[str], sentence: str) -> None:
    if session.as_json:
        put_json({"status": "done", "files": written})
    say(sentence, as_json=session.as_json)


def sandbox_info(base_url: str) -> dict[str, object]:
    """What a running sandbox says of itself; loopback addresses only.

    Raises UsageError for an address that is not on loopback, Unavailable when nothing answers as a sandbox.
    """
    info = ask_sandbox(base_url, "info")
    if not isinstance(info, dict):
        raise Unavailable(f"no sandbox answers at {base_url}", next_command="connector sandbox serve")
    return info


def ask_sandbox(base_url: str, path: str, body: dict[str, object] | None = None) -> object:
    """One call to a sandbox's control plane, its refusals as errors of the house."""
    try:
        return control(base_url, path, body)
    except ControlError as error:
        raise Unavailable(str(error), next_command="connector sandbox serve") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
