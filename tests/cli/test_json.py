"""`--json`: one object on stdout that keeps to its published schema, words for people on stderr."""

from __future__ import annotations

import contextlib
import csv
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from connector import wiring
from connector.cli import cli
from connector.cli.reference import WITHOUT_SCHEMA, commands, schema_name
from connector.sandbox import Sandbox
from tests.matching.labelled_files import write_labelled
from tests.policy.calibration.pasts import past

from .terminal import Answer, Folder, QuickClock, type_command

SCHEMAS = Path(str(files("connector") / "cli" / "schemas"))
HEADER = "Lead ID,First Name,Last Name,Company,Email\n"
GOOD, NAMELESS = (
    "1,Maria,Quintero,Blue Heron Bottling,maria@blueheron.example\n",
    "{},Nobody,,,nobody@oakiron.example\n",
)
LEAD = "maria@blueheron.example"
HISTORY = """lead_id,source,customer,created_at,mql_at,srl_at,sql_at,won_at,lost_at,reason,amount,forecast,origin
1,Web,new,2026-01-02,2026-01-03,2026-01-05,2026-01-09,2026-02-01,,,100,,history
2,Web,existing,2026-01-04,2026-01-06,2026-01-08,2026-01-10,,2026-02-03,price,50,,snapshot
3,Fair,new,2026-02-01,2026-02-02,2026-02-03,2026-02-04,,,,70,Commit,snapshot
4,,old,,,,,2026-01-01,,,much,,
"""
TABLES = " ".join(f"--{name} {{labelled}}/{name}.csv" for name in ("leads", "contacts", "accounts", "truth"))
ROWS = TABLES.partition(" --truth")[0]


@dataclass(frozen=True, slots=True)
class Case:
    """A command to type, the exit code that it gives, and the schema of its answer."""

    schema: str
    words: tuple[str, ...]
    code: int = 0
    lines: int = 1

    def __str__(self) -> str:
        """The words."""
        return " ".join(self.words)


def case(schema: str, words: str, code: int = 0, lines: int = 1) -> Case:
    """A case, its words in one string; names in braces are filled in when it runs."""
    return Case(schema, tuple(words.split()), code, lines)


CASES = [
    case("doctor", "doctor"),
    case("sync", "sync --dry-run"),
    case("status", "status"),
    case("state-rebuild", "state rebuild --directory"),
    case("plan", "plan salesforce"),
    case("plan", "plan salesforce -o {plan} --detailed-exitcode", 3),
    case("apply", "apply {plan}"),
    case("sync", "sync", 1),
    case("backfill", "backfill salesforce --since {today}"),
    case("daemon", "daemon --cycles 1", 0, 4),
    case("explain", f"explain {LEAD}"),
    case("explain", f"explain --why-not {LEAD}"),
    case("matching-judge", f"matching judge {LEAD} unsure {{account}}"),
    case("matching-blame", f"matching blame {LEAD}"),
    case("matching-blame", f"matching blame {LEAD} {{account}}"),
    case("matching-eval", f"matching eval {TABLES} --processes 1 --errors {{out}} --links {{out}}.links"),
    case("matching-batch", f"matching batch {ROWS} --processes 1 --links {{out}}"),
    case("matching-dedupe", "matching dedupe {labelled}/contacts.csv --key contact_id --processes 1"),
    case(
        "matching-dedupe",
        "matching dedupe {labelled}/contacts.csv --key contact_id --truth account_id --processes 1 --out {out}",
    ),
    case("matching-explain", "matching explain last_name=Lee,email=lee@mill.example last_name=Lee"),
    case("matching-explain", "matching explain {lead} {account}"),
    case("matching-train", "matching train --from {labelled} --processes 1 --out {out}"),
    case("matching-calibrate", "matching calibrate --from {labelled} --precision 0.9 --processes 1 --out {out}"),
    case("report-waiting", "report waiting"),
    case("report-funnel", "report funnel"),
    case("report-funnel", "report funnel --history {history} --as-of 2026-03-01"),
    case("report-conversions", "report conversions"),
    case("report-stagnant", "report stagnant"),
    case("report-stagnant", "report stagnant --as-of 2099-01-01 --top 2"),
    case("review-list", "review list --all"),
    case("review-show", "review show {review}"),
    case("review-export", "review export {sheet}"),
    case("review-import", "review import {sheet_kept}"),
    case("review-decide", "review decide {review} nurture"),
    case("review-samples", "review samples --all"),
    case("review-sample", "review sample {sample}"),
    case("review-sample", "review sample {sample} --answer nurture"),
    case("policy-gate", "policy gate"),
    case("policy-replay", "policy replay"),
    case("policy-replay", "policy replay --policy {stricter} --detailed-exitcode", 3),
    case("policy-calibrate", "policy calibrate --from {past} --outcome Won -o {out}"),
    case("journal-show", "journal show"),
    case("journal-show", f"journal show {LEAD}"),
    case("journal-verify", "journal verify"),
    case("dead-letters-list", "dead-letters list"),
    case("dead-letters-discard", "dead-letters discard {letter} --why test"),
    case("dead-letters-retry", "dead-letters retry --all"),
    case("mapping-lint", "mapping lint"),
    case("mapping-test", "mapping test"),
    case("policy-test", "policy test"),
    case("state-backup", "state backup {backup}"),
    case("state-verify", "state verify"),
    case("state-migrate", "state migrate"),
    case("init", "init {new}"),
    case("init", "init --salesforce-metadata {new}"),
    case("sandbox-reset", "sandbox reset {url}"),
    case("demo", "demo"),
]
ERRORS = [
    case("error", "sync nowhere", 78),
    case("error", "plan nowhere", 78),
    case("error", "apply {config}", 76),
    case("error", "backfill salesforce --since yesterday", 2),
    case("error", "explain nobody@nowhere.example", 2),
    case("error", "review show 4711", 2),
    case("error", "review decide 4711 convert", 2),
    case("error", "review decide 1 perhaps", 2),
    case("error", "review sample 4711", 2),
    case("error", "policy gate --reopen nothing --why test", 2),
    case("error", "policy replay --since 2026-02-01 --until 2026-01-01", 2),
    case("error", "policy calibrate --from {past} --outcome Channel", 65),
    case("error", "policy calibrate --from {stricter} --outcome Won", 65),
    case("error", "report funnel --history {past}", 65),
    case("error", "report stagnant --route nowhere", 78),
    case("error", "dead-letters retry 4711", 2),
    case("error", "dead-letters discard 4711 --why test", 2),
    case("error", "journal show nobody@nowhere.example", 2),
    case("error", "matching eval --leads {config} --contacts {config} --accounts {config} --truth {config}", 65),
    case("error", "matching dedupe {labelled}/contacts.csv --key nothing", 65),
    case("error", "matching explain {config} nobody", 2),
    case("error", "matching train --from reviews", 65),
    case("error", "matching train --from nowhere.csv", 2),
    case("error", "matching calibrate", 65),
    case("error", "init {folder}", 2),
    case("error", "init {new} --sandbox http://crm.example", 2),
    case("error", "sandbox reset http://127.0.0.1:1", 69),
    case("error", "mapping schema recipe", 2),
    case("error", "nonsense", 2),
]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, sandbox_server: Sandbox) -> Iterator[Folder]:
    """A project on the demo world with one cycle behind it: a review of each kind, and dead letters."""
    sandbox_server.reset("demo")
    folder = Folder.make(tmp_path_factory.mktemp("json") / "project", sandbox_server)
    rows = "".join(NAMELESS.format(number) for number in range(2, 9))
    (folder.path / "inbox" / "fair.csv").write_text(HEADER + GOOD + rows, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "SystemClock", QuickClock)
        assert folder.type("sync").code == 1
        yield folder


