"""Where examples come from: people's words, the CRM's past, and labelled files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connector.cli.matching_eval import read_truth
from connector.cli.session import Session
from connector.errors import Finding, InputError, UsageError
from connector.matching import MatchingRules
from connector.matching.tables import RowReader, guess_columns
from connector.matching.training import Example
from connector.matching.truth import DEV
from connector.model.records import Record
from connector.pipeline import examples
from connector.wiring.processes import Processes
from connector.wiring.tables import CONNECTION, LabelledFiles, open_table, sample_of, scratch_directory

if TYPE_CHECKING:
    from connector.wiring.tables import TableFile

REVIEWS, CRM = "reviews", "crm"
_SIDES = (
    ("left_{}", "right_{}"), ("{}_left", "{}_right"), ("l_{}", "r_{}"), ("{}_l", "{}_r"), ("ltable_{}", "rtable_{}"),
    ("{}_a", "{}_b"), ("{}_1", "{}_2"), ("{}1", "{}2"),
)  # fmt: skip
_LABELS = ("label", "same", "match", "is_match", "duplicate", "is_duplicate", "gold")
_SAID = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "y", "same", "match"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "n", "different", "nonmatch"), False),
}
_MOST_FINDINGS = 100


def examples_of(session: Session, sources: Sequence[str], rules: MatchingRules, processes: Processes) -> list[Example]:
    """All examples of the named sources: ``reviews``, ``crm``, or files."""
    found: list[Example] = []
    for source in sources:
        if source in (REVIEWS, CRM):
            gather = examples.from_words if source == REVIEWS else examples.from_history
            with session.house() as house:
                found.extend(gather(house.store, rules))
        else:
            found.extend(_of_file(Path(source), rules, processes))
    return found


def _of_file(path: Path, rules: MatchingRules, processes: Processes) -> list[Example]:
    """Examples of a folder (or its truth file) shaped as `eval` reads it, or of a table of pairs."""
    if path.is_dir():
        truths = [path / f"truth{ending}" for ending in (".csv", ".parquet")]
        truth = next((file for file in truths if file.is_file()), None)
        if truth is None:
            raise UsageError(f"{path} has no truth.csv and no truth.parquet")
        return _of_labelled(truth, rules, processes)
    if not path.exists():
        raise UsageError(f"--from takes reviews, crm, a file or a folder, and there is no {path}")
    table = open_table(path)
    return _of_labelled(path, rules, processes) if "contact_ok" in table.columns else list(_of_pairs(table, rules))


def _of_labelled(truth: Path, rules: MatchingRules, processes: Processes) -> list[Example]:
    """The dev rows alone: what is judged on the test rows must not have been learnt from them."""
    ending = truth.suffix
    leads, contacts, accounts = (truth.with_name(name + ending) for name in ("leads", "contacts", "accounts"))
    files = LabelledFiles.open(leads, contacts, accounts)
    dev = [one for one in read_truth(truth) if one.split == DEV]
    with scratch_directory() as (store, _):
        files.lay(store, rules, processes)
        return list(examples.from_labels(dev, CONNECTION, store.directory, rules))


def _of_pairs(table: TableFile, rules: MatchingRules) -> Iterator[Example]:
    """One example a row; raises InputError for every label that cannot be read."""
    label = next((name for name in table.columns if name.lower() in _LABELS), None)
    sides = _sides(table.columns)
    if label is None or sides is None:
        what = "a table of pairs has columns for both sides, as left_email and right_email, and a column `label`"
        has = f"its columns are {', '.join(table.columns)}"
        raise InputError([Finding(str(table.path), 1, 0, "no-pairs", what, has)])
    at = table.columns.index(label)
    said = _labels(table, at)
    readers = [_side(table, side) for side in sides]
    rows = (cells for _, cells in table.numbered())
    return examples.from_pairs(_pairs(rows, readers, said), rules)


def _labels(table: TableFile, at: int) -> list[bool]:
    found: list[bool] = []
    findings: list[Finding] = []
    for line, cells in table.numbered():
        word = cells[at].strip().lower()
        if word in _SAID:
            found.append(_SAID[word])
        elif len(findings) < _MOST_FINDINGS:
            what = f"the label {cells[at]!r} is neither yes nor no"
            findings.append(Finding(str(table.path), line, at + 1, "bad-label", what, "write 1 or 0"))
    if findings:
        raise InputError(findings)
    return found


def _sides(columns: Sequence[str]) -> tuple[dict[str, str], dict[str, str]] | None:
    """For either side the columns by what they are called without the side, in the first spelling that fits."""
    for left, right in _SIDES:
        names = [name for name in (_bare(column, left) for column in columns) if name]
        both = [name for name in names if right.format(name) in columns]
        if both:
            return {name: left.format(name) for name in both}, {name: right.format(name) for name in both}
    return None


def _bare(column: str, pattern: str) -> str:
    before, _, after = pattern.partition("{}")
    fits = column.startswith(before) and column.endswith(after) and len(column) > len(before + after)
    return column.removeprefix(before).removesuffix(after) if fits else ""


def _side(table: TableFile, columns: dict[str, str]) -> Callable[[int, Sequence[str]], Record]:
    """Makes the record of one side of a pair; the other side has the same kind of record."""
    places = [table.columns.index(column) for column in columns.values()]
    header = tuple(columns)
    sample = [[row[place] for place in places] for row in sample_of(table)]
    chosen = guess_columns(header, sample)
    read = RowReader((" ", *header), chosen, " ", CONNECTION)
    return lambda number, cells: read((f"{number}", *(cells[place] for place in places)))


def _pairs(
    rows: Iterator[Sequence[str]], readers: Sequence[Callable[[int, Sequence[str]], Record]], said: Sequence[bool]
) -> Iterator[tuple[Record, Record, bool]]:
    left, right = readers
    for number, (cells, same) in enumerate(zip(rows, said, strict=True)):
        yield left(2 * number, cells), right(2 * number + 1, cells), same
