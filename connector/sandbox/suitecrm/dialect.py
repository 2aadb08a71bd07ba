"""The SuiteCRM dialect: legacy v4_1 and V8 in front of one embedded instance, as in life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from connector.sandbox.dialect import DialectSetup, DoorRefused
from connector.sandbox.exchange import Call, Kind, Reply, Request, Trace
from connector.sandbox.faults import Fault
from connector.sandbox.info import kept_credentials, random_text
from connector.sandbox.sugar import doors
from connector.sandbox.sugar.flavour import SUITECRM
from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.people import API_USER
from connector.sandbox.sugar.words import new_id
from connector.sandbox.suitecrm.v4_1 import V41
from connector.sandbox.suitecrm.v8 import V8
from connector.sandbox.world import WorldError

_UNKNOWN = Call("unknown", Kind.READ)


def _draw_credentials() -> dict[str, str]:
    return {
        "username": API_USER,
        "password": random_text(20),
        "client_id": new_id(),
        "client_secret": random_text(32),
        "service_client_id": new_id(),
        "service_client_secret": random_text(32),
    }


class SuiteCrmDialect:
    """One SuiteCRM 7.14.6 on the sandbox's port. The administrator has the API user's password."""

    name = "suitecrm"

    def __init__(self, setup: DialectSetup) -> None:
        self._credentials = kept_credentials(setup.state, self.name, _draw_credentials)
        self.instance = SugarInstance(doors.file_of(setup.state, self.name), setup.clock, SUITECRM)
        for user_name in (API_USER, "admin"):
            self.instance.set_password(user_name, self._credentials["password"])
        self._v4_1 = V41(self.instance, setup.clock)
        self._v8 = V8(self.instance, setup.clock, self._credentials)
        self.operations = self._v4_1.operations | self._v8.operations | {"unknown"}

    def owns(self, raw_path: str) -> bool:
        """`/service/v4_1/…` and `/Api/…`, in SuiteCRM 8 both under `/legacy`."""
        return raw_path.removeprefix("/legacy").startswith(("/service/", "/Api/"))

    def classify(self, request: Request) -> Call:
        """Name the call, without carrying it out."""
        if self._v4_1.owns(request.raw_path):
            return self._v4_1.classify(request)
        return self._v8.classify(request) or _UNKNOWN

    def answer(self, request: Request, trace: Trace) -> Reply:
        """Carry the call out."""
        if self._v4_1.owns(request.raw_path):
            return self._v4_1.answer(request, trace)
        if self._v8.classify(request) is None:
            return Reply(404, b"<html><body><h1>Not Found</h1></body></html>", {"Content-Type": "text/html"})
        return self._v8.answer(request, trace)

    def fault_reply(self, request: Request, status: int) -> Reply:
        """A refusal in the words of the protocol that was spoken."""
        half = self._v4_1 if self._v4_1.owns(request.raw_path) else self._v8
        return half.fault_reply(request, status)

    def omit_rows(self, reply: Reply, rows: Sequence[int]) -> Reply:
        """The answer without these result rows, whichever protocol it is in."""
        return self._v8.omit_rows(self._v4_1.omit_rows(reply, rows), rows)

    def expire_session(self, request: Request) -> None:
        """End the session or token that this request carries."""
        half = self._v4_1 if self._v4_1.owns(request.raw_path) else self._v8
        half.expire_session(request)

    def open_door(self, fault: Fault) -> None:
        """Edit, merge, delete or convert records behind the clients' back."""
        doors.open_door(self.instance, fault)

    def hide(self, fault: Fault, written: Sequence[tuple[str, str]], until: datetime) -> None:
        """Keep records unseen until then."""
        doors.hide(self.instance, fault, written, until)

    def change_schema(self, fault: Fault) -> None:
        """Add, drop or alter fields."""
        doors.change_schema(self.instance, fault)

    def set_quota(self, fault: Fault) -> None:
        """SuiteCRM counts no calls. Raises DoorRefused."""
        raise DoorRefused("suitecrm has no quota of calls")

    def clock_set(self, by: timedelta) -> None:
        """Being set to another moment ages no session."""
        self._v4_1.clock_set(by)
        self._v8.clock_set(by)

    def credentials(self) -> Mapping[str, str]:
        """Logins as `info` shows them: a user, a client for the password grant, one for client credentials."""
        return dict(self._credentials)

    def load(self, records: Mapping[str, object]) -> Mapping[str, object]:
        """Insert records as given. Raises DoorRefused."""
        return doors.load(self.instance, records)

    def dump(self, object_name: str) -> list[dict[str, object]]:
        """Every record of a module. Raises DoorRefused."""
        return doors.dump(self.instance, object_name)

    def reset(self, world: Mapping[str, object]) -> None:
        """Clear and seed. Raises WorldError."""
        try:
            self.instance.reset(world)
        except doors.NOT_A_RECORD as error:
            raise WorldError(f"suitecrm: {type(error).__name__}: {error}") from error
        self._v4_1.reset()
        self._v8.reset(self.instance.settings)

    def close(self) -> None:
        """Close the database."""
        self.instance.close()
