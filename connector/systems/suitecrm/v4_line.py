"""SuiteCRM over the legacy service: rows read in bulk, saved in bulk, deleted ones seen."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.errors import Rejected, RemoteError, Unreadable
from connector.model.progress import ObjectShape, Page, Shortcoming, Watermark, Window
from connector.ports import Clock
from connector.systems.suitecrm.line import CONTACTS, WRITE, Address, Refusal, Row, Write, to_the_minute
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.shapes import shape_of
from connector.systems.suitecrm.v4_calls import DENIED, NO_MODULE, V4Calls, of_one_record
from connector.systems.suitecrm.v4_pull import V4Pull, window_query
from connector.systems.suitecrm.v4_rows import among, checked, entries, is_id, linked, literal, row_of
from connector.systems.suitecrm.values import decode_text

_LONGEST_BATCH = 50
_FLAGS = ("opt_out", "invalid_email")


class V4Line:
    """Keeps the protocol `Line` over ``service/v4_1/rest.php``."""

    def __init__(self, name: str, options: SuiteOptions, clock: Clock, rng: random.Random) -> None:
        """Send nothing yet."""
        self.name = name
        self.options = options
        self._calls = V4Calls(name, options, clock, rng)
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
        """When the administrator's record was made, to the minute."""
        try:
            answer = self._calls.call(
                "get_entry",
                module_name="Users",
                id="1",
                select_fields=["id", "date_entered"],
                link_name_to_fields_array=[],
                track_view=False,
            )
        except RemoteError as error:
            if error.code in (DENIED, NO_MODULE):
                return ""
            raise
        (entry,) = entries(answer, self.name)[:1] or ({"id": "1"},)
        row = row_of(entry, None, self.name)
        return to_the_minute(row.text("date_entered")) if row else ""

    def version(self) -> str:
        """What ``get_server_info`` tells; its own ``version`` is that of the Sugar release SuiteCRM grew from."""
        return str(self._calls.server_info().get("suitecrm_version") or "")

    def shape(self, module: str) -> ObjectShape | None:
        """One description per module and run."""
        if module not in self._shapes:
            self._shapes[module] = self._described(module)
        return self._shapes[module]

    def _described(self, module: str) -> ObjectShape | None:
        try:
            answer = self._calls.call("get_module_fields", module_name=module, fields=[])
        except RemoteError as error:
            if error.code in (DENIED, NO_MODULE):
                return None
            raise
        fields = answer.get("module_fields") if isinstance(answer, dict) else None
        if not isinstance(fields, dict):
            raise Unreadable(f"the description of {module} cannot be read", system=self.name)
        return shape_of(module, {str(key): found for key, found in fields.items() if isinstance(found, dict)})

    def rights(self) -> dict[str, frozenset[str]]:
        """From the list of modules; one that is no tab of the user's is not in it."""
        answer = self._calls.call("get_available_modules", filter="default")
        listed = answer.get("modules") if isinstance(answer, dict) else None
        return {
            str(each.get("module_key")): frozenset(str(one.get("action")) for one in each["acls"] if one.get("access"))
            for each in listed or ()
            if isinstance(each, dict) and each.get("acls")
        }

    def read(self, module: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Row]:
        """Rows by id, deleted ones too, a page of ids a call."""
        found: dict[str, Row] = {}
        shape = self.shape(module)
        for answer in self._listed(module, ids, checked(module, fields), []):
            for entry in entries(answer, self.name):
                row = row_of(entry, shape, self.name)
                if row is not None:
                    found[row.id] = row
        return found

    def _listed(self, module: str, ids: Sequence[str], fields: Sequence[str], links: list[Any]) -> Iterator[Any]:
        wanted = sorted({record_id for record_id in ids if is_id(record_id)})
        for start in range(0, len(wanted), self.options.page_size):
            chunk = wanted[start : start + self.options.page_size]
            yield self._calls.call(
                "get_entry_list",
                module_name=module,
                query=among(module.lower(), chunk),
                order_by="",
                offset=0,
                select_fields=list(fields),
                link_name_to_fields_array=links,
                max_results=len(chunk),
                deleted=1,
            )

    def most(self, module: str) -> int:
        """A batch, but contacts one by one.

        ``set_entries`` takes a contact for an existing one (even for a lead) of the same last name and address.
        """
        return 1 if module == CONTACTS else max(1, min(self.options.write_batch, _LONGEST_BATCH))

    def write(self, module: str, writes: Sequence[Write]) -> dict[str, Refusal]:
        """One call; a record whose id is missing from the answer was denied."""
        if len(writes) > self.most(module):
            raise ValueError("more records than one call takes")
        lists = [_name_value_list(write) for write in writes]
        if len(writes) == 1:
            told = self._saved(module, lists[0])
        else:
            answer = self._calls.call("set_entries", WRITE, module_name=module, name_value_lists=lists)
            told = answer.get("ids") if isinstance(answer, dict) else None
        if not isinstance(told, list):
            raise Unreadable("the answer to a write cannot be read", system=self.name, applied=WRITE.doubt)
        return {
            write.id: Refusal(DENIED, "access control does not let the API user save this record")
            for write in writes
            if write.id not in told
        }

    def _saved(self, module: str, values: list[dict[str, Any]]) -> list[Any] | None:
        """The ids that a save of one record tells: none where it is denied, as in a save of several."""
        try:
            answer = self._calls.call("set_entry", WRITE, module_name=module, name_value_list=values)
        except Rejected as error:
            if error.code != DENIED:
                raise
            return []
        return [answer.get("id")] if isinstance(answer, dict) else None

    def partners(self, module: str, ids: Sequence[str], link: str) -> dict[str, frozenset[str]]:
        """Ids behind a link, a page of records a call."""
        found: dict[str, frozenset[str]] = {}
        for answer in self._listed(module, ids, ["id"], [{"name": link, "value": ["id"]}]):
            for position, entry in enumerate(entries(answer, self.name)):
                records = linked(answer, position, link)
                found[str(entry["id"])] = frozenset(str(record.get("id") or "") for record in records)
        return found

    def link(self, module: str, record_id: str, link: str, others: Sequence[str], columns: Mapping[str, str]) -> None:
        """Relate; a bad link raises, records that do not exist are not noticed by the service."""
        self._relate(module, record_id, link, others, columns, delete=0)

    def unlink(self, module: str, record_id: str, link: str, others: Sequence[str]) -> None:
        """Take relations away."""
        self._relate(module, record_id, link, others, {}, delete=1)

    def _relate(
        self, module: str, record_id: str, link: str, others: Sequence[str], columns: Mapping[str, str], *, delete: int
    ) -> None:
        answer = self._calls.call(
            "set_relationship",
            WRITE,
            module_name=module,
            module_id=record_id,
            link_field_name=link,
            related_ids=list(others),
            name_value_list=[{"name": name, "value": value} for name, value in columns.items()],
            delete=delete,
        )
        if not isinstance(answer, dict) or answer.get("failed"):
            what = f"{module} has no link {link}, or the API user may not see the record"
            raise Rejected(what, system=self.name, code="no-link")

    def addresses(self, module: str, record_id: str) -> tuple[Address, ...]:
        """The addresses behind the link ``email_addresses``."""
        link = "email_addresses"
        try:
            answer = self._calls.call(
                "get_entry",
                module_name=module,
                id=record_id,
                select_fields=["id", "email1"],
                link_name_to_fields_array=[{"name": link, "value": ["id", "email_address", "primary_address"]}],
                track_view=False,
            )
        except RemoteError as error:
            raise of_one_record(error) from None
        found = entries(answer, self.name)
        row = row_of(found[0], None, self.name) if found else None
        primary = row.text("email1").lower() if row else ""
        records = linked(answer, 0, link)
        listed = [
            Address(str(item.get("id") or ""), decode_text(str(item.get("email_address") or ""))) for item in records
        ]
        return tuple(sorted(listed, key=lambda each: each.address.lower() != primary))

    def known_addresses(self, addresses: Collection[str]) -> dict[str, Address]:
        """By the capitals that the service keeps of each, all in one question."""
        wanted = ",".join(literal(each.upper()) for each in sorted(addresses))
        try:
            answer = self._calls.call(
                "get_entry_list",
                module_name="EmailAddresses",
                query=f"(email_addresses.email_address_caps IN ({wanted}))",
                order_by="",
                offset=0,
                select_fields=["id", "email_address", "opt_out", "invalid_email"],
                link_name_to_fields_array=[],
                max_results=self.options.page_size,
                deleted=0,
            )
        except RemoteError as error:
            if error.code in (DENIED, NO_MODULE):
                return {}
            raise
        rows = [row_of(entry, None, self.name) for entry in entries(answer, self.name)]
        found = [
            Address(row.id, row.text("email_address"), *(row.text(name) == "1" for name in _FLAGS))
            for row in rows
            if row is not None
        ]
        return {each.address.lower(): each for each in found}

    def readdress(self, module: str, record_id: str, primary: Address) -> None:
        """By a link that says so, which leaves the flags of the address alone."""
        self.link(module, record_id, "email_addresses", [primary.id], {"primary_address": "1"})

    @property
    def id_form(self) -> str:
        """In words."""
        return "word of letters, digits, hyphens and underscores"

    def takes(self, record_id: str) -> bool:
        """Letters, digits, hyphen and underscore; anything else is answered with nothing."""
        return is_id(record_id)

    def pages(
        self, module: str, fields: Sequence[str], after: Watermark | None, until: datetime | None
    ) -> Iterator[Page]:
        """Keyset pages on (date_modified, id)."""
        self.open()
        return V4Pull(self._calls, self.options, self.shape(module), after, until).pages(module, fields)

    def count(self, module: str, window: Window) -> int:
        """Live rows of one window that our user may list; a mere count looks at no right, so it is the last resort."""
        query = window_query(module, window.since, window.until)
        answer = self._calls.call(
            "get_entry_list",
            module_name=module,
            query=query,
            order_by="",
            offset=0,
            select_fields=["id"],
            link_name_to_fields_array=[],
            max_results=1,
            deleted=0,
        )
        told = answer.get("total_count") if isinstance(answer, dict) else None
        if str(told) == "-1":  # counting lists is switched off there
            answer = self._calls.call("get_entries_count", module_name=module, query=query, deleted=0)
            told = answer.get("result_count") if isinstance(answer, dict) else None
        if not str(told).isdigit():
            raise Unreadable("a count cannot be read", system=self.name)
        return int(str(told))

    def statements(self) -> tuple[str, ...]:
        """Nothing is hidden by this protocol."""
        return ()

    def shortcomings(self) -> list[Shortcoming]:
        """The number format of the login; it only matters for amounts sent as text, which we never send."""
        self.open()
        mark = str(self._calls.user.get("user_decimal_separator") or ".")
        if mark == ".":
            return []
        return [
            Shortcoming(
                "the API user's number format has no decimal point (our amounts are JSON numbers, which it leaves be)",
                "give the API user the number format 1,234.56 (profile, Advanced), so that other tools are safe too",
            )
        ]


def _name_value_list(write: Write) -> list[dict[str, Any]]:
    pairs: list[dict[str, Any]] = [{"name": "id", "value": write.id}]
    if write.create:
        pairs.append({"name": "new_with_id", "value": True})
    return pairs + [{"name": name, "value": value} for name, value in write.values.items()]
