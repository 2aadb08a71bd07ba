"""Plots as inline SVG, each a small pure function: readable without script, with its numbers as text.

Colours come from the style of `connector.reports.page`; every plot has a title and a description for those who
cannot see it. Widths are in the plot's own units: 720 of them make the full width of a page.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connector.reports.markup import Html, element, joined, text

WIDTH = 720.0
_LABELS = 150.0
_TOLD = 170.0
_ROW = 30.0
_LETTER = 6.9  # the mean width of a letter at the size the labels are set in
_SERIES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value, how the value is told beside it, and what is drawn with it.

    *low* to *high* is an interval around the value, *band* a range that is held to be healthy, both in the unit of
    the value.
    """

    label: str
    value: float
    told: str
    low: float | None = None
    high: float | None = None
    band: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One line: a value per column of the plot, None where there is none; *ranges* is drawn pale around it."""

    name: str
    values: tuple[float | None, ...]
    ranges: tuple[tuple[float, float] | None, ...] = ()


def bars(title: str, rows: Sequence[Bar], most: float | None = None, description: str = "") -> Html:
    """Bars from the left, one below the other; *most* is the value of the full width (default: the largest)."""
    top = most or max([_reach(row) for row in rows], default=0.0) or 1.0
    scale = (WIDTH - _LABELS - _TOLD) / top
    drawn = [_bar(row, _ROW * number, scale) for number, row in enumerate(rows)]
    told = description or "; ".join(f"{row.label}: {row.told}" for row in rows)
    return _plot(title, told, _ROW * len(rows), *drawn)


def funnel(title: str, rows: Sequence[Bar]) -> Html:
    """Bars about the middle, each narrower than the one above: how many are left after each step."""
    top = max([row.value for row in rows], default=0.0) or 1.0
    room = WIDTH - _LABELS - _TOLD
    drawn = []
    for number, row in enumerate(rows):
        wide = max(room * row.value / top, 1.0 if row.value else 0.0)
        left, y = _LABELS + (room - wide) / 2, 36.0 * number
        drawn.append(_label(row.label, y + 20))
        drawn.append(element("rect", x=left, y=y + 3, width=wide, height=28, rx=2, class_="bar"))
        drawn.append(element("text", text(row.told), x=WIDTH - _TOLD + 10, y=y + 21, class_="n"))
    return _plot(title, "; ".join(f"{row.label}: {row.told}" for row in rows), 36.0 * len(rows), *drawn)


def lines(title: str, columns: Sequence[str], series: Sequence[Series], unit: str = "") -> Html:
    """Lines over *columns*, at most four; the scale begins at zero. *unit* follows the numbers of the scale."""
    shown = series[:_SERIES]
    values = [value for one in shown for value in one.values if value is not None]
    values += [high for one in shown for reach in one.ranges if reach for _, high in [reach]]
    marks = ticks(max(values, default=1.0))
    across, up = _Axis(54.0, WIDTH - 16, max(len(columns) - 1, 1)), _Axis(230.0, 26.0, marks[-1])
    drawn = [_legend(shown), *_grid(marks, up, unit), *_below(columns, across)]
    for number, one in enumerate(shown):
        drawn += _line(one, number, across, up)
    told = "; ".join(f"{one.name}: {_in_words(columns, one, unit)}" for one in shown)
    return _plot(title, told, 258.0, *drawn)


def heat_map(
    title: str, columns: Sequence[str], rows: Sequence[str], cells: Sequence[Sequence[float | None]], unit: str = ""
) -> Html:
    """A field of cells, the darker the larger, each with its number; None leaves a cell empty."""
    most = max((value for row in cells for value in row if value is not None), default=0.0) or 1.0
    wide = min((WIDTH - _LABELS) / max(len(columns), 1), 96.0)
    drawn = [
        element(
            "text", text(_cut(name, wide)), x=_LABELS + wide * (at + 0.5), y=16, text_anchor="middle", class_="quiet"
        )
        for at, name in enumerate(columns)
    ]
    for down, (name, row) in enumerate(zip(rows, cells, strict=True)):
        drawn.append(_label(name, 26 + 28 * down + 18))
        drawn += _cells(row, 26 + 28.0 * down, wide, most, unit)
    told = "; ".join(
        f"{name}: " + ", ".join(f"{c} {_short(v)}{unit}" for c, v in zip(columns, row, strict=True) if v is not None)
        for name, row in zip(rows, cells, strict=True)
    )
    return _plot(title, told, 30.0 + 28 * len(rows), *drawn)


def ticks(most: float, about: int = 4) -> list[float]:
    """Round numbers from zero to at least *most*, *about* so many steps apart."""
    if most <= 0 or not math.isfinite(most):
        return [0.0, 1.0]
    rough = most / about
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * size >= rough * 0.999)
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]


@dataclass(frozen=True, slots=True)
class _Axis:
    """Where a value from 0 to *most* lies between two places."""

    start: float
    end: float
    most: float

    def at(self, value: float) -> float:
        return self.start + (self.end - self.start) * value / self.most


def _reach(row: Bar) -> float:
    return max(row.value, row.high or 0.0, row.band[1] if row.band else 0.0)


def _bar(row: Bar, y: float, scale: float) -> Html:
    parts = [_label(row.label, y + 19)]
    if row.band:
        low, high = row.band
        parts.append(
            element("rect", x=_LABELS + low * scale, y=y + 1, width=(high - low) * scale, height=28, class_="band")
        )
    wide = max(row.value * scale, 1.0 if row.value else 0.0)
    parts.append(element("rect", x=_LABELS, y=y + 7, width=wide, height=16, rx=2, class_="bar"))
    if row.low is not None and row.high is not None:
        left, right = _LABELS + row.low * scale, _LABELS + row.high * scale
        parts.append(element("line", x1=left, x2=right, y1=y + 15, y2=y + 15, class_="reach"))
        parts += [element("line", x1=x, x2=x, y1=y + 11, y2=y + 19, class_="reach") for x in (left, right)]
    parts.append(element("text", text(row.told), x=WIDTH - _TOLD + 10, y=y + 19, class_="n"))
    return joined(*parts)


def _label(name: str, y: float) -> Html:
    shown = _cut(name, _LABELS - 10)
    full = element("title", text(name)) if shown != name else Html("")
    return element("text", full, text(shown), x=_LABELS - 10, y=y, text_anchor="end")


def _cut(name: str, wide: float) -> str:
    room = max(int(wide / _LETTER), 1)
    return name if len(name) <= room else name[: room - 1].rstrip() + "…"


def _grid(marks: Sequence[float], up: _Axis, unit: str) -> Iterator[Html]:
    for value in marks:
        y = up.at(value)
        yield element("line", x1=54, x2=WIDTH - 16, y1=y, y2=y, class_="axis")
        yield element("text", text(_short(value) + unit), x=48, y=y + 4, text_anchor="end", class_="quiet n")


def _below(columns: Sequence[str], across: _Axis) -> Iterator[Html]:
    step = math.ceil(len(columns) * 62 / (WIDTH - 70)) or 1
    for at in range(0, len(columns), step):
        x = min(max(across.at(at), 54.0), WIDTH - 30)
        yield element("text", text(_cut(columns[at], 62.0 * step)), x=x, y=250, text_anchor="middle", class_="quiet")


def _legend(series: Sequence[Series]) -> Html:
    parts, x = [], 54.0
    for number, one in enumerate(series):
        parts.append(element("rect", x=x, y=5, width=12, height=8, class_=f"s{number}"))
        parts.append(element("text", text(one.name), x=x + 17, y=13, class_="quiet"))
        x += 36 + _LETTER * len(one.name)
    return joined(*parts)


def _line(one: Series, number: int, across: _Axis, up: _Axis) -> Iterator[Html]:
    """A line in pieces, so that a column without a value is a gap; a lone point is a dot."""
    for piece in _pieces(one.values):
        points = [(across.at(at), up.at(one.values[at] or 0.0)) for at in piece]
        reach = [one.ranges[at] if one.ranges else None for at in piece]
        if all(reach):
            upper = [
                (across.at(at), up.at(high))
                for at, pair in zip(piece, reach, strict=True)
                if pair
                for _, high in [pair]
            ]
            lower = [
                (across.at(at), up.at(low)) for at, pair in zip(piece, reach, strict=True) if pair for low, _ in [pair]
            ]
            yield element("polygon", points=_points([*upper, *reversed(lower)]), class_="range")
        yield element("polyline", points=_points(points), class_=f"l{number}")
        if len(points) == 1:
            yield element("circle", cx=points[0][0], cy=points[0][1], r=3, class_=f"s{number}")


def _pieces(values: Sequence[float | None]) -> Iterator[list[int]]:
    piece: list[int] = []
    for at, value in enumerate(values):
        if value is not None:
            piece.append(at)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _cells(row: Sequence[float | None], y: float, wide: float, most: float, unit: str) -> Iterator[Html]:
    for at, value in enumerate(row):
        if value is None:
            continue
        x, depth = _LABELS + wide * at, value / most
        yield element("rect", x=x + 1, y=y, width=wide - 2, height=26, class_="soft")
        yield element("rect", x=x + 1, y=y, width=wide - 2, height=26, class_="bar", fill_opacity=round(depth, 2))
        kind = "n on" if depth > 0.7 else "n"
        yield element("text", text(_short(value) + unit), x=x + wide / 2, y=y + 18, text_anchor="middle", class_=kind)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _in_words(columns: Sequence[str], one: Series, unit: str) -> str:
    told = [
        f"{name} {_short(value)}{unit}" for name, value in zip(columns, one.values, strict=True) if value is not None
    ]
    return ", ".join(told) or "no values"


def _short(value: float) -> str:
    """A number for a small place: 1,200 as 1.2k, 3,400,000 as 3.4M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _plot(title: str, description: str, high: float, *drawn: Html) -> Html:
    name = "p" + hashlib.sha256(f"{title}\n{description}".encode("utf-8", "replace")).hexdigest()[:10]
    return element(
        "svg",
        element("title", text(title), id=name),
        element("desc", text(description), id=f"{name}d"),
        *drawn,
        viewBox=f"0 0 {WIDTH:g} {max(high, 1):g}",
        role="img",
        aria_labelledby=name,
        aria_describedby=f"{name}d",
    )
