"""The standing words of people, all of them, for what learns from them."""

from __future__ import annotations

from datetime import timedelta

from connector.model.match import Judgement, Word
from connector.store import SqliteStore

from .making import START, contact, lead


def test_each_standing_word_comes_once(store: SqliteStore) -> None:
    """Superseded words and copies of a word are left out; batches do not lose any."""
    words = [Judgement(lead(n), contact(n), Word.SAME, "ann", START, "") for n in range(1, 6)]
    for word in words:
        store.matches.judge(word)
    later = Judgement(lead(2), contact(2), Word.DIFFERENT, "bob", START + timedelta(hours=1), "")
    store.matches.judge(later)
    store.matches.lend(lead(1), lead(9))
    found = [word for some in store.matches.words(2) for word in some]
    assert found == [words[0], *words[2:], later]
