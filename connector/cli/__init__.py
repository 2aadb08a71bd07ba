"""The front doors: parse a command, call one verb, print, choose the exit code.

Commands are imported when they are called, so that ``connector --help`` answers at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click

from connector import __version__
from connector.cli.lazy import LazyGroup
from connector.cli.session import Session
from connector.errors import ConnectorError, Interrupted, StateError

COMMANDS = {
    "demo": ("connector.cli.demo", "Run the whole journey on the embedded sandbox and tell what happened."),
    "init": ("connector.cli.init", "Write a commented starter project."),
    "doctor": ("connector.cli.doctor", "Check config, logins, org, permissions, schema, state and disk."),
    "sync": ("connector.cli.sync", "Run one incremental cycle of the routes."),
    "plan": ("connector.cli.plan", "Write down what a sync would do, sealed, for a person to read."),
    "apply": ("connector.cli.apply", "Carry out a sealed plan."),
    "backfill": ("connector.cli.backfill", "Work through a bounded stretch of the past."),
    "daemon": ("connector.cli.daemon", "Run every enabled route on its schedule."),
    "status": ("connector.cli.status", "Show where things stand."),
    "explain": ("connector.cli.explain", "Tell the whole story of one lead."),
    "review": ("connector.cli.review", "Answer the questions that need a person."),
    "report": ("connector.cli.report", "Report on leads as a whole."),
    "dead-letters": ("connector.cli.dead_letters", "See to rows that could not walk on."),
    "mapping": ("connector.cli.mapping", "Check and test the mapping files."),
    "matching": ("connector.cli.matching", "Measure, explain and tune how leads are matched."),
    "policy": ("connector.cli.policy", "Test the policy, and replay it on history."),
    "journal": ("connector.cli.journal", "Read and verify the journal."),
    "state": ("connector.cli.state", "Back up, verify and migrate the state file."),
    "sandbox": ("connector.cli.sandbox", "Serve and reset the embedded CRMs."),
}

HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


@click.group(cls=LazyGroup, commands_table=COMMANDS, context_settings=HELP)
@click.option("--config", default="connector.yaml", show_default=True, help="The project's configuration file.")
@click.option("--json", "as_json", is_flag=True, help="Put one JSON object on stdout (also accepted after the verb).")
@click.version_option(__version__, prog_name="connector")
@click.pass_context
def cli(context: click.Context, config: str, as_json: bool) -> None:
    """Turn CRM leads into accounts, contacts and opportunities: early, once, and with a reason for each.

    New here? `connector demo` shows the whole journey on an embedded CRM; `connector init` starts a project.
    """
    context.obj = Session(config, as_json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; answers the exit code and never lets a traceback reach a person."""
    from connector.cli.output import show_bug, show_error, show_usage

    signal.signal(signal.SIGTERM, _interrupt)
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    try:
        answer = cli.main(words, prog_name="connector", standalone_mode=False)
        return answer if isinstance(answer, int) else 0
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        return show_error(Interrupted(signal.SIGINT), as_json)
    except click.ClickException as error:
        return show_usage(error, as_json)
    except ConnectorError as error:
        return show_error(error, as_json)
    except KeyboardInterrupt:
        return show_error(Interrupted(signal.SIGINT), as_json)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.filename is None:
            return show_bug(error, as_json)
        return show_error(StateError(f"cannot use {error.filename}: {error.strerror}"), as_json)
    except Exception as error:
        return show_bug(error, as_json)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """Turn SIGTERM into the clean end that SIGINT has."""
    raise Interrupted(number)