def words_of(one: Case, folder: Folder, place: Path) -> list[str]:
    """The words with what only a run can know."""
    known: dict[str, object] = {
        "plan": folder.path / "plan.json",
        "backup": place / "backup.db",
        "new": place / "new",
        "sheet": place / "reviews.csv",
        "sheet_kept": place / "kept.csv",
        "out": place / "out",
        "labelled": folder.path / "labelled",
        "folder": folder.path,
        "config": folder.config,
        "today": datetime.now(UTC).date(),
        "url": folder.sandbox.base_url,
    }
    if any("{labelled}" in word for word in one.words):
        write_labelled(folder.path / "labelled", 240)
    known |= {name: made(place / name) for name, made in FILES.items() if f"{{{name}}}" in one.words}
    if "{sheet_kept}" in one.words:
        assert folder.type("review", "export", str(known["sheet_kept"])).code == 0
    if "{review}" in one.words:
        known["review"] = folder.ask("SELECT min(id) FROM reviews WHERE state = 'open'")[0][0]
    if "{lead}" in one.words:
        known["lead"] = folder.ask("SELECT min(record_id) FROM directory WHERE kind = 'lead' AND gone = 0")[0][0]
    if "{account}" in one.words:
        known["account"] = folder.ask("SELECT min(record_id) FROM directory WHERE kind = 'account' AND gone = 0")[0][0]
    if "{sample}" in one.words:
        known["sample"] = sampled(folder)
    if "{letter}" in one.words:
        known["letter"] = folder.ask("SELECT min(id) FROM dead_letters WHERE state = 'open'")[0][0]
    return [word.format_map(known) for word in one.words]


def _write_history(path: Path) -> Path:
    """Leads of a funnel: won, lost, open, and one of which nearly nothing can be."""
    path.write_text(HISTORY, "utf-8")
    return path


def _write_past(path: Path) -> Path:
    """Leads with outcomes, just enough of them to calibrate on."""
    made = past(200)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([made.headings, *made.rows])
    return path


def _write_stricter(path: Path) -> Path:
    """The shipped policy, but no lead has a strong fit."""
    text = (files("connector") / "starter" / "policy.yaml").read_text("utf-8")
    assert "levels: {strong: 55" in text
    path.write_text(text.replace("levels: {strong: 55", "levels: {strong: 99", 1), "utf-8")
    return path


