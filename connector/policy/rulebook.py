"""Reading `policy.yaml`: every problem found at once, then compiled into a `Rulebook`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.errors import Finding, InputError
from connector.model.decision import Stage, Verdict
from connector.model.document import Document, Loc, parse, validate
from connector.model.records import digest_of
from connector.policy import conditions
from connector.policy.bant import Bant
from connector.policy.checks import check
from connector.policy.conditions import ALWAYS, Condition, Scope
from connector.policy.engagement import Engagement
from connector.policy.facts import Known, reader
from connector.policy.fit import Fit, FitGroup, FitRule, Levels
from connector.policy.grammar import CONDITION_MARK, FitGroupPart, IntentPart, NamedAccountPart, PolicyPart
from connector.policy.intent import ActionRule, Intent
from connector.policy.operators import TIMED, folded
from connector.policy.rules import (
    Disqualifier,
    Invariant,
    NamedAccounts,
    OpportunityRule,
    PolicyCase,
    Row,
    Rulebook,
    Sla,
    StageRule,
    TimedTest,
)
from connector.values import company as company_values
from connector.values import email as email_values


def load_policy(text: str, path: str) -> Rulebook:
    """Read a policy; raises InputError with every problem of the file."""
    rulebook, findings = _read(text, path)
    if rulebook is None or findings:
        raise InputError(findings, next_command="connector mapping lint")
    return rulebook


def check_policy(text: str, path: str) -> list[Finding]:
    """Every problem of a policy, in file order; never raises."""
    return sorted(_read(text, path)[1])


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of `policy.yaml`, for editors."""
    schema: dict[str, Any] = _with_conditions(PolicyPart.model_json_schema())
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$defs"]["Condition"] = conditions.schema()
    return schema


