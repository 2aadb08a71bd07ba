"""The part of a subject that is the same for every CRM of the sandbox: faults, side doors, clock, dump, log."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from connector.model.records import Kind, Scalar
from connector.sandbox import Sandbox
from connector.sandbox.client import control
from tests.contracts.subject import NUMBERS, Seen, Trouble, Vocabulary


class PatientClock:
    """Real time, but waiting costs nothing: it only moves this clock on."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self.waits: list[float] = []

    def now(self) -> datetime:
        """Real time plus what was waited."""
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float) -> None:
        """Note the wait and move on."""
        self.waits.append(seconds)
        self._ahead += timedelta(seconds=seconds)


class SandboxSubject(ABC):
    """A CRM of the sandbox, reached through the control plane. A subclass names its words and its rows.

    *limited* and *outage* are the faults by which this CRM tells a spent call limit and an outage.
    """

    made_from = "sandbox"  # the fixture
    dialect: str
    words: Vocabulary
    id_field: str = "id"
    stamp_field: str = "date_modified"
    limited: Mapping[str, object] = {"action": "status", "status": 429, "headers": {"Retry-After": "1"}}
    outage: Mapping[str, object] = {"action": "status", "status": 503}

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._seen_calls = 0

    @property
    def lead_object(self) -> str:
        """The native name of leads."""
        return self.words.objects[Kind.LEAD]

    def field(self, word: str) -> str:
        """The native name of a lead's field."""
        return self.words.fields[Kind.LEAD][word]

    def lead(self, **words: Scalar) -> str:
        """One lead, its values in words or native names."""
        given = self.words.native(Kind.LEAD, {"name": "Okafor", "company": "Acme Test"})
        return self.load(self.lead_object, [{**given, **self.words.native(Kind.LEAD, words)}])[0]

    def leads(self, number: int, modified: datetime | None = None) -> list[str]:
        """Many leads."""
        stamp = {self.stamp_field: modified.isoformat()} if modified else {}
        rows = [{**self._named(n), **stamp} for n in range(number)]
        return self.load(self.lead_object, rows)

    def _named(self, n: int) -> dict[str, Scalar]:
        return self.words.native(Kind.LEAD, {"name": f"Lead {n}", "company": f"Firm {n}"})

    def load(self, object_name: str, records: Sequence[Mapping[str, object]]) -> list[str]:
        """Insert records as given; answers their ids."""
        answer: Any = control(self.sandbox.base_url, "load", {self.dialect: {object_name: list(records)}})
        return [str(record[self.id_field]) for record in answer[self.dialect][object_name]]

    def touch(self, lead_id: str) -> None:
        """Give a lead another title."""
        self.door("edit", lead_id, set={self.field("title"): f"Title {next(NUMBERS)}"})

    def delete(self, lead_id: str) -> None:
        """Delete a lead."""
        self.door("delete", lead_id)

    def hide(self, lead_id: str, seconds: float) -> None:
        """Keep a lead unseen."""
        self.door("late_visible", lead_id, seconds=seconds)

    def convert_by_hand(self, lead_id: str) -> None:
        """Convert a lead."""
        self.door("convert_elsewhere", lead_id)

    def door(self, action: str, record_id: str, kind: Kind = Kind.LEAD, **options: object) -> None:
        """Change a record as a colleague would, now; a plan of faults that was in force is forgotten."""
        target = {"dialect": self.dialect, "object": self.words.objects[kind], "id": record_id}
        self.faults({"operation": "any", "nth": 1, "action": action, **target, **options})
        self.poke()
        self.faults()

    def poke(self) -> None:
        """Make a call that anybody may make, for a side door to open at."""
        requests.get(self.sandbox.base_url + "/services/data", timeout=20)

    def faults(self, *faults: Mapping[str, object]) -> None:
        """Put a fault plan in force; none clears it."""
        control(self.sandbox.base_url, "faults", {"faults": list(faults)})

    def trouble(self, trouble: Trouble, on: str = "write", nth: int = 0) -> None:
        """See `Subject.trouble`."""
        named = {Trouble.LIMITED: self.limited, Trouble.OUTAGE: self.outage}
        fault = {"operation": on, **named.get(trouble, {"action": trouble.value})}
        self._seen_calls = len(self.log())
        self.faults({**fault, "nth": nth} if nth else fault)

    def calm(self) -> None:
        """Clear the fault plan."""
        self.faults()

    @property
    def struck(self) -> bool:
        """Whether the log shows a fault since trouble was planned."""
        return any(call["fault"] for call in self.log()[self._seen_calls :])

    @property
    def logged(self) -> int:
        """Calls in the log."""
        return len(self.log())

    @property
    def logins(self) -> int:
        """Logins in the log."""
        return sum(1 for call in self.log() if call["kind"] == "login")

    def advance(self, seconds: float) -> None:
        """Move the sandbox's clock."""
        control(self.sandbox.base_url, "clock", {"advance": seconds})

    def dump(self, object_name: str) -> list[dict[str, Any]]:
        """Every record, deleted ones included."""
        found: Any = control(self.sandbox.base_url, f"dump/{self.dialect}/{object_name}")
        return list(found)

    def log(self) -> list[dict[str, Any]]:
        """The server's access log."""
        return self.sandbox.calls()

    def all(self, kind: Kind) -> list[Seen]:
        """Every record of a kind."""
        return [self.seen(kind, row) for row in self.dump(self.words.objects[kind])]

    @abstractmethod
    def seen(self, kind: Kind, row: Mapping[str, Any]) -> Seen:
        """A dumped row in common words."""
