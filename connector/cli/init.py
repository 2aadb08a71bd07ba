"""``connector init``: a starter project, a sandbox project, or the metadata to deploy."""

from __future__ import annotations

from pathlib import Path

import click

from connector.cli.output import counted, put_json, say
from connector.cli.project import write_salesforce_metadata, write_sandbox_project, write_starter
from connector.cli.session import Session, verb
from connector.config import CONFIG_NAME
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
    answer: dict[str, object] = {"status": "done"}
    if metadata is not None:
        written = [str(path) for path in write_salesforce_metadata(metadata)]
        answer["files"] = written
        say(
            f"wrote {counted(len(written), 'file')}; deploy them with `sf project deploy start`",
            as_json=session.as_json,
        )
    if metadata is None or folder is not None or sandbox is not None:
        folder = _project(folder or Path(), sandbox)
        answer |= {"folder": str(folder), "config": str(folder / CONFIG_NAME)}
        say(f"wrote a project into {folder}", as_json=session.as_json)
        say(f"next: {_doctor(folder)}", as_json=session.as_json)
    if session.as_json:
        put_json(answer)
    return 0


def _project(folder: Path, sandbox: str | None) -> Path:
    if sandbox:
        write_sandbox_project(folder, sandbox_info(sandbox))
    else:
        write_starter(folder)
    return folder


def _doctor(folder: Path) -> str:
    """The next command, to be typed where the person is now."""
    return "connector doctor" if folder == Path() else f"cd {folder} && connector doctor"


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
        raise UsageError(str(error), next_command="connector sandbox serve") from None
