"""What is known to be true of labelled leads, and what of their links is right, wrong or missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connector.matching.measure import Graded, Scored

COLUMNS = ("lead_id", "contact_ok", "account_ok", "dup_of", "split")
"""What a table of truth must hold. ``case`` and ``person`` may stand beside them."""

DEV, TEST = "dev", "test"


class Asked(StrEnum):
    """The three questions: which contact, which account, which earlier lead."""

    CONTACT = "contact"
    ACCOUNT = "account"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Truth:
    """One lead: every id that is right for each question (none: there is no such record), its split and its case."""

    lead: str
    right: Mapping[Asked, frozenset[str]]
    split: str
    case: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A link that was proposed for a lead."""

    id: str
    score: float


class TruthReader:
    """Makes truths of the rows of one table."""

    def __init__(self, header: Sequence[str]) -> None:
        """*header* holds all of `COLUMNS`."""
        self._at = {name: header.index(name) for name in (*COLUMNS, "case", "person") if name in header}

    def __call__(self, row: Sequence[str]) -> Truth:
        """One row; several right ids are parted by ``|``."""
        cell = {name: row[place].strip() for name, place in self._at.items()}
        right = {
            asked: frozenset(filter(None, cell[column].split("|")))
            for asked, column in zip(Asked, ("contact_ok", "account_ok", "dup_of"), strict=True)
        }
        return Truth(cell["lead_id"], right, cell["split"], cell.get("case", ""), cell.get("person", ""))


def graded(truths: Iterable[Truth], links: Mapping[str, Proposed], asked: Asked, split: str) -> Graded:
    """The proposed links of one split, right or not, and how many of its leads have a true one."""
    made, wanted = [], 0
    for truth in truths:
        if truth.split != split:
            continue
        right = truth.right[asked]
        wanted += bool(right)
        if link := links.get(truth.lead):
            made.append(Scored(link.score, link.id in right))
    return Graded(tuple(made), wanted)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong link (*found* is not right) or a missed one (there is a right one and none was linked)."""

    truth: Truth
    asked: Asked
    found: Proposed | None
    linked: bool


def mistakes(
    truths: Iterable[Truth], links: Mapping[str, Proposed], asked: Asked, threshold: float
) -> Iterator[Mistake]:
    """Every lead whose answer at *threshold* is wrong or missed."""
    for truth in truths:
        link, right = links.get(truth.lead), truth.right[asked]
        linked = link is not None and link.score >= threshold
        if linked and link is not None and link.id not in right:
            yield Mistake(truth, asked, link, linked=True)
        elif not linked and right:
            yield Mistake(truth, asked, link, linked=False)
