"""One REST call as its handler needs it, and what every handler asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from connector.sandbox.exchange import Request, Trace
from connector.sandbox.sugar.access import Access
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Row, Where
from connector.sandbox.sugarcrm.answers import SugarError
from connector.sandbox.sugarcrm.filters import Viewer
from connector.sandbox.sugarcrm.settings import Settings
from connector.sandbox.sugarcrm.tokens import Tokens, TokenSet

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SugarCall:
    """One call below `/rest/v11_x/`, or one part of a bulk.

    `segments` follow the version; `arguments` are the body's, then the query's, members. `session` is None on routes
    that need no token.
    """

    instance: SugarInstance
    settings: Settings
    tokens: Tokens
    viewer: Viewer
    request: Request
    segments: tuple[str, ...]
    arguments: Values
    body: Values
    session: TokenSet | None
    trace: Trace

    @property
    def user_id(self) -> str:
        """The user who calls."""
        return self.viewer.user_id

    @property
    def access(self) -> Access:
        """What the user may do."""
        return self.instance.access(self.user_id)

    @property
    def is_admin(self) -> bool:
        """Whether the user is an administrator; the switch `api_user_admin` takes that away."""
        return self.access.admin and self.settings.api_user_admin

    def with_arguments(self, **more: object) -> SugarCall:
        """The same call with further arguments."""
        return replace(self, arguments={**self.arguments, **more})

    def module(self, name: str) -> Module:
        """A module by its key. Raises SugarError: 404 for an unknown one, 403 where access is denied."""
        module = self.instance.modules.get(name)
        if module is None:
            raise SugarError("not_found", f"Could not find module: {name}")
        if name in self.settings.acl_denied_modules:
            raise denied(name)
        return module

    def writable_module(self, name: str) -> Module:
        """A module that the caller may write to. Raises SugarError."""
        module = self.module(name)
        if name in self.settings.acl_readonly_modules or not self.access.may("edit"):
            raise denied(name)
        return module

    def visible(self, module: Module) -> Where:
        """The rows that the user's teams and rights let through."""
        listed = self.access.listed(module)
        hidden = self.settings.acl_hidden_ids.get(module.name, ())
        if not hidden:
            return listed
        return listed & Where(f"{module.table}.id NOT IN ({', '.join('?' * len(hidden))})", tuple(hidden))

    def row(self, module: Module, record_id: str, action: str = "view") -> Row:
        """A live record that the caller sees.

        Raises SugarError: 404 for a missing, deleted or invisible one, 403 where the caller may not do `action`
        (`view`, `edit`, `delete`) with it.
        """
        hidden = self.settings.acl_hidden_ids.get(module.name, ())
        found = None if record_id in hidden else self.instance.get(module.name, record_id)
        if found is None:
            raise SugarError("not_found", f"Could not find record: {record_id} in module: {module.name}")
        if not self.access.may(action, found):
            raise denied(f"{module.name}/{record_id}")
        return found


def denied(what: str) -> SugarError:
    """The refusal of an ACL (403)."""
    return SugarError("not_authorized", f"You are not authorized to perform this action on {what}.")
