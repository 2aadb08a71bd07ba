"""What a user may do with records: a role as SuiteCRM's access control keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from connector.sandbox.sugar.schema import Module
from connector.sandbox.sugar.words import Row, Where


class Level(StrEnum):
    """How far a right reaches."""

    ALL = "all"
    OWNER = "owner"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Access:
    """The rights of one user on every module; creating needs the right to edit."""

    user_id: str
    admin: bool = True
    list: Level = Level.ALL
    view: Level = Level.ALL
    edit: Level = Level.ALL
    delete: Level = Level.ALL

    def may(self, action: str, row: Mapping[str, object] | None = None) -> bool:
        """Whether the user may `list`, `view`, `edit` or `delete` this row (None: a new one, owned by the user)."""
        level = Level.ALL if self.admin else Level(getattr(self, action))
        if level is Level.OWNER and row is not None:
            return self.user_id in (
                row.get("assigned_user_id"),
                None if row.get("assigned_user_id") else row.get("created_by"),
            )
        return level is not Level.NONE

    def unbounded(self, action: str) -> bool:
        """Whether the right reaches every row: V8's list of modules tells of no other."""
        return self.admin or Level(getattr(self, action)) is Level.ALL

    def listed(self, module: Module) -> Where:
        """Which rows a list shows this user."""
        level = Level.ALL if self.admin else self.list
        if level is Level.ALL or "assigned_user_id" not in module.fields:
            return Where()
        if level is Level.NONE:
            return Where("0")
        return Where(f'"{module.table}"."assigned_user_id" = ?', (self.user_id,))


def access_of(user: Row) -> Access:
    """The rights of a user row; `_access` holds those that are not `all`, as `list=owner,edit=none`."""
    given = dict(part.split("=", 1) for part in (user.get("_access") or "").split(",") if "=" in part)
    rights = {name: Level(level) for name, level in given.items()}
    return Access(str(user["id"]), admin=bool(user.get("is_admin")) and not rights, **rights)
