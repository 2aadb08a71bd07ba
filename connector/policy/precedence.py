"""Several policies side by side on one route: the first that applies to a lead decides about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from connector.errors import Finding, InputError
from connector.model.decision import DecisionInputs
from connector.model.records import digest_of
from connector.policy.facts import Facts
from connector.policy.rules import Rulebook

_NEXT = "connector mapping lint"


@dataclass(frozen=True)
class Policies:
    """The policies of a route in the order in which it names them; the last one is for every lead."""

    books: tuple[Rulebook, ...]

    @cached_property
    def version(self) -> str:
        """Changes with the meaning of any of them, and with their order; that of a single policy is its own."""
        versions = [book.version for book in self.books]
        return versions[0] if len(versions) == 1 else digest_of(versions)

    @property
    def general(self) -> Rulebook:
        """The policy for leads that no other one is for."""
        return self.books[-1]

    def of(self, inputs: DecisionInputs) -> Rulebook:
        """The policy that decides about a lead."""
        if len(self.books) == 1:
            return self.books[0]
        facts = Facts(inputs)
        return next(book for book in self.books if book.applies is None or book.applies(facts))

    def named(self, name: str) -> Rulebook | None:
        """The policy called *name*; None when the route has none of that name."""
        return next((book for book in self.books if book.name == name), None)


def side_by_side(books: Sequence[Rulebook]) -> Policies:
    """The policies of one route; raises InputError where their order leaves leads without one, or one without leads."""
    findings = precedence_findings(books)
    if findings:
        raise InputError(findings, next_command=_NEXT)
    return Policies(tuple(_mindful_of(books[:index], book) for index, book in enumerate(books)))


def _mindful_of(earlier: Sequence[Rulebook], book: Rulebook) -> Rulebook:
    """*book*, which looks at a lead again also when time alone may make it a lead of a policy that comes first."""
    theirs = [test for other in earlier for test in other.applies_timed]
    return replace(book, timed=(*book.timed, *theirs)) if theirs else book


def precedence_findings(books: Sequence[Rulebook]) -> list[Finding]:
    """What is wrong with the order of the policies of one route."""
    findings = []
    for index, book in enumerate(books):
        is_last = index == len(books) - 1
        if book.applies is None and not is_last:
            what = f"no policy after `{book.name}` ever decides: it has no `applies`"
            findings.append(Finding(book.path, 1, 1, "unreachable-policy", what, "name it last, or say what it is for"))
        if book.applies is not None and is_last:
            what = f"`{book.name}` stands last and is not for every lead"
            fix = "name a policy without `applies:` last in the route's `policy:`"
            findings.append(Finding(book.path, 1, 1, "no-general-policy", what, fix))
        if book.name in [other.name for other in books[:index]]:
            what = f"two policies of the route are called `{book.name}`"
            findings.append(Finding(book.path, 1, 1, "duplicate-name", what, "give each its own `name:`"))
    return findings
