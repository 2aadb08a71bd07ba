"""What a SugarCRM lacks for our work, found by reading, with the steps that mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.model.progress import FieldShape, Shortcoming
from connector.systems.sugarcrm.describing import LINE_ITEMS, OPPORTUNITIES, Describer
from connector.systems.sugarcrm.faults import PlatformRefused
from connector.systems.sugarcrm.keys import Keys
from connector.systems.sugarcrm.options import SugarOptions
from connector.systems.sugarcrm.rights import LINE_ITEM_FIX, denied, denied_line_items, right, rights_of
from connector.systems.sugarcrm.session import Part, SugarSession
from connector.systems.wire import Ask

_KEY_LENGTH = 255
_KEY_LEAST = 64  # `sugarcrm:<id>:opportunity` has 57 characters, and what does not fit is not converted
_SYNC_KEY_SINCE = (11, 10)
_PROBE = "connector-probe"
_TELL = Ask(reading=False)  # it only reads, but a refusal is the answer here
_TO_WRITE = ("write", "create")
_RIGHTS = ("access", "view", "list", "create", "edit")


class Examiner:
    """Asks for what is missing; only reads."""

    def __init__(self, session: SugarSession, describer: Describer, keys: Keys) -> None:
        """Ask nothing yet."""
        self._session = session
        self._describer = describer
        self._keys = keys

    def examine(self, objects: Sequence[str]) -> list[Shortcoming]:
        """The shortcomings for work with *objects* (modules). Raises Refused for a refused login."""
        try:
            rights = rights_of(self._session)
        except PlatformRefused as error:
            platform = self._session.options.platform
            how = f"as an admin, open Admin > Configure API Platforms, add `{platform}`, save"
            return [Shortcoming(str(error), how, fatal=True)]
        found = [*self._modules(objects, rights), *self._key(objects, rights)]
        if OPPORTUNITIES in objects and self._describer.rolls_up():
            what = "opportunities sum up revenue line items, so amount, date and stage cannot be written on them"
            fix = "nothing to do: each opportunity that we open gets one line item with these values"
            found += [Shortcoming(what, fix), *self._line_items(rights)]
        return found

    def _line_items(self, rights: Mapping[str, object]) -> Iterator[Shortcoming]:
        """Without line items no opportunity of ours would have an amount, nor a conversion an end."""
        lacking = denied_line_items(rights, self._describer)
        if lacking:
            yield Shortcoming(f"the API user may not {', '.join(lacking)} in {LINE_ITEMS}", LINE_ITEM_FIX, fatal=True)

    def _modules(self, objects: Sequence[str], rights: Mapping[str, object]) -> Iterator[Shortcoming]:
        shapes = self._describer.shapes(objects)
        for name in objects:
            if name not in shapes:
                fix = f"let the API user's role access {name} (Admin > Role Management)"
                yield Shortcoming(f"the API user does not see the module {name}", fix, fatal=True)
                continue
            mine = rights.get(name)
            lacking = denied(mine, _RIGHTS)
            if lacking:
                fix = f"grant them in the API user's role (Admin > Role Management > {name})"
                yield Shortcoming(f"the API user may not {', '.join(lacking)} in {name}", fix, fatal=True)
            yield from _fields(name, _field_rights(mine), self._session.options.key_field)

    def _key(self, objects: Sequence[str], rights: Mapping[str, object]) -> Iterator[Shortcoming]:
        options = self._session.options
        if self._keys.by_id:
            what = "no key field is configured: creating is repeatable only if this SugarCRM keeps ids that we choose"
            yield Shortcoming(what, _studio(options, "each module"))
            return
        if self._keys.by_sync_key:
            yield from self._sync_key(options)
            return
        for name, shape in self._describer.shapes(objects).items():
            yield from self._key_field(name, shape.fields.get(options.key_field), rights.get(name))

    def _key_field(self, module: str, field: FieldShape | None, rights: object) -> Iterator[Shortcoming]:
        """The field of one module; a hidden one is described as little as one that was never made."""
        options = self._session.options
        if denied(_field_rights(rights).get(options.key_field), ("read", *_TO_WRITE)):
            what = f"the API user may not read and write `{options.key_field}` of {module}, where our key stands"
            how = f"set it to Read/Write in the role (Admin > Role Management > {module} > Field Permissions)"
            yield Shortcoming(what, how, fatal=True)
        elif field is None:
            what = f"{module} has no field `{options.key_field}` for our key"
            yield Shortcoming(what, _studio(options, module), fatal=True)
        elif 0 < field.length < _KEY_LENGTH:
            what = f"`{options.key_field}` of {module} holds {field.length} characters, a key may have {_KEY_LENGTH}"
            how = f"set Max Size to {_KEY_LENGTH} in Admin > Studio > {module} > Fields"
            yield Shortcoming(what, how, fatal=field.length < _KEY_LEAST)

    def _sync_key(self, options: SugarOptions) -> Iterator[Shortcoming]:
        """Its endpoints exist since REST v11_10 and are for admins alone since about Sugar 14.2."""
        told = re.match(r"v(\d+)(?:_(\d+))?$", options.version)
        if told and (int(told[1]), int(told[2] or 0)) < _SYNC_KEY_SINCE:
            what = f"sync_key needs REST v11_10 or later, `version` is {options.version}"
            yield Shortcoming(what, "set `version: v11_10` (Sugar 10.2), or the version of your release", fatal=True)
            return
        (reply,) = self._session.replies([Part("GET", f"integrate/Leads/sync_key/{_PROBE}")], _TELL)
        if reply.fault is not None and reply.fault.status in (403, 404) and reply.fault.code != "not_found":
            what = "sync_key is not offered to the API user (since about Sugar 14.2 it is for admins alone)"
            fix = "make the API user an admin, or use a field of your own (`key_field: connector_key_c`)"
            yield Shortcoming(what, fix, fatal=True)


def _field_rights(rights: object) -> Mapping[str, object]:
    """The rights on single fields of a module, as far as its *rights* limit any."""
    fields: Any = rights.get("fields") if isinstance(rights, Mapping) else None
    return fields if isinstance(fields, Mapping) else {}


def _fields(module: str, rights: Mapping[str, object], key: str) -> Iterator[Shortcoming]:
    """Single fields that the role keeps from the API user, but for that of our *key*, which is told by itself."""
    others = {name: each for name, each in rights.items() if name != key}
    hidden = sorted(name for name, each in others.items() if right(each, "read") == "no")
    closed = sorted(name for name, each in others.items() if name not in hidden and denied(each, _TO_WRITE))
    place = f"(Admin > Role Management > {module} > Field Permissions)"
    if hidden:
        what = f"fields of {module} are hidden from the API user: {', '.join(hidden)}"
        fix = f"grant them in the role {place}, or leave them out of the mapping; none is overwritten"
        yield Shortcoming(what, fix)
    if closed:
        what = f"fields of {module} that the API user may only read: {', '.join(closed)}; rows that set one are refused"
        fix = f"set them to Read/Write in the role {place}, or say `direction: read` for them in the mapping"
        yield Shortcoming(what, fix)


def _studio(options: SugarOptions, module: str) -> str:
    name = (options.key_field or "connector_key_c").removesuffix("_c")
    return (
        f"as an admin, open Admin > Studio > {module} > Fields > Add Field: data type TextField, field name `{name}` "
        f"(Studio appends _c), max size {_KEY_LENGTH}; save; then set `key_field: {name}_c`"
    )
