"""The users every instance has, and what they may do."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from connector.sandbox.sugar.access import Access, access_of
from connector.sandbox.sugar.database import Database
from connector.sandbox.sugar.words import NoSuchRecord, Row, new_id, stored_time

API_USER = "connector"
ADMIN_ID = "1"
_PEOPLE = (
    ("admin", "", "Administrator", 1),
    (API_USER, "Lead", "Connector", 1),
    ("will", "Will", "Westin", 0),
    ("sarah", "Sarah", "Smith", 0),
)
_FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
_SECONDS = 8 * 365 * 86_400


def prepare(db: Database) -> None:
    """Add the column that holds a user's limited rights."""
    if "_access" not in db.columns_of("users"):
        db.run("ALTER TABLE users ADD COLUMN _access TEXT")


def md5_of(password: str) -> bytes:
    """The digest that the legacy login sends in place of the password."""
    return hashlib.md5(password.encode("utf-8"), usedforsecurity=False).hexdigest().encode("ascii")


def _drawn_identity() -> dict[str, dict[str, str]]:
    born = _FIRST_DAY + timedelta(seconds=secrets.randbelow(_SECONDS))
    return {
        name: {"id": ADMIN_ID if name == "admin" else new_id(), "date_entered": stored_time(born)}
        for name, *_ in _PEOPLE
    }


class People:
    """The users of one instance."""

    def __init__(self, db: Database, now: Callable[[], str]) -> None:
        self._db = db
        self._now = now

    def seed(self) -> None:
        """Write the users that every instance has: the administrator, the API user and two sales people.

        Ids and the moment of installation are drawn once and kept over every reset: clients know the instance by them.
        """
        identity = self._db.read_meta("identity") or _drawn_identity()
        self._db.write_meta("identity", identity)
        for name, first, last, admin in _PEOPLE:
            born = identity[name]["date_entered"]
            self._db.insert(
                "users",
                {"id": identity[name]["id"], "user_name": name, "first_name": first or None, "last_name": last,
                 "is_admin": admin, "status": "Active", "employee_status": "Active", "date_entered": born,
                 "date_modified": born, "created_by": ADMIN_ID, "modified_user_id": ADMIN_ID, "deleted": 0},
            )  # fmt: skip

    def find(self, user_name: str) -> Row | None:
        """The live user of that name."""
        found = self._db.named_rows("SELECT * FROM users WHERE user_name = ? AND deleted = 0", (user_name,))
        return found[0] if found else None

    def authenticate(self, user_name: str, password: str) -> str | None:
        """The id of the user with this password."""
        return self._allowed(user_name, lambda known: secrets.compare_digest(known.encode(), password.encode()))

    def authenticate_digest(self, user_name: str, digest: str) -> str | None:
        """The id of the user whose password has this MD5 digest (lower-case hexadecimal)."""
        return self._allowed(user_name, lambda known: secrets.compare_digest(md5_of(known), digest.encode()))

    def _allowed(self, user_name: str, fits: Callable[[str], bool]) -> str | None:
        user = self.find(user_name)
        known = self._db.read_meta("passwords", {}).get(user_name)
        if user is None or known is None or user["status"] == "Inactive" or not fits(known):
            return None
        return str(user["id"])

    def set_password(self, user_name: str, password: str) -> None:
        """Give a user a password; passwords stay over a reset."""
        with self._db.transaction():
            self._db.write_meta("passwords", {**self._db.read_meta("passwords", {}), user_name: password})

    def access(self, user_id: str) -> Access:
        """What a user may do. Raises NoSuchRecord."""
        found = self._db.named_rows("SELECT * FROM users WHERE id = ? AND deleted = 0", (user_id,))
        if not found:
            raise NoSuchRecord(user_id)
        return access_of(found[0])

    def id_of(self, user_name: str) -> str:
        """The id of a seeded user. Raises NoSuchRecord."""
        found = self.find(user_name)
        if found is None:
            raise NoSuchRecord(user_name)
        return str(found["id"])
