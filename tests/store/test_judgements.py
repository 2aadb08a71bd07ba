"""Words of people over time: carried over merges, each once, and what a word has frozen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.model.match import Judgement, Word
from connector.model.records import RecordRef
from connector.store import SqliteStore, open_store

from .making import START, HeldClock, contact, lead
from .test_matches import word

MERGE = "merge in the CRM"


def said(store: SqliteStore, ref: RecordRef) -> dict[RecordRef, Word]:
    """The standing word on each pair of *ref*, by the other record."""
    return {one.right if one.left == ref else one.left: one.word for one in store.matches.judgements(ref)}


def test_word_is_carried_once(store: SqliteStore) -> None:
    """A word on a merged record holds for its survivor too, with who said it; carrying again adds nothing."""
    store.matches.judge(word(Word.SAME, lead(), contact(1)))

    (held,) = store.matches.carry(contact(1), contact(2), START, MERGE)
    again = store.matches.carry(contact(1), contact(2), START, MERGE)

    assert (held.by, held.word, held.at) == ("ann", Word.SAME, START)
    assert "merged into" in held.note
    assert again == []
    assert said(store, lead()) == {contact(1): Word.SAME, contact(2): Word.SAME}


def test_contradiction_is_doubt(store: SqliteStore) -> None:
    """Same of one and different of the other, merged, is doubt that names both; a later word settles it for ever."""
    store.matches.judge(word(Word.SAME, lead(), contact(1), by="ann"))
    store.matches.judge(word(Word.DIFFERENT, contact(2), lead(), hours=1, by="bob"))

    (doubt,) = store.matches.carry(contact(1), contact(2), START + timedelta(hours=2), MERGE)

    assert doubt.word is Word.UNSURE
    assert "ann said same" in doubt.note
    assert "bob said different" in doubt.note
    store.matches.judge(word(Word.DIFFERENT, lead(), contact(2), hours=3))
    assert store.matches.carry(contact(1), contact(2), START + timedelta(hours=4), MERGE) == []
    assert said(store, lead())[contact(2)] is Word.DIFFERENT


def test_word_between_the_merged_ends(store: SqliteStore) -> None:
    """What was said of a record and its own survivor is answered by the merge and carried nowhere."""
    store.matches.judge(word(Word.DIFFERENT, contact(1), contact(2)))
    assert store.matches.carry(contact(1), contact(2), START, MERGE) == []


def test_lent_word_yields_to_a_later_one(store: SqliteStore) -> None:
    """A word on a row holds for its landed copy, unless the copy was spoken of later."""
    store.matches.judge(word(Word.SAME, lead(1), contact(1)))
    store.matches.judge(word(Word.SAME, lead(1), contact(2)))
    store.matches.judge(word(Word.DIFFERENT, lead(2), contact(2), hours=1))
    for _ in range(2):
        store.matches.lend(lead(1), lead(2))
    assert said(store, lead(2)) == {contact(1): Word.SAME, contact(2): Word.DIFFERENT}
    assert store.database.rows("SELECT count(*) FROM judgements") == [(5,)]


def test_words_wait_to_be_weighed(store: SqliteStore) -> None:
    """A new word waits, with the instant it came, until it was looked what leans on it."""
    store.matches.judge(word(Word.SAME, lead(), contact(), hours=-5))
    (waiting,) = store.matches.unweighed()
    assert (waiting.judgement.word, waiting.kept_at) == (Word.SAME, START)
    store.matches.weighed(waiting.number, START)
    assert store.matches.unweighed() == []


def test_frozen_until_decided_anew(store: SqliteStore) -> None:
    """A frozen lead is told with its reason until it is released; plans made before stay stopped for ever."""
    store.matches.judge(word(Word.DIFFERENT, lead(), contact()))
    (waiting,) = store.matches.unweighed()
    store.matches.freeze({lead(1): "because"}, waiting)
    store.matches.freeze({lead(1): "because"}, waiting)
    before, after = START - timedelta(seconds=1), START + timedelta(seconds=1)

    assert [mark.why for mark in store.matches.frozen().values()] == ["because"]
    store.matches.release(lead(1), after)

    assert store.matches.frozen() == {}
    assert list(store.matches.frozen(before)) == [lead(1)]
    assert store.matches.frozen(after) == {}
    assert [mark.released_at for mark in store.matches.froze(lead(1))] == [after]


WORDS = st.sampled_from(list(Word))
RECORDS = st.integers(1, 4)
STEPS = st.one_of(
    st.tuples(st.just("say"), st.integers(1, 2), RECORDS, WORDS),
    st.tuples(st.just("merge"), RECORDS, RECORDS, WORDS),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, max_size=14))
def test_any_history_of_words_and_merges(history: list[tuple[str, int, int, Word]]) -> None:
    """After any history each lead holds, for every living record, the latest word, or doubt where merges contradict."""
    living = {number: number for number in range(1, 5)}
    expected: dict[tuple[int, int], Word] = {}
    with TemporaryDirectory() as folder, open_store(Path(folder) / "s.db", clock=HeldClock()) as store:
        for minute, (what, one, other, meant) in enumerate(history):
            at = START + timedelta(minutes=minute)
            if what == "say":
                other = living[other]
                expected[one, other] = meant
                left, right = (lead(one), contact(other)) if minute % 2 else (contact(other), lead(one))
                store.matches.judge(Judgement(left, right, meant, "ann", at))
                continue
            gone, into = living[one], living[other]
            if gone == into:
                continue
            for number in (1, 2):
                carried, own = expected.pop((number, gone), None), expected.get((number, into))
                if carried is not None:
                    expected[number, into] = carried if own in (None, carried) else Word.UNSURE
            living = {number: into if stands == gone else stands for number, stands in living.items()}
            for _ in range(2):
                store.matches.carry(contact(gone), contact(into), at, MERGE)
        alive = {contact(number): number for number in living.values()}
        found = {
            (number, alive[ref]): meant
            for number in (1, 2)
            for ref, meant in said(store, lead(number)).items()
            if ref in alive
        }
    assert found == expected
