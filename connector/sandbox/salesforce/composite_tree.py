"""sObject Tree: records with their children nested inside, all or nothing.

Source: REST API developer guide, "sObject Tree".
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.sandbox.salesforce.http_answers import Answer, RestCall
from connector.sandbox.salesforce.org import ApiError, SaveResult
from connector.sandbox.salesforce.rest_options import dml_options
from connector.sandbox.salesforce.saving import error_json, save_rows

MAX_RECORDS, MAX_LEVELS = 200, 5


class _Undo(Exception):
    """Leaves the transaction so that it is rolled back."""


class _Tree:
    """One tree on its way into the org."""

    def __init__(self, call: RestCall) -> None:
        self._call = call
        self._options = dml_options(call)
        self.results: list[dict[str, object]] = []
        self.errors: list[dict[str, object]] = []
        self._seen = 0

    def plant(self, records: object, link: tuple[str, str] | None, level: int, fallback: str) -> None:
        """Create these records, linked to their parent by (field, id), and then their children."""
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise ApiError("JSON_PARSER_ERROR", "records must be a list of sObjects")
        if level > MAX_LEVELS:
            raise ApiError("LIMIT_EXCEEDED", f"a tree may be {MAX_LEVELS} levels deep")
        for record in records:
            self._seen += 1
            if self._seen > MAX_RECORDS:
                raise ApiError("LIMIT_EXCEEDED", f"a tree may hold {MAX_RECORDS} records")
            self._plant_one(record, link, level, fallback)

    def _plant_one(self, record: Mapping[str, object], link: tuple[str, str] | None, level: int, fallback: str) -> None:
        attributes = record.get("attributes")
        named = attributes if isinstance(attributes, dict) else {}
        object_name, reference = str(named.get("type") or fallback), str(named.get("referenceId") or "")
        if not reference:
            raise ApiError("INVALID_INPUT", "Include a reference ID for every record")
        children = {name: value for name, value in record.items() if isinstance(value, dict) and "records" in value}
        row = {name: value for name, value in record.items() if name not in children and name != "attributes"}
        if link:
            row[link[0]] = link[1]
        call = self._call
        saved = save_rows(
            call.trace, object_name, [row], lambda rows: call.org.create(object_name, rows, self._options)
        )[0]
        if self._note(saved, reference):
            self._plant_children(object_name, str(saved.id), children, level)

    def _note(self, saved: SaveResult, reference: str) -> bool:
        if not saved.success:
            self.errors.append({"referenceId": reference, "errors": [error_json(error) for error in saved.errors]})
        else:
            self.results.append({"referenceId": reference, "id": saved.id})
        return saved.success

    def _plant_children(self, object_name: str, parent_id: str, children: Mapping[str, object], level: int) -> None:
        described = self._call.org.describe(object_name, self._call.version)
        relations = {item["relationshipName"]: item for item in described["childRelationships"]}
        for name, value in children.items():
            relation = relations.get(name)
            if relation is None:
                raise ApiError("INVALID_FIELD", f"No such relation '{name}' on entity '{object_name}'", fields=(name,))
            records = value.get("records") if isinstance(value, dict) else None
            self.plant(records, (relation["field"], parent_id), level + 1, relation["childSObject"])


def tree(call: RestCall) -> Answer:
    """`POST /composite/tree/<Object>`: 201 with every id, or 400 with the errors and nothing created."""
    planted = _Tree(call)
    mark = len(call.trace.written)
    try:
        with call.org.transaction():
            planted.plant(call.mapping_body().get("records"), None, 1, call.segments[2])
            if planted.errors:
                raise _Undo
    except _Undo:
        del call.trace.written[mark:]
        return Answer(400, {"hasErrors": True, "results": planted.errors})
    return Answer(201, {"hasErrors": False, "results": planted.results})
