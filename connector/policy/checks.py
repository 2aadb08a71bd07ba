"""What the shape of `policy.yaml` cannot say: names that must be unique or known, rows that can never fire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from itertools import pairwise
from string import Formatter

from connector.model.activities import ACTIVITY_KINDS, is_activity_kind
from connector.model.document import Document, Loc
from connector.model.fields import FieldType
from connector.policy.bant import ANSWERS
from connector.policy.conditions import alike
from connector.policy.facts import instant, type_of
from connector.policy.grammar import PolicyPart, RowPart
from connector.policy.grammar_cases import CasePart
from connector.policy.rules import NOT_A_FIT

_INSTANTS = "such as created_at, requested_at or last_activity_at"
PLACEHOLDERS = ("company", "action", "first_name", "last_name", "source", "country")


def check(policy: PolicyPart, document: Document) -> None:
    """Note every problem in *document*."""
    _levels(policy, document)
    _unique_names(policy, document)
    _rows(policy, document)
    _people_and_numbers(policy, document)
    _opportunity(policy, document)
    _slas(policy, document)
    _actions(policy, document)
    _kinds(policy, document)
    _owners(policy, document)
    for index, case in enumerate(policy.cases):
        _case(case, ("cases", index), policy, document)


def _levels(policy: PolicyPart, document: Document) -> None:
    starts = sorted(policy.fit.levels.values())
    nearest = min((high - low for low, high in pairwise(starts)), default=policy.fit.review_band)
    if policy.fit.review_band > nearest:
        what = f"the review band is wider than the {nearest} points between two levels, so a level means nothing"
        document.find(("fit", "review_band"), "levels", what, f"at most {nearest}")
    for section, levels in (("fit", policy.fit.levels), ("engagement", policy.engagement.levels)):
        loc = (section, "levels")
        if len(levels) < 2:
            document.find(loc, "levels", f"{section} needs at least two levels", "for example strong and weak")
        elif len(set(levels.values())) < len(levels):
            document.find(loc, "levels", f"two levels of {section} begin at the same points", "give each its own")
        elif list(levels.values()) != sorted(levels.values(), reverse=True):
            document.find(loc, "levels", f"the levels of {section} are not in order", "the highest comes first")


def _unique_names(policy: PolicyPart, document: Document) -> None:
    for name, group in policy.fit.groups.items():
        _unique([rule.name for rule in group.rules], ("fit", "groups", name, "rules"), "name", document)
    _unique([owner.name for owner in policy.motions.owners], ("motions", "owners"), "name", document)
    _unique([row.name for row in policy.decide], ("decide",), "name", document)
    _unique([entry.reason for entry in policy.disqualify], ("disqualify",), "reason", document)
    _unique([rule.stage for rule in policy.stages], ("stages",), "stage", document)
    _unique([sla.name for sla in policy.slas], ("slas",), "name", document)
    _unique([entry.name for entry in policy.invariants], ("invariants",), "name", document)
    _unique([case.name for case in policy.cases], ("cases",), "name", document)


def _unique(names: Sequence[str], loc: Loc, key: str, document: Document) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            document.find((*loc, index, key), "duplicate-name", f"`{name}` is used twice", "give each its own name")


def _rows(policy: PolicyPart, document: Document) -> None:
    reasons = {entry.reason for entry in policy.disqualify}
    last = len(policy.decide) - 1
    for index, row in enumerate(policy.decide):
        loc = ("decide", index)
        if row.when is None and index < last:
            document.find(
                loc, "unreachable-row", f"no row after `{row.name}` can fire: it has no `when`", "move it last"
            )
        if row.when is not None and index == last:
            document.find(loc, "open-table", "the last row must hold for every lead", "leave its `when` out")
        if row.disqualification is not None and row.disqualification not in reasons:
            _unknown_reason((*loc, "disqualification"), row.disqualification, document)
        if row.verdict == "disqualify" and row.disqualification is None and not _rests_on_a_reason(row):
            document.find(
                loc, "no-reason", f"`{row.name}` disqualifies without a reason", "name one in `disqualification:`"
            )


def _rests_on_a_reason(row: RowPart) -> bool:
    parts = row.when.get("all", [row.when]) if isinstance(row.when, dict) else []
    return any(isinstance(part, dict) and part.get("field") == "disqualified" for part in parts)


def _people_and_numbers(policy: PolicyPart, document: Document) -> None:
    if NOT_A_FIT not in {entry.reason for entry in policy.disqualify}:
        what = f"the reason `{NOT_A_FIT}` is missing, which stands in for what people say in other words"
        document.find(("disqualify",), "missing-reason", what, "add it without a `when`")
    if policy.bant.yes_needed + policy.bant.no_allowed > len(ANSWERS):
        document.find(("bant",), "bant", "more answers are counted than there are questions", "there are four")


def _unknown_reason(loc: Loc, reason: str, document: Document) -> None:
    document.find(loc, "unknown-reason", f"`{reason}` is not on the closed list", "add it under `disqualify:`")


def _opportunity(policy: PolicyPart, document: Document) -> None:
    part = policy.opportunity
    texts: list[tuple[Loc, str]] = [(("opportunity", "name"), part.name)]
    texts += _texts(("opportunity", "values"), part.values)
    for business, terms in (("new", part.new), ("existing", part.existing)):
        loc: Loc = ("opportunity", business)
        texts += [((*loc, "name"), terms.name)] if terms.name else []
        texts += _texts((*loc, "values"), terms.values)
        _amount(terms.amount_from, (*loc, "amount_from"), document)
    if part.new.when is not None:
        what = "new business has no `when`: it is all that is not existing business"
        document.find(("opportunity", "new", "when"), "unknown-key", what, "put it under `existing:`")
    _placeholders(texts, document)


def _texts(loc: Loc, values: Mapping[str, object]) -> list[tuple[Loc, str]]:
    return [((*loc, name), value) for name, value in values.items() if isinstance(value, str)]


def _amount(name: str | None, loc: Loc, document: Document) -> None:
    if name is not None and type_of(name) not in (FieldType.NUMBER, FieldType.TEXT):
        document.find(loc, "unknown-field", f"`{name}` is no number of the lead", alike(name))


def _placeholders(texts: Sequence[tuple[Loc, str]], document: Document) -> None:
    for loc, text in texts:
        try:
            words = [word for _, word, _, _ in Formatter().parse(text) if word is not None]
        except ValueError:
            fix = "close each `{`, and write `{{` and `}}` for the signs themselves"
            document.find(loc, "unknown-placeholder", f"the braces in {text!r} do not match", fix)
            continue
        for word in words:
            if word not in PLACEHOLDERS:
                options = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
                document.find(loc, "unknown-placeholder", f"`{{{word}}}` cannot be filled in", f"one of {options}")


def _slas(policy: PolicyPart, document: Document) -> None:
    for index, sla in enumerate(policy.slas):
        for position, name in enumerate(sla.counted_from):
            if type_of(name) is not FieldType.INSTANT:
                document.find(
                    ("slas", index, "counted_from", position), "unknown-field", f"`{name}` is no instant", _INSTANTS
                )
        reasons = {entry.reason for entry in policy.disqualify}
        if sla.then is not None and sla.then.verdict == "disqualify" and sla.then.reason not in reasons:
            _unknown_reason(("slas", index, "then", "reason"), sla.then.reason, document)


def _kinds(policy: PolicyPart, document: Document) -> None:
    """Kinds of activity that no mapping may give: a typing mistake would silently count nothing."""
    part = policy.engagement
    named: list[tuple[Loc, str]] = [(("engagement", "activities", kind), kind) for kind in part.activities]
    if part.opt_outs is not None:
        for key, kinds in (("activities", part.opt_outs.activities), ("silences", part.opt_outs.silences)):
            named += [(("engagement", "opt_outs", key, index), kind) for index, kind in enumerate(kinds)]
    for name, action in policy.intent.actions.items():
        place: Loc = ("intent", "actions", name, "activities")
        named += [((*place, index), kind) for index, kind in enumerate(action.activities)]
    for loc, kind in named:
        if not is_activity_kind(kind):
            near = get_close_matches(kind, ACTIVITY_KINDS, 1)
            fix = f"did you mean `{near[0]}`?" if near else "a kind of your own is called `x_…`"
            document.find(loc, "unknown-activity", f"`{kind}` is no kind of activity", fix)


def _owners(policy: PolicyPart, document: Document) -> None:
    owners = policy.motions.owners
    for index, owner in enumerate(owners[:-1]):
        if owner.when is None:
            what = f"no owner rule after `{owner.name}` is ever asked: it has no `when`"
            document.find(("motions", "owners", index), "unreachable-owner", what, "move it last")


def _actions(policy: PolicyPart, document: Document) -> None:
    if not policy.intent.actions:
        document.find(("intent", "actions"), "no-actions", "no action counts as intent", "name at least one")


def _case(case: CasePart, loc: Loc, policy: PolicyPart, document: Document) -> None:
    stamps: list[tuple[Loc, str]] = [((*loc, "as_of"), case.as_of)]
    stamps += [
        ((*loc, "given", "activities", index, "at"), activity.at)
        for index, activity in enumerate(case.given.activities)
    ]
    for place, text in stamps:
        if not isinstance(instant(text), datetime):
            document.find(place, "bad-value", f"`{text}` is no instant", "write 2026-01-15T09:00:00Z")
    for name in case.given.lead:
        if type_of(name) is None or "." in name:
            document.find(
                (*loc, "given", "lead", name), "unknown-field", f"`{name}` is no field of a lead", alike(name)
            )
    if case.expect.row is not None and case.expect.row not in {row.name for row in policy.decide} | BUILT_IN_ROWS:
        document.find(
            (*loc, "expect", "row"), "unknown-row", f"there is no row `{case.expect.row}`", "name a row of `decide:`"
        )
    if case.expect.disqualification and case.expect.disqualification not in {r.reason for r in policy.disqualify}:
        _unknown_reason((*loc, "expect", "disqualification"), case.expect.disqualification, document)


BUILT_IN_ROWS = frozenset({"ruling", "already-converted", "gone"})
