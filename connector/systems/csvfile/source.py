"""A folder of CSV files as a source; a file that was received whole moves to ``done/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from connector.errors import ConfigError, Finding, InputError
from connector.model.history import StageChange
from connector.model.progress import (
    BudgetReading,
    FieldShape,
    Identity,
    ObjectShape,
    Page,
    Pulling,
    Shortcoming,
    Watermark,
    Window,
)
from connector.model.records import RawRecord, RecordRef
from connector.ports import Clock
from connector.systems.csvfile.activity_rows import (
    ACTIVITY,
    activity_fields,
    activity_id,
    lacking,
    tells_activities,
    told_names,
)
from connector.systems.csvfile.layout import Layout, layout_of
from connector.systems.csvfile.rows import CsvRow, Survey, read_rows, survey

OBJECT = "Row"
_ENDINGS = frozenset({".csv", ".tsv", ".txt"})


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """Where the files are (a folder, or one file) and what is known of them; empty means: find out.

    Files changed within the last *quiet_seconds* are left for the next run: somebody may still be writing.
    """

    path: Path
    encoding: str = ""
    delimiter: str = ""
    id_column: str = ""
    quiet_seconds: float = 0.0
    page_rows: int = 500


@dataclass(slots=True)
class _File:
    """One file on its way through a pull: rows handed on and rows received."""

    path: Path
    stamp: tuple[int, int]
    handed: int = 0
    received: int = 0
    ended: bool = False


@dataclass(slots=True)
class _Opened:
    """A file that was looked through."""

    path: Path
    layout: Layout | None = None
    survey: Survey = field(default_factory=Survey)


class CsvSource:
    """Keeps the port `Source` for CSV files.

    Rows have no change stamps; their id is their id column, else a hash of what they say
    (see `connector.systems.csvfile.identity`). Of rows with one id in a file the last counts; the earlier
    ones are named in `statements`, as is the encoding and delimiter of every file. Files whose name ends in
    ``.activities`` hold activities instead of leads (see `connector.systems.csvfile.activity_rows`).
    """

    def __init__(self, name: str, options: CsvOptions, clock: Clock) -> None:
        """Read nothing yet."""
        self._name = name
        self._options = options
        self._clock = clock
        self._files: dict[str, _File] = {}
        self._opened: dict[Path, tuple[tuple[int, int], _Opened]] = {}
        self._statements: list[str] = []

    @property
    def name(self) -> str:
        """The connection's name."""
        return self._name

    @property
    def calls(self) -> int:
        """No HTTP here."""
        return 0

    @property
    def statements(self) -> tuple[str, ...]:
        """What the last pull assumed and left out, in sentences."""
        return tuple(self._statements)

    def identity(self) -> Identity:
        """A folder has no org id."""
        return Identity("", str(self._options.path))

    def now(self) -> datetime:
        """The machine's clock; files have no other."""
        return self._clock.now()

    def budget(self) -> BudgetReading | None:
        """Files cost no calls."""
        return None

    def describe(self, objects: Sequence[str]) -> Mapping[str, ObjectShape]:
        """All columns of the files that wait; nothing when none waits."""
        shapes = {name: self._shape(name) for name in objects if name in (OBJECT, ACTIVITY)}
        return {name: shape for name, shape in shapes.items() if shape is not None}

    def _shape(self, object_name: str) -> ObjectShape | None:
        opened = map(self._open, self._waiting(object_name))
        headers = [each.survey.header for each in opened if not each.survey.findings]
        fields: dict[str, FieldShape] = {}
        for header in headers:
            told = told_names(header) if object_name == ACTIVITY else {}
            for name, column in {**dict.fromkeys(header, ""), **told}.items():
                fields.setdefault(name, FieldShape(name, "string", column))
        return ObjectShape(object_name, fields) if fields else None

    def changes(
        self, object_name: str, fields: Sequence[str], after: Watermark | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """All rows of all waiting files, all columns; *after* and *until* do not apply to files.

        A file with problems is passed over as a whole, one of activities also where no column tells who or when.
        Raises InputError with all findings, after the others.
        """
        if object_name not in (OBJECT, ACTIVITY):
            return
        if object_name == OBJECT:
            self._files.clear()
            self._statements.clear()
        findings: list[Finding] = []
        for path in self._waiting(object_name):
            opened = self._open(path)
            wrong = opened.survey.findings
            if not wrong and object_name == ACTIVITY:
                wrong = lacking(path, opened.survey.header, fields, self._options.id_column)
            if wrong:
                findings += wrong
                continue
            rows = opened.survey.rows
            self._state(f"{path.name}: {opened.layout}, {rows} {'row' if rows == 1 else 'rows'}")
            yield from self._pages(opened, object_name)
        if findings:
            raise InputError(findings)

    def changes_together(self, pulls: Sequence[Pulling]) -> Iterator[Iterator[Page]]:
        """As `changes`, one after the other."""
        return (self.changes(pull.object_name, pull.fields, pull.after) for pull in pulls)

    def stage_history(self, opportunities: Sequence[str]) -> Sequence[StageChange]:
        """None is kept."""
        return ()

    def fetch(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, RawRecord]:
        """Rows by id as the newest file words them: files that wait first, then those in ``done/``."""
        wanted, found = set(ids), dict[str, RawRecord]()
        if object_name != OBJECT:
            return found
        for path in [*reversed(self._waiting()), *self._done()]:
            if wanted <= found.keys():
                break
            opened = self._open(path)
            for row, counts in self._rows(opened):
                if counts and row.id in wanted and row.id not in found:
                    found[row.id] = self._record(opened, row)
        return found

    def census(self, object_name: str, windows: Sequence[Window]) -> Sequence[int]:
        """No row has a change stamp, so no window holds any."""
        return [0 for _ in windows]

    def shortcomings(self, objects: Sequence[str]) -> Sequence[Shortcoming]:
        """None: a file is what it is."""
        return ()

    def received(self, page: Page) -> None:
        """Count the page's rows; a file whose every row has arrived moves to ``done/``."""
        for record in page.records:
            file = self._files.get(record.origin.rpartition(":")[0])
            if file is not None:
                file.received += 1
        for file in [file for file in self._files.values() if file.ended and file.received >= file.handed]:
            del self._files[str(file.path)]
            self._put_away(file)

    def _waiting(self, object_name: str = OBJECT) -> list[Path]:
        path = self._options.path
        if not path.exists():
            raise ConfigError(f"{path} does not exist", next_command="connector doctor")
        if path.is_file():
            return [path] if object_name == OBJECT else []
        known = (each for each in path.iterdir() if each.suffix.lower() in _ENDINGS and not each.name.startswith("."))
        wanted = (each for each in known if tells_activities(each) is (object_name == ACTIVITY))
        return sorted(each for each in wanted if each.is_file() and not each.is_symlink() and self._is_quiet(each))

    def _done(self) -> list[Path]:
        path = self._options.path
        folder = (path.parent if path.is_file() else path) / "done"
        files = [each for each in folder.iterdir() if each.is_file()] if folder.is_dir() else []
        files = [each for each in files if not tells_activities(each)]
        return sorted(files, key=lambda each: (each.stat().st_mtime_ns, each.name), reverse=True)

    def _is_quiet(self, path: Path) -> bool:
        if not self._options.quiet_seconds:
            return True
        return self._clock.now().timestamp() - path.stat().st_mtime >= self._options.quiet_seconds

    def _open(self, path: Path) -> _Opened:
        """Look a file through, once for as long as nobody writes to it."""
        try:
            stamp = _stamp(path)
        except OSError as error:
            return _unreadable(path, error)
        known = self._opened.get(path)
        if known is None or known[0] != stamp:
            known = stamp, self._look_through(path)
            self._opened[path] = known
        return known[1]

    def _look_through(self, path: Path) -> _Opened:
        options = self._options
        try:
            layout = layout_of(path, options.encoding, options.delimiter)
        except (OSError, UnicodeError, LookupError) as error:
            return _unreadable(path, error)
        return _Opened(path, layout, survey(path, layout, options.id_column))

    def _rows(self, opened: _Opened) -> Iterator[tuple[CsvRow, bool]]:
        if opened.layout is None or opened.survey.findings:
            return iter(())
        return read_rows(opened.path, opened.layout, opened.survey, self._options.id_column)

    def _pages(self, opened: _Opened, object_name: str) -> Iterator[Page]:
        file = _File(opened.path, _stamp(opened.path))
        self._files[str(opened.path)] = file
        waiting: list[RawRecord] = []
        for row, counts in self._rows(opened):
            if not counts and object_name == OBJECT:
                self._state(f"{opened.path.name}:{row.line}: a later row has the same id and replaces this one")
                continue
            if len(waiting) == self._options.page_rows:
                file.handed += len(waiting)
                yield Page(tuple(waiting))
                waiting = []
            waiting.append(self._record(opened, row) if object_name == OBJECT else self._activity(opened, row))
        file.handed += len(waiting)
        file.ended = True
        if waiting:
            yield Page(tuple(waiting))

    def _record(self, opened: _Opened, row: CsvRow) -> RawRecord:
        fields = dict(zip(opened.survey.header, row.cells, strict=True))
        return RawRecord(RecordRef(self._name, OBJECT, row.id), fields, origin=f"{opened.path}:{row.line}")

    def _activity(self, opened: _Opened, row: CsvRow) -> RawRecord:
        header = opened.survey.header
        ref = RecordRef(self._name, ACTIVITY, activity_id(header, row.cells, row.id))
        return RawRecord(ref, activity_fields(header, row.cells, row.person), origin=f"{opened.path}:{row.line}")

    def _state(self, sentence: str) -> None:
        if len(self._statements) < 1000:
            self._statements.append(sentence)

    def _put_away(self, file: _File) -> None:
        """Move a file, unless somebody wrote to it since: then it is read again."""
        if not file.path.exists() or _stamp(file.path) != file.stamp:
            return
        folder = file.path.parent / "done"
        with suppress(OSError):  # a folder that cannot be written keeps its files; reading them again does no harm
            folder.mkdir(exist_ok=True)
            file.path.rename(_free_name(folder, file.path))


def _unreadable(path: Path, error: Exception) -> _Opened:
    what = getattr(error, "strerror", None) or "the text cannot be read in any known encoding"
    return _Opened(path, None, Survey(findings=[Finding(str(path), 0, 0, "csv-unreadable", what)]))


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _free_name(folder: Path, path: Path) -> Path:
    candidate, number = folder / path.name, 2
    while candidate.exists():
        candidate, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
    return candidate
