"""Values: decoded once, checked before they are sent, recognised after they were saved."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model.progress import FieldShape
from connector.model.records import Scalar
from connector.systems.suitecrm.values import (
    Sent,
    Unsendable,
    cut,
    decode,
    decode_text,
    encode,
    stands,
    unchanged,
    utc,
)


def shape(kind: str, length: int = 0, values: tuple[str, ...] = (), name: str = "field") -> FieldShape:
    """A field of a type."""
    return FieldShape(name, kind, length=length, values=values)


def suite_encodes(text: str) -> str:
    """What SuiteCRM does to text on a read: four characters, and not the ampersand."""
    for letter, entity in (('"', "&quot;"), ("'", "&#039;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(letter, entity)
    return text


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("O'Brien & Söhne", "O&#039;Brien & Söhne"),
        ('3 < 4 > 2 "x"', "3 &lt; 4 &gt; 2 &quot;x&quot;"),
        ("AT&amp;T &copy;", "AT&amp;T &copy;"),
    ],
)
def test_four_entities_are_decoded(stored: str, shown: str) -> None:
    """Trap 2: exactly four entities are undone; a literal entity of another sort stays as a person typed it."""
    assert decode_text(shown) == stored


@given(st.text(alphabet="ab'\"<>é "))
def test_decoding_undoes_encoding(text: str) -> None:
    """What SuiteCRM encodes on a read is decoded to what is stored, once."""
    assert decode_text(suite_encodes(text)) == text


def test_entities_are_decoded_once() -> None:
    """Text that was encoded twice loses one layer only."""
    assert decode_text("&lt;&#039;&amp;lt;") == "<'&amp;lt;"


@pytest.mark.parametrize(
    ("told", "kind", "value"),
    [
        ("0", "bool", False),
        ("1", "bool", True),
        (1, "bool", True),
        (0, "bool", False),
        ("", "bool", False),
        (True, "bool", True),
        ("perhaps", "bool", None),
        ("", "varchar", None),
        (None, "varchar", None),
        ("25000.500000", "currency", 25000.5),
        ("10", "int", 10),
        ("2026-11-21 19:25:55", "datetime", "2026-11-21T19:25:55Z"),
        ("2026-11-21T19:25:00+00:00", "datetime", "2026-11-21T19:25:00Z"),
        ("2026-12-31", "date", "2026-12-31"),
        ([], "varchar", None),
        ({}, "relate", None),
    ],
)
def test_values_are_read_by_type(told: object, kind: str, value: Scalar) -> None:
    """Traps 3 to 6: empty is nothing, "0" is false, numbers come as text, instants are UTC, objects are nothing."""
    assert decode(told, kind) == value


def test_wrong_offset_is_ignored() -> None:
    """The digits of a V8 time are UTC whatever offset stands behind them, unless the option says otherwise."""
    told = "2024-05-01T18:00:00-05:00"
    assert utc(told) == datetime(2024, 5, 1, 18, tzinfo=UTC)
    assert utc(told, trust_offset=True) == datetime(2024, 5, 1, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "kind", "sent"),
    [
        (None, "varchar", ""),
        (True, "bool", "1"),
        (False, "bool", "0"),
        (1234.5, "currency", 1234.5),
        ("1234.50", "currency", 1234.5),
        (1000, "double", 1000),
        (25.0, "varchar", "25"),
        ("2026-11-21T19:25:55Z", "datetime", "2026-11-21 19:25:55"),
        ("2026-11-21T23:30:00-05:00", "datetime", "2026-11-22 04:30:00"),
        ("2026-11-21T23:30:00-05:00", "date", "2026-11-22"),
        ("2026-11-21", "datetime", "2026-11-21 00:00:00"),
        ("2026-11-21", "date", "2026-11-21"),
        ("  a\r\nb ", "text", "a\nb"),
    ],
)
def test_values_are_sent_as_suite_wants(value: Scalar, kind: str, sent: Sent) -> None:
    """Traps 7 and 8: dates in database form, decimals as JSON numbers, texts trimmed, nothing as the empty text."""
    found = encode(value, shape(kind))
    assert (found, type(found)) == (sent, type(sent))


@pytest.mark.parametrize(
    ("value", "kind", "code"),
    [
        ("31/12/2026", "date", "invalid-date"),
        ("2026-02-31", "date", "invalid-date"),
        ("soon", "datetime", "invalid-date"),
        ("abc", "currency", "invalid-number"),
        ("nan", "double", "invalid-number"),
        ("12,345.60", "currency", "invalid-number"),
        ("perhaps", "bool", "invalid-flag"),
    ],
)
def test_lossy_values_are_not_sent(value: Scalar, kind: str, code: str) -> None:
    """What SuiteCRM would turn into nothing or zero without a word is refused here."""
    with pytest.raises(Unsendable) as caught:
        encode(value, shape(kind))
    assert caught.value.code == code


def test_list_labels_are_not_sent() -> None:
    """Trap 19: SuiteCRM stores any text in a list field; a value that the list lacks is refused, a key goes out."""
    stages = shape("enum", values=("Id. Decision Makers",))
    assert encode("Id. Decision Makers", stages) == "Id. Decision Makers"
    with pytest.raises(Unsendable):
        encode("Identifying Decision Makers", stages)


@pytest.mark.parametrize(
    ("text", "length", "kept"),
    [
        ("Acme Corporation - Okafor", 20, "Acme Corporation -"),
        ("Acme Corporation - Okafor", 16, "Acme Corporation"),
        ("Acme", 4, "Acme"),
        ("x" * 60, 50, "x" * 50),
        ("a " + "x" * 60, 50, "a " + "x" * 48),
        ("Acme", 0, "Acme"),
    ],
)
def test_texts_are_cut_on_words(text: str, length: int, kept: str) -> None:
    """Trap 17: text is cut by us, at a word where that loses little, before SuiteCRM cuts it silently."""
    assert cut(text, length) == kept


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_cut_texts_fit(text: str, length: int) -> None:
    """A cut text fits, is a beginning of what was given, and is not cut again."""
    found = cut(text, length)
    assert len(found) <= length
    assert text.startswith(found)
    assert cut(found, length) == found


@pytest.mark.parametrize(
    ("sent", "read", "kind"),
    [
        ("Caf\u00e9", "Caf\u00e9", "varchar"),
        ("AT&amp;T", "AT&T", "varchar"),
        ("A<B> Ltd", "A Ltd", "varchar"),
        ("call <bob@x.example> now", "call", "text"),
        ("deal \U0001f600", "deal ????", "varchar"),
        ("", None, "varchar"),
        ("", 0, "int"),
        (1234.5, 1234.5, "currency"),
        ("0", None, "bool"),
        ("2026-11-21 19:25:55", "2026-11-21T19:25:00Z", "datetime"),
    ],
)
def test_suites_versions_are_recognised(sent: Sent, read: Scalar, kind: str) -> None:
    """Trap 23: what SuiteCRM makes of markup, entities, emoji and seconds is still what was sent."""
    assert stands(sent, read, shape(kind))


@pytest.mark.parametrize(
    ("sent", "read", "kind"),
    [
        ("New", "Old", "varchar"),
        ("x", None, "varchar"),
        ("1", False, "bool"),
        (5, 0, "double"),
        ("a", "A", "varchar"),
        ("call <bob@x.example> now", "asked for a demo", "text"),
        ("call <bob@x.example> now", None, "text"),
        ("call <bob@x.example>", "call him", "text"),
        ("<b>new</b>", "old", "text"),
    ],
)
def test_lost_values_are_noticed(sent: Sent, read: Scalar, kind: str) -> None:
    """A value that is not there is not taken for one that SuiteCRM worded differently."""
    assert not stands(sent, read, shape(kind))


@pytest.mark.parametrize(
    ("sent", "read", "kind", "same"),
    [
        ("AT&amp;T", "AT&T", "varchar", True),
        ("a\nb", "a\r\nb ", "text", True),
        ("a\nb", "a b", "text", False),
        ("really??", "really?", "text", False),
        ("A<B> Ltd", "A Ltd", "varchar", False),
        ("call <b>Bob</b>", "call Bob", "text", False),
        ("", None, "varchar", True),
        (1234.5, 1234.5, "currency", True),
        ("0", None, "bool", True),
    ],
)
def test_look_alikes_are_written(sent: Sent, read: Scalar, kind: str, same: bool) -> None:
    """Before a write only the very text counts as standing already: what is left unsent for a look-alike is lost."""
    assert unchanged(sent, read, shape(kind)) is same


def test_addresses_ignore_case() -> None:
    """One address record serves every spelling of it: the case in which it is shown is no difference."""
    assert stands("Ann@Acme.example", "ANN@acme.example", shape("varchar", name="email1"))
    assert not stands("ann@acme.example", "bob@acme.example", shape("varchar", name="email1"))
