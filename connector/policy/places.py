"""Where the rules of a policy stand in its file."""

from __future__ import annotations

from collections.abc import Iterator

from connector.model.document import Document, Loc
from connector.policy.grammar import PolicyPart


def lines_of(policy: PolicyPart, document: Document) -> dict[tuple[str, str], int]:
    """The line of each rule, by its section and name."""
    return {rule: document.place(loc)[0] for rule, loc in _rules(policy)}


def _rules(policy: PolicyPart) -> Iterator[tuple[tuple[str, str], Loc]]:
    yield from ((("intent", name), ("intent", "actions", name)) for name in policy.intent.actions)
    named: list[tuple[str, Loc, list[str]]] = [
        (f"fit.{group}", ("fit", "groups", group, "rules"), [rule.name for rule in part.rules])
        for group, part in policy.fit.groups.items()
    ]
    named += [
        ("owners", ("motions", "owners"), [part.name for part in policy.motions.owners]),
        ("stages", ("stages",), [part.stage for part in policy.stages]),
        ("disqualify", ("disqualify",), [part.reason for part in policy.disqualify]),
        ("decide", ("decide",), [part.name for part in policy.decide]),
        ("slas", ("slas",), [part.name for part in policy.slas]),
        ("invariants", ("invariants",), [part.name for part in policy.invariants]),
    ]
    for section, loc, names in named:
        yield from (((section, name), (*loc, index)) for index, name in enumerate(names))