FILES = {"history": _write_history, "past": _write_past, "stricter": _write_stricter}


def sampled(folder: Folder) -> int:
    """The number of an open sample: a conversion of which nobody has said yet what they would have done."""
    drawn = (
        "SELECT d.route, d.connection, d.object, d.record_id, 'policy', 'v' || count(s.id), d.verdict, d.decided_at"
        " FROM decisions d LEFT JOIN samples s WHERE d.verdict = 'convert'"
    )
    columns = "route, connection, object, record_id, policy, policy_version, verdict, decided_at"
    with contextlib.closing(sqlite3.connect(folder.state)) as state, state:
        state.execute(f"INSERT INTO samples ({columns}) {drawn} GROUP BY d.id LIMIT 1")
    return int(folder.ask("SELECT max(id) FROM samples WHERE answer IS NULL")[0][0])


def schema_of(name: str) -> dict[str, Any]:
    """A published schema."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text("utf-8"))
    return found


def faults_of(name: str, answer: object) -> list[str]:
    """Where *answer* strays from the schema; every instant must have a zone."""
    checker = FormatChecker(formats=())
    checker.checks("date-time", raises=ValueError)(_is_instant)
    validator = Draft202012Validator(schema_of(name), format_checker=checker)
    return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(answer)]


def _is_instant(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def _typed(before: bool, folder: Folder, words: list[str]) -> Answer:
    flags = ["--config", str(folder.config), *(["--json"] if before else [])]
    return type_command(*flags, *words, *([] if before else ["--json"]))


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("one", CASES, ids=str)
def test_answer_keeps_to_its_schema(one: Case, before: bool, standing: Folder, tmp_path: Path) -> None:
    """Each command gives one object that its schema describes, with `--json` before the verb and after it."""
    if one.schema == "plan" and one.code == 3:
        standing.load({"LastName": f"Lee {before}", "Company": f"Mills {before}", "Email": "lee@competitor.example"})
    if str(one) == "sync":
        (standing.path / "inbox" / f"late-{before}.csv").write_text(HEADER + NAMELESS.format(f"9{before}"), "utf-8")
    answer = _typed(before, standing, words_of(one, standing, tmp_path))
    assert answer.code == one.code, answer.said
    lines = answer.out.splitlines()
    assert len(lines) == one.lines, answer.out
    assert [fault for line in lines for fault in faults_of(one.schema, json.loads(line))] == []


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("one", ERRORS, ids=str)
def test_error_keeps_to_its_schema(one: Case, before: bool, standing: Folder, tmp_path: Path) -> None:
    """A command that fails gives one object with its code, a sentence and the next command, and says it in words."""
    answer = _typed(before, standing, words_of(one, standing, tmp_path))
    assert (answer.code, answer.json["exit_code"]) == (one.code, one.code)
    assert faults_of("error", answer.json) == []
    assert answer.json["message"].splitlines()[0] in answer.err
    assert answer.json["next"].startswith("connector ")


def test_every_command_is_described() -> None:
    """Each command has a schema and a case here, or stands in the list of those without, with the reason."""
    leaves = {path for path, command in commands(cli) if not isinstance(command, click.Group)}
    without = {tuple(name.split()) for name in WITHOUT_SCHEMA}
    assert without <= leaves
    assert {schema_name(path).removesuffix(".json") for path in leaves - without} == {one.schema for one in CASES}
    assert {path.stem for path in SCHEMAS.glob("*.json")} == {one.schema for one in [*CASES, *ERRORS]}


def test_schemas_agree_with_each_other() -> None:
    """Each file is a valid schema, and a definition that several carry is the same in all of them."""
    found: dict[str, object] = {}
    for path in sorted(SCHEMAS.glob("*.json")):
        schema = schema_of(path.stem)
        Draft202012Validator.check_schema(schema)
        for name, definition in schema.get("$defs", {}).items():
            assert found.setdefault(name, definition) == definition, f"{path.name}: {name}"


def test_verdicts_sum_to_leads_pulled(standing: Folder) -> None:
    """What a run counts adds up, and the requests it names are those that the CRM saw."""
    standing.type("sync", "salesforce")  # what landed from the inbox is the org's own by now
    standing.load({"LastName": "Sum", "Company": "Adding Machines"}, {"LastName": "Total", "Company": "Tally Works"})
    seen = len(standing.sandbox.calls())
    route: Mapping[str, Any] = standing.type("sync", "salesforce", "--json").json["routes"][0]
    assert route["pulled"] == 2
    assert sum(route["verdicts"].values()) == sum(route["linkage"].values()) == 2 - route["dead_letters"]
    assert route["api_calls"] == len(standing.sandbox.calls()) - seen


def test_schemas_hold_no_key_that_is_never_checked() -> None:
    """A schema refuses what it does not know: an answer with a foreign key is found out."""
    answer = {"status": "done", "file": "somewhere.db"}
    assert faults_of("state-backup", answer) == []
    assert faults_of("state-backup", {**answer, "surprise": 1})
