"""A policy beside the mappings: fields that no mapping fills, and values that no mapped field can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.model.document import Document, Loc
from connector.model.records import Kind
from connector.policy.compiling import Compiler
from connector.policy.conditions import Test, tests
from connector.policy.facts import DERIVED
from connector.policy.operators import folded

_ROOMS = {"": Kind.LEAD, "company": Kind.LEAD, "account": Kind.ACCOUNT, "contact": Kind.CONTACT}
# Lists name what is sought across CRMs, and not every word of one must be on every picklist.
_NAMED = ("is", "in")


@dataclass(frozen=True, slots=True)
class KnownFields:
    """What the mappings of a project bring: canonical fields per kind, and the values of those that have only some.

    *values* holds a field only where every mapping that fills it can give no other value.
    """

    fields: Mapping[Kind, frozenset[str]]
    values: Mapping[tuple[Kind, str], frozenset[str]] = field(default_factory=dict)


def compare(compiler: Compiler, known: KnownFields, document: Document) -> None:
    """Note conditions that can never hold because nothing brings what they ask for."""
    for loc, condition in compiler.placed:
        for test in tests(condition):
            _test(test, loc, known, document)
    for index, sla in enumerate(compiler.policy.slas):
        for position, name in enumerate(sla.counted_from):
            _field(name, ("slas", index, "counted_from", position), known, document)
    part = compiler.policy.opportunity
    for business, terms in (("new", part.new), ("existing", part.existing)):
        _type(terms.type, business, known, document)
        if terms.amount_from:
            _field(terms.amount_from, ("opportunity", business, "amount_from"), known, document)


def _test(test: Test, loc: Loc, known: KnownFields, document: Document) -> None:
    if not _field(test.field, loc, known, document) or test.operator not in _NAMED or test.field in DERIVED:
        return
    kind, name = _place(test.field)
    can_be = known.values.get((kind, name))
    if can_be is None:
        return
    spelt = {folded(value) for value in can_be}
    for value in _values(test):
        if folded(value) not in spelt:
            options = ", ".join(sorted(can_be)[:8])
            what = f"`{test.field}` is never `{value}`: no mapping gives that value"
            document.find(loc, "unknown-value", what, f"one of {options}, or add it to the mapping's `values`")


def _type(word: str, business: str, known: KnownFields, document: Document) -> None:
    """A type of opportunity that no CRM knows would be refused when it is written."""
    can_be = known.values.get((Kind.OPPORTUNITY, "type"))
    if word and can_be is not None and folded(word) not in {folded(value) for value in can_be}:
        options = ", ".join(sorted(can_be)[:8])
        what = f"no mapping knows the type `{word}`"
        document.find(("opportunity", business, "type"), "unknown-value", what, f"one of {options}")


def _values(test: Test) -> list[str]:
    return [str(value) for value in (test.value if isinstance(test.value, list) else [test.value])]


def _field(name: str, loc: Loc, known: KnownFields, document: Document) -> bool:
    """Whether some mapping fills the field; notes it where none does."""
    if name in DERIVED:
        return True
    kind, plain = _place(name)
    fills = known.fields.get(kind, frozenset())
    also = known.fields.get(Kind.ACCOUNT, frozenset()) if name.startswith("company.") else frozenset()
    if plain in fills or plain in also:
        return True
    what = f"no mapping fills `{name}`, so this is never known"
    document.find(loc, "unmapped-field", what, f"map `{plain}` in a {kind.value}.yaml, or take it out")
    return False


def _place(name: str) -> tuple[Kind, str]:
    room, _, plain = name.rpartition(".")
    return _ROOMS[room], plain
