"""Pages and plots: one file, nothing fetched, words escaped, numbers as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from connector.reports.markup import Html, element, text
from connector.reports.page import Section, facts, figure, note, page, paragraph, table
from connector.reports.svg import Bar, Series, bars, funnel, heat_map, lines, ticks

NASTY = '<script>alert("x")</script> & \x00\ud800 é'
BARS = [Bar(NASTY, 80, "80 of 100", 70, 90, (60, 100)), Bar("none", 0, "0 of 100")]
PLOTS = [
    bars("Rates", BARS),
    bars("Nothing", []),
    funnel("Funnel", [Bar("lead", 100, "100"), Bar("MQL", 40, "40 (40 %)"), Bar("won", 0, "0")]),
    lines("Cohorts", ["2026-01", NASTY, "2026-03"], [Series("won", (1.0, None, 3.0), ((0, 2), None, (1, 4)))], " %"),
    lines("Alone", [], []),
    heat_map("Heat", ["0", "1"], ["2026-01", NASTY], [[12.0, None], [0.0, 1234.0]], " %"),
]


class Reader(HTMLParser):
    """Collects the elements and attributes of a page, and sees that each element is closed in turn."""

    void = frozenset({"meta", "br", "!doctype"})

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.seen.append((tag, dict(attrs)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It ends, and no other does."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words."""
        self.words += data


def read(document: str) -> Reader:
    """The page, read to its end with nothing left open."""
    reader = Reader()
    reader.feed(document)
    reader.close()
    assert reader.open == []
    return reader


def whole() -> str:
    """A page that holds one of everything."""
    rows = [(NASTY, 1, "12.5 %"), ("b", None, "-")]
    parts = (paragraph(NASTY), note("n"), facts([("won", "12")]), table(["who", "n", "rate"], rows, "caption"))
    return page(NASTY, [Section(NASTY, parts), *(Section("Plot", (figure(plot, "what"),)) for plot in PLOTS)], "l", "f")


def test_page_fetches_and_runs_nothing() -> None:
    """No script, no address of anything outside, and a policy that forbids both."""
    reader = read(whole())
    assert {tag for tag, _ in reader.seen}.isdisjoint({"script", "link", "img", "iframe", "object", "base"})
    for tag, attributes in reader.seen:
        assert not any(name.startswith("on") for name in attributes), tag
        assert all(value and value.startswith("#s") for name, value in attributes.items() if name in ("href", "src"))
    assert not re.search(r"url\(|@import|https?:", whole())
    assert any("default-src 'none'" in (attributes.get("content") or "") for _, attributes in reader.seen)


def test_words_come_out_escaped() -> None:
    """What was markup in the data is words on the page, and what no document may hold is replaced."""
    document = whole()
    assert "<script" not in document
    assert '<script>alert("x")</script> & \ufffd\ufffd é' in read(document).words
    document.encode()


@pytest.mark.parametrize("plot", PLOTS)
def test_plot_is_sound_and_accessible(plot: Html) -> None:
    """A plot is well-formed, is an image with title and description, and lies within its frame."""
    root = ElementTree.fromstring(plot)
    assert root.get("role") == "img"
    title, described = root[0], root[1]
    assert (title.tag, described.tag) == ("title", "desc")
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == (title.get("id"), described.get("id"))
    _, _, wide, high = (float(part) for part in (root.get("viewBox") or "").split())
    for shape in root.iter("rect"):
        assert (
            0 <= float(shape.get("x") or 0) <= float(shape.get("x") or 0) + float(shape.get("width") or 0) <= wide + 0.1
        )
        assert 0 <= float(shape.get("y") or 0) + float(shape.get("height") or 0) <= high + 0.1


def test_plots_tell_their_numbers() -> None:
    """What a plot shows can be read as text in it."""
    words = ["".join(ElementTree.fromstring(plot).itertext()) for plot in PLOTS]
    assert "80 of 100" in words[0]
    assert "40 (40 %)" in words[2]
    assert "won: 2026-01 1 %" in words[3]
    assert "1.23k %" in words[5]


def test_bar_lengths_follow_values() -> None:
    """A bar of half the value is half as long, and a value of nothing has no length."""
    root = ElementTree.fromstring(bars("t", [Bar("a", 10, "10"), Bar("b", 5, "5"), Bar("c", 0, "0")]))
    wide = [float(shape.get("width") or 0) for shape in root.iter("rect")]
    assert wide[0] == pytest.approx(2 * wide[1])
    assert wide[2] == 0


def test_line_breaks_where_value_is_missing() -> None:
    """A column without a value parts the line in two."""
    root = ElementTree.fromstring(lines("t", list("abcde"), [Series("s", (1.0, 2.0, None, 3.0, 4.0))]))
    assert [len((line.get("points") or "").split()) for line in root.iter("polyline")] == [2, 2]


@pytest.mark.parametrize(
    ("most", "marks"), [(9, [0, 2.5, 5, 7.5, 10]), (1.0, [0, 0.25, 0.5, 0.75, 1]), (0, [0, 1]), (float("inf"), [0, 1])]
)
def test_scale_has_round_marks(most: float, marks: list[float]) -> None:
    """Marks are round, begin at zero and reach at least the largest value."""
    assert ticks(most) == pytest.approx(marks)


def test_attributes_are_escaped() -> None:
    """A quote in an attribute does not end it."""
    assert element("a", text("<"), title='"><b>', x=1.50, text_anchor="end") == (
        '<a title="&quot;&gt;&lt;b&gt;" x="1.5" text-anchor="end">&lt;</a>'
    )
