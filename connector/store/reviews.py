"""Questions to people, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.errors import UsageError
from connector.model.match import Match, Resolution
from connector.model.progress import Answer, AnswerWord, Review, ReviewState
from connector.model.records import RecordRef
from connector.store.codec import from_json, list_from_json, list_to_json, moment, parts, ref_of, stamp, to_json
from connector.store.database import Database, Row

_COLUMNS = "id, route, connection, record_id, object, question, candidates, opened_at, state, answer_detail"
_THIS = "connection = ? AND record_id = ? AND object = ? AND route = ?"
_NEXT = "connector review list"


class SqliteReviews:
    """Keeps `connector.ports.Reviews` in the table ``reviews``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def open(self, route: str, resolution: Resolution, question: str, at: datetime) -> int:
        """Open a review for a lead, or answer the id of the one already open (refreshing what it asks)."""
        lead = parts(resolution.lead)
        candidates = list_to_json(Match, resolution.candidates)
        with self._database.transaction():
            row = self._database.row(f"SELECT id FROM reviews WHERE {_THIS} AND state = 'open'", (*lead, route))
            if row is not None:
                self._database.run(
                    "UPDATE reviews SET question = ?, candidates = ? WHERE id = ?", (question, candidates, row[0])
                )
                return int(row[0])
            cursor = self._database.run(
                "INSERT INTO reviews (route, connection, record_id, object, state, question, candidates, opened_at)"
                " VALUES (?, ?, ?, ?, 'open', ?, ?, ?)",
                (route, *lead, question, candidates, stamp(at)),
            )
            return int(cursor.lastrowid or 0)

    def list(self, open_only: bool = True) -> Sequence[Review]:
        """Reviews, the oldest question first."""
        where = " WHERE state = 'open'" if open_only else ""
        return [_review(row) for row in self._database.rows(f"SELECT {_COLUMNS} FROM reviews{where} ORDER BY id")]

    def get(self, review_id: int) -> Review | None:
        """One review by its number."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM reviews WHERE id = ?", (review_id,))
        return None if row is None else _review(row)

    def answer(self, review_id: int, answer: Answer) -> Review:
        """Keep the first answer and wake the lead.

        Raises UsageError when there is no such review, when it needs no answer any more, when somebody
        answered first (naming who), and for ``same`` without the candidate it speaks of.
        """
        if answer.word is AnswerWord.SAME and answer.candidate is None:
            raise UsageError("`same` needs the candidate that the lead is the same as", next_command=_NEXT)
        with self._database.transaction():
            review = self._unanswered(review_id)
            self._database.run(
                "UPDATE reviews SET state = 'answered', answer = ?, answered_by = ?, answered_at = ?,"
                " answer_detail = ? WHERE id = ?",
                (answer.word.value, answer.by, stamp(answer.at), to_json(Answer, answer), review_id),
            )
            self._database.run(
                "UPDATE inbox SET state = 'pending', woken = coalesce(woken, 'review')"
                f" WHERE {_THIS} AND state NOT IN ('done', 'gone')",
                (*parts(review.lead), review.route),
            )
            row = self._database.row(f"SELECT {_COLUMNS} FROM reviews WHERE id = ?", (review_id,))
        return review if row is None else _review(row)

    def close(self, route: str, lead: RecordRef) -> None:
        """The lead needs no answer any more."""
        with self._database.transaction():
            self._database.run(
                f"UPDATE reviews SET state = 'closed', closed_at = ? WHERE {_THIS} AND state = 'open'",
                (stamp(self._database.clock.now()), *parts(lead), route),
            )

    def _unanswered(self, review_id: int) -> Review:
        review = self.get(review_id)
        if review is None:
            raise UsageError(f"there is no review {review_id}", next_command=_NEXT)
        if review.answer is not None:
            raise UsageError(
                f"{review.answer.by} answered review {review_id} first"
                f" ({review.answer.word.value}, {stamp(review.answer.at)[:16]}Z)",
                next_command=f"connector review show {review_id}",
            )
        if review.state is not ReviewState.OPEN:
            raise UsageError(f"review {review_id} is closed: its lead needs no answer any more", next_command=_NEXT)
        return review


def _review(row: Row) -> Review:
    number, route, connection, record_id, object_name, question, candidates, opened_at, state, answer = row
    return Review(
        id=number,
        route=route,
        lead=ref_of(connection, record_id, object_name),
        question=question,
        candidates=list_from_json(Match, candidates),
        opened_at=moment(opened_at),
        state=ReviewState(state),
        answer=None if answer is None else from_json(Answer, answer),
    )
