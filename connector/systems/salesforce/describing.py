"""What an org looks like: objects, fields, lead statuses and sales stages, in one call per run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connector.errors import Unreadable
from connector.model.progress import FieldShape, ObjectShape
from connector.systems.salesforce.faults import Meaning, error_of, meaning_of, part_fault
from connector.systems.salesforce.session import READ, Part, SalesforceSession

_STATUSES = "SELECT ApiName, IsConverted FROM LeadStatus ORDER BY SortOrder"
_STAGES = "SELECT ApiName FROM OpportunityStage WHERE IsActive = true ORDER BY SortOrder"
_PARTS_PER_CALL = 23


class Describer:
    """Describes on first need and remembers for as long as it lives (one run)."""

    def __init__(self, session: SalesforceSession) -> None:
        """Ask nothing yet."""
        self._session = session
        self._shapes: dict[str, ObjectShape | None] = {}
        self._terms: dict[str, tuple[str, ...]] | None = None

    def shapes(self, objects: Sequence[str]) -> dict[str, ObjectShape]:
        """The shapes of *objects*; one that the org does not know (or hides) is absent."""
        wanted = [name for name in dict.fromkeys(objects) if name not in self._shapes]
        for start in range(0, len(wanted), _PARTS_PER_CALL):
            self._ask(wanted[start : start + _PARTS_PER_CALL])
        return {name: shape for name in objects if (shape := self._shapes.get(name)) is not None}

    def terms(self) -> Mapping[str, tuple[str, ...]]:
        """``converted_statuses`` and ``stages`` in the org's order."""
        if self._terms is None:
            self._ask([])
        return self._terms or {}

    def _ask(self, objects: Sequence[str]) -> None:
        session = self._session
        parts = [Part("GET", f"{session.data_path}/sobjects/{quote(name, safe='')}/describe") for name in objects]
        asks_terms = self._terms is None
        if asks_terms:
            parts += [Part("GET", session.query_path(soql, deleted=False)) for soql in (_STATUSES, _STAGES)]
        answers = session.composite(parts, READ)
        for name, answer in zip(objects, answers, strict=False):
            body = _body(session, answer, hidden_is_none=True)
            self._shapes[name] = None if body is None else _shape(name, body)
        if asks_terms:
            statuses, stages = (_records(session, answer) for answer in answers[-2:])
            self._terms = {
                "converted_statuses": tuple(str(row["ApiName"]) for row in statuses if row.get("IsConverted")),
                "stages": tuple(str(row["ApiName"]) for row in stages),
            }


def _body(session: SalesforceSession, answer: dict[str, Any] | None, *, hidden_is_none: bool) -> Any:
    if answer is None:
        raise Unreadable("a part of Salesforce's answer is missing", system=session.name)
    fault = part_fault(answer)
    if fault is None:
        return answer.get("body")
    if hidden_is_none and (fault.status == 404 or meaning_of(fault) is Meaning.SHAPE):
        return None
    raise error_of(fault, READ)


def _records(session: SalesforceSession, answer: dict[str, Any] | None) -> list[Mapping[str, Any]]:
    # A user without access to opportunities sees no stages; that is for the doctor to say.
    body = _body(session, answer, hidden_is_none=True)
    return list(body["records"]) if isinstance(body, dict) and isinstance(body.get("records"), list) else []


def _shape(name: str, body: Any) -> ObjectShape:
    try:
        return ObjectShape(name, {str(field["name"]): _field(field) for field in body["fields"]})
    except (KeyError, TypeError):
        raise Unreadable(f"the description of {name} cannot be read", system="salesforce") from None


def _field(field: Mapping[str, Any]) -> FieldShape:
    createable = bool(field.get("createable"))
    kind = str(field["type"])
    must = createable and not field.get("nillable") and not field.get("defaultedOnCreate") and kind != "boolean"
    values = field.get("picklistValues") or ()
    return FieldShape(
        name=str(field["name"]),
        type=kind,
        label=str(field.get("label") or ""),
        length=int(field.get("length") or 0),
        required=must,
        createable=createable,
        updateable=bool(field.get("updateable")),
        external_id=bool(field.get("externalId")),
        unique=bool(field.get("unique")),
        restricted=bool(field.get("restrictedPicklist")),
        values=tuple(str(value["value"]) for value in values if value.get("active", True)),
    )
