"""What an opportunity still lacks after it was made: its person, and its revenue line item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from connector.model.plan import Order
from connector.systems.sugar_currency import SYSTEM_CURRENCY
from connector.systems.sugarcrm.describing import LINE_ITEMS, OPPORTUNITIES, ROLLED_UP, Describer
from connector.systems.sugarcrm.faults import Fault
from connector.systems.sugarcrm.reading import page_of
from connector.systems.sugarcrm.rights import LINE_ITEM_FIX, denied_line_items, rights_of
from connector.systems.sugarcrm.rows import outgoing
from connector.systems.sugarcrm.session import Part, SugarSession

ROLE = "Primary Decision Maker"
BARRED = "line-items-denied"


@dataclass(frozen=True, slots=True)
class Opened:
    """An opportunity that an order made or joined. *fresh*: made by a call just now, so nothing hangs on it yet."""

    order: Order
    id: str
    fresh: bool = False
    values: Mapping[str, Any] | None = None


class Finisher:
    """Finds, and words, the calls that an opportunity still needs. Each of them may be repeated."""

    def __init__(self, session: SugarSession, describer: Describer) -> None:
        """Ask nothing yet."""
        self._session = session
        self._describer = describer
        self._barred: str | None = None

    def barred(self, values: Mapping[str, Any]) -> str:
        """Why a new opportunity with *values* could never be finished here; empty when it can. Asked once.

        Known beforehand, nothing is made or converted that would then stand without its amount.
        """
        if not values or not self._describer.rolls_up():
            return ""
        if self._barred is None:
            lacking = denied_line_items(rights_of(self._session), self._describer)
            what = f"the API user may not {', '.join(lacking)} in {LINE_ITEMS}, which opportunities sum up here"
            self._barred = f"{what}: {LINE_ITEM_FIX}" if lacking else ""
        return self._barred

    def lacking(self, opened: Sequence[Opened]) -> list[list[Part] | Fault]:
        """The calls that each opportunity still needs, found by reading what hangs on those that are not fresh.

        The refusal, for one of which our user may not see what hangs on it.
        """
        rolls_up = any(each.values for each in opened) and self._describer.rolls_up()
        questions = [(index, what) for index, each in enumerate(opened) for what in _wanted(each, rolls_up)]
        asked = [(index, what) for index, what in questions if not opened[index].fresh]
        replies = dict(zip(asked, self._session.looks([_linked(opened[i].id, what) for i, what in asked]), strict=True))
        needs: list[list[Part] | Fault] = [[] for _ in opened]
        for index, what in questions:
            reply, mine = replies.get((index, what)), needs[index]
            if isinstance(mine, Fault):
                continue
            if reply is not None and reply.fault is not None:
                needs[index] = _named(reply.fault, what)
                continue
            there = {str(row["id"]) for row in page_of(reply.body)[0]} if reply is not None else set()
            part = self._part(opened[index], what, there)
            mine += [part] if part is not None else []
        return needs

    def _part(self, opened: Opened, what: str, there: set[str]) -> Part | None:
        if what == "contacts":
            contact = opened.order.ids["contact"]
            body = {"link_name": what, "ids": [{"id": contact, "contact_role": ROLE}]}
            return None if contact in there else Part("POST", f"{OPPORTUNITIES}/{opened.id}/link", body)
        return None if there else Part("POST", LINE_ITEMS, self._line_item(opened))

    def _line_item(self, opened: Opened) -> dict[str, Any]:
        """One item with what the opportunity was to have; the opportunity then sums it up."""
        shapes = self._describer.fields(OPPORTUNITIES)
        values = outgoing(opened.values or {}, shapes)
        renamed = {"amount": "likely_case"}
        kept = ("name", *ROLLED_UP, "probability", "assigned_user_id", "lead_source", "account_id")
        item = {renamed.get(name, name): values[name] for name in kept if values.get(name) not in (None, "")}
        account = opened.order.ids.get("account")
        belongs = {"opportunity_id": opened.id, **({"account_id": account} if account else {})}
        return {"currency_id": SYSTEM_CURRENCY, **item, **belongs}


def _named(fault: Fault, link: str) -> Fault:
    """The refusal with the relation that was asked for, which the CRM's words need not name."""
    words = f"SugarCRM refuses Opportunities (link {link}): {fault.message or fault.label}"
    return replace(fault, message=words)


def _wanted(opened: Opened, rolls_up: bool) -> list[str]:
    wanted = ["contacts"] if opened.order.ids.get("contact") else []
    return [*wanted, "revenuelineitems"] if rolls_up and opened.values else wanted


def _linked(opportunity: str, link: str) -> Part:
    # A joined opportunity may have many people; a thousand is the most that the server gives at once.
    return Part("GET", f"{OPPORTUNITIES}/{quote(opportunity, safe='')}/link/{link}?fields=id&max_num=1000")
