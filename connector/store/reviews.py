"""Questions to people, and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.errors import UsageError
from connector.model.match import Match, Resolution
from connector.model.progress import Answer, AnswerWord, Review, ReviewState, Said, Standing, question_key
from connector.model.records import RecordRef
from connector.store.codec import from_json, list_from_json, list_to_json, moment, parts, ref_of, stamp, to_json
from connector.store.database import Database, Row

_COLUMNS = "id, route, connection, record_id, object, question, candidates, opened_at, state, answer_detail, asked"
_THIS = "connection = ? AND record_id = ? AND object = ? AND route = ?"
_NEXT = "connector review list"
_NAMES_A_RECORD = (AnswerWord.SAME, AnswerWord.OTHER)


class SqliteReviews:
    """Keeps `connector.ports.Reviews` in the tables ``reviews``, ``review_answers`` and ``review_looks``."""

    def __init__(self, database: Database) -> None:
        """Work on *database*."""
        self._database = database

    def open(self, route: str, resolution: Resolution, question: str, at: datetime, asked: str = "") -> int:
        """Open a review for a lead, or answer the id of the one already open (refreshing what it asks).

        *asked* is the fingerprint of what is asked.
        """
        lead = parts(resolution.lead)
        key = question_key(route, question, resolution.candidates)
        candidates = list_to_json(Match, resolution.candidates)
        with self._database.transaction():
            row = self._database.row(f"SELECT id FROM reviews WHERE {_THIS} AND state = 'open'", (*lead, route))
            if row is not None:
                self._database.run(
                    "UPDATE reviews SET question = ?, candidates = ?, asked = ?, question_key = ? WHERE id = ?",
                    (question, candidates, asked, key, row[0]),
                )
                return int(row[0])
            cursor = self._database.run(
                "INSERT INTO reviews (route, connection, record_id, object, state, question, candidates, opened_at,"
                " asked, question_key) VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)",
                (route, *lead, question, candidates, stamp(at), asked, key),
            )
            return int(cursor.lastrowid or 0)

    def list(self, open_only: bool = True) -> Sequence[Review]:
        """Reviews, the oldest question first."""
        return self._several("state = 'open'" if open_only else "1", ())

    def asking(self, key: str) -> Sequence[Review]:
        """Open reviews with this `question_key`, the oldest first; those of which no key is kept come too."""
        return self._several("state = 'open' AND question_key IN (?, '')", (key,))

    def get(self, review_id: int) -> Review | None:
        """One review by its number."""
        row = self._database.row(f"SELECT {_COLUMNS} FROM reviews WHERE id = ?", (review_id,))
        return None if row is None else _review(row, self._said("review_id = ?", (review_id,)).get(review_id, ()))

    def answer(self, review_id: int, answer: Answer, asked: str = "", group: str = "") -> Review:
        """Keep the first answer and wake the lead.

        Raises UsageError when there is no such review, when it needs no answer any more, when somebody
        answered first (naming who), and for ``same`` and ``other`` without the record they speak of.
        """
        if answer.word in _NAMES_A_RECORD and answer.candidate is None:
            raise UsageError(
                f"`{answer.word.value}` needs the candidate that the lead is the same as", next_command=_NEXT
            )
        with self._database.transaction():
            review = self._unanswered(review_id)
            self._database.run(
                "UPDATE reviews SET state = 'answered', answer = ?, answered_by = ?, answered_at = ?,"
                " answer_detail = ? WHERE id = ?",
                (answer.word.value, answer.by, stamp(answer.at), to_json(Answer, answer), review_id),
            )
            self._keep(review_id, Said(answer, Standing.SETTLED, asked, group))
            self._database.run(
                "UPDATE inbox SET state = 'pending', woken = coalesce(woken, 'review')"
                f" WHERE {_THIS} AND state NOT IN ('done', 'gone')",
                (*parts(review.lead), review.route),
            )
            return self.get(review_id) or review

    def note(self, review_id: int, said: Said) -> Review:
        """Keep an answer that does not settle the review, beside the one that does or will.

        Raises UsageError when there is no such review.
        """
        with self._database.transaction():
            self._known(review_id)
            self._keep(review_id, said)
            return self._known(review_id)

    def looked(self, review_id: int, by: str, asked: str, at: datetime) -> None:
        """*by* has seen the review as *asked* names it."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO review_looks (review_id, seen_by, asked, seen_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (review_id, seen_by) DO UPDATE SET asked = excluded.asked, seen_at = excluded.seen_at",
                (review_id, by, asked, stamp(at)),
            )

    def seen(self, review_id: int, by: str) -> str:
        """What *by* saw of the review last, else what anybody did; empty when nobody has looked."""
        row = self._database.row(
            "SELECT asked FROM review_looks WHERE review_id = ? ORDER BY seen_by = ? DESC, seen_at DESC LIMIT 1",
            (review_id, by),
        )
        return "" if row is None else str(row[0])

    def close(self, route: str, lead: RecordRef) -> None:
        """The lead needs no answer any more."""
        with self._database.transaction():
            self._database.run(
                f"UPDATE reviews SET state = 'closed', closed_at = ? WHERE {_THIS} AND state = 'open'",
                (stamp(self._database.clock.now()), *parts(lead), route),
            )

    def _known(self, review_id: int) -> Review:
        review = self.get(review_id)
        if review is None:
            raise UsageError(f"there is no review {review_id}", next_command=_NEXT)
        return review

    def _unanswered(self, review_id: int) -> Review:
        review = self._known(review_id)
        if review.answer is not None:
            raise UsageError(
                f"{review.answer.by} answered review {review_id} first"
                f" ({review.answer.word.value}, {stamp(review.answer.at)[:16]}Z)",
                next_command=f"connector review show {review_id}",
            )
        if review.state is not ReviewState.OPEN:
            raise UsageError(f"review {review_id} is closed: its lead needs no answer any more", next_command=_NEXT)
        return review

    def _several(self, where: str, parameters: Sequence[object]) -> Sequence[Review]:
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM reviews WHERE {where} ORDER BY id", parameters)
        said = self._said(f"review_id IN (SELECT id FROM reviews WHERE {where})", parameters)
        return [_review(row, said.get(row[0], ())) for row in rows]

    def _keep(self, review_id: int, said: Said) -> None:
        answer = said.answer
        self._database.run(
            "INSERT INTO review_answers (review_id, standing, word, said_by, said_at, answer, asked, group_name)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                review_id,
                said.standing.value,
                answer.word.value,
                answer.by,
                stamp(answer.at),
                to_json(Answer, answer),
                said.asked,
                said.group,
            ),
        )

    def _said(self, where: str, parameters: Sequence[object]) -> Mapping[int, Sequence[Said]]:
        found: dict[int, tuple[Said, ...]] = {}
        for review_id, standing, answer, asked, group in self._database.rows(
            f"SELECT review_id, standing, answer, asked, group_name FROM review_answers WHERE {where} ORDER BY id",
            parameters,
        ):
            said = Said(from_json(Answer, answer), Standing(standing), asked, group)
            found[review_id] = (*found.get(review_id, ()), said)
        return found


def _review(row: Row, said: Sequence[Said]) -> Review:
    number, route, connection, record_id, object_name, question, candidates, opened_at, state, answer, asked = row
    return Review(
        id=number,
        route=route,
        lead=ref_of(connection, record_id, object_name),
        question=question,
        candidates=list_from_json(Match, candidates),
        opened_at=moment(opened_at),
        state=ReviewState(state),
        answer=None if answer is None else from_json(Answer, answer),
        asked=asked,
        said=tuple(said),
    )
