"""What a SugarCRM looks like: modules, fields, dropdowns; remembered for the run.

Fields come from ``/metadata``, dropdown keys in their order from ``/<module>/enum/<field>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from connector.errors import Unreadable
from connector.model.progress import FieldShape, ObjectShape
from connector.systems.sugarcrm.faults import READ, SYSTEM, error_of
from connector.systems.sugarcrm.options import SugarOptions
from connector.systems.sugarcrm.rows import EMAIL, PRIMARY, flag
from connector.systems.sugarcrm.session import Part, SugarSession

OPPORTUNITIES = "Opportunities"
LINE_ITEMS = "RevenueLineItems"
ROLLED_UP = ("amount", "sales_stage", "date_closed")
_ADDRESS_LENGTH = 250
_ENUMS = frozenset({"enum", "multienum", "radioenum"})
_SERVERS_OWN = frozenset({"id", "date_entered", "date_modified", "created_by", "modified_user_id", "deleted"})


class Describer:
    """Describes on first need and remembers for as long as it lives (one run)."""

    def __init__(self, session: SugarSession) -> None:
        """Ask nothing yet."""
        self._session = session
        self._defs: dict[str, Mapping[str, Any] | None] = {}
        self._shapes: dict[str, ObjectShape] = {}
        self._enums: dict[str, tuple[str, ...]] = {}
        self._plain: dict[str, Mapping[str, FieldShape]] = {}

    def shapes(self, objects: Sequence[str]) -> dict[str, ObjectShape]:
        """The shapes of *objects*, dropdown values included; one that the CRM does not know (or hides) is absent."""
        wanted = [name for name in dict.fromkeys(objects) if name not in self._shapes]
        self._learn(wanted)
        known = [name for name in wanted if self._defs.get(name) is not None]
        self._learn_enums(known)
        for name in known:
            self._shapes[name] = self._shape(name)
        return {name: self._shapes[name] for name in objects if name in self._shapes}

    def fields(self, object_name: str) -> Mapping[str, FieldShape]:
        """The fields of one object without their dropdown values; empty when the CRM does not know it."""
        if object_name in self._shapes:
            return self._shapes[object_name].fields
        if object_name not in self._plain:
            self._learn([object_name])
            known = self._defs[object_name] is not None
            self._plain[object_name] = self._shape(object_name).fields if known else {}
        return self._plain[object_name]

    def stages(self) -> tuple[str, ...]:
        """The keys of the sales stages in the CRM's order."""
        shape = self.shapes([OPPORTUNITIES]).get(OPPORTUNITIES)
        field = shape.fields.get("sales_stage") if shape else None
        return field.values if field else ()

    def rolls_up(self) -> bool:
        """Whether opportunities get amount, date and stage from revenue line items.

        The two models of an instance are told apart by what the metadata says of the amount
        (https://support.sugarcrm.com: "Opportunities", administration guide).
        """
        self._learn([OPPORTUNITIES])
        amount = _field_defs(self._defs[OPPORTUNITIES]).get("amount", {})
        return flag(amount.get("calculated")) is True or flag(amount.get("readonly")) is True

    def _learn(self, objects: Sequence[str]) -> None:
        wanted = [name for name in dict.fromkeys(objects) if name not in self._defs]
        if not wanted:
            return
        query = urlencode({"type_filter": "modules", "module_filter": ",".join(wanted)})
        body = self._session.call(Part("GET", f"metadata?{query}"), READ)
        modules = body.get("modules") if isinstance(body, Mapping) else None
        if not isinstance(modules, Mapping | list):
            raise Unreadable("the description of the modules cannot be read", system=SYSTEM)
        for name in wanted:
            found = modules.get(name) if isinstance(modules, Mapping) else None
            self._defs[name] = found if _field_defs(found) else None

    def _learn_enums(self, objects: Sequence[str]) -> None:
        wanted: dict[str, Part] = {}
        for name in objects:
            for field, definition in _field_defs(self._defs[name]).items():
                key = _enum_key(name, field, definition)
                if key and key not in self._enums:
                    wanted.setdefault(key, Part("GET", f"{name}/enum/{quote(field, safe='')}"))
        keys, step = list(wanted), self._session.options.write_batch
        for start in range(0, len(keys), step):
            chunk = keys[start : start + step]
            replies = self._session.replies([wanted[key] for key in chunk], READ)
            for key, reply in zip(chunk, replies, strict=True):
                if reply.missing:
                    raise Unreadable("a part of SugarCRM's answer is missing", system=SYSTEM)
                if reply.fault is not None and reply.fault.status not in (403, 404, 422):
                    raise error_of(reply.fault, READ)
                # A field without a list of its own, or one that is hidden, has no values to tell.
                options = reply.body if reply.fault is None and isinstance(reply.body, Mapping) else {}
                self._enums[key] = tuple(str(word) for word in options if str(word) and not str(word).startswith("_"))

    def _shape(self, name: str) -> ObjectShape:
        defs = _field_defs(self._defs[name])
        relates = {str(each.get("id_name")) for each in defs.values() if each.get("type") == "relate"}
        fields = {
            field: self._field(name, field, definition, field in relates)
            for field, definition in defs.items()
            if definition.get("type") != "link"
        }
        if EMAIL in defs:
            fields |= _address_fields()
        if name == OPPORTUNITIES and self.rolls_up():
            # They are written all the same: the revenue line item that we make takes them.
            fields |= {field: _writable(fields[field]) for field in ROLLED_UP if field in fields}
        return ObjectShape(name, fields)

    def _field(self, module: str, name: str, definition: Mapping[str, Any], relate: bool) -> FieldShape:
        type_ = str(definition.get("type") or "varchar")
        options: SugarOptions = self._session.options
        stored = definition.get("source") != "non-db" or relate or name == EMAIL
        fixed = flag(definition.get("readonly")) is True or flag(definition.get("calculated")) is True
        # A relate field is the other record's name, unless it names itself as the id behind it (account_id).
        resolved = type_ == "fullname" or (type_ == "relate" and not relate)
        writable = stored and not fixed and not resolved and name not in _SERVERS_OWN
        ours = bool(options.key_field) and name == options.key_field
        key = _enum_key(module, name, definition)
        return FieldShape(
            name=name,
            type=type_,
            label=str(definition.get("vname") or ""),
            length=_length(definition) if type_ not in _ENUMS else 0,
            required=writable and flag(definition.get("required")) is True and not definition.get("default"),
            createable=writable or ours,
            updateable=writable or ours,
            external_id=ours,
            values=self._enums.get(key, ()) if key else (),
        )


