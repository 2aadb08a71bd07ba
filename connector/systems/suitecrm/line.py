"""What the two protocols of SuiteCRM have in common: the words in which rows are read and written."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector.model.progress import ObjectShape, Page, Shortcoming, Watermark, Window
from connector.model.records import Scalar, Values
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.values import Sent
from connector.systems.wire import Ask

READ = Ask(reading=True)
WRITE = Ask(reading=False)
LEADS, ACCOUNTS, CONTACTS, OPPORTUNITIES = "Leads", "Accounts", "Contacts", "Opportunities"

_KEYS = uuid.UUID("6f1f3a52-5a0e-5d3c-9a57-3f0d2f0c7b11")


def chosen_id(key: str) -> str:
    """The record id that stands for our key: a UUID of version 5 in a fixed namespace.

    SuiteCRM takes an id that the client chooses, and no id twice; so a create can be repeated without a twin.
    """
    return str(uuid.uuid5(_KEYS, key))


@dataclass(frozen=True, slots=True)
class Row:
    """A record as read, its values decoded. *modified* is None where the call does not tell it."""

    id: str
    values: Values
    deleted: bool = False
    modified: datetime | None = None

    def text(self, name: str) -> str:
        """A value as text, empty when absent."""
        found = self.values.get(name)
        return "" if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Write:
    """One record to be saved; *create* makes it under the id that we chose."""

    id: str
    values: Mapping[str, Sent]
    create: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one record was not saved: our code, a sentence, and the fields it is about."""

    code: str
    message: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """One e-mail address of a person: the id of the (shared) address record, the address itself, and its flags."""

    id: str
    address: str
    opted_out: bool = False
    invalid: bool = False


class Line(Protocol):
    """One logged-in connection in either protocol. Calls raise classes of `connector.errors`."""

    name: str
    options: SuiteOptions

    @property
    def calls(self) -> int:
        """HTTP requests sent so far."""

    def open(self) -> None:
        """Log in unless that is done."""

    def now(self) -> datetime:
        """The CRM's clock."""

    def installed_at(self) -> str:
        """When the first user was made, to the minute; empty where it cannot be seen. Tells installations apart."""

    def version(self) -> str:
        """SuiteCRM's version; empty where the protocol does not tell it."""

    def shape(self, module: str) -> ObjectShape | None:
        """The module's fields, remembered; None for a module that is unknown or hidden."""

    def rights(self) -> dict[str, frozenset[str]]:
        """What roles let our user do, by module (``list``, ``view``, ``edit``, …); absent where it is not told."""

    def read(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Row]:
        """Rows by id; deleted ones come where the protocol shows them."""

    def most(self, module: str) -> int:
        """How many records one write may take."""

    def write(self, module: str, writes: Sequence[Write]) -> dict[str, Refusal]:
        """Save at most `most` records; what was refused, by id. Success must be read back, both APIs claim too much."""

    def partners(self, module: str, ids: Sequence[str], link: str) -> dict[str, frozenset[str]]:
        """Ids of the records behind a link, by record."""

    def link(self, module: str, record_id: str, link: str, others: Sequence[str], columns: Mapping[str, str]) -> None:
        """Relate records; *columns* are values of the relation, where the protocol can carry them."""

    def unlink(self, module: str, record_id: str, link: str, others: Sequence[str]) -> None:
        """Take relations away."""

    def addresses(self, module: str, record_id: str) -> tuple[Address, ...]:
        """Every e-mail address of a record, the primary one first."""

    def known_addresses(self, addresses: Collection[str]) -> dict[str, Address]:
        """Those of *addresses* (in small letters) that anybody has already; none where they cannot be seen."""

    def readdress(self, module: str, record_id: str, primary: Address) -> None:
        """Give back its primary address to a record that has no address at all."""

    @property
    def id_form(self) -> str:
        """What the id of a record must look like to be written."""

    def takes(self, record_id: str) -> bool:
        """Whether the service can write a record of this id; imported and demo records may have odd ones."""

    def pages(
        self, module: str, fields: Sequence[str], after: Watermark | None, until: datetime | None
    ) -> Iterator[Page]:
        """Changed rows in (modified, id) order."""

    def count(self, module: str, window: Window) -> int:
        """Live rows in a window."""

    def statements(self) -> tuple[str, ...]:
        """What a pull cannot see over this protocol."""

    def shortcomings(self) -> list[Shortcoming]:
        """What this login or protocol lacks."""


def to_the_minute(told: str) -> str:
    """An instant as either service tells it, alike over both: V8 knows no seconds."""
    return f"{told[:16].replace(' ', 'T')}Z" if told else ""


def plain(values: Mapping[str, Scalar], fields: Sequence[str]) -> dict[str, Scalar]:
    """The fields that were asked for; what the CRM left out is None."""
    return {name: values.get(name) for name in fields}
