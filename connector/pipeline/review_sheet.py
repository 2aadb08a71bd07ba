"""Reviews as a sheet that a person fills in: one row per review, a column per candidate, and two to fill in.

The column ``asked`` names what the row shows, so that an answer is never taken for a question that has changed since.
A cell that a spreadsheet would run as a formula begins with an apostrophe, which is taken off again when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.errors import Finding, InputError, UsageError
from connector.model.match import Match
from connector.model.progress import Answer, AnswerWord, Review, Standing
from connector.model.records import Kind, Record
from connector.pipeline.review import Manner, Settled, decide_review, stale
from connector.pipeline.review_asked import asked_now
from connector.pipeline.review_order import ReviewTerms
from connector.pipeline.review_queue import TermsOf, Waiting
from connector.pipeline.review_words import Find, objection, read_answer
from connector.ports import Store

ANSWER, NOTE, ASKED, REVIEW = "answer", "note", "asked", "review"
NEEDED = (REVIEW, ANSWER, ASKED)
_BEFORE = (REVIEW, ANSWER, NOTE, "group", "priority", "question", "lead", "name", "title", "company", "email", "phone")
_PLACE = ("city", "country")
_NOT_TOLD = f"the cell `{ASKED}` is empty, so it cannot be told what was answered: export the reviews again"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A row of a filled-in sheet, and its number as a spreadsheet shows it."""

    number: int
    cells: Row


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a sheet: answers kept, unchanged ones, rows without an answer, and what is wrong with the others."""

    settled: tuple[Settled, ...]
    unanswered: int
    findings: tuple[Finding, ...]

    def count(self, *standings: Standing) -> int:
        """How many answers were newly kept with one of these standings."""
        return sum(1 for one in self.settled if not one.again and one.standing in standings)

    @property
    def unchanged(self) -> int:
        """Answers that were known already, from the same person."""
        return sum(1 for one in self.settled if one.again)


@dataclass(frozen=True, slots=True)
class Desk:
    """What an import works with: who answers, when, and what each route finds and accepts."""

    by: str
    at: datetime
    find: Callable[[str], Find]
    terms: TermsOf


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text


def sheet(store: Store, waiting: Sequence[Waiting]) -> list[list[str]]:
    """The rows of the sheet, headings first; values are text, guarded."""
    most = max((len(one.review.candidates) for one in waiting), default=0)
    choices = [f"candidate {number}" for number in range(1, most + 1)]
    rows = [[*_BEFORE, *_PLACE, *choices, ASKED]]
    for one in waiting:
        shown = [_choice(store, match) for match in one.review.candidates]
        cells = [*_about(one), *shown, *[""] * (most - len(shown)), asked_now(store, one.review)]
        rows.append([guarded(" ".join(cell.split())) for cell in cells])
    return rows


def _about(one: Waiting) -> list[str]:
    review, lead = one.review, one.lead
    texts = [lead.text(name) if lead else "" for name in ("title", "company", "email", "phone", *_PLACE)]
    group = one.group.name if one.group else ""
    total = f"{one.priority.total:.3f}" if one.priority else ""
    return [str(review.id), "", "", group, total, review.question, review.lead.id, _person(lead), *texts]


def _person(record: Record | None) -> str:
    return " ".join(filter(None, (record.text("first_name"), record.text("last_name")))) if record else ""


def _choice(store: Store, match: Match) -> str:
    """A candidate in one cell: kind, id, who it is, and its points."""
    record = store.directory.get(match.ref)
    told = ""
    if record is not None:
        name = record.text("name") if record.kind is Kind.ACCOUNT else _person(record)
        facts = [record.text(field) for field in ("title", "company", "email", "website", "phone", "city", "country")]
        told = ", ".join(filter(None, [name, *facts]))
    return f"{match.kind.value} {match.ref.id}: {told} ({match.score:.1f} points)"


def take_in(store: Store, rows: Sequence[Numbered], path: str, desk: Desk, skip_bad: bool = False) -> Imported:
    """Keep the answers of a sheet, all of them in one transaction; rows without an answer are passed over.

    Raises InputError with every problem, each with its row, unless *skip_bad*: then the sound rows are kept. Each row
    is for its own review alone: look-alikes have rows of their own.
    """
    with store.transaction():
        read, findings = _checked(store, rows, path, desk)
        if findings and not skip_bad:
            nothing = f"{len(findings)} row{'' if len(findings) == 1 else 's'} cannot be taken; nothing was kept"
            raise InputError(findings, nothing, next_command=f"connector review import {path} --skip-bad")
        settled = []
        for row, review, answer in read:
            manner = Manner(row.cells[ASKED].strip(), alone=True)
            settled.append(decide_review(store, review.id, answer, desk.terms(review.route), manner))
    unanswered = sum(1 for row in rows if not row.cells.get(ANSWER, "").strip())
    return Imported(tuple(settled), unanswered, tuple(findings))


def _checked(
    store: Store, rows: Sequence[Numbered], path: str, desk: Desk
) -> tuple[list[tuple[Numbered, Review, Answer]], list[Finding]]:
    """The rows that can be kept, and what is wrong with the others."""
    read: list[tuple[Numbered, Review, Answer]] = []
    findings: list[Finding] = []
    first: dict[int, int] = {}
    for row in rows:
        if not row.cells.get(ANSWER, "").strip():
            continue
        try:
            review = _review(store, row.cells.get(REVIEW, ""))
            if review.id in first:
                raise UsageError(f"review {review.id} is answered in row {first[review.id]} already")
            first[review.id] = row.number
            read.append((row, review, _answer(store, review, row, desk)))
        except UsageError as error:
            findings.append(Finding(path, row.number, 1, "bad-answer", str(error)))
    return read, findings


def _review(store: Store, text: str) -> Review:
    number = text.strip()
    review = store.reviews.get(int(number)) if number.isascii() and number.isdigit() else None
    if review is None:
        raise UsageError(f"there is no review `{number}`")
    return review


def _answer(store: Store, review: Review, row: Numbered, desk: Desk) -> Answer:
    """The answer in a row; raises UsageError where it cannot be kept.

    What was answered before is not compared with what is asked now: `decide_review` tells whether both agree.
    """
    note = unguarded(row.cells.get(NOTE, "").strip())
    answer = read_answer(review, unguarded(row.cells[ANSWER].strip()), desk.by, desk.at, note, desk.find(review.route))
    why = objection(review, answer, desk.terms(review.route).reasons)
    if not why and review.answer is None:
        asked = row.cells[ASKED].strip()
        why = stale(store, review, desk.by, asked, asked_now(store, review)) if asked else _NOT_TOLD
    if why:
        raise UsageError(why)
    return answer


def choices(terms: ReviewTerms, most: int) -> list[str]:
    """What can be chosen for an answer without typing a record: the numbered candidates, and the words."""
    same = [f"{AnswerWord.SAME.value} {number}" for number in range(1, most + 1)]
    taken = (AnswerWord.SAME, AnswerWord.OTHER, AnswerWord.DISQUALIFY)
    words = [word.value for word in AnswerWord if word not in taken]
    return [*same, *words, *(f"{AnswerWord.DISQUALIFY.value} {reason}" for reason in terms.reasons)]
