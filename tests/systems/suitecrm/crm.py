"""A hand inside the sandbox's SuiteCRM, for what only its tests look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.model.plan import Action, Order, Step
from connector.model.records import RecordRef, Scalar
from connector.sandbox import Sandbox
from connector.systems.suitecrm import SuiteCrmSystem
from tests.contracts.subject import NUMBERS
from tests.contracts.suitecrm_subject import SuiteSubject


def order(action: Action, module: str, *, key: str = "", **rest: Any) -> Order:
    """An order on a module; *rest* are its ``ids``, ``before``, ``after`` and ``terms``."""
    ids = dict(rest.get("ids") or {})
    name = f"{action.value}-{next(NUMBERS)}"
    ref = RecordRef("source", "Lead", ids.get("lead", "s1"))
    step = Step(
        name,
        action,
        ref,
        module,
        module.lower(),
        ("test",),
        ids=ids,
        before=dict(rest.get("before") or {}),
        after=dict(rest.get("after") or {}),
        terms=dict(rest.get("terms") or {}),
        external_key=key,
    )
    return Order(step, ids)


def changing(record_id: str, module: str = "Leads", /, **after: Scalar) -> Order:
    """New values of a record."""
    return order(Action.UPDATE, module, ids={"record": record_id}, after=after)


def making(module: str, key: str, after: Mapping[str, Scalar], **ids: str) -> Order:
    """A new record."""
    return order(Action.CREATE, module, key=key, after=after, ids=ids)


def row(subject: SuiteSubject, module: str, record_id: str) -> dict[str, Any]:
    """One record as it stands, raw."""
    return next(found for found in subject.dump(module) if found["id"] == record_id)


def operations(subject: SuiteSubject) -> list[str]:
    """The calls that were made, by name."""
    return [str(call["operation"]) for call in subject.log()]


def addresses(subject: SuiteSubject, module: str, record_id: str) -> list[tuple[str, bool]]:
    """The addresses of a record, and which is primary."""
    found = row(subject, module, record_id)["email"]
    return [(str(each["email_address"]), each["primary_address"] in (1, "1", True)) for each in found]


def furnished(sandbox: Sandbox, made: type[SuiteSubject] = SuiteSubject, **settings: object) -> SuiteSubject:
    """A subject over an empty SuiteCRM with other switches."""
    sandbox.reset({"suitecrm": {"settings": settings}})
    return made(sandbox)


def limited(subject: SuiteSubject, access: str, name: str = "limited") -> SuiteCrmSystem:
    """A client of a user of this *name* whose rights are *access* (``list=owner``, ``edit=none``)."""
    login: Any = subject.sandbox.info["suitecrm"]
    user = {"user_name": name, "last_name": "Limited", "_access": access, "password": login["password"]}
    subject.load("Users", [user])
    return subject.client(username=name)
