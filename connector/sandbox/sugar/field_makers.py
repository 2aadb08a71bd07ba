"""Short words for fields, so that a vardef reads as a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from connector.sandbox.sugar.schema import FieldDef, LinkDef


def labelled(name: str) -> str:
    """`phone_work` as people read it: `Phone Work`."""
    return name.removesuffix("_c").replace("_", " ").title()


def varchar(name: str, length: int | None = None, *, required: bool = False) -> FieldDef:
    """A line of text."""
    return FieldDef(name, "varchar", length, labelled(name), required)


def varchars(length: int | None, *names: str) -> tuple[FieldDef, ...]:
    """Several lines of text of one length."""
    return tuple(varchar(name, length) for name in names)


def phones(*names: str) -> tuple[FieldDef, ...]:
    """Phone numbers; 100 characters each."""
    return tuple(FieldDef(name, "phone", 100, labelled(name)) for name in names)


def enum(name: str, dropdown: str, length: int | None = None, *, required: bool = False) -> FieldDef:
    """A choice from a dropdown."""
    return FieldDef(name, "enum", length, labelled(name), required, dropdown)


def typed(kind: str, *names: str) -> tuple[FieldDef, ...]:
    """Fields of one type without more to say."""
    return tuple(FieldDef(name, kind, None, labelled(name)) for name in names)


def flag(name: str, *, stored: bool = True) -> FieldDef:
    """Yes or no; no by default."""
    return FieldDef(name, "bool", None, labelled(name), stored=stored, default=0)


def computed(*names: str) -> tuple[FieldDef, ...]:
    """Fields without a column that the server fills or accepts as input."""
    return tuple(FieldDef(name, "varchar", None, labelled(name), stored=False) for name in names)


def relate(name: str, id_name: str, module: str) -> FieldDef:
    """The name of a related record, found through its id."""
    return FieldDef(name, "relate", None, labelled(name), stored=False, id_name=id_name, module=module, group=id_name)


def links(*rows: tuple[str, str, str, str, bool]) -> dict[str, LinkDef]:
    """Links by name from (name, relationship, module, bean, left) rows."""
    return {row[0]: LinkDef(*row) for row in rows}


def by_name(*groups: Iterable[FieldDef] | FieldDef) -> dict[str, FieldDef]:
    """Fields by name; a later one replaces an earlier one of that name but keeps its place."""
    found: dict[str, FieldDef] = {}
    for group in groups:
        for one in (group,) if isinstance(group, FieldDef) else group:
            found[one.name] = one
    return found


def custom(one: FieldDef) -> FieldDef:
    """The same field as an administrator's own, kept in the `_cstm` table."""
    return replace(one, custom=True)
