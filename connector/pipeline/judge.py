"""Judge: a person says of two records whether they are the same, without being asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.errors import UsageError
from connector.model.match import Judgement, Word
from connector.model.records import Kind, RecordRef
from connector.pipeline.blame import Leaning, leaning_on
from connector.pipeline.frozen import weigh_words
from connector.ports import Store


@dataclass(frozen=True, slots=True)
class Judged:
    """A word that was kept: the one that stood before, and every decision that leans on a link it calls wrong."""

    judgement: Judgement
    before: Judgement | None
    leaning: tuple[Leaning, ...]


def judge_pair(store: Store, judgement: Judgement, at: datetime) -> Judged:
    """Keep a person's word on a pair and stop what leans on it, in one transaction.

    Raises UsageError for a pair that no word can be said of.
    """
    _check(store, judgement)
    with store.transaction():
        before = word_on(store, judgement.left, judgement.right)
        store.matches.judge(judgement)
        weigh_words(store, at)
    same = judgement.word is Word.SAME
    return Judged(judgement, before, () if same else tuple(leaning_on(store, judgement.left, judgement.right)))


def word_on(store: Store, left: RecordRef, right: RecordRef) -> Judgement | None:
    """The standing word on a pair, None where nothing was said."""
    return next((word for word in store.matches.judgements(left) if right in (word.left, word.right)), None)


def _check(store: Store, judgement: Judgement) -> None:
    left, right = judgement.left, judgement.right
    if left == right:
        raise UsageError(f"both are {left}; nothing was kept", next_command=f"connector explain {left}")
    kinds = {_kind(store, left), _kind(store, right)}
    if Kind.LEAD in kinds:
        return
    if len(kinds) > 1:
        raise UsageError(f"{left} is a {_kind(store, left)} and {right} a {_kind(store, right)}; nothing was kept")
    if left.connection != right.connection:
        raise UsageError(
            f"{left} and {right} are in two CRMs, where their leads link them; nothing was kept",
            next_command=f"connector matching blame {left}",
        )


def _kind(store: Store, ref: RecordRef) -> Kind:
    record = store.directory.get(ref)
    return record.kind if record is not None else Kind.LEAD
