"""Small mapping files for tests, and the shipped ones as the product reads them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from textwrap import dedent, indent

from connector.errors import Finding, InputError
from connector.mapping import MappingSet, ObjectMapping, load_mappings
from connector.model.progress import FieldShape, ObjectShape
from connector.model.records import Kind, RawRecord, RecordRef, Scalar

PROJECT = Path(__file__).resolve().parent.parent.parent
LEAD = "mappings/crm/lead.yaml"


def shipped() -> dict[str, str]:
    """The mapping files of the project: path -> text."""
    folder = PROJECT / "mappings"
    return {str(p.relative_to(PROJECT)): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.yaml"))}


def text_of(fields: str, more: str = "", system: str = "crm", kind: str = "lead") -> str:
    """A mapping file with these *fields* (YAML lines)."""
    head = f"system: {system}\nobject: Thing\nkind: {kind}\nowner: tests\nfields:\n"
    return head + indent(dedent(fields).strip("\n"), "  ") + "\n" + dedent(more)


def mapping_of(fields: str, more: str = "", system: str = "crm", kind: str = "lead") -> ObjectMapping:
    """A mapping of one object, worked out."""
    path = f"mappings/{system}/{kind}.yaml"
    return load_mappings({path: text_of(fields, more, system, kind)}).object_mapping(system, Kind(kind))


def row(fields: Mapping[str, Scalar] | None = None, **more: Scalar) -> RawRecord:
    """A raw row with these native fields."""
    return RawRecord(RecordRef("here", "Thing", "1"), {**(fields or {}), **more})


def shape_of(*fields: FieldShape) -> ObjectShape:
    """A described object named Thing."""
    return ObjectShape("Thing", {field.name: field for field in fields})


def refused(files: Mapping[str, str]) -> tuple[Finding, ...]:
    """The findings that keep *files* from loading; none when they load."""
    try:
        load_mappings(files)
    except InputError as error:
        return error.findings
    return ()


@cache
def shipped_set() -> MappingSet:
    """The shipped mappings, loaded once: nobody can change what was loaded."""
    return load_mappings(shipped())
