"""E-mail addresses: rows of their own, shared by everybody who has the address, told apart by their capitals.

Source: `include/SugarEmailAddress` of SuiteCRM 7.14.6.
"""

# ruff: noqa: S608 - names come from the schema, values are parameters

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Row, new_id

_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")
_COLUMNS = ("bean_id", "email_address_id", "email_address", "primary_address", "reply_to_address", "opt_out",
            "invalid_email")  # fmt: skip
_CHUNK = 500


class Emails:
    """The addresses of one instance."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, module: Module, ids: Sequence[str]) -> dict[str, list[Row]]:
        """Addresses by record id, the primary one first; records without any are absent.

        A row has `email_address_id`, `email_address`, and as 0 or 1 `primary_address`, `reply_to_address`, `opt_out`,
        `invalid_email`.
        """
        found: dict[str, list[Row]] = {}
        for start in range(0, len(ids), _CHUNK):
            some = ids[start : start + _CHUNK]
            marks = ", ".join("?" * len(some))
            rows = self._db.rows(
                "SELECT r.bean_id, r.email_address_id, a.email_address, r.primary_address, r.reply_to_address,"
                " a.opt_out, a.invalid_email FROM email_addr_bean_rel r"
                " JOIN email_addresses a ON a.id = r.email_address_id"
                f" WHERE r.bean_id IN ({marks}) AND r.bean_module = ? AND r.deleted = 0 AND a.deleted = 0"
                " ORDER BY r.primary_address DESC, r._n",
                (*some, module.name),
            )
            for row in rows:
                one = dict(zip(_COLUMNS, row, strict=True))
                for name in _COLUMNS[3:]:
                    one[name] = int(one[name] or 0)
                found.setdefault(one.pop("bean_id"), []).append(one)
        return found

    def add(self, module: Module, record_id: str, address: Mapping[str, object], now: str) -> bool:
        """Give a record an address, or change the flags it has there; False when the text is no address.

        `address` has `email_address` and, as wanted, `primary_address`, `reply_to_address`, `opt_out`, `invalid_email`;
        flags that are not given stay as they are (the last two belong to the shared address).
        """
        text = str(address.get("email_address") or "")
        if not _ADDRESS.fullmatch(text):
            return False
        address_id = self._address_id(text, address, now)
        primary, reply = (int(bool(address.get(name))) for name in ("primary_address", "reply_to_address"))
        if primary:
            self._db.run(
                "UPDATE email_addr_bean_rel SET primary_address = '0' WHERE bean_id = ? AND bean_module = ?",
                (record_id, module.name),
            )
        if self._db.run(
            "UPDATE email_addr_bean_rel SET deleted = 0, date_modified = ?, primary_address = ?, reply_to_address = ?"
            " WHERE bean_id = ? AND bean_module = ? AND email_address_id = ? AND deleted = 0",
            (now, str(primary), str(reply), record_id, module.name, address_id),
        ):
            return True
        self._db.insert(
            "email_addr_bean_rel",
            {"id": new_id(), "bean_id": record_id, "bean_module": module.name, "email_address_id": address_id,
             "primary_address": str(primary), "reply_to_address": str(reply), "date_modified": now},
        )  # fmt: skip
        return True

    def _address_id(self, text: str, address: Mapping[str, object], now: str) -> str:
        flags = {name: int(bool(address[name])) for name in ("opt_out", "invalid_email") if name in address}
        found = self._db.one(
            "SELECT id FROM email_addresses WHERE email_address_caps = ? AND deleted = 0", (text.upper(),)
        )
        if found is None:
            row = {"id": new_id(), "email_address": text, "email_address_caps": text.upper(), "invalid_email": 0,
                   "opt_out": 0, "date_created": now, "date_modified": now, "deleted": 0, **flags}  # fmt: skip
            self._db.insert("email_addresses", row)
            return str(row["id"])
        # The shared row takes the newest spelling.
        changes = {"email_address": text, **flags}
        assignments = ", ".join(f"{name} = ?" for name in changes)
        self._db.run(f"UPDATE email_addresses SET {assignments} WHERE id = ?", (*changes.values(), found[0]))
        return str(found[0])

    def keep_only(self, module: Module, record_id: str, addresses: Collection[str], now: str) -> None:
        """End the record's other addresses."""
        wanted = {text.upper() for text in addresses}
        for one in self.of(module, [record_id]).get(record_id, []):
            if one["email_address"].upper() not in wanted:
                self._db.run(
                    "UPDATE email_addr_bean_rel SET deleted = 1, date_modified = ?"
                    " WHERE bean_id = ? AND bean_module = ? AND email_address_id = ?",
                    (now, record_id, module.name, one["email_address_id"]),
                )

    def set_flags(self, address_ids: Sequence[str], flags: Mapping[str, object]) -> None:
        """Set `opt_out` and `invalid_email` on shared addresses."""
        for name in ("opt_out", "invalid_email"):
            if name in flags:
                for address_id in address_ids:
                    self._db.run(
                        f"UPDATE email_addresses SET {name} = ? WHERE id = ?", (int(is_set(flags[name])), address_id)
                    )

    def matching(self, module: Module, test: str) -> str:
        """A sub-select of record ids whose addresses meet `test`, an SQL condition on `a` (`email_addresses`)."""
        return (
            "SELECT r.bean_id FROM email_addr_bean_rel r JOIN email_addresses a ON a.id = r.email_address_id"
            f" WHERE r.deleted = 0 AND a.deleted = 0 AND r.bean_module = '{module.name}' AND ({test})"
        )


def is_set(flag: object) -> bool:
    """PHP's view of a flag: the text "0" is false."""
    return str(flag).lower() not in ("", "0", "none", "false")
