"""Reading `policy.yaml`: every problem found at once, then compiled into a `Rulebook`."""

from __future__ import annotations

from typing import Any

from connector.errors import Finding, InputError
from connector.model.document import parse, validate
from connector.policy import conditions
from connector.policy.checks import check
from connector.policy.compiling import Compiler
from connector.policy.grammar import PolicyPart
from connector.policy.grammar_parts import CONDITION_MARK
from connector.policy.rules import Rulebook


def load_policy(text: str, path: str) -> Rulebook:
    """Read a policy; raises InputError with every problem of the file."""
    rulebook, findings = _read(text, path)
    if rulebook is None or findings:
        raise InputError(findings, next_command="connector mapping lint")
    return rulebook


def check_policy(text: str, path: str) -> list[Finding]:
    """Every problem of a policy, in file order; never raises."""
    return sorted(_read(text, path)[1])


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
