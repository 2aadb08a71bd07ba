"""SuiteCRM over its JSON:API: one record a call, live records only, no seconds."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from connector.errors import Applied, Rejected, RemoteError, Unreadable
from connector.model.progress import ObjectShape, Page, Shortcoming, Watermark, Window
from connector.ports import Clock
from connector.systems.suitecrm.line import WRITE, Address, Refusal, Row, Write, to_the_minute
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.shapes import shape_of
from connector.systems.suitecrm.v4_calls import DATABASE, DENIED, NO_MODULE, of_one_record
from connector.systems.suitecrm.v8_calls import EXISTS, GONE, RecordRefused, V8Calls
from connector.systems.suitecrm.v8_pull import V8Pull, window_filters
from connector.systems.suitecrm.v8_rows import V8Rows, data_of
from connector.systems.suitecrm.values import decode_text

# The API reads a record by such an id only; imported and demo records have others.
_READABLE_ID = re.compile(r"\d+\Z|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_ID = re.compile(r"[A-Za-z0-9_-]{1,36}\Z")
_FLAGS = ("opt_out", "invalid_email")
_BEHIND = {"contacts": "Contacts", "opportunities": "Opportunities", "email_addresses": "EmailAddresses"}


class V8Line:
    """Keeps the protocol `Line` over ``/Api/V8``."""

    def __init__(self, name: str, options: SuiteOptions, clock: Clock, rng: random.Random) -> None:
        """Send nothing yet."""
        self.name = name
        self.options = options
        self._calls = V8Calls(name, options, clock, rng)
        self._shapes: dict[str, ObjectShape | None] = {}

    @property
    def calls(self) -> int:
        """HTTP requests sent so far."""
        return self._calls.wire.calls

    def open(self) -> None:
        """Log in unless that is done."""
        self._calls.open()

    def now(self) -> datetime:
        """The CRM's clock."""
        return self._calls.now()

    def installed_at(self) -> str:
        """When the administrator's record was made, to the minute.

        Empty only where SuiteCRM itself says that our user may not see it: a refused login or another program's
        page must not be taken for that.
        """
        try:
            answer = self._calls.call("GET", "module/Users/1", params={"fields[Users]": "date_entered"})
        except RemoteError as error:
            if error.code in (DENIED, NO_MODULE, GONE):
                return ""
            raise
        for resource in data_of(answer, self.name):
            told = resource.get("attributes") or {}
            return to_the_minute(str(told.get("date_entered") or ""))
        return ""

    def version(self) -> str:
        """Not told by this API."""
        return ""

    def shape(self, module: str) -> ObjectShape | None:
        """One description per module and run; it tells no list values."""
        if module not in self._shapes:
            self._shapes[module] = self._described(module)
        return self._shapes[module]

    def _described(self, module: str) -> ObjectShape | None:
        try:
            answer = self._calls.call("GET", f"meta/fields/{quote(module, safe='')}")
        except RemoteError as error:
            if error.code in (DENIED, NO_MODULE, GONE):
                return None
            raise
        data = answer.get("data")
        fields = data.get("attributes") if isinstance(data, dict) else None
        if not isinstance(fields, dict):
            raise Unreadable(f"the description of {module} cannot be read", system=self.name)
        return shape_of(module, {str(key): found for key, found in fields.items() if isinstance(found, dict)})

    def rights(self) -> dict[str, frozenset[str]]:
        """From the list of modules; PHP shows a list with a gap as an object."""
        data = self._calls.call("GET", "meta/modules").get("data")
        listed = data.get("attributes") if isinstance(data, dict) else None
        told = {
            str(name): each.get("access")
            for name, each in (listed.items() if isinstance(listed, dict) else ())
            if isinstance(each, dict)
        }
        return {
            name: frozenset(map(str, access.values() if isinstance(access, dict) else access))
            for name, access in told.items()
            if isinstance(access, dict | list) and access
        }

    def read(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Row]:
        """Rows by id, a call each; deleted ones cannot be told from unknown ones and are absent."""
        rows = V8Rows(self._calls, self.options, module, self.shape(module), fields)
        found: dict[str, Row] = {}
        for record_id in sorted({each for each in ids if _ID.match(each)}):
            row = self._one(rows, module, record_id)
            if row is not None and not row.deleted:
                found[row.id] = row
        return found

    def _one(self, rows: V8Rows, module: str, record_id: str) -> Row | None:
        if not self.takes(record_id):
            return self._listed(rows, record_id)
        try:
            answer = self._calls.call("GET", f"module/{module}/{record_id}", params=rows.fields)
        except RemoteError as error:
            if error.code == GONE:
                return None
            if error.code == DENIED:  # the record alone, or the whole module: a list tells
                return self._listed(rows, record_id)
            raise
        listed = [rows.row(resource) for resource in data_of(answer, self.name)]
        return listed[0] if listed else None

    def _listed(self, rows: V8Rows, record_id: str) -> Row | None:
        listed, _ = rows.page({"filter[id][eq]": record_id}, 1)
        return listed[0] if listed else None

    def most(self, module: str) -> int:
        """One: the API has no call for several."""
        return 1

    def write(self, module: str, writes: Sequence[Write]) -> dict[str, Refusal]:
        """Save one record after the other."""
        found: dict[str, Refusal] = {}
        for write in writes:
            body = {"data": {"type": module, "id": write.id, "attributes": dict(write.values)}}
            try:
                self._calls.call("POST" if write.create else "PATCH", "module", WRITE, body=body)
            except Rejected as error:
                if error.applied is not Applied.NEVER or error.code == DATABASE:
                    raise
                found[write.id] = _refusal(error)
        return found

    def partners(self, module: str, ids: Sequence[str], link: str) -> dict[str, frozenset[str]]:
        """Ids behind a link, a call a record."""
        return {
            record_id: frozenset(
                str(each["id"])
                for each in data_of(
                    self._calls.call("GET", f"module/{module}/{record_id}/relationships/{link}"), self.name
                )
            )
            for record_id in ids
        }

    def link(self, module: str, record_id: str, link: str, others: Sequence[str], columns: Mapping[str, str]) -> None:
        """Relate; the API cannot carry *columns* of the relation. A pair that is related already is no failure."""
        path = f"module/{module}/{record_id}/relationships/{link}"
        for other in others:
            try:
                self._calls.call("POST", path, WRITE, body={"data": {"type": _BEHIND[link], "id": other}})
            except Rejected:
                if other not in self.partners(module, [record_id], link)[record_id]:
                    raise

    def unlink(self, module: str, record_id: str, link: str, others: Sequence[str]) -> None:
        """Take relations away."""
        for other in others:
            self._calls.call("DELETE", f"module/{module}/{record_id}/relationships/{link}/{other}", WRITE)

    def addresses(self, module: str, record_id: str) -> tuple[Address, ...]:
        """The addresses behind the link ``email_addresses``; the one that is ``email1`` comes first."""
        if not self.takes(record_id):
            return ()
        try:
            row = self.read(module, [record_id], ["email1"]).get(record_id)
            answer = self._calls.call("GET", f"module/{module}/{record_id}/relationships/email_addresses")
        except RemoteError as error:
            raise of_one_record(error) from None
        listed = []
        for resource in data_of(answer, self.name):
            told = resource.get("attributes")
            address = str(told.get("email_address") or "") if isinstance(told, dict) else ""
            flags = {name: str(told.get(name) or "0") == "1" for name in _FLAGS} if isinstance(told, dict) else {}
            listed.append(Address(str(resource["id"]), decode_text(address), *flags.values()))
        primary = row.text("email1").lower() if row else ""
        return tuple(sorted(listed, key=lambda each: each.address.lower() != primary))

    def known_addresses(self, addresses: Collection[str]) -> dict[str, Address]:
        """A call each."""
        rows = V8Rows(self._calls, self.options, "EmailAddresses", None, ("email_address", *_FLAGS))
        found: dict[str, Address] = {}
        for each in sorted(addresses):
            try:
                listed, _ = rows.page({"filter[email_address_caps][eq]": each.upper()}, 1)
            except RemoteError as error:
                if error.code in (DENIED, NO_MODULE):
                    return {}
                raise
            for row in listed:
                found[each.lower()] = Address(row.id, each, *(row.text(name) == "1" for name in _FLAGS))
        return found

    def readdress(self, module: str, record_id: str, primary: Address) -> None:
        """By a save: a link cannot say that it is the primary one. A flag that the address has is not taken back."""
        flags = {"email_opt_out": primary.opted_out, "invalid_email": primary.invalid}
        told = {name: "1" for name, is_set in flags.items() if is_set}
        refusals = self.write(module, [Write(record_id, {"email1": primary.address, **told})])
        for refusal in refusals.values():
            raise Rejected(refusal.message, code=refusal.code)

    @property
    def id_form(self) -> str:
        """In words."""
        return "UUID or number (`api: v4_1` could)"

    def takes(self, record_id: str) -> bool:
        """A UUID or a number; a record of another id can be found by a filter, and that is all."""
        return _READABLE_ID.match(record_id) is not None

    def pages(
        self, module: str, fields: Sequence[str], after: Watermark | None, until: datetime | None
    ) -> Iterator[Page]:
        """Stretches of change stamps, sorted here."""
        self.open()
        return V8Pull(self._calls, self.options, self.shape(module), after, until).pages(module, fields)

    def count(self, module: str, window: Window) -> int:
        """Live rows of one window: pages of one row; counted by hand where the API tells no number of pages."""
        filters = window_filters(module, window)
        rows = V8Rows(self._calls, self.options, module, self.shape(module), ())
        found, pages = rows.page(filters, 1)
        if pages or not found:
            return pages
        return sum(len(page) for page in rows.stream(filters, self.options.page_size))

    def statements(self) -> tuple[str, ...]:
        """What this protocol hides."""
        return (
            "over SuiteCRM's V8 API deleted records cannot be seen: a lead deleted there stays open here until it is"
            " acted upon",
            "over SuiteCRM's V8 API change stamps have no seconds: each pull looks back to the minute",
        )

    def shortcomings(self) -> list[Shortcoming]:
        """What the legacy service would do better."""
        return [
            Shortcoming(
                "the V8 API does not show deleted records, tells no list values, and shows times without seconds",
                "set api: v4_1 for this connection, or keep V8 and give the API user the time format 23:00:00"
                " (profile, Advanced) where an administrator has added it",
            )
        ]


def _refusal(error: Rejected) -> Refusal:
    if error.code == EXISTS:
        return Refusal("gone", "a deleted record has the id that stands for our key")
    field = error.field if isinstance(error, RecordRefused) else ""
    return Refusal(error.code or "refused", str(error), (field,) if field else ())
