"""The named transforms, one by one."""

from __future__ import annotations

import pytest

from connector.mapping import transform_documentation
from connector.mapping.transforms import named, names
from connector.model.records import Scalar


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("trim", "\ufeff a\r\nb ", "a\nb"),
        ("trim", 7.0, "7"),
        ("one_line", " a \n b ", "a b"),
        ("lower", " AbC ", "abc"),
        ("upper", "abc", "ABC"),
        ("title_case", "ANN MCDONALD", "Ann McDonald"),
        ("html_unescape", "R&amp;D", "R&D"),
        ("email", "Ann <ANN@acme.com>", "ann@acme.com"),
        ("email", " N/A ", "n/a"),
        ("host", "https://www.Acme.com/x", "acme.com"),
        ("country", "Allemagne", "DE"),
        ("country", "Narnia", "Narnia"),
        ("number", "$1,200.50", 1200.5),
        ("number", "1 000", 1000),
        ("number:comma", "1.200,50 €", 1200.5),
        ("first_number", "51-200 employees", 51),
        ("first_number", "1,000+", 1000),
        ("flag", "Yes", True),
        ("flag", 0, False),
        ("yes_no", "Yes", "yes"),
        ("yes_no", False, "no"),
        ("yes_no", "unknown", None),
        ("date:M/D/YYYY", "3/4/2024", "2024-03-04"),
        ("instant:DD.MM.YYYY HH:mm@Europe/Berlin", "01.05.2024 10:00", "2024-05-01T08:00:00Z"),
        ("instant:@America/New_York", "2024-05-01 10:00", "2024-05-01T14:00:00Z"),
        ("phone:US", "504-621-8927", "+15046218927"),
        ("phone", "504-621-8927", "504-621-8927"),
        ("full_name_first", "Lee, Ann", "Ann"),
        ("full_name_last", "John Doe Jr.", "Doe Jr."),
        ("full_name_salutation", "Dr. Ann Lee", "Dr."),
        ("firm_of_email", "ann@acme-tools.co.uk", "Acme Tools"),
        ("firm_of_email", "ann@gmail.com", None),
        ("firm_of_email", "ann", None),
        ("salesforce_owner_kind", "00G5g000000AbCdEAK", "queue"),
        ("salesforce_owner_kind", "0055g00000UuVvWAAV", "user"),
        ("salesforce_id", "00Q5g00000AbCdE", "00Q5g00000AbCdEEAV"),
        ("salesforce_id", "0015g00000XyZ12AAF", "0015g00000XyZ12AAF"),
        ("requested_action", "Call me", "call"),
        ("blank_if:Select|-- None --", " select ", None),
        ("blank_if:Select", "Yes", "Yes"),
    ],
)
def test_transform_gives(name: str, value: Scalar, expected: Scalar) -> None:
    """A transform turns this value into that one."""
    result = named(name).step(value, "")
    assert result == expected
    assert isinstance(result, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", "about ten"), ("number", "1.200,50"), ("number", True), ("number", "1,20,0"), ("number", "nan"),
        ("first_number", "many"), ("flag", "perhaps"), ("yes_no", "a lot"), ("date", "03/04/2024"),
        ("date:DD.MM.YYYY", "2024-04-03"), ("instant", "yesterday"), ("salesforce_owner_kind", "001"),
        ("salesforce_id", "abc"), ("requested_action", "Webinar"), ("number", float("inf")),
    ],
)  # fmt: skip
def test_transform_refuses(name: str, value: Scalar) -> None:
    """What cannot be read is refused in words, never guessed."""
    with pytest.raises(ValueError, match=r"[a-z]+ "):
        named(name).step(value, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I requested a demo of your tool", "demo"),
        ("demo request", "demo"),
        ("We would like to see a live demonstration.", "demo"),
        ("free trial", "trial"),
        ("Needs a quote for 20 seats", "quote"),
        ("pricing", "quote"),
        ("Just browsing. Can you call me tomorrow?", "call"),
        ("Bitte um Rückruf", "call"),
        ("Ich möchte ein Angebot", "quote"),
        ("Nous souhaitons une démo", "demo"),
        ("They build demo software", None),
        ("No demo please", None),
        ("don’t call me", None),
        ("We saw a demo last week", None),
        ("Trial period ended", None),
        ("Attended the webinar", None),
    ],
)
def test_requests_are_read_from_text(text: str, expected: str | None) -> None:
    """A request in free text is found; a refusal, a look back and a mere mention are none."""
    assert named("requested_action_in_text").step(text, "") == expected


@pytest.mark.parametrize(
    "name", ["date:xx", "instant:@Atlantis", "phone:Germany", "number:point", "blank_if", "trim:x"]
)
def test_senseless_arguments_are_refused(name: str) -> None:
    """An argument that a transform cannot use is an error with an example."""
    with pytest.raises(ValueError, match=r"."):
        named(name)


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("country", "DE", "Germany"),
        ("yes_no", "yes", "Yes"),
        ("requested_action", "call", "Call me"),
        ("phone", "+15046218927;ext=45", "+15046218927 x45"),
        ("date:DD.MM.YYYY", "2024-04-03", "03.04.2024"),
        ("instant:DD.MM.YYYY HH:mm@Europe/Berlin", "2024-05-01T08:00:00Z", "01.05.2024 10:00"),
    ],
)
def test_undoing_leads_back(name: str, ours: str, theirs: str) -> None:
    """What is written into the CRM is read back as the same value."""
    transform = named(name)
    assert transform.undo is not None
    assert transform.undo(ours, "") == theirs
    assert transform.step(theirs, "") == ours


def test_every_transform_is_documented() -> None:
    """Each transform says in a sentence what it does."""
    shown = transform_documentation()
    assert set(shown) == set(names())
    assert all(text.endswith(".") and len(text) > 20 for text in shown.values()), shown
