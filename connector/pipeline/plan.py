"""Plan: from decisions to steps, lead by lead, with what the leads of one run share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from connector.matching import Likeness, Newcomer, NewCompanies
from connector.model.decision import Decision, Verdict
from connector.model.match import Linkage, Resolution
from connector.model.plan import Action, Plan, PlannedLead, Step, Take
from connector.model.progress import InboxRow, Problem, Woken
from connector.model.records import Kind, Record, RecordRef, Values, external_key
from connector.pipeline.earlier import EarlierPlans, Followed
from connector.pipeline.opportunities import OpenOpportunities, account_of, opportunity_of
from connector.pipeline.owning import Owners, owner_of
from connector.pipeline.resolve import CONVERTED_ROLE
from connector.pipeline.route import PushBack, Route
from connector.pipeline.side import Side, SideWording
from connector.pipeline.survival import settled_fields
from connector.pipeline.twins import Twins, twins_of
from connector.pipeline.words import origins_of
from connector.planning import HandBack, Leader, Situation, estimate_calls, give_back, plan_lead


@dataclass(frozen=True, slots=True)
class Draft:
    """A lead's part of a plan. *problems* keep it from being carried out; *doubts* are for a person to settle."""

    planned: PlannedLead
    problems: tuple[Problem, ...] = ()
    doubts: tuple[Problem, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether anything would be written."""
        return any(step.writes for step in self.planned.steps)


_NOBODY = Newcomer(Likeness.NEW)


@dataclass
class Planner:
    """Plans one run's leads in order.

    *leaders*: per CRM and new company (see `NewCompanies`), the lead whose conversion opens its account; the next
    ones join it. *founded*: what each of these leads opens. *originals*: per CRM and lead planned to convert, where
    its contact comes from; duplicates follow. *waiting_shares* and *waiting_leads*: companies and leads with a write
    of an earlier run still unknown. With *final* false (a dry run) nobody's turn to own a lead is used up.
    """

    route: Route
    final: bool = True
    leaders: dict[tuple[str, str], Leader] = field(default_factory=dict)
    founded: dict[RecordRef, list[tuple[str, str]]] = field(default_factory=dict)
    originals: dict[tuple[str, RecordRef], Leader] = field(default_factory=dict)
    waiting_shares: dict[str, RecordRef] = field(default_factory=dict)
    waiting_leads: set[RecordRef] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Learn which conversions of earlier runs are not settled: nobody may open their companies again."""
        self._companies = NewCompanies(self.route.rules.matching)
        self._owners = Owners(self.route, self.final)
        self._open = OpenOpportunities(self.route)
        self._earlier = EarlierPlans(self.route)
        self._leads: dict[RecordRef, Record] = {}
        for entry in self.route.store.journal.unsettled(self.route.target.name):
            self.waiting_leads.add(entry.step.lead)
            if entry.ids.get("lead"):  # of a lead landed by another route: what stands in the target waits too
                self.waiting_leads.add(self.route.target_side.ref(Kind.LEAD, entry.ids["lead"]))
            if entry.step.share:
                self.waiting_shares[entry.step.share] = entry.step.lead
                inputs = self.route.store.decisions.inputs(entry.route, entry.step.lead)
                if inputs is not None:
                    self._companies.add(inputs.lead, entry.step.share)

    def plan(self, lead: Record, row: InboxRow, decision: Decision, resolution: Resolution) -> Draft:
        """The steps for one lead, and what of it the CRMs' fields cannot hold. Others lean on it once it is kept."""
        situation, wording = self._situation(lead, row, decision, resolution)
        planned = plan_lead(situation)
        problems = tuple(dict.fromkeys(problem for words in wording for problem in words.problems))
        doubts = tuple(dict.fromkeys(doubt for words in wording for doubt in words.doubts))
        return Draft(planned, problems, doubts)

    def _why_no_records(self) -> str:
        doubtful = f"{self.route.source.name} has a record that may be the same company or person; none was made there"
        return doubtful if self.route.options.push_back is PushBack.RECORDS else ""

    def told(self, lead: Record, row: InboxRow, decision: Decision, ids: Mapping[str, str]) -> PlannedLead:
        """What the lead's own CRM is told of a conversion that somebody else did, into the target's records *ids*."""
        resolution = self.route.store.matches.latest(self.route.name, lead.ref) or Resolution(lead.ref, Linkage.NEW)
        situation, _ = self._situation(lead, row, decision, resolution)
        made = {role: ids[role] for role in ("account", "contact", "opportunity") if role in ids}
        return PlannedLead(lead.ref, decision.verdict, row.fingerprint, give_back(situation, made))

    def forget(self, lead: RecordRef) -> None:
        """The lead is about to be planned anew: what it was to open or become is not known any more."""
        self._companies.drop(lead)
        self._open.forget(lead)
        for place in self.founded.pop(lead, ()):
            del self.leaders[place]
            self._owners.forget(place[1])
        for side in (self.route.target, self.route.source):
            self.originals.pop((side.name, lead), None)

    def keep(self, planned: PlannedLead) -> None:
        """The lead is planned so: its company's and its person's other leads follow it."""
        self._open.keep(planned)
        for step in planned.steps:
            if step.action is Action.CONVERT:
                self._remember(step)
        self._leads.pop(planned.lead, None)  # a run may have a million

    def _situation(
        self, lead: Record, row: InboxRow, decision: Decision, resolution: Resolution
    ) -> tuple[Situation, list[SideWording]]:
        route, directory, side = self.route, self.route.store.directory, self.route.target_side
        newcomer = self._companies.of(lead) if decision.verdict is Verdict.CONVERT else _NOBODY
        self._leads[lead.ref], share = lead, newcomer.share
        account = directory.get(resolution.account.ref) if resolution.account else None
        contact = directory.get(resolution.contact.ref) if resolution.contact else None
        earlier = self._earlier.followed(lead, side) if decision.verdict.converts else None
        if earlier is not None and not earlier.with_opportunity:
            decision = replace(decision, opportunity=None)
        original = earlier.leader if earlier else self._original(decision, resolution)
        wording = side.wording
        leader = self.leaders.get((side.name, share)) if share else None
        situation = Situation(
            org=side.org,
            in_place=route.in_place,
            land_all=route.options.land_all,
            lead=lead,
            fingerprint=row.fingerprint,
            resuming=row.woken is Woken.RETRY,
            decision=decision,
            resolution=resolution,
            rules=route.rules.mappings.conversion,
            wording=wording,
            lead_id=lead.ref.id if route.in_place else landed_id(route, lead.ref),
            owner=self._owners.of(lead, decision, account, share),
            account=account,
            contact=contact,
            survivors=self._survivors(lead, account, contact),
            share=share,
            leader=leader,
            original=original,
            standing=self._standing(side, decision, original or leader, account),
            asking=side.wording,
            waiting_for=self._waiting(lead.ref, share, earlier)
            or self._orphan(decision, original)
            or ("" if earlier else _unsure(newcomer)),
            style=route.target.conversion_style,
            foreign=not route.in_place,
            first_stage=side.first_stage,
        )
        if route.in_place or route.options.push_back is PushBack.NONE:
            return situation, [wording]
        if not decision.verdict.converts:
            situation, back = self._judging_there(situation)
        else:
            situation, back = self._giving_back(situation, resolution)
        return situation, [wording, back]

    def _judging_there(self, situation: Situation) -> tuple[Situation, SideWording]:
        """The situation with the lead as it stands in its own CRM, where a verdict that lands nothing is written."""
        side = self.route.source_side
        wording, style = side.wording, side.system.conversion_style
        if self.route.options.land_all:  # it lands with what the verdict writes
            return situation, wording
        origin = replace(
            situation,
            org=_org_of_source(side),
            in_place=True,
            wording=wording,
            lead_id=situation.lead.ref.id,
            style=style,
            connection=side.name,
            foreign=False,
        )
        return replace(situation, origin=origin), wording

    def _giving_back(self, situation: Situation, resolution: Resolution) -> tuple[Situation, SideWording]:
        """The situation with what the CRM that the lead came from gets: the same records, or a note of them."""
        route, side, lead = self.route, self.route.source_side, situation.lead
        wording = side.wording
        twins = twins_of(route, lead, resolution) if route.options.push_back is PushBack.RECORDS else None
        values = route.rules.mappings.conversion.push_back
        style = side.system.conversion_style
        org = _org_of_source(side)
        back = HandBack(route.target.name, org, wording, values, style.write_calls, closes=not style.makes)
        if twins is None:
            return replace(situation, hand_back=replace(back, why=self._why_no_records())), wording
        earlier = self._earlier.followed(lead, side)
        original = earlier.leader if earlier else self._original_there(situation.decision)
        share, leader = self._opened_together(situation, twins)
        origin = replace(
            situation,
            org=org,
            in_place=True,
            wording=wording,
            lead_id=lead.ref.id,
            owner=owner_of(twins.account),
            account=twins.account,
            contact=twins.contact,
            survivors=self._survivors(lead, twins.account, twins.contact),
            share=share,
            leader=leader,
            original=original,
            standing=self._standing(side, situation.decision, original or leader, twins.account),
            asking=side.wording,
            style=style,
            connection=side.name,
            foreign=False,
            first_stage=side.first_stage,
        )
        waiting = situation.waiting_for or self._waiting(lead.ref, "", earlier)
        return replace(situation, origin=origin, hand_back=back, waiting_for=waiting), wording

    def _opened_together(self, situation: Situation, twins: Twins) -> tuple[str, Leader | None]:
        """The account that leads of one company open together in their own CRM, and the lead that opens it.

        Where the company is known in the target, they share that account alone: each has an opportunity of its own.
        """
        known = str(situation.account.ref) if situation.account is not None and twins.account is None else ""
        share = situation.share or known
        leader = self.leaders.get((self.route.source_side.name, share)) if share else None
        if leader is not None and not situation.share:
            leader = Leader({"account": leader.roles["account"]})
        return share, leader

    def _standing(self, side: Side, decision: Decision, leader: Leader | None, account: Record | None) -> str | Take:
        """The open opportunity that the lead joins on the account it goes to."""
        known = account.ref.id if account is not None else None
        return self._open.standing(side, leader.roles.get("account") if leader else known, decision.opportunity)

    def _survivors(self, lead: Record, account: Record | None, contact: Record | None) -> dict[Kind, Values]:
        rules = self.route.rules.mappings.conversion
        existing = {Kind.ACCOUNT: account, Kind.CONTACT: contact}
        fields = settled_fields(self.route.store, rules, lead, existing)
        return {kind: {one.field: one.kept for one in kept if one.lead_wins} for kind, kept in fields.items()}

    def _original(self, decision: Decision, resolution: Resolution) -> Leader | None:
        if resolution.linkage is not Linkage.LEAD or decision.duplicate_of is None:
            return None
        here = (decision.duplicate_of, *origins_of(self.route.store, decision.duplicate_of))
        planned = (self.originals.get((self.route.target.name, one)) for one in here)
        return next((leader for leader in planned if leader is not None), None)

    def _original_there(self, decision: Decision) -> Leader | None:
        """Where the survivor's contact comes from in the CRM that both leads came from."""
        route, survivor = self.route, decision.duplicate_of
        if survivor is None:
            return None
        here = [survivor, *origins_of(route.store, survivor)]
        planned = (self.originals.get((route.source.name, one)) for one in here)
        return next((leader for leader in planned if leader is not None), None) or _made_there(route, here)

    def _waiting(self, lead: RecordRef, share: str, earlier: Followed | None) -> str:
        if lead in self.waiting_leads:
            return "waits until it is known what became of an earlier write"
        if earlier is not None and earlier.waiting_for is not None:
            return f"waits for {earlier.waiting_for}, whose conversion it was planned to follow"
        if share and share in self.waiting_shares:
            return f"waits for {self.waiting_shares[share]}, which opens the same company's account"
        return ""

    def _orphan(self, decision: Decision, original: Leader | None) -> str:
        """A duplicate never converts by itself: that would make a second contact.

        Nor does it wait for a survivor that another route has converted elsewhere and that stays open here.
        """
        survivor = decision.duplicate_of
        if not decision.verdict.converts or survivor is None or original is not None:
            return ""
        known = () if self.route.in_place else self.route.store.crosswalk.by_key(survivor.key)
        elsewhere = any(entry.role == CONVERTED_ROLE for entry in known)
        return "" if elsewhere else f"waits for {survivor}, which it duplicates"

    def _remember(self, convert: Step) -> None:
        account = account_of(convert)
        roles: dict[str, str | Take] = {"account": account}
        if convert.terms.get("opportunity") != "none":
            roles["opportunity"] = convert.ids.get("opportunity") or opportunity_of(convert)
        connection = convert.connection or self.route.target.name
        if convert.share:
            self._opens(connection, convert, Leader(roles))
        contact = convert.ids.get("contact") or Take(convert.key, "contact")
        self.originals[connection, convert.lead] = Leader({"account": account, "contact": contact})

    def _opens(self, connection: str, convert: Step, leader: Leader) -> None:
        """The lead opens its company's account, or joins the lead that does; either tells how the name is written."""
        place = (connection, convert.share)
        if place not in self.leaders:
            self.leaders[place] = leader
            self.founded.setdefault(convert.lead, []).append(place)
            self._owners.opens(convert.share, convert.lead)
        lead = self._leads.get(convert.lead)
        if lead is not None and connection == self.route.target.name:
            self._companies.add(lead, convert.share)


def _org_of_source(side: Side) -> str:
    """A step in the lead's own CRM is never one of the target's, whatever ids the CRMs tell."""
    return f"{side.name}/{side.org}"


def _unsure(newcomer: Newcomer) -> str:
    """Two leads that may be of one new company never open two accounts: the later one is asked about the first's."""
    if newcomer.likeness is not Likeness.UNSURE:
        return ""
    return f"waits for {newcomer.like}, which opens an account for what may be the same company"


def landed_id(route: Route, lead: RecordRef) -> str:
    """The id under which a lead from elsewhere stands in the target, empty when it does not."""
    entries = route.store.crosswalk.by_key(lead.key)
    return next((e.ref.id for e in entries if e.role == "lead" and e.ref.connection == route.target.name), "")


def _made_there(route: Route, leads: Sequence[RecordRef]) -> Leader | None:
    """The account and contact that an earlier run made for one of *leads* in the CRM that they came from."""
    for lead in leads:
        ids: dict[str, str | Take] = {}
        for kind in (Kind.ACCOUNT, Kind.CONTACT):
            for entry in route.store.crosswalk.by_key(external_key(lead.connection, lead.id, kind)):
                known = route.store.directory.get(entry.ref) if entry.ref.connection == route.source.name else None
                ids |= {kind.value: known.ref.id} if known is not None else {}
        if "account" in ids:
            return Leader(ids)
    return None


def make_plan(route: Route, run_id: str, leads: list[PlannedLead]) -> Plan:
    """Planned leads as one plan of this route, made for the org that answers now."""
    steps = tuple(step for lead in leads for step in lead.steps)
    return Plan(
        id=f"plan-{run_id}-{route.name}",  # routes of one run plan for orgs of their own
        route=route.name,
        org=route.org,
        created_at=route.clock.now(),
        versions=route.versions,
        leads=tuple(leads),
        calls=estimate_calls(steps),
    )
