"""Where a lead and a candidate agree, nearly agree or differ, field by field."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from connector.matching.lookalikes import contradict, traits
from connector.matching.side_by_side import Sign, side_by_side
from connector.model.records import Kind, Record, RecordRef, Scalar


def record(values: Mapping[str, Scalar], kind: Kind = Kind.LEAD) -> Record:
    """A record with these values."""
    return Record(kind, RecordRef("crm", kind.value, "1"), values)


def filled(field: str, text: str) -> dict[str, str]:
    """The fields that *text* fills."""
    return dict(zip(("first_name", "last_name"), text.split(), strict=False)) if field == "name" else {field: text}


@pytest.mark.parametrize(
    ("field", "mine", "theirs", "sign"),
    [
        ("name", "José Peña", "Jose Pena", Sign.SAME),
        ("name", "Peña José", "Jose Pena", Sign.NEAR),
        ("name", "Bob Marsh", "Robert Marsh", Sign.NEAR),
        ("name", "Bob Marsh", "Zoe Marsh", Sign.DIFFERENT),
        ("name", "李", "--", Sign.DIFFERENT),
        ("company", "ACME GmbH", "Acme GmbH", Sign.SAME),
        ("company", "Acme GmbH", "Acme Inc.", Sign.NEAR),
        ("company", "Acme GmbH", "Zenith AG", Sign.DIFFERENT),
        ("email", "A.nn+x@gmail.com", "ann@gmail.com", Sign.SAME),
        ("email", "ann@acme.com", "a.lee@acme.com", Sign.NEAR),
        ("email", "ann@gmail.com", "bob@gmail.com", Sign.DIFFERENT),
        ("phone", "+49 30 123456", "030 12 34 56", Sign.SAME),
        ("phone", "+49 30 123456", "030 12 34 57", Sign.DIFFERENT),
        ("phone", "+15046218927", "(504) 621-8927", Sign.SAME),
        ("phone", "(504) 621-8927 x45", "(504) 621-8927", Sign.NEAR),
        ("phone", "12", "34", Sign.DIFFERENT),
        ("website", "https://www.acme.com", "acme.com", Sign.SAME),
        ("website", "acme.com", "acme.de", Sign.NEAR),
        ("website", "acme.com", "zenith.com", Sign.DIFFERENT),
        ("country", "Germany", "DE", Sign.SAME),
        ("country", "DE", "FR", Sign.DIFFERENT),
        ("title", "VP Sales", "VP, Sales EMEA", Sign.NEAR),
        ("employees", "100", "115", Sign.NEAR),
        ("employees", "100", "100.0", Sign.SAME),
        ("employees", "100", "1000", Sign.DIFFERENT),
        ("employees", "many", "1000", Sign.DIFFERENT),
        ("city", "Köln", "", Sign.NONE),
    ],
)
def test_values_are_compared_by_kind(field: str, mine: str, theirs: str, sign: Sign) -> None:
    """Each field is compared as what it is, and the sign is the same whichever side is the lead."""
    shown = {"website": "domain"}.get(field, field)
    for left, right in ((mine, theirs), (theirs, mine)):
        lines = side_by_side(record(filled(field, left)), [record(filled(field, right), Kind.CONTACT)])
        assert {line.field: line.cells[0].sign for line in lines}[shown] is sign


def test_account_stands_by_its_name() -> None:
    """An account's name is the company; a candidate that is gone has empty cells; empty fields have no line."""
    lines = side_by_side(record({"company": "Acme"}), [record({"name": "Acme"}, Kind.ACCOUNT), None])
    assert [(line.field, [cell.sign for cell in line.cells]) for line in lines] == [("company", [Sign.SAME, Sign.NONE])]


def test_junk_is_no_trait() -> None:
    """Role mailboxes, throw-away addresses and fillers make nobody look like anybody."""
    junk = ("info@acme.com", "a@guerrillamail.com", "test@test.com", "")
    assert [traits(record({"email": address})).mail for address in junk] == ["", "", "", ""]
    assert traits(record({"last_name": "asdf", "company": "Acme"})).person == ""
    assert traits(record({"last_name": "Lee"})).person == ""


@pytest.mark.parametrize(
    ("values", "firm"),
    [
        ({"email": "ann@mail.acme.co.uk"}, "domain:acme.co.uk"),
        ({"email": "ann@gmail.com", "website": "www.acme.com"}, "domain:acme.com"),
        ({"email": "ann@gmail.com", "company": "Acme", "country": "DE"}, "company:acme:de"),
        ({"email": "ann@gmail.com"}, ""),
    ],
)
def test_firm_by_domain_first(values: dict[str, Scalar], firm: str) -> None:
    """A firm is its own domain where the lead tells one, else its name in its country."""
    assert traits(record(values)).firm == firm


@pytest.mark.parametrize(
    ("left", "right", "clash"),
    [
        ("ann@acme.com", "ann.lee2@acme.com", True),
        ("ann@acme.com", "ann@gmail.com", False),
        ("ann@acme.com", "", False),
        ("a.nn@gmail.com", "ann@gmail.com", False),
    ],
)
def test_two_mailboxes_contradict(left: str, right: str, clash: bool) -> None:
    """Two mailboxes of one domain are two people for all we know; one mailbox, or none, is not."""
    assert contradict(traits(record({"email": left})), traits(record({"email": right}))) is clash
