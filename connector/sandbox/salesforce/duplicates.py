"""Duplicate rules: which records resemble the one being saved, and whether the save may go on.

An alerting rule refuses API callers unless they send `allowSave=true`; a blocking one refuses them always.
Matching is exact without regard to case on every field pair of the rule; empty fields match nothing.
The answer's key is misspelt `duplicateResut`, as in the REST API's own traffic.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce.database import Row, same_text
from connector.sandbox.salesforce.org_state import DuplicateRule, OrgState, RowRefused
from connector.sandbox.salesforce.org_types import DmlOptions, Record, RowError
from connector.sandbox.salesforce.query_layout import attributes
from connector.sandbox.salesforce.validation import Draft

_MAX_MATCHES = 100

STANDARD_PAIRS: dict[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]] = {
    "Lead": (
        ("Lead", (("Email", "Email"),)),
        ("Contact", (("Email", "Email"),)),
        ("Lead", (("Name", "Name"), ("Company", "Company"))),
    ),
    "Contact": (
        ("Contact", (("Email", "Email"),)),
        ("Lead", (("Email", "Email"),)),
        ("Contact", (("Name", "Name"), ("AccountId", "AccountId"))),
    ),
    "Account": (("Account", (("Name", "Name"),)),),
}


def read_rules(definitions: Sequence[Mapping[str, Any]]) -> tuple[DuplicateRule, ...]:
    """Rules of a world file: `object`, optional `match_object`, `fields`, `action` (alert or block), `name`,
    `message`, `active`. A rule without fields stands for the standard rules of its object.
    """
    rules: list[DuplicateRule] = []
    for item in definitions:
        object_name = str(item["object"])
        pairs = _pairs(item) if item.get("fields") else STANDARD_PAIRS[object_name]
        for match_object, fields in pairs:
            rules.append(
                DuplicateRule(
                    name=str(item.get("name") or f"Standard_{object_name}_Duplicate_Rule"),
                    object_name=object_name,
                    match_object=match_object,
                    fields=fields,
                    block=item.get("action", "alert") == "block",
                    message=str(item.get("message") or "Use one of these records?"),
                    active=bool(item.get("active", True)),
                )
            )
    return tuple(rules)


def _pairs(item: Mapping[str, Any]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The one matching of a rule with fields: names, or `{own: other}` pairs."""
    fields: list[tuple[str, str]] = []
    for entry in item["fields"]:
        fields.extend(entry.items() if isinstance(entry, Mapping) else [(str(entry), str(entry))])
    return ((str(item.get("match_object") or item["object"]), tuple(fields)),)


def check_duplicates(draft: Draft) -> None:
    """Refuse a save that a duplicate rule stops. Raises RowRefused."""
    if draft.options.skip_duplicate_rules:
        return
    own = None if draft.before is None else str(draft.before["Id"])
    for rule in draft.state.duplicate_rules:
        if not rule.active or rule.object_name != draft.definition.name:
            continue
        if not draft.creating and not any(draft.changed(name) for name, _ in rule.fields):
            continue
        found = _matches(draft, rule, own)
        if found and (rule.block or not draft.options.allow_save):
            raise RowRefused(_refusal(draft.state, rule, found, draft.options))


def _matches(draft: Draft, rule: DuplicateRule, own: str | None) -> list[Row]:
    values = [draft.current(name) for name, _ in rule.fields]
    if any(value is None for value in values):
        return []
    tests = [same_text(other, value) for (_, other), value in zip(rule.fields, values, strict=True)]
    where = " AND ".join(test for test, _ in tests)
    if rule.match_object == "Lead":
        where += " AND IsConverted = 0"
    wanted = [value for _, value in tests]
    found = draft.state.live(rule.match_object, f"{where} AND Id <> ?", (*wanted, own or ""))
    return found[:_MAX_MATCHES]


def _refusal(state: OrgState, rule: DuplicateRule, found: list[Row], options: DmlOptions) -> RowError:
    matched = [_match(state, rule, row, options) for row in found]
    result: Record = {
        "allowSave": not rule.block,
        "duplicateRule": rule.name,
        "duplicateRuleEntityType": rule.object_name,
        "errorMessage": rule.message,
        "matchResults": [
            {
                "entityType": rule.match_object,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": matched,
                "rule": f"Standard_{rule.match_object}_Match_Rule_v1_1",
                "size": len(matched),
                "success": True,
            }
        ],
    }
    return RowError("DUPLICATES_DETECTED", rule.message, (), {"duplicateResut": result})


def _match(state: OrgState, rule: DuplicateRule, row: Row, options: DmlOptions) -> Record:
    record: Record = {"attributes": attributes(rule.match_object, row["Id"], "62.0"), "Id": row["Id"]}
    if options.include_record_details:
        definition = state.definition(rule.match_object)
        known = [field for _, name in rule.fields if (field := definition.find(name)) is not None]
        record.update({field.name: row[field.name] for field in known})
    return {"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": record}
