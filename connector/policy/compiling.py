"""From the parts of one policy file to their compiled forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from math import ceil, floor
from pathlib import PurePath
from typing import Any

from connector.model.decision import Assurance, Stage, Verdict
from connector.model.document import Document, Loc
from connector.model.records import digest_of
from connector.policy import conditions
from connector.policy.bant import ANSWERS, AnswerRule, Bant
from connector.policy.conditions import ALWAYS, Condition, Predicate, Scope
from connector.policy.deciding import deciding_digest
from connector.policy.engagement import Engagement, OptOuts, Worth
from connector.policy.facts import Known, reader
from connector.policy.fit import Fit, FitGroup, FitRule, Levels
from connector.policy.grammar import (
    ActivityPart,
    ErrorBudgetPart,
    FitGroupPart,
    IntentPart,
    NamedAccountPart,
    PolicyPart,
    SlaPart,
    TermsPart,
)
from connector.policy.intent import ActionRule, Intent
from connector.policy.operators import TIMED, folded
from connector.policy.places import lines_of
from connector.policy.rules import (
    Assured,
    Business,
    Disqualifier,
    ErrorBudget,
    Invariant,
    Limits,
    NamedAccounts,
    OpportunityRule,
    OwnerRule,
    PolicyCase,
    Row,
    Rulebook,
    Sla,
    StageRule,
    TimedTest,
)
from connector.values import company as company_values
from connector.values import email as email_values

_SHARE = re.compile(r"sampled\(([0-9.]+) ?%\)")


class Compiler:
    """Turns the parts of one file into their compiled forms, noting conditions that make no sense."""

    def __init__(self, policy: PolicyPart, document: Document) -> None:
        """Compile *policy*, which was read from *document*."""
        self.policy = policy
        self.document = document
        self.words = vocabulary(policy)
        self.placed: list[tuple[Loc, Condition]] = []
        self.broken: set[Loc] = set()

    def rulebook(self) -> Rulebook:
        """Compile everything. Conditions with problems count as always true; the caller refuses them."""
        policy = self.policy
        applies = self._maybe(policy.applies.when if policy.applies else None, ("applies", "when"), Known.FROM_START)
        fit, engagement, bant, owners = self._fit(), self._engagement(), self._bant(), self._owners()
        stages, disqualifiers, rows = self._stages(), self._disqualifiers(), self._rows()
        invariants, opportunity = self._invariants(), self._opportunity()
        engagement = replace(engagement, marks=_marks(condition for _, condition in self.placed))
        return Rulebook(
            version=digest_of(policy.model_dump(mode="json", exclude={"cases"}, exclude_defaults=True)),
            decides=deciding_digest(policy),
            path=self.document.path,
            name=policy.name or PurePath(self.document.path).stem,
            applies=applies[1],
            applies_when=applies[0],
            lists=dict(policy.lists),
            fit=fit,
            engagement=engagement,
            intent=_intent(policy.intent),
            bant=bant,
            named=_named(policy.motions.named_accounts),
            owners=owners,
            stages=stages,
            disqualifiers=disqualifiers,
            rows=rows,
            opportunity=opportunity,
            assured=_assured(policy),
            limits=Limits(**policy.limits.model_dump()),
            budget=_budget(policy.error_budget),
            slas=tuple(map(_sla, policy.slas)),
            invariants=invariants,
            even_if_worked=policy.people.even_if_worked,
            untouched_statuses=frozenset(map(folded, policy.people.untouched_statuses)),
            timed=_timed(condition for _, condition in self.placed),
            applies_timed=_timed([applies[0]] if applies[0] is not None else []),
            known_at=dict(policy.known_at),
            cases=tuple(
                PolicyCase(self.document.place(("cases", index))[0], part) for index, part in enumerate(policy.cases)
            ),
            lines=lines_of(policy, self.document),
        )

    def _condition(self, data: Any, loc: Loc, known: Known) -> tuple[Condition, Predicate]:
        scope = Scope(self.document, self.policy.lists, known, self.words)
        before = len(self.document.findings)
        condition = ALWAYS if data is None else conditions.parse(data, loc, scope)
        if len(self.document.findings) > before:
            self.broken.add(loc)
            return ALWAYS, lambda _: True
        self.placed.append((loc, condition))
        if self.document.findings:
            return condition, lambda _: True
        return condition, conditions.compiled(condition, self.policy.lists)

    def _maybe(self, data: Any, loc: Loc, known: Known) -> tuple[Condition, Predicate] | tuple[None, None]:
        return (None, None) if data is None else self._condition(data, loc, known)

    def _fit(self) -> Fit:
        part = self.policy.fit
        groups = tuple(self._fit_group(name, group) for name, group in part.groups.items())
        return Fit(groups, Levels.of(part.levels), part.review_band)

    def _fit_group(self, name: str, group: FitGroupPart) -> FitGroup:
        rules = []
        for index, rule in enumerate(group.rules):
            loc = ("fit", "groups", name, "rules", index, "when")
            condition, holds = self._condition(rule.when, loc, Known.FROM_START)
            rules.append(FitRule(rule.name, rule.says, rule.points, condition, holds))
        return FitGroup(name, group.cap, group.floor, tuple(rules))

    def _engagement(self) -> Engagement:
        part, rate = self.policy.engagement, self.policy.engagement.half_life_days
        worth = {kind: _worth(given, rate) for kind, given in part.activities.items()}
        return Engagement(
            worth,
            Worth(part.other_activity, rate),
            Worth(part.last_activity, rate),
            part.cap,
            Levels.of(part.levels),
            self._opt_outs(),
        )

    def _opt_outs(self) -> OptOuts:
        part = self.policy.engagement.opt_outs
        if part is None:
            return OptOuts()
        when, holds = self._maybe(part.when, ("engagement", "opt_outs", "when"), Known.FROM_START)
        return OptOuts(frozenset(part.activities), holds, frozenset(part.silences), when)

    def _bant(self) -> Bant:
        part, rules = self.policy.bant, {}
        for name, answer in part.answers.items():
            loc = ("bant", "answers", name)
            met_when, met = self._condition(answer.met, (*loc, "met"), Known.FROM_START)
            not_met_when, not_met = self._maybe(answer.not_met, (*loc, "not_met"), Known.FROM_START)
            rules[str(name)] = AnswerRule(met, not_met, met_when, not_met_when)
        return Bant(part.yes_needed, part.no_allowed, rules)

    def _owners(self) -> tuple[OwnerRule, ...]:
        found = []
        for index, part in enumerate(self.policy.motions.owners):
            condition, holds = self._condition(part.when, ("motions", "owners", index, "when"), Known.AFTER_REASONS)
            found.append(OwnerRule(part.name, condition, holds, tuple(part.one_of)))
        return tuple(found)

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
            condition, holds = self._maybe(part.when, ("disqualify", index, "when"), Known.AFTER_STAGE)
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

    def _opportunity(self) -> OpportunityRule:
        part, loc = self.policy.opportunity, ("opportunity",)
        opens = self._maybe(part.open_when, (*loc, "open_when"), Known.AFTER_REASONS)[1]
        existing = self._maybe(part.existing.when, (*loc, "existing", "when"), Known.AFTER_REASONS)[1]
        labels = {name: action.label for name, action in self.policy.intent.actions.items()}
        terms = [self._business(each) for each in (part.new, part.existing)]
        return OpportunityRule(opens, part.max_length, labels, part.without_action, terms[0], terms[1], existing)

    def _business(self, part: TermsPart) -> Business:
        whole = self.policy.opportunity
        read = reader(part.amount_from) if part.amount_from else None
        values = {**whole.values, **part.values}
        return Business(part.name or whole.name, part.type, part.amount, read, part.close_in_days, values)


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
        **dict.fromkeys(ANSWERS, frozenset({"yes", "no"})),
    }


def _worth(given: ActivityPart, rate: float) -> Worth:
    return Worth(given.points, given.half_life_days or rate, given.cap)


def _intent(part: IntentPart) -> Intent:
    return Intent({name: ActionRule.of(name, action) for name, action in part.actions.items()})


def _named(parts: Iterable[NamedAccountPart]) -> NamedAccounts:
    domains, names, owners = {}, {}, {}
    for part in parts:
        names[company_values.core(part.name)] = part.name
        domains.update({email_values.registrable(domain): part.name for domain in part.domains})
        if part.owner:
            owners[part.name] = part.owner
    return NamedAccounts(domains, names, owners)


def _assured(policy: PolicyPart) -> dict[Verdict, Assured]:
    words = policy.assurance.model_dump()
    return {Verdict(verdict): _assurance(word) for verdict, word in words.items()}


def _assurance(word: str) -> Assured:
    sampled = _SHARE.fullmatch(word)
    if sampled is None:
        return Assured(Assurance(word))
    return Assured(Assurance.SAMPLED, float(sampled[1]) / 100)


def _budget(part: ErrorBudgetPart | None) -> ErrorBudget | None:
    if part is None:
        return None
    probation = part.probation
    return ErrorBudget(
        part.target,
        part.outcome_target,
        probation.reviewed,
        probation.conversions_per_day,
        probation.sample_percent / 100,
    )


def _sla(part: SlaPart) -> Sla:
    return Sla(
        part.name,
        part.says,
        Verdict(part.verdict),
        Stage(part.stage) if part.stage else None,
        tuple(reader(name) for name in part.counted_from),
        timedelta(hours=part.hours),
        Verdict(part.then.verdict) if part.then else None,
        part.then.reason if part.then else "",
    )


def _marks(seen: Iterable[Condition]) -> tuple[int, ...]:
    """The engagement points below which a comparison has another answer: points only fall by themselves."""
    found: set[int] = set()
    for test in (test for condition in seen for test in conditions.tests(condition)):
        if test.field == "engagement_points" and test.operator in ("at_least", "at_most", "between"):
            low, high = test.value if test.operator == "between" else (test.value, test.value)
            found |= set() if test.operator == "at_most" else {ceil(low)}
            found |= set() if test.operator == "at_least" else {floor(high) + 1}
        elif test.field == "engagement_points" and test.operator in ("is", "is_not", "in", "not_in"):
            values = test.value if isinstance(test.value, list) else [test.value]
            found |= {int(value) + more for value in values if isinstance(value, int | float) for more in (0, 1)}
    return tuple(sorted(found))


def _timed(seen: Iterable[Condition]) -> tuple[TimedTest, ...]:
    pairs = {
        (test.field, test.value) for condition in seen for test in conditions.tests(condition) if test.operator in TIMED
    }
    return tuple(TimedTest(reader(name), timedelta(days=days, seconds=1)) for name, days in sorted(pairs))
