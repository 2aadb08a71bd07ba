"""What every command gets from the command line: the config's path, and how to speak."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from connector.config import Config
    from connector.wiring import House

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Session:
    """The global options of one invocation."""

    config_path: str
    as_json: bool

    def config(self) -> Config:
        """The read configuration; raises ConfigError with every problem."""
        from connector.config import load_config

        return load_config(Path(self.config_path))

    @contextmanager
    def house(self) -> Iterator[House]:
        """The project with its state file open."""
        from connector.wiring import open_house

        with open_house(self.config()) as house:
            yield house


def by_option(says: str) -> Callable[[F], F]:
    """The option ``--by``: who does it, the user's name when left out; what is kept names somebody."""
    return click.option("--by", default=getpass.getuser, show_default="the user's name", help=says, callback=_somebody)


def _somebody(_context: click.Context, _option: click.Parameter, name: str) -> str:
    if not name.strip():
        raise click.BadParameter("it names nobody; write who it is")
    return name.strip()


def verb(function: F) -> F:
    """Give a command the session as its first argument, and ``--json`` after the verb as before it."""

    @click.option("--json", "json_here", is_flag=True, help="Put one JSON object on stdout.")
    @click.pass_context
    @functools.wraps(function)
    def wrapped(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        json_here = kwargs.pop("json_here")
        session = context.find_object(Session) or Session("connector.yaml", False)
        session.as_json = session.as_json or json_here
        return function(session, *args, **kwargs)

    return wrapped  # type: ignore[return-value]
