"""``connector mapping``: the auditor's tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from connector.cli.cases import report_cases
from connector.cli.output import put_json, say
from connector.cli.session import Session, verb
from connector.config import Config, config_schema
from connector.errors import ConfigError, Finding, InputError
from connector.mapping import (
    Needed,
    activities_schema,
    check_mappings,
    conversion_schema,
    mapping_schema,
    run_cases,
)
from connector.matching import matching_schema
from connector.model.progress import ObjectShape
from connector.policy import check_policy, policy_schema
from connector.wiring import RuleFiles, open_house
from connector.wiring.vocabulary import known_fields


@click.group("mapping")
def command() -> None:
    """Check and test the files in mappings/."""


@command.command("lint")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--online", is_flag=True, help="Compare with the CRM's own description of its fields too.")
@verb
def lint(session: Session, folder: Path | None, online: bool) -> int:
    """Check mapping, matching and policy files; every problem as file:line:column: rule: what, and the fix.

    Without FOLDER, the files that the configured routes name. With it, matching.yaml and policy.yaml are looked for
    in FOLDER. A file that is not there is a finding, also one that only a disabled route needs. Exit 65 when there
    are findings.

    Example: connector mapping lint mappings
    """
    files = [RuleFiles.of_folder(folder)] if folder else files_of_routes(session.config())
    shapes = _shapes(session.config(), files) if online else None
    config = _known_config(session) if folder else session.config()
    between = config.findings if config and not folder else ()
    findings = sorted({*between, *(finding for each in files for finding in findings_of(each, config, shapes))})
    for finding in findings:
        say(str(finding), as_json=session.as_json)
    if session.as_json:
        put_json({"status": "done" if not findings else "error", "findings": [_finding_json(f) for f in findings]})
    if not findings:
        say("no findings", as_json=session.as_json)
    return InputError.exit_code if findings else 0


def files_of_routes(config: Config) -> list[RuleFiles]:
    """The files that the routes name; routes that share all of theirs are one."""
    return list(dict.fromkeys(RuleFiles.of_route(config, route) for route in config.routes.values()))


def _known_config(session: Session) -> Config | None:
    """The configuration, where there is one that can be used: a folder is linted without it too."""
    try:
        return session.config()
    except ConfigError:
        return None


def findings_of(
    files: RuleFiles, config: Config | None = None, shapes: Mapping[str, Mapping[str, ObjectShape]] | None = None
) -> list[Finding]:
    """Everything wrong in the files of a route or a folder, those that routes of *config* miss there included."""
    needed = _needed(files, config) if config else []
    findings: list[Finding] = []
    checks: tuple[Callable[[], object], ...] = (
        lambda: findings.extend(check_mappings(files.mapping_texts(), shapes, needed)),
        files.load_matching,
        *(partial(_check_policy, files, path, shapes, findings) for path in files.policies),
    )
    for check in checks:
        try:
            check()
        except InputError as error:
            findings.extend(error.findings)
    return findings if findings else _precedence(files)


def _check_policy(
    files: RuleFiles,
    path: Path,
    shapes: Mapping[str, Mapping[str, ObjectShape]] | None,
    findings: list[Finding],
) -> None:
    """A policy beside the mappings it stands with; alone, where those cannot be used."""
    try:
        known = known_fields(files.load_mappings(), shapes)
    except InputError:
        known = None
    findings.extend(check_policy(files.text(path), files.name(path), known))


def _precedence(files: RuleFiles) -> list[Finding]:
    """What is wrong between policies that stand side by side, each sound by itself."""
    try:
        files.load_policies()
    except InputError as error:
        return list(error.findings)
    return []


def _needed(files: RuleFiles, config: Config) -> list[Needed]:
    """The mappings that routes, enabled or not, take from the folder of *files*."""
    return [
        Needed(f"{files.name(files.mapping)}/{system}/{kind.value}.yaml", system, kind, name)
        for name, route in config.routes.items()
        if config.resolve(route.mapping) == files.mapping
        for system, kind in config.needed_mappings(name)
    ]


def _shapes(config: Config, files: Sequence[RuleFiles]) -> dict[str, Mapping[str, ObjectShape]]:
    """What every CRM of the project says of the objects that the files map, by mapping folder."""
    objects = _objects(files)
    shapes: dict[str, Mapping[str, ObjectShape]] = {}
    with open_house(config) as house:
        for name, settings in config.connections.items():
            if settings.type in objects:
                described = house.system(name).describe(objects[settings.type])
                shapes[settings.type] = {**shapes.get(settings.type, {}), **described}
    return shapes


def _objects(files: Sequence[RuleFiles]) -> dict[str, list[str]]:
    """The objects that the mappings name, by system; those of files that cannot be used are told by the lint itself."""
    found: dict[str, dict[str, None]] = {}
    for each in files:
        try:
            mappings = each.load_mappings()
        except InputError:
            continue
        for (system, _), mapping in mappings.mappings.items():
            if not mapping.loose:
                found.setdefault(system, {})[mapping.object] = None
        for system, activities in mappings.activities.items():
            if not activities.loose:
                found.setdefault(system, {}).update(dict.fromkeys(activities.objects))
    return {system: list(names) for system, names in found.items()}


def _finding_json(finding: Finding) -> dict[str, object]:
    return {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "what": finding.what,
        "fix": finding.fix,
    }


@command.command("test")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@verb
def test(session: Session, folder: Path | None) -> int:
    """Run the cases written in the mapping files. Exit 65 when one fails.

    Example: connector mapping test
    """
    files = [RuleFiles.of_folder(folder)] if folder else files_of_routes(session.config())
    folders = {each.mapping: each for each in files}.values()  # routes that share a folder share its cases
    results = [result for each in folders for result in run_cases(each.load_mappings())]
    return report_cases(session, results)


SCHEMAS = {
    "activities": activities_schema,
    "mapping": mapping_schema,
    "conversion": conversion_schema,
    "matching": matching_schema,
    "policy": policy_schema,
    "config": config_schema,
}


@command.command("schema")
@click.argument("kind", type=click.Choice(sorted(SCHEMAS)), default="mapping")
@verb
def schema(_session: Session, kind: str) -> int:
    """Print the JSON Schema of a kind of file, so that editors complete it.

    Example: connector mapping schema policy
    """
    put_json(SCHEMAS[kind]())
    return 0
