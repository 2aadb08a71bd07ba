"""One self-contained page: no script, nothing fetched from anywhere, and a style that prints well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.reports.markup import Html, element, joined, text

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1d2430; --quiet: #5a6472; --rule: #d9dee5;
  --mark: #2f6690; --mark-two: #c0722d; --mark-three: #5b8c5a; --mark-four: #8a5a9e; --soft: #dbe7f0; --band: #e6efe2;
  --warn: #a4442f; --shade: #f5f7f9; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181e; --ink: #e4e8ee; --quiet: #9aa5b4; --rule: #343c48;
  --mark: #74aed6; --mark-two: #e0a064; --mark-three: #8fc08d; --mark-four: #bd93d0; --soft: #24384a; --band: #223022;
  --warn: #e58d78; --shade: #1b2129; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--rule); }
p { margin: .4rem 0 .8rem; max-width: 46rem; } .lead, .note, figcaption { color: var(--quiet); }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; }
a { color: var(--mark); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1rem; margin: 1rem 0; }
dl.facts div { border-left: 3px solid var(--soft); padding-left: .7rem; } dl.facts dt { color: var(--quiet); }
dl.facts dd { margin: 0; font-size: 1.5rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0 1.4rem; } figcaption { font-size: .88rem; margin-top: .3rem; }
.wide { overflow-x: auto; margin: .8rem 0 1.2rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 50%; }
caption { text-align: left; color: var(--quiet); padding-bottom: .3rem; }
th, td { text-align: left; padding: .28rem .9rem .28rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; } td.n, th.n { text-align: right; white-space: nowrap; }
tbody tr:hover { background: var(--shade); }
svg { display: block; width: 100%; height: auto; max-width: 46rem; }
svg text { fill: var(--ink); font-size: 13px; font-family: inherit; }
svg .quiet { fill: var(--quiet); font-size: 12px; }
svg .n { font-variant-numeric: tabular-nums; } svg .on { fill: var(--paper); }
svg .axis { stroke: var(--rule); stroke-width: 1; } svg .bar, svg .s0 { fill: var(--mark); }
svg .soft { fill: var(--soft); }
svg .band { fill: var(--band); } svg .reach { stroke: var(--ink); stroke-width: 1.5; }
svg .s1 { fill: var(--mark-two); } svg .s2 { fill: var(--mark-three); } svg .s3 { fill: var(--mark-four); }
svg polyline { fill: none; stroke-width: 2; stroke-linejoin: round; } svg .l0 { stroke: var(--mark); }
svg .l1 { stroke: var(--mark-two); stroke-dasharray: 6 3; }
svg .l2 { stroke: var(--mark-three); stroke-dasharray: 2 3; }
svg .l3 { stroke: var(--mark-four); stroke-dasharray: 8 3 2 3; } svg .range { fill: var(--mark); opacity: .14; }
footer { margin-top: 3rem; color: var(--quiet); font-size: .85rem; border-top: 1px solid var(--rule);
  padding-top: .6rem; }
@page { margin: 16mm; }
@media print { :root { color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --mark: #2f6690;
  --mark-two: #b0601f; --mark-three: #3f733e; --mark-four: #744a86; --soft: #dbe7f0; --band: #e0ebda; --warn: #8a2f1c; }
  body { padding: 0; max-width: none; font-size: 10.5pt; } nav { display: none; } a { color: inherit; }
  h2 { break-after: avoid; } figure, tr, dl.facts div { break-inside: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; } svg, svg * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page under a heading; *parts* are markup (see the functions below and `connector.reports.svg`)."""

    title: str
    parts: tuple[Html, ...]


def page(title: str, sections: Sequence[Section], lead: str = "", foot: str = "") -> str:
    """The whole document as text; *lead* says below the title what the page is about, *foot* ends it."""
    named = [(f"s{number}", section) for number, section in enumerate(sections, 1)]
    links = [element("li", element("a", text(section.title), href=f"#{name}")) for name, section in named]
    body = joined(
        element("header", element("h1", text(title)), _paragraph(lead, "lead")),
        element("nav", element("ul", *links), aria_label="Sections") if len(named) > 2 else Html(""),
        element("main", *(_section(name, section) for name, section in named)),
        element("footer", text(foot)) if foot else Html(""),
    )
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{text(title)}</title><style>{STYLE}</style>"
    )
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'


def paragraph(words: str) -> Html:
    """Plain words."""
    return _paragraph(words, "")


def note(words: str) -> Html:
    """Words that stand back: how something was counted, what is left out."""
    return _paragraph(words, "note")


def facts(pairs: Sequence[tuple[str, str]]) -> Html:
    """A few big figures side by side, each with its name."""
    return element(
        "dl",
        *(element("div", element("dt", text(name)), element("dd", text(told))) for name, told in pairs),
        class_="facts",
    )


def figure(picture: Html, caption: str = "") -> Html:
    """A picture with what it shows."""
    return element("figure", picture, element("figcaption", text(caption)) if caption else Html(""))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], caption: str = "") -> Html:
    """A table; a column whose cells all begin like numbers is set to the right. None is an empty cell."""
    cells = [["" if value is None else str(value) for value in row] for row in rows]
    kinds = ["n" if cells and all(_is_number(row[at]) for row in cells) else "t" for at in range(len(columns))]
    head = element("tr", *(element("th", text(c), scope="col", class_=k) for c, k in zip(columns, kinds, strict=True)))
    body = (
        element("tr", *(element("td", text(c), class_=k) for c, k in zip(row, kinds, strict=True))) for row in cells
    )
    told = element("caption", text(caption)) if caption else Html("")
    return element("div", element("table", told, element("thead", head), element("tbody", *body)), class_="wide")


def _section(name: str, section: Section) -> Html:
    return element("section", element("h2", text(section.title)), *section.parts, id=name)


def _paragraph(words: str, kind: str) -> Html:
    if not words:
        return Html("")
    return element("p", text(words), class_=kind) if kind else element("p", text(words))


def _is_number(cell: str) -> bool:
    return (
        not cell
        or cell == "-"
        or cell.lstrip("+-−").split(" ")[0].rstrip("%").replace(",", "").replace(".", "").isdigit()
    )
