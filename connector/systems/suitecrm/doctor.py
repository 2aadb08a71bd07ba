"""What a SuiteCRM installation lacks for this connector, and how an administrator mends it. Only reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from connector.errors import Refused
from connector.model.progress import ObjectShape, Shortcoming, Window
from connector.systems.suitecrm.line import Line

_BEGINNING = datetime(1970, 1, 2, tzinfo=UTC)
_KEY_LENGTH = 255
_KEY_LEAST = 64  # `suitecrm:<id>:opportunity` has 57 characters, and what does not fit is not converted
_NEEDED = frozenset({"Leads", "Accounts", "Contacts", "Opportunities"})
_RIGHTS = ("list", "view", "edit")


def shortcomings(line: Line, objects: Sequence[str]) -> list[Shortcoming]:
    """Hidden modules, missing key fields, the e-mail fault, and what the protocol cannot do."""
    found = line.shortcomings()
    rights = line.rights()
    for module in objects:
        found += [*_denied(line, module, rights.get(module)), *_module(line, module)]
    if {"Contacts", "Leads"} & set(objects):
        found += _addresses(line.version())
    return found


def _addresses(version: str) -> list[Shortcoming]:
    """The e-mail fault came with 7.12.4 and was mended after 7.14.6 (SuiteCRM issue 10513)."""
    told = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if told and not (7, 12, 4) <= told <= (7, 14, 6):
        return []
    which = f"SuiteCRM {version} ignores" if told else "SuiteCRM 7.12.4 to 7.14.6 ignore"
    return [
        Shortcoming(
            f"{which} a changed e-mail address without a word; the connector takes the old address off the record,"
            " writes the new one and reads it back",
            "nothing has to be done; a SuiteCRM after 7.14.6 keeps changed addresses by itself",
        )
    ]


def _denied(line: Line, module: str, rights: frozenset[str] | None) -> list[Shortcoming]:
    """What a role keeps from our user.

    A right that reaches its own or its group's records alone counts as one over v4_1. V8 tells of rights to every
    record only (``ModuleListProvider.php``), so there a narrower one, which may be meant, looks like none.
    """
    lacking = [each for each in _RIGHTS if rights is not None and each not in rights]
    if not lacking:
        return []
    named = ", ".join(each.title() for each in lacking)
    narrow = line.options.api == "v8"
    what = f"the API user may not {', '.join(lacking)}{' every record' if narrow else ''} in {module}"
    return [
        Shortcoming(
            what,
            f"Admin > Role Management > the API user's role: {named} = All for {module}",
            fatal=not narrow,
        )
    ]


def _module(line: Line, module: str) -> list[Shortcoming]:
    shape = line.shape(module)
    if shape is None:
        return [
            Shortcoming(
                f"the module {module} is unknown, or hidden from the API user",
                "Admin > Display Modules: show it; Admin > Role Management: give the API user's role Access Enabled and"
                f" List, View, Edit = All for {module}",
                fatal=True,
            )
        ]
    found = _key(line, shape) if line.options.key_field and module in _NEEDED else []
    try:
        empty = line.count(module, Window(_BEGINNING, line.now())) == 0
    except Refused:
        empty = True
    if empty:
        found.append(
            Shortcoming(
                f"the API user sees no record of {module}: it is empty, or the user may list only what it owns",
                f"Admin > Role Management: List = All for {module} (owner-only access hides rows without a word), and"
                " no security group that leaves the API user out",
            )
        )
    return found


def _key(line: Line, shape: ObjectShape) -> list[Shortcoming]:
    name = line.options.key_field
    field = shape.fields.get(name)
    if field is None:
        return [_no_key(name, shape.name)]
    if not 0 < field.length < _KEY_LENGTH:
        return []
    what = f"{name} of {shape.name} holds {field.length} characters, a key may have {_KEY_LENGTH}"
    how = f"Admin > Studio > {shape.name} > Fields > {name}: Max Size {_KEY_LENGTH}"
    return [Shortcoming(what, how, fatal=field.length < _KEY_LEAST)]


def _no_key(name: str, module: str) -> Shortcoming:
    typed = name.removesuffix("_c")
    return Shortcoming(
        f"{module} has no field {name}; records are found by their id all the same, but people cannot see the key",
        f"Admin > Studio > {module} > Fields > Add Field: Data Type TextField, Field Name {typed} (Studio appends _c),"
        f" Max Size {_KEY_LENGTH}, Importable No; then Admin > Repair > Quick Repair and Rebuild",
    )
