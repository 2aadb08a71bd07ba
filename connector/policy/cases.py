"""Running the cases that stand beside the policy: given this lead, that must come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.model.decision import (
    Decision,
    DecisionInputs,
    Gate,
    Motion,
    OpportunityTerms,
    Reason,
    Ruling,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.model.match import Band, Linkage, Match, Resolution
from connector.model.records import Activity, Kind, Record, RecordRef, Scalar, from_iso
from connector.policy.grammar_cases import CaseGivenPart, CasePart, CaseSurvivorPart
from connector.policy.rules import Rulebook
from connector.policy.verdict import decide

_LEAD = RecordRef("case", "lead", "lead-1")
_OTHER = RecordRef("case", "lead", "lead-0")
_ACCOUNT = RecordRef("case", "account", "account-1")
_CONTACT = RecordRef("case", "contact", "contact-1")
_VERSIONS = Versions("", "", "")


@dataclass(frozen=True, slots=True)
class PolicyCaseResult:
    """One case: where it stands, and where the outcome differs from what it expects."""

    path: str
    line: int
    name: str
    passed: bool
    differences: tuple[str, ...]


def run_policy_cases(rulebook: Rulebook) -> list[PolicyCaseResult]:
    """Decide every case of the file and compare what it names."""
    results = []
    for case in rulebook.cases:
        decision = decide(rulebook, case_inputs(case.part), _VERSIONS)
        differences = _differences(case.part, decision)
        results.append(PolicyCaseResult(rulebook.path, case.line, case.part.name, not differences, differences))
    return results


def case_inputs(case: CasePart) -> DecisionInputs:
    """The inputs that a case describes."""
    given, as_of = case.given, from_iso(case.as_of)
    account = _record(Kind.ACCOUNT, _ACCOUNT, given.account)
    if account is None and given.linkage in ("contact", "account"):
        account = _record(Kind.ACCOUNT, _ACCOUNT, {"name": given.lead.get("company")})
    contact = _record(Kind.CONTACT, _CONTACT, given.contact or ({} if given.linkage == "contact" else None))
    return DecisionInputs(
        lead=Record(Kind.LEAD, _LEAD, dict(given.lead)),
        resolution=_resolution(given, account, contact),
        as_of=as_of,
        account=account,
        contact=contact,
        activities=tuple(
            Activity(part.kind, from_iso(part.at), str(index)) for index, part in enumerate(given.activities)
        ),
        worked=given.worked,
        owner=given.owner,
        ruling=_ruling(given, as_of),
        survivor=_survivor(given.survivor, as_of),
        gate=Gate(given.gate),
    )


def _record(kind: Kind, ref: RecordRef, values: Mapping[str, Scalar] | None) -> Record | None:
    return None if values is None else Record(kind, ref, dict(values))


def _resolution(given: CaseGivenPart, account: Record | None, contact: Record | None) -> Resolution:
    linkage = Linkage(given.linkage)
    linked = linkage in (Linkage.CONTACT, Linkage.ACCOUNT)
    return Resolution(
        _LEAD,
        linkage,
        contact=_match(contact) if contact is not None and linkage is Linkage.CONTACT else None,
        account=_match(account) if account is not None and linked else None,
        duplicate_of=Match(Kind.LEAD, _OTHER, 0.0, Band.LINK, ()) if linkage is Linkage.LEAD else None,
        weak_identity=tuple(given.weak_identity),
    )


def _match(record: Record) -> Match:
    return Match(record.kind, record.ref, 0.0, Band.LINK, ())


def _ruling(given: CaseGivenPart, as_of: datetime) -> Ruling | None:
    part = given.ruling
    return Ruling(Verdict(part.verdict), part.by, as_of, part.reason) if part else None


def _survivor(part: CaseSurvivorPart | None, as_of: datetime) -> Decision | None:
    if part is None:
        return None
    nothing = Score(0, "none")
    return Decision(
        lead=_OTHER,
        verdict=Verdict(part.verdict),
        stage=Stage.NEW,
        motion=Motion.HUNTER,
        scorecard=Scorecard(nothing, nothing, nothing, nothing),
        reasons=(Reason("given", "As the case says."),),
        rule="given",
        versions=_VERSIONS,
        decided_at=as_of,
        opportunity=OpportunityTerms("given") if part.opportunity else None,
        disqualification=part.disqualification,
    )


def _differences(case: CasePart, decision: Decision) -> tuple[str, ...]:
    got: dict[str, object] = {
        "verdict": decision.verdict.value,
        "row": decision.rule,
        "reason": decision.reasons[0].code,
        "stage": decision.stage.value,
        "motion": decision.motion.value,
        "fit": decision.scorecard.fit.level,
        "engagement": decision.scorecard.engagement.level,
        "disqualification": decision.disqualification,
        "runner_up": decision.runner_up,
        "type": decision.opportunity.values.get("type") if decision.opportunity else "",
        "owner": decision.owner.rule if decision.owner else "",
    }
    expected = case.expect.model_dump(exclude_none=True)
    wanted_opportunity = expected.pop("opportunity", None)
    found = [f"{name}: expected {value!r}, got {got[name]!r}" for name, value in expected.items() if got[name] != value]
    return tuple(found + _opportunity_differs(wanted_opportunity, decision.opportunity))


def _opportunity_differs(wanted: str | bool | None, terms: OpportunityTerms | None) -> list[str]:
    name = terms.name if terms else ""
    if wanted is None or wanted == name or (isinstance(wanted, bool) and wanted is bool(terms)):
        return []
    return [f"opportunity: expected {wanted!r}, got {name!r}"]
