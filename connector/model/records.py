"""What a CRM holds, as the house speaks of it: references, raw rows and canonical records.

A **raw record** is one row as a CRM sent it, under the CRM's own field names.
A **record** is the same thing in canonical words: a lead, an account, a contact or an opportunity.
Values are JSON scalars throughout: instants are ISO 8601 text in UTC ending in ``Z``, dates are
``YYYY-MM-DD``; so a record can be stored, hashed and compared without loss.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
Values: TypeAlias = Mapping[str, Scalar]


class Kind(StrEnum):
    """The four nouns of the field."""

    LEAD = "lead"
    ACCOUNT = "account"
    CONTACT = "contact"
    OPPORTUNITY = "opportunity"


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """Where a record lives: connection name, the CRM's own object name, the CRM's id."""

    connection: str
    object: str
    id: str

    @property
    def key(self) -> str:
        """The external key ``<connection>:<id>``, at most 255 characters."""
        return external_key(self.connection, self.id)

    def __str__(self) -> str:
        """Render for people and logs; holds no personal data."""
        return f"{self.connection}:{self.object}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> RecordRef:
        """Read what `__str__` wrote; raises ValueError for anything else."""
        connection, object_name, record_id = text.split(":", 2)
        return cls(connection, object_name, record_id)


def external_key(connection: str, record_id: str, role: Kind | None = None) -> str:
    """Name a record across CRMs: ``<connection>:<id>``, with ``:account`` etc. for what we made of it.

    A key longer than 255 characters (the longest text a CRM's key field holds) keeps its
    beginning and ends in a digest, so that it stays unique and repeatable.
    """
    text = f"{connection}:{record_id}" + (f":{role.value}" if role else "")
    if len(text) <= 255:
        return text
    return f"{text[:190]}#{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One row as the CRM sent it.

    *modified* is the CRM's own change stamp (None where the source has none, as in a CSV file).
    *merged_into* is the id of the survivor when the CRM merged this record away.
    """

    ref: RecordRef
    fields: Values
    modified: datetime | None = None
    deleted: bool = False
    merged_into: str | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        """Refuse an instant without a zone: comparing those is how rows get lost."""
        require_aware(self.modified)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a canonical value came from.

    *sources* are the CRM's field names that were looked at, *raw* the first non-empty value,
    *transforms* the named transforms applied in order, *place* the mapping line as ``file:line``.
    """

    sources: tuple[str, ...]
    raw: Scalar
    transforms: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Record:
    """A lead, account, contact or opportunity in canonical words (see `connector.model.fields`)."""

    kind: Kind
    ref: RecordRef
    values: Values
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    modified: datetime | None = None
    deleted: bool = False
    merged_into: str | None = None

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.modified)

    def get(self, name: str) -> Scalar:
        """The value of a canonical field, None when absent or empty."""
        value = self.values.get(name)
        return None if value == "" else value

    def text(self, name: str) -> str:
        """The value as text, empty when absent."""
        value = self.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Whether the value is true."""
        return self.get(name) is True

    @property
    def digest(self) -> str:
        """A hash of kind and values: equal content, equal digest, in every process."""
        return digest_of([self.kind.value, dict(self.values)])


@dataclass(frozen=True, slots=True)
class Activity:
    """What a person did, or what was done with them: *kind* (demo_request, email_open …), when, and its id."""

    kind: str
    at: datetime
    source_id: str

    def __post_init__(self) -> None:
        """Refuse an instant without a zone."""
        require_aware(self.at)


def require_aware(moment: datetime | None) -> None:
    """Raise ValueError for an instant that does not know its time zone."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")


def iso(moment: datetime) -> str:
    """Write an instant the one way the house writes them: UTC, ``Z``, microseconds only when present."""
    require_aware(moment)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_iso(text: str) -> datetime:
    """Read an ISO 8601 instant that carries a zone; raises ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    require_aware(moment)
    return moment


def canonical_json(value: object) -> str:
    """One spelling of a JSON value: sorted keys, no spaces, non-ASCII kept."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: object) -> str:
    """SHA-256 (hex) of the one spelling of a JSON value."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
