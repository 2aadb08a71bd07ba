"""Which column is what, in several languages and by what stands in it, and rows as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from connector.errors import UsageError
from connector.matching.tables import FIELDS, REGION, RowReader, guess_columns
from connector.model.fields import ACCOUNT_FIELDS, CONTACT_FIELDS, LEAD_FIELDS
from connector.model.records import Kind, Record


def chosen(*header: str, kind: Kind | None = None, **given: str) -> Mapping[str, str]:
    """The meaning of headings alone."""
    return guess_columns(header, (), kind, given).chosen


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("First Name|Last Name|E-mail Address|Billing City", "first_name last_name email city"),
        ("Vorname|Nachname|Firma|Straße|PLZ|Ort|Land", "first_name last_name company street postal_code city country"),
        ("Prénom|Nom de famille|Société|Téléphone|Code postal", "first_name last_name company phone postal_code"),
        ("Nombre|Apellidos|Correo electrónico|Móvil|País", "first_name last_name email mobile country"),
        ("nome|cognome|azienda|indirizzo|città", "first_name last_name company street city"),
        ("Voornaam|Achternaam|Bedrijf|Postcode|Woonplaats", "first_name last_name company postal_code city"),
        ("imię|nazwisko|nazwa firmy|miejscowość", "first_name last_name company city"),
        ("имя|фамилия|компания|телефон|город", "first_name last_name company phone city"),
        ("名|姓|会社名|メール", "first_name last_name company email"),
        ("unique_id|given|surname|jobTitle|phone1|phone2", "first_name last_name title phone mobile"),
    ],
)
def test_headings_are_read_in_many_languages(header: str, fields: str) -> None:
    """People head their columns in their own language, with accents, blanks and owners before them."""
    assert set(chosen(*header.split("|"))) == set(fields.split())


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (("id", "name", "addr", "city", "phone"), Kind.ACCOUNT),
        (("Company Name", "Website", "Country"), Kind.ACCOUNT),
        (("name", "email"), Kind.LEAD),
        (("first", "last", "company"), Kind.LEAD),
        (("email",), Kind.LEAD),
    ],
)
def test_people_are_told_from_companies(header: Sequence[str], kind: Kind) -> None:
    """A table of people has names in parts, titles or addresses of persons; a table of companies has not."""
    assert guess_columns(header, ()).kind is kind


def test_exact_heading_wins_over_a_like_one() -> None:
    """`state` is the state even where `county` stands before it."""
    assert chosen("last name", "county", "state")["state"] == "state"


def test_cells_tell_where_headings_do_not() -> None:
    """Addresses, numbers, sites, postal codes and countries are known by their look; dates and counters are not."""
    header = ("last", "a", "b", "c", "d", "e", "f", "g")
    sample = [
        ("Lee", f"p{n}@x.example", f"020 7946 09{n:02}", f"www.s{n}.example", "Germany", f"SW1A {n % 9}AA",
         "1971-06-24", str(n))
        for n in range(20)
    ]  # fmt: skip
    found = guess_columns(header, sample)
    assert dict(found.chosen) == {
        "last_name": "last", "email": "a", "phone": "b", "website": "c", "country": "d", "postal_code": "e",
    }  # fmt: skip
    assert found.unused == ("f", "g")


def test_given_columns_win() -> None:
    """What a person says of a column stands above every guess, and its old column is free again."""
    found = guess_columns(("name", "legal", "mail"), (), Kind.ACCOUNT, {"name": "legal"})
    assert found.chosen["name"] == "legal"
    assert "name" in found.unused


def test_unknown_words_are_told_together() -> None:
    """Every field and column that does not exist is named in one go."""
    with pytest.raises(UsageError, match=r"no field `nickname`; there is no column `nick`"):
        guess_columns(("name",), (), Kind.LEAD, {"nickname": "nick"})


def test_key_counts_only_with_a_meaning() -> None:
    """A key that is an e-mail address is evidence; one that is a number is not."""
    assert guess_columns(("email", "last"), (), key="email").chosen["email"] == "email"
    found = guess_columns(("id", "last"), [(str(10000 + n), "x") for n in (3, 1, 2, 5)], key="id")
    assert (dict(found.chosen), found.unused) == ({"last_name": "last"}, ())


def read(kind: Kind, **cells: str) -> Record:
    """One row under headings that are its fields."""
    header = ("key", *cells)
    columns = guess_columns(header, (), kind, {name: name for name in cells if name != REGION}, "key")
    return RowReader(header, columns, "key", "file")(("K1", *cells.values()))


def test_rows_become_canonical_records() -> None:
    """Addresses lower case, numbers in international spelling, countries as codes, instants in UTC."""
    lead = read(
        Kind.LEAD, last_name="Weber", email="Ann@X.Example", phone="030 901820", country="Deutschland",
        created_at="2026-01-05 10:00:00+01:00",
    )  # fmt: skip
    assert (str(lead.ref), lead.text("email"), lead.text("country")) == ("file:Lead:K1", "ann@x.example", "DE")
    assert (lead.text("phone"), lead.text("created_at")) == ("+4930901820", "2026-01-05T09:00:00Z")


def test_region_tells_where_numbers_are_at_home() -> None:
    """A contact has no country of its own: that of its account reads its numbers and is not kept."""
    contact = read(Kind.CONTACT, last_name="Lee", mobile="0170 4452528", region="Germany")
    assert (contact.text("mobile"), contact.text("country")) == ("+491704452528", "")


def test_whole_names_and_bad_values_are_kept() -> None:
    """A name in one column comes as the last name; what cannot be normalised stays as written."""
    lead = read(Kind.LEAD, full_name="Ann Lee", phone="call me", created_at="last week", email="at home")
    assert [lead.text(name) for name in ("last_name", "phone", "created_at", "email")] == [
        "Ann Lee", "call me", "last week", "at home",
    ]  # fmt: skip


def test_every_field_is_canonical() -> None:
    """What a column may stand for is a canonical field of its kind, but for the three that are read otherwise."""
    known = {Kind.LEAD: LEAD_FIELDS, Kind.CONTACT: CONTACT_FIELDS, Kind.ACCOUNT: ACCOUNT_FIELDS}
    for kind, names in FIELDS.items():
        assert set(names) - set(known[kind]) <= {"full_name", "account_id", "email", "website"}
