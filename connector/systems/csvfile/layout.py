"""How a CSV file is written: its encoding and its delimiter, found out and stated."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

DELIMITERS = ",;\t|"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_CHUNK = 1 << 20
_SAMPLE = 1 << 18
_SNIFFED = 8192  # the sniffer's patterns are slow on long samples
_SAMPLE_ROWS = 50
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "shift_jis", "gb18030", "big5", "euc_kr"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Encoding (a Python codec name) and delimiter of one file."""

    encoding: str
    delimiter: str

    def __str__(self) -> str:
        """Say it in words."""
        return f"{self.encoding}, {_NAMES.get(self.delimiter, repr(self.delimiter))}-separated"


def layout_of(path: Path, encoding: str = "", delimiter: str = "") -> Layout:
    """Find out what is not given. Raises OSError, and UnicodeError for text that fits no known encoding."""
    known = encoding or detect_encoding(path)
    return Layout(known, delimiter or _delimiter_of_file(path, known))


def open_text(path: Path, layout: Layout) -> TextIO:
    """The file as text; line ends stay as they are, for the csv reader."""
    return path.open(encoding=layout.encoding, newline="")


def detect_encoding(path: Path) -> str:
    """By byte-order mark, else UTF-8 when all of it is, else UTF-16 by its zero bytes, else a legacy page."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros * 4 > len(head):
        return "utf-16-le" if head[1::2].count(0) * 2 > zeros else "utf-16-be"
    if _is_utf8(path):
        return "utf-8"
    return _legacy(path)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _legacy(path: Path) -> str:
    """The likeliest legacy code page; Western European where it fits as well as the best one."""
    from charset_normalizer import from_bytes

    with path.open("rb") as file:
        telling = b"".join(line for line in file.read(_SAMPLE).splitlines(keepends=True) if not line.isascii())
    matches = list(from_bytes(telling, cp_isolation=_LEGACY))
    if not matches:
        return "cp1252"
    western = [match for match in matches if match.encoding == "cp1252"]
    best = matches[0]
    return "cp1252" if western and western[0].chaos <= best.chaos + 0.05 else best.encoding


def _delimiter_of_file(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        sample = file.read(_SAMPLE)
        whole = not file.read(1)
    return detect_delimiter(sample, whole=whole)


def detect_delimiter(sample: str, *, whole: bool) -> str:
    """The delimiter under which most rows have as many cells as the first one; comma when nothing tells."""
    sniffed = _sniff(sample[:_SNIFFED])
    best, best_score = ",", (0.0, False, 0)
    for delimiter in DELIMITERS:
        rows = _sample_rows(sample, delimiter, whole)
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        agreeing = sum(len(row) == width for row in rows) / len(rows)
        score = (agreeing, delimiter == sniffed, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _sniff(sample: str) -> str:
    try:
        return csv.Sniffer().sniff(sample, DELIMITERS).delimiter
    except csv.Error:
        return ""


def _sample_rows(sample: str, delimiter: str, whole: bool) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass  # what is wrong with the file is told when it is read
    return rows if whole and len(rows) <= _SAMPLE_ROWS else rows[:-1]
