"""Owning: who is to own what a lead becomes."""

from __future__ import annotations

from connector.model.decision import Decision, OwnerChoice, Verdict
from connector.model.records import Record, RecordRef, digest_of
from connector.pipeline.route import Route


class Owners:
    """Chooses owners for one run's leads; with *final* false (a dry run) no turn is used up."""

    def __init__(self, route: Route, final: bool) -> None:
        """Nobody is chosen yet."""
        self._route = route
        self._final = final
        self._owns: dict[RecordRef, str] = {}
        self._shared: dict[str, str] = {}
        self._foreseen: dict[tuple[str, RecordRef], int] = {}

    def of(self, lead: Record, decision: Decision, account: Record | None, share: str) -> str:
        """The owner by the CRM's id; empty leaves it with the lead's own.

        A known account's owner keeps what comes to it. Leads that open one account together follow the first of
        them, whoever that one's owner comes from. Then comes whom the policy names, in turn where it names several;
        a queue's lead goes to the route's.
        """
        owner = self._of(lead, decision, account, share)
        self._owns[lead.ref] = owner or self._own(lead)
        return owner

    def _of(self, lead: Record, decision: Decision, account: Record | None, share: str) -> str:
        if decision.verdict is Verdict.ATTACH and owner_of(account):
            return owner_of(account)
        if share in self._shared:
            shared = self._shared[share]
            return "" if shared == self._own(lead) and decision.owner is None else shared
        if decision.owner is not None:
            return self.take_turn(decision.policy, decision.owner, lead.ref)
        return self._route.options.owner if lead.text("owner_kind") == "queue" else ""

    def _own(self, lead: Record) -> str:
        """The lead's own owner, where that is a person of the CRM that it is converted in."""
        return owner_of(lead) if self._route.in_place else ""

    def opens(self, share: str, lead: RecordRef) -> None:
        """The lead opens the account *share*: whoever owns that one owns what the others become, too."""
        if self._owns.get(lead):
            self._shared.setdefault(share, self._owns[lead])

    def forget(self, share: str) -> None:
        """Nobody opens that account any more."""
        self._shared.pop(share, None)

    def take_turn(self, policy: str, choice: OwnerChoice, lead: RecordRef) -> str:
        """The one of *choice* whose turn it is; a lead keeps the turn that it was given."""
        if len(choice.candidates) == 1:
            return choice.candidates[0]
        pool = f"{policy}/{choice.rule}/{digest_of(list(choice.candidates))[:12]}"
        turn = self._route.store.turns.take(pool, lead) if self._final else self._foreseeing(pool, lead)
        return choice.candidates[turn % len(choice.candidates)]

    def _foreseeing(self, pool: str, lead: RecordRef) -> int:
        """The turn that a run would give: the lead's own, or the one after those foreseen so far."""
        turns = self._route.store.turns
        held = turns.held(pool, lead)
        if held is not None:
            return held
        ahead = sum(1 for other, _ in self._foreseen if other == pool)
        return self._foreseen.setdefault((pool, lead), turns.next(pool) + ahead)


def owner_of(record: Record | None) -> str:
    """The person who owns a known account or a lead, empty where that is nobody or a queue."""
    return record.text("owner_id") if record is not None and record.text("owner_kind") != "queue" else ""