def _field_defs(module: object) -> Mapping[str, Mapping[str, Any]]:
    fields = module.get("fields") if isinstance(module, Mapping) else None
    if not isinstance(fields, Mapping):
        return {}
    return {str(name): each for name, each in fields.items() if isinstance(each, Mapping) and not name.startswith("_")}


def _enum_key(module: str, field: str, definition: Mapping[str, Any]) -> str:
    """What names a dropdown: its list, which several fields share, else the field itself; empty for no dropdown."""
    if definition.get("type") not in _ENUMS:
        return ""
    listed = definition.get("options")
    return str(listed) if isinstance(listed, str) and listed else f"{module}.{field}"


def _length(definition: Mapping[str, Any]) -> int:
    # A decimal's length reads "26,6": it is no number of characters.
    text = str(definition.get("len") or definition.get("length") or "")
    return int(text) if text.isdigit() else 0


def _address_fields() -> dict[str, FieldShape]:
    """The shortcuts of the primary address; the list behind them is what is read and written."""
    return {
        PRIMARY: FieldShape(PRIMARY, "email", length=_ADDRESS_LENGTH),
        "email_opt_out": FieldShape("email_opt_out", "bool"),
        "invalid_email": FieldShape("invalid_email", "bool"),
    }


def _writable(field: FieldShape) -> FieldShape:
    return FieldShape(
        field.name, field.type, field.label, field.length, field.required, True, True, values=field.values
    )
