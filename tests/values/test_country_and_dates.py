"""Countries by any name; dates and instants in the format that the mapping names."""

from __future__ import annotations

import pytest

from connector.values import country, dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deutschland", "DE"), ("U.S.A.", "US"), ("England", "GB"), ("UK", "GB"), ("Holland", "NL"),
        ("Россия", "RU"), ("中国", "CN"), ("Côte d'Ivoire", "CI"), ("DEU", "DE"), (" gb ", "GB"),
        ("South Korea", "KR"), ("Curaçao", "CW"), ("United States of America", "US"), ("Narnia", ""), ("", ""),
    ],
)  # fmt: skip
def test_countries_are_told_in_many_spellings(text: str, expected: str) -> None:
    """Names in many languages, codes and short forms give the ISO code; other text gives nothing."""
    assert country.code(text) == expected


def test_every_code_has_a_name_that_reads_back() -> None:
    """The English name of every code is read back as that code."""
    codes = [a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    known = [code for code in codes if country.is_code(code)]
    assert len(known) > 240
    assert {code: country.code(country.name(code)) for code in known} == {code: code for code in known}
    assert country.name("DE") == "Germany"


def test_dates_follow_the_named_format() -> None:
    """Day and month are read as the mapping says, and never guessed."""
    assert dates.to_date("03.04.2024", "DD.MM.YYYY") == "2024-04-03"
    assert dates.to_date("3/4/2024", "M/D/YYYY") == "2024-03-04"
    assert dates.to_date("2024-04-03T10:00:00Z") == "2024-04-03"
    with pytest.raises(ValueError, match="03/04/2024"):
        dates.to_date("03/04/2024")


def test_instants_become_utc() -> None:
    """Offsets, named zones and bare dates all end in one spelling in UTC."""
    assert dates.to_instant("2024-05-01T10:00:00.000+0000") == "2024-05-01T10:00:00Z"
    assert dates.to_instant("2024-05-01T10:00:00.250+0200") == "2024-05-01T08:00:00.250000Z"
    assert dates.to_instant("01.05.2024 10:00", "DD.MM.YYYY HH:mm", "Europe/Berlin") == "2024-05-01T08:00:00Z"
    assert dates.to_instant("2024-05-01") == "2024-05-01T00:00:00Z"


def test_unknown_formats_and_zones_are_refused() -> None:
    """A format without a date part and a zone that nobody knows are errors in words."""
    with pytest.raises(ValueError, match="no part of a date"):
        dates.format_of("xx-xx")
    with pytest.raises(ValueError, match="no time zone"):
        dates.zone("Europe/Atlantis")


def test_writing_undoes_reading() -> None:
    """A date and an instant go back in the format they came in."""
    assert dates.write_date("2024-04-03", "DD.MM.YYYY") == "03.04.2024"
    assert dates.write_instant("2024-05-01T08:00:00Z", "DD.MM.YYYY HH:mm", "Europe/Berlin") == "01.05.2024 10:00"
