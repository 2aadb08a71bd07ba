"""Our key on SugarCRM's records: where it stands, and how a record is made that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from connector.model.plan import Order
from connector.model.records import Kind, external_key
from connector.systems.sugarcrm.options import SYNC_KEY, SugarOptions
from connector.systems.sugarcrm.session import Part

CHOSEN_IDS = UUID("5f1d5a0e-8f0b-5c3c-9a7e-3b1f6f0c2d41")
"""Namespace of client-chosen record ids: uuid5 of it and the external key."""


class Keys:
    """The three ways to find a record that we made: a field of our own, ``sync_key``, or its very id."""

    def __init__(self, options: SugarOptions) -> None:
        """Decide by the options alone."""
        self._options = options
        self.column = options.key_field or "id"
        self.by_id = not options.key_field
        self.by_sync_key = options.key_field == SYNC_KEY

    def of(self, order: Order) -> str:
        """What stands in `column` of the record that LAND or CREATE makes. Raises ValueError without a key."""
        external = order.step.external_key or str(order.step.after.get(self._options.key_field) or "")
        if not external:
            raise ValueError(f"the step {order.step.key} carries no key")
        return str(uuid5(CHOSEN_IDS, external)) if self.by_id else external

    def of_opportunity(self, order: Order) -> str:
        """The key of the opportunity that a CONVERT order makes: among its values, else as such keys are made."""
        lead = order.step.lead
        given = str(order.step.after.get(self._options.key_field) or "")
        return given or external_key(lead.connection, lead.id, Kind.OPPORTUNITY)

    def make(self, object_name: str, key: str, values: Mapping[str, Any]) -> Part:
        """The call that makes a record with this key.

        ``PATCH /<module>/sync_key/<value>`` makes or updates, so it may be repeated
        (https://support.sugarcrm.com/documentation/sugar_developer: "modulesync_key" endpoints).
        """
        rest = {name: value for name, value in values.items() if name != self.column}
        if self.by_sync_key:
            return Part("PATCH", f"{object_name}/{SYNC_KEY}/{quote(key, safe='')}", rest)
        return Part("POST", object_name, {**rest, self.column: key})

    def without(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values for a record that has its key already: ``sync_key`` is set by its own calls alone."""
        return {name: value for name, value in values.items() if not (self.by_sync_key and name == SYNC_KEY)}

    def stamp(self, object_name: str, record_id: str, key: str) -> Part:
        """The call that puts the key on a record which has none."""
        where = f"{object_name}/{quote(record_id, safe='')}"
        if self.by_sync_key:
            record = quote(record_id, safe="")
            return Part("PUT", f"integrate/{object_name}/{record}/{SYNC_KEY}/{quote(key, safe='')}", {})
        return Part("PUT", where, {self.column: key})


def made_id(body: object) -> str:
    """The id in the answer to a write: of the record itself, or what a sync_key answer names; empty without one."""
    if not isinstance(body, Mapping):
        return ""
    found = body.get("id") or body.get("record")
    if isinstance(found, Mapping):
        found = found.get("id")
    return found if isinstance(found, str) else ""
