"""Short words for saving and reading records in an engine."""

from __future__ import annotations

from typing import Any

from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.people import API_USER


class Records:
    """One engine as its API user sees it."""

    def __init__(self, instance: SugarInstance) -> None:
        self.instance = instance
        self.user_id = instance.people.id_of(API_USER)

    def add(self, module: str, **values: Any) -> str:
        """Create a record and answer its id; `id` chooses it."""
        chosen = values.pop("id", None)
        return self.instance.save(module, values, user_id=self.user_id, create=True, new_id=chosen).id

    def change(self, module: str, record_id: str, **values: Any) -> None:
        """Save changes to a record."""
        self.instance.save(module, {**values, "id": record_id}, user_id=self.user_id, create=False)

    def get(self, module: str, record_id: str) -> dict[str, Any]:
        """The whole row of a live record."""
        return self.instance.require(module, record_id)

    def addresses(self, module: str, record_id: str) -> list[str]:
        """The texts of a record's addresses, the primary one first."""
        return [one["email_address"] for one in self.instance.emails(module, record_id)]
