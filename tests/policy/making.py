"""A small policy for tests, and decision inputs made in one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.errors import Finding
from connector.model.decision import (
    Decision,
    DecisionInputs,
    Motion,
    OpportunityTerms,
    Reason,
    Score,
    Scorecard,
    Stage,
    Verdict,
    Versions,
)
from connector.model.match import Band, Linkage, Match, Resolution
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.policy import Rulebook, check_policy, decide, load_policy

PROJECT = Path(__file__).resolve().parent.parent.parent
PATH = "mappings/policy.yaml"
NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
VERSIONS = Versions("p", "m", "t")
LEAD = RecordRef("crm", "Lead", "L1")
OLDER = RecordRef("crm", "Lead", "L0")
ACCOUNT = RecordRef("crm", "Account", "A1")
CONTACT = RecordRef("crm", "Contact", "C1")

SMALL = """\
lists: {foes: [Foe Inc], foe_words: [rival]}
fit:
  levels: {strong: 50, middling: 20, weak: 0}
  groups:
    company:
      cap: 60
      rules:
        - {name: big, says: The company is big., points: 50, when: {field: company.employees, at_least: 100}}
        - {name: hot, says: Somebody rated it hot., points: 20, when: {field: rating, is: Hot}}
    person: {cap: 10, rules: []}
engagement:
  levels: {engaged: 10, some: 4, none: 0}
  half_life_days: 10
  cap: 50
  activities: {webinar: 16, email_open: 1}
  other_activity: 2
  last_activity: 8
intent:
  actions:
    demo: {says: Asked for a demo, label: Demo, window_days: 30, activities: [demo_request]}
    quote: {says: Asked for a quote, label: Quote, window_days: 60}
bant: {yes_needed: 3, no_allowed: 0}
motions: {named_accounts: [{name: Big Fish AG, domains: [bigfish.example]}]}
stages:
  - {stage: MQL, says: Strong and engaged., when: {all: [{field: fit, is: strong}, {field: engagement, is: engaged}]}}
  - {stage: SRL, says: Asked., when: {any: [{field: intent, is: true}, {field: bant_met, is: true}]}}
disqualify:
  - {reason: closed-in-crm, says: A person closed it., when: {field: status, is: Closed}}
  - {reason: foe, says: It is a foe., when: {field: company, in_list: foes}}
  - {reason: not-a-fit, says: A person said that it does not fit.}
decide:
  - {name: disqualified, says: A reason holds., when: {field: disqualified, not_empty: true}, verdict: disqualify}
  - {name: possible, says: Perhaps known., when: {field: linkage, is: possible}, verdict: review}
  - {name: repeat, says: A repeat., when: {field: linkage, is: lead}, verdict: as-survivor, reason: duplicate-of}
  - {name: known, says: Known., when: {field: linkage, in: [contact, account]}, verdict: attach}
  - {name: asks, says: Hot., when: {all: [{field: fit, is: strong}, {field: intent, is: true}]}, verdict: convert}
  - {name: answered, says: BANT., when: {field: bant_met, is: true}, verdict: convert}
  - {name: rest, says: Not yet., verdict: nurture}
opportunity: {name: "{company} - {action}"}
"""


def starter_text() -> str:
    """The shipped policy."""
    return (PROJECT / PATH).read_text(encoding="utf-8")


def starter() -> Rulebook:
    """The shipped policy, loaded."""
    return load_policy(starter_text(), PATH)


def small(**changes: str) -> Rulebook:
    """The small policy with some lines replaced (see `changed`)."""
    return load_policy(changed(**changes), PATH)


def changed(**changes: str) -> str:
    """The text of the small policy with lines replaced: by section, or by the name of a row, reason or stage.

    Dashes in names are written as underscores.
    """
    lines, left = [], dict(changes)
    for line in SMALL.splitlines():
        lines.append(left.pop(_name_of(line), line))
    assert not left, f"no line is called {sorted(left)}"
    return "\n".join(lines) + "\n"


def _name_of(line: str) -> str:
    found = re.match(r"\s*- \{(?:name|reason|stage): ([\w-]+)", line) or re.match(r"\s*([\w-]+):", line)
    return found.group(1).replace("-", "_") if found else ""


def loaded(text: str) -> Rulebook:
    """The policy in *text*."""
    return load_policy(text, PATH)


def findings(text: str) -> list[Finding]:
    """What is wrong with a policy."""
    return check_policy(text, PATH)


def lead(**values: Scalar) -> Record:
    """A lead with a company and a corporate mailbox, unless told otherwise."""
    given: dict[str, Scalar] = {"last_name": "Ames", "company": "Plain Harbor", "email": "ames@plainharbor.com"}
    return Record(Kind.LEAD, LEAD, {**given, **values})


def linked(linkage: Linkage = Linkage.NEW, weak: Sequence[str] = ()) -> Resolution:
    """A resolution of that linkage, with the matches it needs."""
    known = linkage in (Linkage.CONTACT, Linkage.ACCOUNT)
    return Resolution(
        LEAD,
        linkage,
        contact=_match(Kind.CONTACT, CONTACT) if linkage is Linkage.CONTACT else None,
        account=_match(Kind.ACCOUNT, ACCOUNT) if known else None,
        duplicate_of=_match(Kind.LEAD, OLDER) if linkage is Linkage.LEAD else None,
        weak_identity=tuple(weak),
    )


def _match(kind: Kind, ref: RecordRef) -> Match:
    return Match(kind, ref, 5.0, Band.LINK, ())


def inputs(record: Record | None = None, linkage: Linkage = Linkage.NEW, **more: Any) -> DecisionInputs:
    """Decision inputs as of `NOW`."""
    weak = more.pop("weak", ())
    account = Record(Kind.ACCOUNT, ACCOUNT, {"name": "Plain Harbor Inc"})
    more.setdefault("account", account if linkage in (Linkage.CONTACT, Linkage.ACCOUNT) else None)
    more.setdefault("as_of", NOW)
    return DecisionInputs(lead=record or lead(), resolution=linked(linkage, weak), **more)


def decided(rulebook: Rulebook, record: Record | None = None, linkage: Linkage = Linkage.NEW, **more: Any) -> Decision:
    """Decide about a lead with that policy."""
    return decide(rulebook, inputs(record, linkage, **more), VERSIONS)


def survivor(verdict: Verdict, *, disqualification: str = "", opportunity: bool = False) -> Decision:
    """The standing decision of the older lead."""
    none = Score(0, "none")
    return Decision(
        lead=OLDER,
        verdict=verdict,
        stage=Stage.NEW,
        motion=Motion.HUNTER,
        scorecard=Scorecard(none, none, none, none),
        reasons=(Reason("given", "Given."),),
        rule="given",
        versions=VERSIONS,
        decided_at=NOW,
        opportunity=OpportunityTerms("Plain Harbor - Demo") if opportunity else None,
        disqualification=disqualification,
    )
