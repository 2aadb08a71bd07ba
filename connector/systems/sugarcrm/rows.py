"""A row of SugarCRM's as the house speaks of it, and back: types, instants, e-mail addresses.

Instants carry the API user's offset, booleans and numbers may come as text, an empty PHP array stands where an
empty object was meant; the developer guide's own samples show each of these.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connector.model.progress import FieldShape
from connector.model.records import RawRecord, RecordRef, Scalar, Values, canonical_json

Row = Mapping[str, Any]
EMAIL = "email"
PRIMARY = "email1"
_FLAGS: Mapping[str, str] = {"email_opt_out": "opt_out", "invalid_email": "invalid_email"}
EMAIL_FIELDS = frozenset({PRIMARY, *_FLAGS})
BOOKKEEPING = ("id", "date_modified", "deleted")

INSTANTS = frozenset({"datetime", "datetimecombo"})
DECIMALS = frozenset({"currency", "decimal", "decimal2", "float", "double"})
INTEGERS = frozenset({"int", "integer", "long", "tinyint", "short"})
_TRUE = frozenset({"1", "true", "on", "yes"})
_FALSE = frozenset({"0", "false", "off", "no"})


def flag(value: object) -> bool | None:
    """A boolean in any of the spellings seen (``true``, ``"1"``, ``1`` ...); None for an unset one."""
    if isinstance(value, bool) or value is None:
        return value
    word = str(value).strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


def instant(text: object) -> datetime:
    """A date and time as SugarCRM writes it, in UTC. Raises ValueError for one without an offset."""
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("an instant without an offset")
    return moment.astimezone(UTC)


def shown(moment: datetime) -> str:
    """An instant as filters take it: whole seconds, UTC."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def asked_fields(fields: Sequence[str]) -> str:
    """The ``fields`` argument: always sent, with what every row needs; addresses come as the `email` list."""
    names = [EMAIL if name in EMAIL_FIELDS else name for name in fields]
    return ",".join(dict.fromkeys([*BOOKKEEPING, *names]))


def hidden(row: Row) -> frozenset[str]:
    """Fields that access control keeps from us in this row: blank or absent, whatever the record holds."""
    acl = row.get("_acl")
    fields = acl.get("fields") if isinstance(acl, Mapping) else None
    if not isinstance(fields, Mapping):  # an empty PHP array comes as a list
        return frozenset()
    return frozenset(
        str(name)
        for name, rights in fields.items()
        if isinstance(rights, Mapping) and str(rights.get("read", "yes")).lower() == "no"
    )


def is_deleted(row: Row) -> bool:
    """Whether the row is a deleted one; such a row may hold nothing else than its id and change stamp."""
    return flag(row.get("deleted")) is True


def raw_record(
    connection: str, object_name: str, row: Row, fields: Sequence[str], shapes: Mapping[str, FieldShape]
) -> RawRecord:
    """A row as a raw record with the fields asked for. Raises KeyError or ValueError when it is none."""
    record_id = row["id"]
    if not isinstance(record_id, str) or not record_id:
        raise ValueError("a row without an id")
    deleted = is_deleted(row)
    # Always sent, but empty where a row was brought into the database past SugarCRM; it is read, and holds up nobody.
    stamp = row.get("date_modified") if deleted else row["date_modified"]
    return RawRecord(
        ref=RecordRef(connection, object_name, record_id),
        fields=values_of(row, fields, shapes),
        modified=instant(stamp) if stamp else None,
        deleted=deleted,
    )


def values_of(row: Row, fields: Sequence[str], shapes: Mapping[str, FieldShape]) -> dict[str, Scalar]:
    """The named fields of a row as scalars; what the row does not hold is None."""
    found: dict[str, Scalar] = {}
    for name in fields:
        if name in EMAIL_FIELDS:
            found[name] = _of_email(row, name)
        else:
            shape = shapes.get(name)
            found[name] = scalar(row.get(name), shape.type if shape else "")
    return found


def _of_email(row: Row, name: str) -> Scalar:
    if EMAIL not in row and name in row:
        return scalar(row[name], "" if name == PRIMARY else "bool")
    primary = primary_of(row)
    if name == PRIMARY:
        return str(primary.get("email_address") or "").strip() or None
    return flag(primary.get(_FLAGS[name])) is True


