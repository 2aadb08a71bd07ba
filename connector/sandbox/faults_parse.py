"""Reads a fault plan as sent to the control plane, and names every problem in it at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from connector.sandbox.faults import SIDE_DOORS, Action, Fault

SELECTORS = ("nth", "every", "share")
_PLAN_KEYS = frozenset({"operation", "action", "nth", "every", "share", "seed", "times"})
_GROUPS = frozenset({"any", "read", "write", "login"})


class FaultPlanError(Exception):
    """The plan cannot be put in force; `problems` lists every reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class _Option:
    check: Callable[[object], bool]
    wants: str
    required: bool = False


def _is_int(low: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= low


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _is_rows(value: object) -> bool:
    rows = value if isinstance(value, list) else [value]
    return bool(rows) and all(_is_int(0)(row) for row in rows)


def _is_status(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 200 <= value <= 599


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


_SECONDS = _Option(_is_number, "a number of seconds, 0 or more", required=True)
_STATUS = _Option(_is_status, "an HTTP status from 200 to 599")
_HEADERS = _Option(_is_mapping, "a mapping of header names to values")
_WHEN = _Option(lambda value: value in ("before", "after"), "'before' or 'after'")
_TEXT = _Option(_is_text, "a non-empty text")
_ROWS = _Option(_is_rows, "a row position counted from 0, or a list of them")
_MAPPING = _Option(_is_mapping, "a mapping of field names")
_ANYTHING = _Option(lambda _: True, "any JSON value")
_COUNT = _Option(_is_int(0), "a whole number, 0 or more")
_TARGET = {"dialect": _TEXT, "object": _TEXT, "id": _TEXT, "match": _MAPPING}
_DOOR = {**_TARGET, "object": _Option(_is_text, "the name of an object", required=True), "when": _WHEN}

OPTIONS: Mapping[Action, Mapping[str, _Option]] = {
    Action.STATUS: {
        "status": _Option(_is_status, "an HTTP status from 200 to 599", required=True),
        "headers": _HEADERS,
        "body": _ANYTHING,
        "when": _WHEN,
    },
    Action.DROP_BEFORE_APPLY: {},
    Action.DROP_AFTER_APPLY: {},
    Action.APPLY_LATE: {"seconds": _SECONDS},
    Action.DELAY: {"seconds": _SECONDS, "when": _WHEN},
    Action.CUT: {"bytes": _COUNT},
    Action.DRIP: {
        "seconds": _Option(_is_number, "seconds between pieces"),
        "bytes": _Option(_is_int(1), "bytes per piece"),
    },
    Action.REDIRECT: {
        "location": _Option(_is_text, "the address to send the client to", required=True),
        "status": _STATUS,
    },
    Action.REPLACE_BODY: {
        "body": _Option(lambda _: True, "any JSON value", required=True),
        "status": _STATUS,
        "headers": _HEADERS,
    },
    Action.ROW_ERROR: {
        "rows": _ROWS,
        "code": _TEXT,
        "message": _TEXT,
        "fields": _Option(_is_texts, "a list of field names"),
    },
    Action.OMIT_ROW: {"rows": _ROWS},
    Action.EXPIRE_SESSION: {},
    Action.LATE_VISIBLE: {"seconds": _SECONDS, **_TARGET},
    Action.CONVERT_ELSEWHERE: {**_DOOR, "object": _TEXT, "set": _MAPPING},
    Action.EDIT: {**_DOOR, "set": _Option(_is_mapping, "a mapping of field names to values", required=True)},
    Action.MERGE: {**_DOOR, "into": _Option(_is_text, "the id of the record that survives", required=True)},
    Action.DELETE: _DOOR,
    Action.SCHEMA: {
        "dialect": _TEXT,
        "object": _Option(_is_text, "the name of an object", required=True),
        "add": _Option(
            lambda value: isinstance(value, list) and all(map(_is_mapping, value)),
            "a list of field definitions",
        ),
        "drop": _Option(_is_texts, "a list of field names"),
        "alter": _Option(
            lambda value: _is_mapping(value) and isinstance(value, dict) and all(map(_is_mapping, value.values())),
            "a mapping of field name to changed properties",
        ),
        "when": _WHEN,
    },
    Action.QUOTA: {"dialect": _TEXT, "used": _COUNT, "max": _COUNT, "when": _WHEN},
}


def parse_plan(payload: object, operations: Collection[str], dialects: Collection[str]) -> list[Fault]:
    """The plan in `{"faults": [...]}`.

    `operations` and `dialects` are the names this sandbox knows. Raises `FaultPlanError`.
    """
    faults = payload.get("faults") if isinstance(payload, dict) else None
    if not isinstance(faults, list):
        raise FaultPlanError(["the body must be {'faults': [...]}"])
    problems: list[str] = []
    parsed: list[Fault] = []
    for position, raw in enumerate(faults):
        where = f"faults[{position}]"
        if not isinstance(raw, dict):
            problems.append(f"{where}: must be a mapping")
            continue
        found = _fault_problems(raw, operations, dialects)
        problems += [f"{where}.{problem}" for problem in found]
        if not found:
            parsed.append(_fault(raw))
    if problems:
        raise FaultPlanError(problems)
    return parsed


def _fault(raw: Mapping[str, object]) -> Fault:
    nth = raw.get("nth")
    numbers: list[int] = nth if isinstance(nth, list) else [nth] if isinstance(nth, int) else []
    share, every, times, seed = (raw.get(name) for name in ("share", "every", "times", "seed"))
    return Fault(
        action=Action(str(raw["action"])),
        operation=str(raw.get("operation", "any")),
        nth=frozenset(numbers) if nth is not None else None,
        every=every if isinstance(every, int) else None,
        share=float(share) if isinstance(share, int | float) else None,
        seed=seed if isinstance(seed, int) else 0,
        times=times if isinstance(times, int) else None,
        options={key: value for key, value in raw.items() if key not in _PLAN_KEYS},
    )


def _fault_problems(raw: Mapping[str, object], operations: Collection[str], dialects: Collection[str]) -> list[str]:
    problems = _selector_problems(raw)
    problems += _operation_problems(raw.get("operation", "any"), operations)
    action = raw.get("action")
    if action not in set(Action):
        return [*problems, f"action: {action!r} is not one of {', '.join(Action)}"]
    problems += _option_problems(raw, Action(str(action)))
    if raw.get("dialect") is not None and raw["dialect"] not in dialects:
        problems.append(f"dialect: {raw['dialect']!r} is not one of {', '.join(sorted(dialects))}")
    return problems


def _selector_problems(raw: Mapping[str, object]) -> list[str]:
    problems = []
    given = [name for name in SELECTORS if raw.get(name) is not None]
    if len(given) > 1:
        problems.append(f"{given[1]}: only one of {', '.join(SELECTORS)} may be given")
    nth = raw.get("nth")
    if nth is not None and not (_is_int(1)(nth) or (isinstance(nth, list) and nth and all(map(_is_int(1), nth)))):
        problems.append("nth: must be a call number counted from 1, or a list of them")
    for name in ("every", "times"):
        if raw.get(name) is not None and not _is_int(1)(raw[name]):
            problems.append(f"{name}: must be a whole number, 1 or more")
    share = raw.get("share")
    if share is not None and not (_is_number(share) and isinstance(share, int | float) and share <= 1):
        problems.append("share: must be a number from 0 to 1")
    if raw.get("seed") is not None and not (isinstance(raw["seed"], int) and not isinstance(raw["seed"], bool)):
        problems.append("seed: must be a whole number")
    return problems


def _operation_problems(operation: object, operations: Collection[str]) -> list[str]:
    if not isinstance(operation, str):
        return ["operation: must be a text"]
    if " " in operation:
        method, _, glob = operation.partition(" ")
        shaped = method in ("*", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") and glob[:1] in ("/", "*")
        return [] if shaped else [f"operation: {operation!r} must look like 'METHOD /path/glob'"]
    if operation in _GROUPS or operation in operations:
        return []
    known = ", ".join(sorted(_GROUPS) + sorted(operations))
    return [f"operation: {operation!r} is not one of {known}, nor 'METHOD /path/glob'"]


def _option_problems(raw: Mapping[str, object], action: Action) -> list[str]:
    options = OPTIONS[action]
    problems = [
        f"{name}: {action} needs {option.wants}"
        for name, option in options.items()
        if option.required and name not in raw
    ]
    for name, value in raw.items():
        if name in _PLAN_KEYS:
            continue
        if name not in options:
            allowed = ", ".join(options) or "no options"
            problems.append(f"{name}: {action} takes {allowed}")
        elif value is not None and not options[name].check(value):
            problems.append(f"{name}: must be {options[name].wants}")
    return problems + _door_problems(raw, action)


def _door_problems(raw: Mapping[str, object], action: Action) -> list[str]:
    if action in SIDE_DOORS and (raw.get("id") is None) == (raw.get("match") is None):
        return [f"id: {action} needs either id or match"]
    if action is Action.SCHEMA and not any(raw.get(name) for name in ("add", "drop", "alter")):
        return ["add: schema needs at least one of add, drop, alter"]
    if action is Action.LATE_VISIBLE and (raw.get("id") or raw.get("match")) and not raw.get("object"):
        return ["object: late_visible of a named record needs its object"]
    return []
