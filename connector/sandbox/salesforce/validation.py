"""What a caller sends, read field by field into what the tables hold, with every complaint collected.

The texts are those of the API; sources: the SOAP API guide's status codes and answers quoted in public issues.
"""

import re
from collections.abc import Mapping
from typing import Any

from connector.sandbox.salesforce.database import Row, same_text
from connector.sandbox.salesforce.ids import to_eighteen
from connector.sandbox.salesforce.org_state import OrgState
from connector.sandbox.salesforce.org_time import parse_day, parse_moment, stamp_text
from connector.sandbox.salesforce.org_types import DmlOptions, RowError
from connector.sandbox.salesforce.schema import FieldDef, ObjectDef

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-\u0080-\uffff]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+")
_AUDIT = frozenset({"CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"})
_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


class Draft:
    """One record on its way in: `values` ready for the table and the `errors` met so far.

    `before` is the stored row on update, None on create.
    """

    def __init__(self, state: OrgState, definition: ObjectDef, options: DmlOptions, before: Row | None) -> None:
        self.state = state
        self.definition = definition
        self.options = options
        self.before = before
        self.values: Row = {}
        self.errors: list[RowError] = []
        self._unread: set[str] = set()

    @property
    def creating(self) -> bool:
        """Whether the record is new."""
        return self.before is None

    def current(self, name: str) -> Any:
        """The value of a field as it will be after the save."""
        if name in self.values:
            return self.values[name]
        return None if self.before is None else self.before.get(name)

    def changed(self, name: str) -> bool:
        """Whether the save gives the field another value than it had."""
        return name in self.values and (self.before is None or self.values[name] != self.before.get(name))

    def refuse(self, code: str, message: str, *fields: str) -> None:
        """Note a reason to refuse the record."""
        self.errors.append(RowError(code, message, fields))

    def read(self, record: Mapping[str, Any]) -> None:
        """Take in what the caller sent."""
        forbidden: list[str] = []
        for name, value in record.items():
            if name.lower() in ("attributes", "id"):
                continue
            field = self.definition.find(name)
            if field is None:
                self._relation(name, value)
            elif not self._writable(field):
                forbidden.append(field.name)
            else:
                self.values[field.name] = self._value(field, value)
        if forbidden:
            self._refuse_read_only(forbidden)

    def _writable(self, field: FieldDef) -> bool:
        if not self.creating:
            return field.updateable
        return field.createable or (self.state.settings.audit_fields and field.name in _AUDIT)

    def _refuse_read_only(self, names: list[str]) -> None:
        text = (
            f"Unable to create/update fields: {', '.join(names)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set."
        )
        self.refuse("INVALID_FIELD_FOR_INSERT_UPDATE", text, *names)

    def _relation(self, name: str, value: Any) -> None:
        """A parent named by its external id: `"Account": {"Key__c": "x"}`; anything else is an unknown field."""
        field = self.definition.by_relationship(name)
        if field is None or not isinstance(value, Mapping) or not self._writable(field):
            text = f"No such column '{name}' on sobject of type {self.definition.name}"
            self.refuse("INVALID_FIELD", text)
            return
        keys = {key: item for key, item in value.items() if key.lower() not in ("attributes", "type")}
        for target in field.reference_to:
            parent = self.state.schema.find(target)
            for key, item in keys.items():
                column = parent.find(key) if parent is not None else None
                if parent is not None and column is not None and (column.external_id or column.id_lookup):
                    self.values[field.name] = self._parent(parent, column, item)
                    return
        text = f"Field name provided, {', '.join(keys)} does not match an External ID for {field.reference_to[0]}"
        self.refuse("INVALID_FIELD", text)

    def _parent(self, parent: ObjectDef, column: FieldDef, value: Any) -> str | None:
        found = self.state.live(parent.name, f'"{column.name}" = ?', (value,))
        if len(found) == 1:
            return str(found[0]["Id"])
        reason = "not found" if not found else "is not unique"
        text = f"Foreign key external ID: {value} {reason} for field {column.name} in entity {parent.name}"
        self.refuse("INVALID_FIELD", text)
        return None

    def _value(self, field: FieldDef, value: Any) -> Any:
        if value is None or (isinstance(value, str) and not value.strip()):
            return int(bool(field.default)) if field.type == "boolean" else None
        if field.type == "boolean":
            return self._boolean(field, value)
        if field.is_number:
            return self._number(field, value)
        if field.is_id:
            return self._reference(field, value)
        if field.type in ("date", "datetime"):
            return self._time(field, value)
        return self._text(field, value)

    def _unreadable(self, field: FieldDef, value: Any) -> None:
        kind = "VALUE_STRING" if isinstance(value, str) else "VALUE_NUMBER_INT"
        kind = {True: "VALUE_TRUE", False: "VALUE_FALSE"}[value] if isinstance(value, bool) else kind
        kind = "START_OBJECT" if isinstance(value, Mapping | list) else kind
        text = (
            f"Cannot deserialize instance of {field.type} from {kind} value {value} or request may be missing a "
            "required field at [line:1, column:2]"
        )
        self._unread.add(field.name)
        self.refuse("JSON_PARSER_ERROR", text)

    def _boolean(self, field: FieldDef, value: Any) -> int | None:
        if isinstance(value, bool):
            return int(value)
        text = str(value).lower()
        if text in _TRUE or text in _FALSE:
            return int(text in _TRUE)
        self._unreadable(field, value)
        return None

    def _number(self, field: FieldDef, value: Any) -> float | int | None:
        try:
            found = float(value) if not isinstance(value, bool | Mapping | list) else None
        except ValueError:
            found = None
        if found is None or found != found or (field.type == "int" and not found.is_integer()):
            self._unreadable(field, value)
            return None
        if abs(found) >= 10 ** (field.precision - field.scale):
            text = f"{field.label}: value outside of valid range on numeric field: {value}"
            self.refuse("NUMBER_OUTSIDE_VALID_RANGE", text, field.name)
        return int(found) if field.type == "int" else round(found, field.scale)

    def _time(self, field: FieldDef, value: Any) -> str | None:
        text = value if isinstance(value, str) else ""
        if field.type == "date":
            day = parse_day(text)
            if day is not None:
                return day.isoformat()
        else:
            moment = parse_moment(text)
            if moment is not None:
                return stamp_text(moment)
        self._unreadable(field, value)
        return None

    def _text(self, field: FieldDef, value: Any) -> str | None:
        if not isinstance(value, str):
            self._unreadable(field, value)
            return None
        if field.length and len(value) > field.length:
            if self.options.allow_field_truncation:
                return value[: field.length]
            text = f"{field.label}: data value too large: {value} (max length={field.length})"
            self.refuse("STRING_TOO_LONG", text, field.name)
        if field.type == "email" and not _EMAIL.fullmatch(value):
            self.refuse("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", field.name)
        if field.restricted and field.values:
            self._check_choice(field, value)
        return value

    def _check_choice(self, field: FieldDef, value: str) -> None:
        chosen = value.split(";") if field.type == "multipicklist" else [value]
        known = {choice.lower() for choice in field.values}
        for item in chosen:
            if item.strip().lower() not in known:
                text = f"{field.label}: bad value for restricted picklist field: {item.strip()}"
                self.refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, field.name)

    def _reference(self, field: FieldDef, value: Any) -> str | None:
        normal = to_eighteen(value)
        known = [target for name in field.reference_to if (target := self.state.schema.find(name)) is not None]
        if normal is None or (known and all(normal[:3] != target.prefix for target in known)):
            text = f"{field.label}: id value of incorrect type: {value}"
            self._unread.add(field.name)
            self.refuse("MALFORMED_ID", text, field.name)
            return None
        target = next((item for item in known if item.prefix == normal[:3]), None)
        if target is not None and self._moved(field, normal):
            self._check_target(field, target, normal)
        return normal

    def _moved(self, field: FieldDef, value: str) -> bool:
        return self.before is None or self.before.get(field.name) != value

    def _check_target(self, field: FieldDef, target: ObjectDef, record_id: str) -> None:
        found = self.state.read(target, record_id)
        if found is None:
            self.refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.name)
        elif found["IsDeleted"]:
            self.refuse("ENTITY_IS_DELETED", "entity is deleted", field.name)
        elif target.name == "Lead" and found["IsConverted"] and not self.state.settings.edit_converted_leads:
            self.refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", field.name)
        elif field.name == "OwnerId" and target.name == "User" and not found["IsActive"]:
            owned = self.definition.name.lower()
            text = f"operation performed with inactive user [{record_id[:15]}] as owner of {owned}"
            self.refuse("INACTIVE_OWNER_OR_USER", text, field.name)

    def check_required(self) -> None:
        """Note the required fields that would be empty; only touched ones on update."""
        missing = [
            field.name
            for field in self.definition.readable()
            if field.createable
            and not field.nillable
            and field.type != "boolean"
            and (self.creating or field.name in self.values)
            and self.current(field.name) is None
            and field.name not in self._unread
        ]
        if missing:
            text = f"Required fields are missing: [{', '.join(missing)}]"
            self.refuse("REQUIRED_FIELD_MISSING", text, *missing)

    def check_unique(self) -> None:
        """Note unique values that another record outside the recycle bin holds, even one still unseen."""
        for field in self.definition.readable():
            value = self.values.get(field.name)
            if not field.unique or value is None or not self.changed(field.name):
                continue
            holder = self._holder(field, value)
            if holder is not None:
                text = f"duplicate value found: {field.name} duplicates value on record with id: {holder[:15]}"
                self.refuse("DUPLICATE_VALUE", text, field.name)

    def _holder(self, field: FieldDef, value: Any) -> str | None:
        test, wanted = same_text(field.name, value, field.case_sensitive)
        own = "" if self.before is None else self.before["Id"]
        sql = f'SELECT Id FROM "{self.definition.name}" WHERE {test} AND IsDeleted = 0 AND Id <> ? LIMIT 1'  # noqa: S608 - names come from the schema
        found = self.state.database.one(sql, (wanted, own))
        return None if found is None else str(found[0])
