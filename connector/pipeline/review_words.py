"""What a person meant: the words of an answer, typed at the command line or filled into a sheet, as an `Answer`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from connector.errors import UsageError
from connector.model.progress import Answer, AnswerWord, Review
from connector.model.records import Kind, RecordRef
from connector.ports import Store

Find: TypeAlias = Callable[[str], Sequence[RecordRef]]
"""The records that a text names: a reference, an id, or for a lead its key or e-mail."""

_NAMES_A_RECORD = (AnswerWord.SAME, AnswerWord.OTHER)


def understood(review: Review, word: AnswerWord, what: str, find: Find) -> tuple[RecordRef | None, str]:
    """The record and the reason that an answer names; `same` may leave the only candidate unnamed.

    Raises UsageError where the word takes nothing, or what it names cannot be told.
    """
    show = f"connector review show {review.id}"
    if word is AnswerWord.SAME:
        return _candidate(review, what), ""
    if word is AnswerWord.OTHER:
        return _other(review, what, find), ""
    if word is AnswerWord.DISQUALIFY:
        return None, what
    if what:
        sentence = f"`{word.value}` takes no further word, and `{what}` was given; nothing was kept"
        raise UsageError(sentence, next_command=show)
    return None, ""


def read_answer(review: Review, text: str, by: str, at: datetime, note: str, find: Find) -> Answer:
    """The answer in one cell, such as ``same 1``, ``2`` or ``disqualify junk``; raises UsageError otherwise."""
    first, _, rest = text.strip().partition(" ")
    if _is_number(text, review):
        first, rest = AnswerWord.SAME.value, text.strip()
    try:
        word = AnswerWord(first.casefold())
    except ValueError:
        words = ", ".join(one.value for one in AnswerWord)
        raise UsageError(f"`{text.strip()}` is no answer; the words are {words}") from None
    candidate, reason = understood(review, word, rest.strip(), find)
    return Answer(word, by, at, candidate, reason, note)


def objection(review: Review, answer: Answer, reasons: Mapping[str, str]) -> str:
    """Why an answer does not fit its review, in a sentence; empty when it does."""
    known = [match.ref for match in review.candidates]
    if answer.word is AnswerWord.SAME and answer.candidate not in known:
        return f"`same` names one of the candidates: {', '.join(map(str, known)) or 'none'}"
    if answer.word in (AnswerWord.DIFFERENT, AnswerWord.NEW) and not known:
        rulings = "`convert`, `nurture` or `disqualify` say what to do with the lead"
        return f"`{answer.word.value}` says that the lead is none of the candidates, and there are none; {rulings}"
    if answer.word is AnswerWord.OTHER and answer.candidate == review.lead:
        return "`other` names another record than the lead itself"
    if answer.word is AnswerWord.DISQUALIFY and answer.reason not in reasons:
        return f"`disqualify` names an accepted reason: {', '.join(sorted(reasons))}"
    return ""


def finder(store: Store, places: Callable[[], Sequence[tuple[str, str]]]) -> Find:
    """Look records up by what people call them.

    *places* are the connection and object of the target's contacts and accounts: no other CRM's are found. Merged
    records are followed to their survivor; a deleted one is not found.
    """

    def find(text: str) -> Sequence[RecordRef]:
        asked = [ref for ref in [_parsed(text)] if ref is not None]
        ids = [text, text + _checksum(text)] if len(text) == 15 else [text]
        asked += [RecordRef(connection, name, one) for connection, name in places() for one in ids]
        records = [record for ref in asked if (record := store.directory.get(ref)) is not None]
        here = [one.ref for one in records if one.kind is Kind.LEAD or (one.ref.connection, one.ref.object) in places()]
        leads = [] if here else [row.raw.ref for row in store.inbox.find(text) if not row.raw.deleted]
        return list(dict.fromkeys([*here, *leads]))

    return find


def _candidate(review: Review, what: str) -> RecordRef | None:
    """The candidate that a person named: by id, in full, or by its number in the list; the only one when unnamed."""
    refs = [match.ref for match in review.candidates]
    if not what and len(refs) == 1:
        return refs[0]
    named = next((ref for ref in refs if what and what in (ref.id, ref.id[:15], str(ref))), None)
    if named is None and what.isascii() and what.isdigit() and 1 <= int(what) <= len(refs):
        return refs[int(what) - 1]
    return named


def _other(review: Review, what: str, find: Find) -> RecordRef:
    show = f"connector review show {review.id}"
    if not what:
        raise UsageError("`other` names the record that the lead is the same as, by its id", next_command=show)
    named = next((m.ref for m in review.candidates if what in (m.ref.id, m.ref.id[:15], str(m.ref))), None)
    found = [named] if named is not None else find(what)
    if not found:
        sentence = f"no account, contact or lead is known as `{what}`; it comes with the next `connector sync`"
        raise UsageError(sentence, next_command=show)
    if len(found) > 1:
        listing = ", ".join(map(str, found[:5]))
        raise UsageError(f"`{what}` names several records: {listing}", next_command=show)
    return found[0]


def _is_number(text: str, review: Review) -> bool:
    bare = text.strip()
    return bool(bare) and _candidate(review, bare) is not None


def _parsed(text: str) -> RecordRef | None:
    try:
        return RecordRef.parse(text)
    except ValueError:
        return None


def _checksum(fifteen: str) -> str:
    """The three letters that make a Salesforce id of 15 characters one of 18.

    In each group of five, bit *i* says whether character *i* is a capital; the number is a letter of this alphabet
    (Salesforce, "What is the 18-character record ID?").
    """
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    groups = (fifteen[start : start + 5] for start in (0, 5, 10))
    return "".join(alphabet[sum(1 << at for at, one in enumerate(group) if "A" <= one <= "Z")] for group in groups)
