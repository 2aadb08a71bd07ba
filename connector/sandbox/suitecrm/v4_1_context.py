"""One call of the legacy service as its methods need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.exchange import Trace
from connector.sandbox.sugar.access import Access
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import NoSuchModule, Row
from connector.sandbox.suitecrm.v4_1_shapes import Shaper
from connector.sandbox.suitecrm.v4_1_transport import no_access, no_module

_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Context:
    """The instance, who calls, with which arguments."""

    instance: SugarInstance
    access: Access
    session: str
    arguments: Mapping[str, object]
    trace: Trace

    @property
    def user_id(self) -> str:
        """The caller."""
        return self.access.user_id

    def text(self, name: str) -> str:
        """An argument as text, "" when it is absent or null."""
        value = self.arguments.get(name)
        return "" if value is None or isinstance(value, list | dict) else str(value)

    def number(self, name: str) -> int:
        """An argument as a whole number of at most 31 bits, 0 when it is none."""
        try:
            return max(-_MOST, min(_MOST, int(float(self.text(name) or 0))))
        except (ValueError, OverflowError):
            return 0

    def flag(self, name: str) -> bool:
        """An argument as PHP reads a truth."""
        return self.arguments.get(name) not in (None, False, 0, "", "0", [], {})

    def items(self, name: str) -> list[object]:
        """An argument as a list; a mapping gives its values."""
        value = self.arguments.get(name)
        if isinstance(value, dict):
            return list(value.values())
        return value if isinstance(value, list) else []

    def module(self, name: str = "module_name") -> Module:
        """The module an argument names. Raises Fault (20)."""
        return self.named(self.text(name))

    def named(self, name: str) -> Module:
        """A module by its name. Raises Fault (20)."""
        try:
            return self.instance.module(name)
        except NoSuchModule:
            raise no_module() from None

    def shaper(self, module: Module) -> Shaper:
        """How rows of a module are shown here."""
        return Shaper(module, bool(self.instance.settings["html_entities"]))

    def check(self, action: str, row: Row | None = None) -> None:
        """Raises Fault (40) when the caller may not."""
        if not self.access.may(action, row):
            raise no_access()

    def count(self, records: int) -> None:
        """Note records for the access log."""
        self.trace.records += records
