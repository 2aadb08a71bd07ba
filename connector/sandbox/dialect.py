"""What a CRM dialect must offer to stand on the sandbox's port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from connector.sandbox.clock import SandboxClock
from connector.sandbox.exchange import Call, Reply, Request, Trace
from connector.sandbox.faults import Fault


class DoorRefused(Exception):
    """A side door (or a load, or a change of schema) named something that the CRM does not have."""


class Dialect(Protocol):
    """One small CRM behind one wire protocol."""

    name: str
    operations: frozenset[str]

    def owns(self, raw_path: str) -> bool:
        """Whether a request to this path is for this CRM."""

    def classify(self, request: Request) -> Call:
        """Name the call for access log and fault plan, without carrying it out."""

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out. Never raises for what a client sent."""

    def fault_reply(self, request: Request, status: int) -> Reply:
        """How this CRM words a refusal with this status."""

    def omit_rows(self, reply: Reply, rows: Sequence[int]) -> Reply:
        """The same answer without these result rows (positions from 0)."""

    def expire_session(self, request: Request) -> None:
        """End the session that the request was made with."""

    def open_door(self, fault: Fault) -> None:
        """Change a record behind the clients' back: edit, merge, delete, convert_elsewhere."""

    def hide(self, fault: Fault, written: Sequence[tuple[str, str]], until: datetime) -> None:
        """Keep records unseen until then: those the fault names, else those just written."""

    def change_schema(self, fault: Fault) -> None:
        """Add, drop or alter fields."""

    def set_quota(self, fault: Fault) -> None:
        """Set how much of the call quota is used up."""

    def clock_set(self, by: timedelta) -> None:
        """The clock was set to a moment that much later; sessions are not to age by it."""

    def credentials(self) -> Mapping[str, str]:
        """What a client needs to log in: the dialect's entry in `info`."""

    def load(self, records: Mapping[str, object]) -> Mapping[str, object]:
        """Insert records as given; answers the same shape with ids, in order."""

    def dump(self, object_name: str) -> list[dict[str, object]]:
        """Every record of an object, deleted ones included."""

    def reset(self, world: Mapping[str, object]) -> None:
        """Clear the records and seed the world; credentials and the identity of the CRM stay."""

    def close(self) -> None:
        """Release files."""


@dataclass(frozen=True, slots=True)
class DialectSetup:
    """What a dialect is built from. `state` is where its records live on disk; None keeps them for this run."""

    clock: SandboxClock
    base_url: str
    state: Path | None = None