def _with_conditions(schema: Any) -> Any:
    """Put the reference to the schema of conditions wherever the grammar marks one."""
    if isinstance(schema, list):
        return [_with_conditions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("description") == CONDITION_MARK:
        return {"$ref": "#/$defs/Condition"}
    return {key: _with_conditions(value) for key, value in schema.items()}


def _read(text: str, path: str) -> tuple[Rulebook | None, list[Finding]]:
    document = parse(text, path)
    policy = validate(document, PolicyPart, "policy")
    if policy is None:
        return None, document.findings
    check(policy, document)
    rulebook = _Compiler(policy, document).rulebook()
    return (None if document.findings else rulebook), document.findings


class _Compiler:
    """Turns the parts of one file into their compiled forms, noting conditions that make no sense."""

    def __init__(self, policy: PolicyPart, document: Document) -> None:
        self.policy = policy
        self.document = document
        self.words = vocabulary(policy)
        self.seen: list[Condition] = []

    def rulebook(self) -> Rulebook:
        """Compile everything. Conditions with problems count as always true; the caller refuses them."""
        policy = self.policy
        scores = self._fit(), _engagement(policy), _intent(policy.intent)
        stages, disqualifiers, rows = self._stages(), self._disqualifiers(), self._rows()
        invariants = self._invariants()
        return Rulebook(
            version=digest_of(policy.model_dump(mode="json", exclude={"cases"})),
            path=self.document.path,
            fit=scores[0],
            engagement=scores[1],
            intent=scores[2],
            bant=Bant(policy.bant.yes_needed, policy.bant.no_allowed),
            named=_named(policy.motions.named_accounts),
            stages=stages,
            disqualifiers=disqualifiers,
            rows=rows,
            opportunity=_opportunity(policy),
            slas=_slas(policy),
            invariants=invariants,
            even_if_worked=policy.people.even_if_worked,
            untouched_statuses=frozenset(map(folded, policy.people.untouched_statuses)),
            timed=_timed(self.seen),
            cases=tuple(
                PolicyCase(self.document.place(("cases", index))[0], part) for index, part in enumerate(policy.cases)
            ),
        )

    def _condition(self, data: Any, loc: Loc, known: Known) -> tuple[Condition, conditions.Predicate]:
        scope = Scope(self.document, self.policy.lists, known, self.words)
        condition = ALWAYS if data is None else conditions.parse(data, loc, scope)
        self.seen.append(condition)
        if self.document.findings:
            return condition, lambda _: True
        return condition, conditions.compiled(condition, self.policy.lists)

    def _fit(self) -> Fit:
        part = self.policy.fit
        groups = tuple(
            self._fit_group(name, group) for name, group in (("company", part.company), ("person", part.person))
        )
        return Fit(groups, Levels.of(part.levels))

    def _fit_group(self, name: str, group: FitGroupPart) -> FitGroup:
        rules = []
        for index, rule in enumerate(group.rules):
            loc = ("fit", name, "rules", index, "when")
            condition, holds = self._condition(rule.when, loc, Known.FROM_START)
            rules.append(FitRule(rule.name, rule.says, rule.points, condition, holds))
        return FitGroup(group.cap, tuple(rules))

    def _stages(self) -> tuple[StageRule, ...]:
        order = list(Stage)
        found = []
        for index, part in enumerate(self.policy.stages):
            condition, holds = self._condition(part.when, ("stages", index, "when"), Known.AFTER_SCORES)
            found.append(StageRule(Stage(part.stage), part.says, condition, holds))
        return tuple(sorted(found, key=lambda rule: order.index(rule.stage), reverse=True))

    def _disqualifiers(self) -> tuple[Disqualifier, ...]:
        found = []
        for index, part in enumerate(self.policy.disqualify):
            if part.when is None:
                found.append(Disqualifier(part.reason, part.says, None, None))
                continue
            condition, holds = self._condition(part.when, ("disqualify", index, "when"), Known.AFTER_STAGE)
            found.append(Disqualifier(part.reason, part.says, condition, holds))
        return tuple(found)

    def _rows(self) -> tuple[Row, ...]:
        found = []
        for index, part in enumerate(self.policy.decide):
            condition, holds = self._condition(part.when, ("decide", index, "when"), Known.AFTER_REASONS)
            verdict = None if part.verdict == "as-survivor" else Verdict(part.verdict)
            reason = part.reason or part.name
            found.append(Row(part.name, part.says, condition, holds, verdict, reason, part.disqualification or ""))
        return tuple(found)

    def _invariants(self) -> tuple[Invariant, ...]:
        found = []
        for index, part in enumerate(self.policy.invariants):
            condition, holds = self._condition(part.when, ("invariants", index, "when"), Known.AFTER_REASONS)
            never = frozenset(Verdict(word) for word in part.never)
            found.append(Invariant(part.name, part.says, condition, holds, never))
        return tuple(found)


def vocabulary(policy: PolicyPart) -> Mapping[str, frozenset[str]]:
    """The words that facts with a fixed set of answers can have under this policy."""
    return {
        "fit": frozenset(policy.fit.levels),
        "engagement": frozenset(policy.engagement.levels),
        "action": frozenset(policy.intent.actions),
        "linkage": frozenset({"contact", "account", "lead", "possible", "new"}),
        "email_kind": frozenset({"corporate", "role", "free", "disposable", "junk", "none"}),
        "stage": frozenset(stage.value for stage in Stage),
        "motion": frozenset({"hunter", "farmer"}),
        "disqualified": frozenset(entry.reason for entry in policy.disqualify),
    }


def _engagement(policy: PolicyPart) -> Engagement:
    part = policy.engagement
    return Engagement(
        dict(part.activities),
        part.other_activity,
        part.last_activity,
        part.half_life_days,
        part.cap,
        Levels.of(part.levels),
    )


def _intent(part: IntentPart) -> Intent:
    return Intent({name: ActionRule.of(name, action) for name, action in part.actions.items()})


def _named(parts: Iterable[NamedAccountPart]) -> NamedAccounts:
    domains, names = {}, {}
    for part in parts:
        names[company_values.core(part.name)] = part.name
        domains.update({email_values.registrable(domain): part.name for domain in part.domains})
    return NamedAccounts(domains, names)


def _opportunity(policy: PolicyPart) -> OpportunityRule:
    part = policy.opportunity
    labels = {name: action.label for name, action in policy.intent.actions.items()}
    return OpportunityRule(part.name, part.max_length, labels, part.without_action, dict(part.values))


def _slas(policy: PolicyPart) -> tuple[Sla, ...]:
    return tuple(
        Sla(
            part.name,
            part.says,
            Verdict(part.verdict),
            Stage(part.stage) if part.stage else None,
            tuple(reader(name) for name in part.counted_from),
            part.hours,
        )
        for part in policy.slas
    )


def _timed(seen: Iterable[Condition]) -> tuple[TimedTest, ...]:
    pairs = {
        (test.field, test.value) for condition in seen for test in conditions.tests(condition) if test.operator in TIMED
    }
    return tuple(TimedTest(reader(name), days) for name, days in sorted(pairs))
