"""What one cycle of one route did, counted as the command line publishes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connector.errors import Finding
from connector.model.assurance import GateRecord, gate_facts
from connector.model.decision import Gate, Verdict
from connector.model.match import Frozen, Linkage, Resolution
from connector.model.plan import Breach, Ceiling, Outcome, Plan, PlannedLead
from connector.model.progress import Bucket
from connector.model.records import RecordRef
from connector.pipeline.resolve import TakenUp


@dataclass
class RouteResult:
    """What one cycle of one route did; `as_json` is its published form."""

    route: str
    pulled: int = 0
    dead_letters: int = 0
    linkage: Counter[Linkage] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    redecided: Counter[Verdict] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    steps: Counter[Outcome] = field(default_factory=Counter)
    waiting: set[RecordRef] = field(default_factory=set)
    stale: dict[RecordRef, str] = field(default_factory=dict)
    frozen: dict[RecordRef, str] = field(default_factory=dict)
    parked: int = 0
    api_calls: int = 0
    completeness: tuple[Bucket, ...] = ()
    findings: tuple[Finding, ...] = ()
    statements: tuple[str, ...] = ()
    plan: Plan | None = None
    gates: tuple[GateRecord, ...] = ()
    alerts: tuple[str, ...] = ()
    held: Counter[Ceiling] = field(default_factory=Counter)
    refused: list[Breach] = field(default_factory=list)
    broken: list[Breach] = field(default_factory=list)
    read_back: int = 0
    left_out: int = 0
    _counted: dict[RecordRef, tuple[Linkage, Verdict]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the inbox holds at least what the CRM counted, in every window asked about."""
        return all(bucket.found >= bucket.expected for bucket in self.completeness)

    def count(self, taken: TakenUp, resolution: Resolution, verdict: Verdict, before: Verdict | None) -> None:
        """Count a lead once; when the run itself changes its mind, the last word counts.

        *before* is the verdict that stood; a lead looked at again is `changed` when it is another one now.
        """
        lead = taken.row.raw.ref
        if taken.counts:
            self.pulled += 1
        elif lead not in self._counted:
            self.redecided[verdict] += 1
            if before is not None and before is not verdict:
                self.changed[f"{before.value} -> {verdict.value}"] += 1
            return
        if lead in self._counted:
            linkage, counted = self._counted[lead]
            self.linkage[linkage] -= 1
            self.verdicts[counted] -= 1
        self.linkage[resolution.linkage] += 1
        self.verdicts[verdict] += 1
        if resolution.refs():  # only a lead that leans on another record can be woken again in this run
            self._counted[lead] = (resolution.linkage, verdict)

    def take_frozen(self, marks: Mapping[RecordRef, Frozen]) -> None:
        """Leads of which a person has spoken since they were planned, and of which nothing was written for that."""
        self.frozen.update({lead: mark.why for lead, mark in marks.items()})

    def take_held(self, leads: Iterable[PlannedLead]) -> None:
        """Count the leads that stand above a ceiling."""
        self.held.update(lead.held for lead in leads if lead.held is not None)

    def as_json(self) -> dict[str, object]:
        """The published form of a route's result."""
        return {
            "route": self.route,
            "pulled": self.pulled,
            "dead_letters": self.dead_letters,
            "linkage": {linkage.value: self.linkage[linkage] for linkage in Linkage},
            "verdicts": {verdict.value: self.verdicts[verdict] for verdict in Verdict},
            "redecided": {verdict.value: self.redecided[verdict] for verdict in Verdict},
            "changed": dict(sorted(self.changed.items())),
            "steps": {outcome.value: self.steps[outcome] for outcome in Outcome},
            "parked": self.parked,
            "waiting": sorted(str(lead) for lead in self.waiting),
            "findings": [str(finding) for finding in self.findings],
            "statements": list(self.statements),
            "stale": {str(lead): why for lead, why in sorted(self.stale.items())},
            "frozen": {str(lead): why for lead, why in sorted(self.frozen.items())},
            "held_back": [
                {"policy": one.policy, "ceiling": one.name, "most": one.most, "leads": self.held[one]}
                for one in sorted(self.held)
            ],
            "invariants": {
                "refused": [breach.as_json() for breach in self.refused],
                "broken": [breach.as_json() for breach in self.broken],
                "read_back": self.read_back,
                "left_out": self.left_out,
            },
            "gates": [gate_facts(gate) for gate in self.gates if gate.state is not Gate.OPEN],
            "alerts": list(self.alerts),
            "api_calls": self.api_calls,
            "completeness": {
                "complete": self.complete,
                "expected": sum(bucket.expected for bucket in self.completeness),
                "found": sum(bucket.found for bucket in self.completeness),
                "windows": len(self.completeness),
            },
        }
