"""All mapping files together: read, checked, worked out, and known by one version."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from connector.errors import ConfigError, Finding, InputError
from connector.mapping.activities import ACTIVITIES, ActivityMapping, check_activities, check_folders
from connector.mapping.activity_grammar import ActivitiesFile
from connector.mapping.compiled import ObjectMapping
from connector.mapping.conversion import ConversionFile
from connector.mapping.grammar import MappingFile
from connector.mapping.soundness import check_conversion, check_mapping, check_together
from connector.model.conversion import ConversionRules
from connector.model.document import Document, parse, validate
from connector.model.records import Kind, digest_of

CONVERSION = "conversion.yaml"
_OTHER_ROOMS = ("matching.yaml", "policy.yaml")


class MappingSet:
    """Every mapping of a folder, by system and kind, with the conversion rules, and what is an activity in each system.

    The version leaves the activities out: which leads a change there touches is told by their activities.
    """

    def __init__(
        self,
        mappings: Mapping[tuple[str, Kind], ObjectMapping],
        conversion: ConversionFile | None,
        activities: Mapping[str, ActivityMapping] | None = None,
    ) -> None:
        """Hold mappings that have no findings."""
        self.mappings = dict(mappings)
        self.activities = dict(activities or {})
        self.conversion_file = conversion
        self._rules = conversion.rules() if conversion else None
        meaning = {f"{s}/{k.value}": mapping.file.meaning() for (s, k), mapping in sorted(self.mappings.items())}
        self.version = digest_of([meaning, conversion.meaning() if conversion else None])[:16]

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that have mappings, sorted."""
        return tuple(sorted({system for system, _ in self.mappings}))

    @property
    def conversion(self) -> ConversionRules:
        """The conversion rules; raises ConfigError when ``conversion.yaml`` is not there."""
        if self._rules is None:
            raise ConfigError(f"mappings/{CONVERSION} is missing", next_command="connector init")
        return self._rules

    def object_mapping(self, system: str, kind: Kind) -> ObjectMapping:
        """The mapping of *kind* in *system*; raises ConfigError naming the file that is missing."""
        found = self.mappings.get((system, kind))
        if found is None:
            raise ConfigError(
                f"there is no mapping of {kind.value} for {system}: write mappings/{system}/{kind.value}.yaml",
                next_command="connector mapping lint",
            )
        return found


class Loaded:
    """Files as read: what could be understood, and every finding so far."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Read *files* (path -> text); problems are collected, never raised."""
        self.findings: list[Finding] = []
        self.read: list[tuple[MappingFile, Document]] = []
        self.conversion: tuple[ConversionFile, Document] | None = None
        self.activities: list[tuple[ActivitiesFile, Document]] = []
        self.there: set[tuple[str, str]] = set()  # system and kind of every file, those that cannot be used included
        for path in sorted(files):
            name = PurePosixPath(path.replace("\\", "/")).name
            if name not in _OTHER_ROOMS:
                self._add(parse(files[path], path), name)
        self.findings += check_together(self.read) + check_folders(self.activities)

    def _add(self, document: Document, name: str) -> None:
        if name == CONVERSION:
            conversion = validate(document, ConversionFile, "conversion")
            if conversion:
                check_conversion(conversion, document)
                self.conversion = (conversion, document)
        elif name == ACTIVITIES:
            activities = validate(document, ActivitiesFile, "activities")
            if activities:
                check_activities(activities, document)
                self.activities.append((activities, document))
        else:
            file = validate(document, MappingFile)
            if file:
                self.read.append((file, document))
            file = file or _salvaged(document)
            told = _told_by_path(document.path)
            self.there.add((file.system, file.kind.value) if file else (told["system"], told["kind"]))
            if file:
                check_mapping(file, document)
        self.findings += document.findings

    def mapping_set(self) -> MappingSet:
        """Work everything out; only for files without findings."""
        compiled = {(file.system, file.kind): ObjectMapping(file, document) for file, document in self.read}
        activities = {file.system: ActivityMapping(file, document) for file, document in self.activities}
        return MappingSet(compiled, self.conversion[0] if self.conversion else None, activities)


def _salvaged(document: Document) -> MappingFile | None:
    """What is left of a file without the parts that were refused, so that the rest is checked all the same."""
    data = deepcopy(document.data)
    if not isinstance(data, dict):
        return None
    try:
        MappingFile.model_validate(data)
    except ValidationError as error:
        for problem in error.errors():
            _drop(data, problem["loc"])
    for key, value in _told_by_path(document.path).items():
        data.setdefault(key, value)
    try:
        return MappingFile.model_validate(data)
    except ValidationError:
        return None


def _told_by_path(path: str) -> dict[str, str]:
    """What a file's own place says of it, for a head that cannot be read: ``mappings/<system>/<kind>.yaml``."""
    place = PurePosixPath(path.replace("\\", "/"))
    kind = place.stem if place.stem in list(Kind) else Kind.LEAD.value
    return {"system": place.parent.name or "unknown", "object": place.stem, "kind": kind}


def _drop(data: dict[str, Any], loc: tuple[str | int, ...]) -> None:
    """Take out the top key, or the field, reason or case below it, that *loc* lies in."""
    part = data.get(str(loc[0]))
    if len(loc) > 1 and isinstance(part, dict):
        part.pop(loc[1], None)
    elif len(loc) > 1 and isinstance(part, list) and isinstance(loc[1], int) and loc[1] < len(part):
        part[loc[1]] = {"name": "", "given": {}}
    else:
        data.pop(str(loc[0]), None)


def load_mappings(files: Mapping[str, str]) -> MappingSet:
    """Read every mapping file (path -> text). Raises InputError with all findings of all files."""
    loaded = Loaded(files)
    if loaded.findings:
        raise InputError(loaded.findings, next_command="connector mapping lint")
    return loaded.mapping_set()
