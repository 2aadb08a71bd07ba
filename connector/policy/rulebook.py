"""Reading `policy.yaml`: every problem found at once, then compiled into a `Rulebook`."""

from __future__ import annotations

from typing import Any

from connector.errors import Finding, InputError
from connector.model.document import Document, Loc, parse, validate
from connector.policy import conditions
from connector.policy.analysis import analyse
from connector.policy.checks import check
from connector.policy.compiling import Compiler
from connector.policy.grammar import PolicyPart
from connector.policy.grammar_parts import CONDITION_MARK
from connector.policy.known_fields import KnownFields, compare
from connector.policy.pruning import LeftOut, without
from connector.policy.rules import Rulebook

_MOST_ROUNDS = 5  # a file is read again without what its shape refuses until the rest can be understood


def load_policy(text: str, path: str) -> Rulebook:
    """Read a policy; raises InputError with every problem of the file."""
    rulebook, findings = _read(text, path)
    if rulebook is None or findings:
        raise InputError(findings, next_command="connector mapping lint")
    return rulebook


def check_policy(text: str, path: str, known: KnownFields | None = None) -> list[Finding]:
    """Every problem of a policy, in file order; never raises.

    Beside what keeps a policy from being used, that is what no lead can meet or reach, and what counts twice. With
    *known*, also conditions on fields that no mapping fills and on values that none can have.
    """
    document, left_out = parse(text, path), LeftOut()
    findings: list[Finding] = []
    for _ in range(_MOST_ROUNDS):
        part, refused = _understood(document)
        if part is not None:
            _examine(part, document, known, left_out)
        findings += [finding for finding in document.findings if not left_out.explains(finding)]
        rest = without(document, refused) if part is None else None
        if rest is None:
            break
        document = rest[0]
        left_out = LeftOut(left_out.sections | rest[1].sections, left_out.names | rest[1].names)
    return sorted(set(findings))


def _understood(document: Document) -> tuple[PolicyPart | None, list[Loc]]:
    """The parts of a file, or where its shape is refused."""
    before = len(document.findings)
    policy = validate(document, PolicyPart, "policy")
    if policy is not None:
        return policy, []
    refused = document.findings[before:]
    top = document.place(())
    told = {(one.line, one.column) for one in refused if one.rule != "missing-key" or (one.line, one.column) != top}
    locs: dict[tuple[int, int], Loc] = {}
    for loc, place in document.places.items():
        if place in told and len(loc) >= len(locs.get(place, ())):
            locs[place] = loc
    return None, list(locs.values())


def _examine(policy: PolicyPart, document: Document, known: KnownFields | None, left_out: LeftOut) -> None:
    check(policy, document)
    compiler = Compiler(policy, document)
    book = compiler.rulebook()
    analyse(compiler, book, document, left_out.sections)
    if known is not None:
        compare(compiler, known, document)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of `policy.yaml`, for editors."""
    schema: dict[str, Any] = _with_conditions(PolicyPart.model_json_schema())
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$defs"]["Condition"] = conditions.schema()
    return schema


def _with_conditions(schema: Any) -> Any:
    """Put the reference to the schema of conditions wherever the grammar marks one."""
    if isinstance(schema, list):
        return [_with_conditions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("description") == CONDITION_MARK:
        return {"$ref": "#/$defs/Condition"}
    return {key: _with_conditions(value) for key, value in schema.items()}


def _read(text: str, path: str) -> tuple[Rulebook | None, list[Finding]]:
    document = parse(text, path)
    policy = validate(document, PolicyPart, "policy")
    if policy is None:
        return None, document.findings
    check(policy, document)
    rulebook = Compiler(policy, document).rulebook()
    return (None if document.findings else rulebook), document.findings