def emails_of(row: Row) -> list[dict[str, Any]]:
    """The row's addresses as SugarCRM lists them; an empty list where it has none."""
    found = row.get(EMAIL)
    return [dict(each) for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def primary_of(row: Row) -> dict[str, Any]:
    """The primary address with its flags, else the first one, else nothing."""
    found = emails_of(row)
    chosen = [each for each in found if flag(each.get("primary_address")) is True]
    return (chosen or found or [{}])[0]


def scalar(value: object, type_: str) -> Scalar:
    """A value as its field's type says; what does not fit the type is handed on as it came."""
    if value is None or value == "":
        return None
    if isinstance(value, Mapping | list):
        return _structure(value, type_)
    if type_ == "bool":
        known = flag(value)
        return known if known is not None else str(value)
    if type_ in INSTANTS:
        return _instant_text(str(value))
    if type_ == "date":
        return str(value)[:10]
    if type_ in DECIMALS or type_ in INTEGERS:
        return _number(value, type_ in INTEGERS)
    if type_ and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str | int | float | bool) else str(value)


def _structure(value: Mapping[Any, Any] | list[Any], type_: str) -> Scalar:
    if not value:
        return None
    if type_ == "multienum" and isinstance(value, list):
        return ",".join(map(str, value))
    return canonical_json(value)


def _instant_text(text: str) -> str:
    try:
        return instant(text).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except ValueError:
        return text


def _number(value: object, whole: bool) -> Scalar:
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    if not math.isfinite(number):
        return str(value)
    return int(number) if whole and number.is_integer() else number


def same_value(sent: Scalar, read: Scalar, shape: FieldShape | None = None) -> bool:
    """Whether a field holds what was sent, as the CRM keeps it: trimmed, cut to its length, empty as null."""
    if sent is None or sent == "":
        return read is None or read is False
    if isinstance(sent, bool) or isinstance(read, bool):
        return flag(sent) is (flag(read) or False)
    if isinstance(sent, int | float) and not isinstance(read, int | float):
        read = _number(read, False) if read is not None else None
    if isinstance(sent, int | float) and isinstance(read, int | float):
        return math.isclose(sent, read, rel_tol=1e-9, abs_tol=1e-6)
    left, right = _text(sent), _text(read)
    cut = left[: shape.length].strip() if shape is not None and shape.length else left
    return right in (left, cut) or _instant_text(left) == _instant_text(right)


def _text(value: Scalar) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def outgoing(values: Values, shapes: Mapping[str, FieldShape]) -> dict[str, Any]:
    """Values as SugarCRM takes them, addresses aside: "" clears, instants carry an offset, numbers are numbers."""
    return {
        name: _sent(value, shapes[name].type if name in shapes else "")
        for name, value in values.items()
        if name not in EMAIL_FIELDS
    }


def _sent(value: Scalar, type_: str) -> Any:
    if value is None:
        return ""
    if type_ in INSTANTS:
        try:
            return shown(instant(value))
        except ValueError:
            return value
    if type_ in DECIMALS and isinstance(value, str):
        return _number(value, False)
    if type_ == "multienum" and isinstance(value, str):
        return value.split(",")
    return value


def outgoing_emails(values: Values, row: Row) -> dict[str, Any]:
    """The ``email`` list that gives *row* the addresses in *values*; nothing when they say nothing of them.

    A written list replaces the whole set, so every address that the record has is sent along
    (https://sugarclub.sugarcrm.com/dev-club/b/dev-blog: "using e-mail fields correctly in Sugar").
    """
    if not EMAIL_FIELDS & values.keys():
        return {}
    known, primary = emails_of(row), primary_of(row)
    address = str(values[PRIMARY] or "").strip() if PRIMARY in values else str(primary.get("email_address") or "")
    rest = [_plain(each) for each in known if not _same_address(each, address) and (address or each != primary)]
    if not address:
        return {EMAIL: [{**each, "primary_address": index == 0} for index, each in enumerate(rest)]}
    mine = next((each for each in known if _same_address(each, address)), {})
    chosen = {**_plain(mine), "email_address": address, "primary_address": True}
    chosen |= {ours: flag(values[name]) is True for name, ours in _FLAGS.items() if name in values}
    return {EMAIL: [chosen, *({**each, "primary_address": False} for each in rest)]}


def _plain(each: Row) -> dict[str, Any]:
    """One address without the ids that belong to another record's link to it."""
    flags = {name: flag(each.get(name)) is True for name in _FLAGS.values()}
    return {"email_address": str(each.get("email_address") or ""), **flags} if each else {}


def _same_address(each: Row, address: str) -> bool:
    return str(each.get("email_address") or "").strip().lower() == address.strip().lower()
