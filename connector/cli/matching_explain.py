"""``connector matching explain``: each piece of evidence for and against two records being the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from connector.cli.matching_rules import helped, matching_option, rules_of
from connector.cli.output import put_json, say, table
from connector.cli.session import Session, verb
from connector.cli.story import match_json
from connector.errors import UsageError
from connector.matching import MatchingRules, compare, query
from connector.matching.needed import Distance, bands_of, distance
from connector.matching.tables import FIELDS, RowReader, guess_columns
from connector.model.match import Band, Match
from connector.model.records import Kind, Record, RecordRef, Scalar
from connector.ports import Directory
from connector.wiring import House
from connector.wiring.tables import CONNECTION, open_table, sample_of

_ORDER = (Kind.LEAD, Kind.CONTACT, Kind.ACCOUNT)  # the one that is asked about comes first
_OBJECTS = ("Lead", "Leads", "Contact", "Contacts", "Account", "Accounts")  # as the CRMs call them
_SAID = {
    Band.LINK: "the same: it links",
    Band.POSSIBLE: "could be the same: a person is asked",
    Band.NEW: "not the same",
}


@click.command("explain")
@click.argument("left")
@click.argument("right")
@matching_option
@verb
@helped
def command(session: Session, left: str, right: str, matching: Path | None) -> int:
    """Compare LEFT with RIGHT and show every piece of evidence, the total, and what would be needed to link.

    Each is a record of the directory (connection:object:id, its id in the CRM, or an e-mail address), fields
    (first_name=Ann,last_name=Lee,email=ann@acme.example, or a JSON object), or a row of a table (FILE:LINE, with
    the heading on line 1; rows of Parquet count from 1). A `kind` of lead, contact or account may be among the fields.

    Example: connector matching explain "last_name=Lee,email=lee@acme.example" "last_name=Leigh,email=lee@acme.example"
    """
    rules = rules_of(session, matching)
    records = [_record(session, text, at, rules) for at, text in enumerate((left, right))]
    one, other = sorted(records, key=lambda record: _ORDER.index(record.kind))
    match = compare(one, other, rules)
    needed = distance(match, rules)
    if session.as_json:
        bands = bands_of(match.kind, rules)
        put_json(
            {
                "status": "done",
                "matching": rules.path,
                "left": _record_json(one),
                "right": _record_json(other),
                "match": match_json(match),
                "start": bands.start,
                "link_at": bands.link_at,
                "ask_at": bands.ask_at,
                "needed": _needed_json(needed),
            }
        )
    _show(one, other, match, needed, rules, session.as_json)
    return 0


def _record(session: Session, text: str, at: int, rules: MatchingRules) -> Record:
    """A record in any of the forms in which a person may give it; raises UsageError naming them all."""
    if text.lstrip().startswith("{"):
        return _of_fields(_json_fields(text), at)
    if (fields := _written_fields(text)) is not None:
        return _of_fields(fields, at)
    path, _, number = text.rpartition(":")
    if number.isdigit() and Path(path).is_file():
        return _of_row(Path(path), int(number))
    return _of_directory(session, text, rules)


def _json_fields(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"this is no JSON object: {error.msg} at character {error.pos + 1}: {text}") from None
    if bad := [name for name, value in found.items() if isinstance(value, dict | list)]:
        raise UsageError(f"a field holds one value, and {', '.join(bad)} hold several")
    return {name: "" if value is None else str(value) for name, value in found.items()}


def _written_fields(text: str) -> dict[str, str] | None:
    """``field=value,…``; a comma inside a value stays, for only a known field begins a new one."""
    known = {"kind", *(name for fields in FIELDS.values() for name in fields)}
    found: dict[str, str] = {}
    name = ""
    for part in text.split(","):
        word, sign, value = part.partition("=")
        if sign and word.strip() in known:
            name = word.strip()
            found[name] = value.strip()
        elif name:
            found[name] += f",{part}"
        else:
            return None
    return found


def _of_fields(fields: Mapping[str, str], at: int) -> Record:
    """A record of its fields, read as a row of a table would be."""
    told = fields.get("kind", "")
    if told and told not in [kind.value for kind in _ORDER]:
        raise UsageError(f"`kind` is lead, contact or account, and `{told}` was given")
    given = {name: value for name, value in fields.items() if name != "kind"}
    kind = Kind(told) if told else Kind.ACCOUNT if "name" in given else Kind.LEAD
    if unknown := [name for name in given if name not in FIELDS[kind]]:
        what = f"{'an' if kind is Kind.ACCOUNT else 'a'} {kind.value} has no {', '.join(unknown)}"
        raise UsageError(f"{what}; its fields are {', '.join(FIELDS[kind])}")
    return _read(["id", *given], [f"{at + 1}", *given.values()], kind)


def _of_row(path: Path, number: int) -> Record:
    file = open_table(path)
    cells = next((cells for place, cells in file.numbered() if place == number), None)
    if cells is None:
        raise UsageError(f"{path} has no row that begins in {file.unit} {number}")
    columns = guess_columns(file.columns, sample_of(file))
    return RowReader(("", *file.columns), columns, "", CONNECTION)((f"{path.name}:{number}", *cells))


def _read(header: list[str], cells: list[str], kind: Kind) -> Record:
    given = {name: name for name in header[1:]}
    return RowReader(header, guess_columns(header, (), kind, given, "id"), "id", CONNECTION)(cells)


def _of_directory(session: Session, text: str, rules: MatchingRules) -> Record:
    found: list[Record] = []
    if Path(session.config_path).is_file():
        with session.house() as house:
            found = _known(house, text.strip(), rules)
    if not found:
        raise UsageError(
            f"the directory knows no `{text}`; give connection:object:id, the id in the CRM, an e-mail address,"
            " field=value,…, a JSON object, or FILE:LINE",
            next_command="connector matching explain --help",
        )
    if len(found) > 1:
        raise UsageError(f"`{text}` is several records: {', '.join(str(r.ref) for r in found)}; name one of them")
    return found[0]


def _known(house: House, text: str, rules: MatchingRules) -> list[Record]:
    """Records by reference, by id on any connection, or by e-mail address."""
    directory = house.store.directory
    if text.count(":") >= 2:
        record = directory.get(RecordRef.parse(text))
        return [record] if record else []
    connections = list(house.config.connections)
    refs = (RecordRef(connection, name, text) for connection in connections for name in _OBJECTS)
    if found := [record for ref in refs if (record := directory.get(ref))]:
        return found
    return list(_by_address(directory, text.casefold(), connections, rules)) if "@" in text else []


def _by_address(directory: Directory, text: str, connections: list[str], rules: MatchingRules) -> Iterator[Record]:
    asked = Record(Kind.LEAD, RecordRef(CONNECTION, "Lead", ""), {"email": text})
    found = directory.candidates(query(asked, rules), connections)
    for known in (*found.contacts, *found.leads):
        record = directory.get(known.ref)
        if record and record.text("email").casefold() == text:
            yield record


def _record_json(record: Record) -> dict[str, object]:
    return {"kind": record.kind.value, "ref": str(record.ref), "values": dict(record.values)}


def _needed_json(needed: Distance) -> dict[str, object]:
    enough = [{"name": g.name, "level": g.level, "points": g.points, "because": g.says} for g in needed.enough]
    return {"points": max(needed.missing, 0.0), "to_ask": max(needed.missing_to_ask, 0.0), "enough": enough}


def _show(one: Record, other: Record, match: Match, needed: Distance, rules: MatchingRules, as_json: bool) -> None:
    say(f"{one.kind.value} {one.ref}  |  {other.kind.value} {other.ref}", as_json=as_json)
    rows = [
        (f"{piece.points:+.2f}", piece.name, piece.level, _cell(piece.left), _cell(piece.right), piece.because)
        for piece in match.comparisons
    ]
    start = bands_of(match.kind, rules).start
    table(
        ("points", "evidence", "level", "left", "right", "because"),
        [(f"{start:+.2f}", "start", "", "", "", "Most pairs are not the same."), *rows],
        as_json,
    )
    bands = bands_of(match.kind, rules)
    say(
        f"{match.score:.2f} points: {_SAID[match.band]} (asks from {bands.ask_at:g}, links from {bands.link_at:g})",
        as_json=as_json,
    )
    for line in _needed_lines(match, needed):
        say(line, as_json=as_json)


def _needed_lines(match: Match, needed: Distance) -> Iterator[str]:
    if match.band is Band.LINK:
        return
    if needed.missing <= 0:
        yield "the points are enough, but something among the evidence always asks a person"
        return
    yield f"{needed.missing:.2f} more points are needed to link" + (
        "; any one of these would do:" if needed.enough else ""
    )
    for gain in needed.enough:
        yield f"  {gain.points:+.2f} {gain.name} {gain.level}: {gain.says}"
    if not needed.enough and needed.most:
        most = needed.most
        yield f"no single piece is enough; the most is {most.points:+.2f} by {most.name} {most.level}: {most.says}"


def _cell(value: Scalar) -> str:
    return "" if value is None else str(value)
