"""What goes wrong, and when: the fault plan and the rule that picks the calls it strikes."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from connector.sandbox.exchange import Call, Request


class Action(StrEnum):
    """What a fault does to the call it strikes."""

    STATUS = "status"
    DROP_BEFORE_APPLY = "drop_before_apply"
    DROP_AFTER_APPLY = "drop_after_apply"
    APPLY_LATE = "apply_late"
    DELAY = "delay"
    CUT = "cut"
    DRIP = "drip"
    REDIRECT = "redirect"
    REPLACE_BODY = "replace_body"
    ROW_ERROR = "row_error"
    OMIT_ROW = "omit_row"
    EXPIRE_SESSION = "expire_session"
    LATE_VISIBLE = "late_visible"
    CONVERT_ELSEWHERE = "convert_elsewhere"
    EDIT = "edit"
    MERGE = "merge"
    DELETE = "delete"
    SCHEMA = "schema"
    QUOTA = "quota"


SIDE_DOORS = frozenset({Action.CONVERT_ELSEWHERE, Action.EDIT, Action.MERGE, Action.DELETE})

# Actions that change the CRM itself rather than the call; `when` says before or after it.
DISTURBANCES = SIDE_DOORS | {Action.SCHEMA, Action.QUOTA}

# Actions that decide how the answer leaves; of several that strike one call the first in the plan counts.
ANSWERS = frozenset(
    {
        Action.STATUS,
        Action.REDIRECT,
        Action.DROP_BEFORE_APPLY,
        Action.DROP_AFTER_APPLY,
        Action.APPLY_LATE,
        Action.CUT,
        Action.DRIP,
        Action.REPLACE_BODY,
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault: which calls it strikes, and what it does there (`options`, already checked)."""

    action: Action
    operation: str = "any"
    nth: frozenset[int] | None = None
    every: int | None = None
    share: float | None = None
    seed: int = 0
    times: int | None = None
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def before(self) -> bool:
        """Whether the fault happens before the call is carried out."""
        return self.options.get("when", "before") == "before"

    def number(self, name: str, default: float = 0.0) -> float:
        """A numeric option."""
        value = self.options.get(name, default)
        return float(value) if isinstance(value, int | float) else default

    def text(self, name: str, default: str = "") -> str:
        """A text option."""
        value = self.options.get(name)
        return default if value is None else str(value)

    def covers(self, call: Call, request: Request) -> bool:
        """Whether the fault's `operation` names this call."""
        if " " in self.operation:
            method, _, glob = self.operation.partition(" ")
            target = f"{request.raw_path}?{request.query_string}"
            return method in (request.method, "*") and (
                fnmatchcase(request.raw_path, glob) or fnmatchcase(target, glob)
            )
        return self.operation in ("any", call.kind.value, call.operation, *call.aliases)


class _Counter:
    """How often a fault's calls came by and how often it struck."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.struck = 0
        # Seeded on purpose: a run with one seed can be repeated call by call.
        self._dice = random.Random(fault.seed)  # noqa: S311

    def strikes(self, call: Call, request: Request) -> bool:
        if not self.fault.covers(call, request):
            return False
        self.seen += 1
        due = self._due()
        if due and self.fault.times is not None and self.struck >= self.fault.times:
            return False
        return due

    def _due(self) -> bool:
        fault = self.fault
        if fault.nth is not None:
            return self.seen in fault.nth
        if fault.every is not None:
            return self.seen % fault.every == 0
        if fault.share is not None:
            return self._dice.random() < fault.share
        return True


class FaultPlan:
    """The faults in force. Safe to use from several threads."""

    def __init__(self) -> None:
        self._counters: list[_Counter] = []
        self._lock = threading.Lock()

    def replace(self, faults: Sequence[Fault]) -> None:
        """Put this plan in force and count calls from 1 again."""
        with self._lock:
            self._counters = [_Counter(fault) for fault in faults]

    def strike(self, call: Call, request: Request) -> list[Fault]:
        """The faults that strike this call, in the order of the plan, with one deciding the answer at most."""
        struck: list[Fault] = []
        with self._lock:
            for counter in self._counters:
                if not counter.strikes(call, request):
                    continue
                if counter.fault.action in ANSWERS and any(fault.action in ANSWERS for fault in struck):
                    continue
                counter.struck += 1
                struck.append(counter.fault)
        return struck
