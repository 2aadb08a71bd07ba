"""Bad input at each door: a clear sentence with the next command, the right exit code, nothing lost, no traceback."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from connector.cli import cli
from connector.sandbox import Sandbox

from .terminal import Answer, Folder, one_answer, type_command

LEADS = [{"LastName": f"Lee {n}", "Company": f"Mill {n}", "Email": f"lee@mill{n}.example"} for n in range(3)]
CSV = "Lead ID,First Name,Last Name,Company,Email\n1,Ann,Lee,Acme Mills,ann@acme-mills.example\n"


def assert_refused(answer: Answer, code: int, *words: str) -> None:
    """The exit code, each of *words* in what a person reads, a next command, and no traceback."""
    assert answer.code == code, answer.said
    assert [word for word in words if word not in answer.said] == [], answer.said
    assert "next: " in answer.err or "--help" in answer.err, answer.said
    assert "Traceback" not in answer.said
    assert "a bug in the connector" not in answer.said


@pytest.fixture
def leads(folder: Folder) -> Folder:
    """A project whose CRM holds three new leads, nothing pulled yet."""
    folder.load(*LEADS)
    return folder


def assert_all_there(folder: Folder) -> None:
    """After the cause is mended, a sync takes every lead, once."""
    answer = folder.type("sync", "salesforce", "--json")
    assert answer.code == 0, answer.said
    assert folder.ask("SELECT count(*) FROM inbox WHERE route = 'salesforce'") == [(3,)]


class TestTheCrm:
    """What stands at the address."""

    def test_wrong_secret_is_refused(self, leads: Folder) -> None:
        """A wrong client secret gives 77, shows no secret, and a right one goes on."""
        secret = leads.path / "secrets" / "salesforce_client_secret"
        right = secret.read_text("utf-8")
        secret.write_text("wrong-and-hidden", "utf-8")
        answer = leads.type("sync", "salesforce")
        assert_refused(answer, 77, "refuses the login", "connector doctor")
        assert "wrong-and-hidden" not in answer.said
        assert leads.type("doctor").code == 77
        secret.write_text(right, "utf-8")
        assert_all_there(leads)

    def test_missing_secret_names_the_reference(self, leads: Folder) -> None:
        """A secret file that is not there gives 78 and names the reference."""
        (leads.path / "secrets" / "salesforce_client_secret").unlink()
        assert_refused(leads.type("sync", "salesforce"), 78, "file:secrets/salesforce_client_secret")

    def test_literal_secret_is_refused(self, leads: Folder) -> None:
        """A secret written into the file gives 78 with its line, and is not repeated."""
        leads.edit("connector.yaml", "file:secrets/salesforce_client_secret", "hunter2-in-the-open")
        answer = leads.type("sync")
        assert_refused(answer, 78, "connector.yaml:", "never the secret itself")
        assert "hunter2" not in answer.said

    def test_unreachable_host_comes_back_later(self, leads: Folder) -> None:
        """Nobody at the address gives 69; with the address mended nothing is missing."""
        address = leads.sandbox.base_url
        leads.edit("connector.yaml", f"address: {address}", "address: http://127.0.0.1:1")
        assert_refused(leads.type("sync", "salesforce"), 69, "cannot be reached")
        assert leads.type("doctor").code == 69
        leads.edit("connector.yaml", "address: http://127.0.0.1:1", f"address: {address}")
        assert_all_there(leads)

    @pytest.mark.parametrize(
        ("status", "kind"),
        [("200 OK", "text/html"), ("404 Not Found", "text/html"), ("200 OK", "application/json")],
        ids=["html", "html-404", "claims-json"],
    )
    def test_html_is_no_crm(self, leads: Folder, status: str, kind: str) -> None:
        """A web page instead of an answer gives 69, and the page is not shown."""
        address = leads.sandbox.base_url
        page = b"<html><body>Down for maintenance, dear Ann</body></html>"
        with one_answer(status, [f"Content-Type: {kind}; charset=utf-8"], page) as elsewhere:
            leads.edit("connector.yaml", f"address: {address}", f"address: {elsewhere}")
            answer = leads.type("sync", "salesforce")
            leads.edit("connector.yaml", f"address: {elsewhere}", f"address: {address}")
        assert_refused(answer, 69)
        assert "dear Ann" not in answer.said
        assert_all_there(leads)

    def test_other_org_is_refused(self, leads: Folder) -> None:
        """Another org behind the same connection gives 76, and nothing is written in it."""
        assert leads.type("sync", "salesforce").code == 0
        with Sandbox("demo") as other:
            mine = leads.sandbox.base_url
            leads.edit("connector.yaml", f"address: {mine}", f"address: {other.base_url}")
            for name in ("client_id", "client_secret"):
                login = other.info["salesforce"]
                assert isinstance(login, dict)
                (leads.path / "secrets" / f"salesforce_{name}").write_text(login[name], "utf-8")
            assert_refused(leads.type("sync", "salesforce"), 76, "org")
            assert [call for call in other.calls() if call["kind"] == "write"] == []

    def test_one_route_down_lets_others_run(self, leads: Folder) -> None:
        """A route that stops leaves its code and what it cost, and the other routes do their work all the same."""
        text = leads.config.read_text("utf-8").replace(
            "  inbox:\n", "  gone:\n    type: csv\n    path: nowhere\n  inbox:\n", 1
        )
        gone = "routes:\n  first:\n    source: gone\n    target: salesforce\n"
        leads.config.write_text(text.replace("routes:\n", gone, 1), "utf-8")
        answer = leads.type("sync", "--json")
        assert answer.code == answer.json["exit_code"] == 78, answer.said
        assert [each["route"] for each in answer.json["errors"]] == ["first"]
        assert [each["route"] for each in answer.json["routes"]] == [
            "first",
            "salesforce",
            "sugarcrm",
            "suitecrm",
            "inbox-to-salesforce",
        ]
        assert "route first:" in answer.err
        assert leads.ask("SELECT status FROM runs") == [("stopped",)]
        assert_all_there(leads)


class TestFilesOfPeople:
    """Configuration, mappings, CSV files and plans."""

    def test_ten_mistakes_are_told_at_once(self, leads: Folder) -> None:
        """Ten mistakes in one mapping: all ten with file and line; lint gives 65, sync 78, nothing runs."""
        path = leads.path / "mappings" / "salesforce" / "lead.yaml"
        lines = path.read_text("utf-8").splitlines()
        begin = lines.index("fields:") + 1
        wrong = [
            "  first_naem: FirstName",
            "  email: { from: Email, transfroms: [email] }",
            "  phone: { from: Phone, transforms: [shout] }",
            "  website: { from: Website, direction: sideways }",
            "  industry: { from: Industry, required: maybe }",
            "  rating: { from: Rating, values: [Hot] }",
            "  employees: { from: [] }",
            "  city: { from: City, optional: perhaps }",
            "  title: { from: Title, cut: 3 }",
            "  title: Title",
        ]
        names = {line.strip().split(":")[0] for line in wrong[1:]}
        kept = [line for line in lines if line.strip().split(":")[0] not in names or not line.startswith("  ")]
        kept[begin:begin] = wrong
        path.write_text("\n".join(kept) + "\n", "utf-8")
        places = {f"mappings/salesforce/lead.yaml:{begin + at + 1}:" for at in range(len(wrong))}

        for words, code in ((("mapping", "lint"), 65), (("sync", "salesforce"), 78)):
            answer = leads.type(*words)
            assert answer.code == code, answer.said
            assert {place for place in places if place not in answer.said} == set(), answer.said
            assert "Traceback" not in answer.said
        assert leads.sandbox.calls() == []
        findings = leads.type("mapping", "lint", "--json").json["findings"]
        assert {finding["line"] for finding in findings} >= {begin + at + 1 for at in range(len(wrong))}

    @pytest.mark.parametrize("name", ["policy.yaml", "matching.yaml", "conversion.yaml"])
    def test_broken_yaml_has_its_line(self, leads: Folder, name: str) -> None:
        """A file that is no YAML gives 65 in lint and 78 in a run, with its line."""
        path = leads.path / "mappings" / name
        path.write_text(path.read_text("utf-8") + "\noops: [unclosed\n", "utf-8")
        assert f"mappings/{name}:" in leads.type("mapping", "lint").said
        assert leads.type("mapping", "lint").code == 65
        assert_refused(leads.type("sync", "salesforce"), 78, f"mappings/{name}:")

    def test_missing_config_says_how_to_begin(self, tmp_path: Path) -> None:
        """Without a connector.yaml there is 78 and the way to one."""
        answer = type_command("--config", str(tmp_path / "connector.yaml"), "sync")
        assert_refused(answer, 78, "there is no", "connector init")

    def test_config_mistakes_come_together(self, leads: Folder) -> None:
        """Several mistakes in connector.yaml are all told, each with its line."""
        leads.edit("connector.yaml", "type: csv", "type: cvs")
        leads.edit("connector.yaml", "schedule: every 15 minutes", "schedule: now and then")
        answer = leads.type("status")
        assert_refused(answer, 78, "cvs", "schedule")
        assert answer.err.count("connector.yaml:") >= 2

    def test_broken_csv_keeps_the_others(self, folder: Folder) -> None:
        """A file that cannot be parsed gives 65 and its line and stays; the good file beside it is taken."""
        inbox = folder.path / "inbox"
        (inbox / "bad.csv").write_text('Lead ID,Last Name,Company\n1,"Lee,Acme\n2,Fox,Bolt Works\n', "utf-8")
        (inbox / "good.csv").write_text(CSV, "utf-8")
        answer = folder.type("sync", "inbox-to-salesforce")
        assert (answer.code, "bad.csv:" in answer.err) == (65, True), answer.said
        assert "Traceback" not in answer.said
        assert [path.name for path in inbox.glob("*.csv")] == ["bad.csv"]
        assert folder.ask("SELECT count(*) FROM inbox WHERE route = 'inbox-to-salesforce'") == [(1,)]

    def test_edited_plan_is_refused(self, leads: Folder, tmp_path: Path) -> None:
        """A plan that somebody edited gives 76 and writes nothing."""
        leads.load({"LastName": "Fox", "Company": "Competitor", "Email": "fox@competitor.example"})
        plan = tmp_path / "plan.json"
        assert leads.type("plan", "salesforce", "-o", str(plan)).code == 0
        sealed = json.loads(plan.read_text("utf-8"))
        sealed["plan"]["calls"] += 1
        plan.write_text(json.dumps(sealed), "utf-8")
        assert_refused(leads.type("apply", str(plan)), 76, "edited")
        assert [call for call in leads.sandbox.calls() if call["kind"] == "write"] == []

    @pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"format": 1, "plan": {}}', "\x00\x01"])
    def test_no_plan_at_all_is_refused(self, leads: Folder, tmp_path: Path, text: str) -> None:
        """Any other file given to apply gives 76."""
        plan = tmp_path / "plan.json"
        plan.write_text(text, "utf-8")
        assert_refused(leads.type("apply", str(plan)), 76, "plan")

    def test_mass_change_waits_for_a_word(self, leads: Folder) -> None:
        """More changes than the route allows give 76 before anything is written; the flag lets them through."""
        leads.load(*[{"LastName": f"F{n}", "Company": "C", "Email": f"f{n}@competitor.example"} for n in range(3)])
        leads.edit("connector.yaml", "    enabled: true\n", "    limits: {max_changes: 2}\n    enabled: true\n")
        assert_refused(leads.type("sync", "salesforce"), 76, "max_changes", "--accept-mass-change")
        assert [call for call in leads.sandbox.calls() if call["kind"] == "write"] == []
        assert leads.type("sync", "salesforce", "--accept-mass-change").code == 0


class TestTheStateFile:
    """A state that cannot be used is 74, and is left as it was."""

    @pytest.mark.parametrize(
        "content", [b"this is no database, and was never one" * 200, b"SQLite format 3\x00garbage"]
    )
    def test_corrupt_state_is_left_alone(self, leads: Folder, content: bytes) -> None:
        """A damaged file gives 74 and the way on, and keeps every byte."""
        leads.state.write_bytes(content)
        leads.state.chmod(0o600)
        for words in (("sync", "salesforce"), ("status",), ("review", "list"), ("explain", "x")):
            assert_refused(leads.type(*words), 74, "connector.db")
        assert leads.state.read_bytes() == content
        assert leads.type("state", "verify").code == 74
        assert [call for call in leads.sandbox.calls() if call["kind"] == "write"] == []

    def test_state_in_a_file_is_refused(self, leads: Folder) -> None:
        """A state folder that cannot be made gives 74."""
        leads.edit("connector.yaml", "state: state/connector.db", "state: connector.yaml/state/connector.db")
        assert_refused(leads.type("sync", "salesforce"), 74)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_read_only_folder_is_refused(self, leads: Folder) -> None:
        """A state folder that may not be written gives 74; with the rights back nothing is missing."""
        state = leads.state.parent
        state.chmod(0o500)
        try:
            assert_refused(leads.type("sync", "salesforce"), 74)
        finally:
            state.chmod(0o700)
        assert_all_there(leads)

    def test_second_run_waits_its_turn(self, leads: Folder) -> None:
        """While another process holds the lease a run gives 75, and reading still works."""
        assert leads.type("status").code == 0
        lock = next(leads.state.parent.glob("*.lock"), None) or leads.state.with_name(leads.state.name + ".lock")
        with FileLock(lock):
            answer = leads.type("sync", "salesforce")
            assert answer.code == 75, answer.said
            assert "next: connector " in answer.err
            assert leads.type("status").code == 0
        assert_all_there(leads)


class TestWords:
    """Commands typed wrongly."""

    def test_unknown_route_is_named(self, leads: Folder) -> None:
        """A route that is not there gives 78, lists those there are, and stops the whole command."""
        answer = leads.type("sync", "salesforce", "saleforce")
        assert_refused(answer, 78, "saleforce", "salesforce, ")
        assert leads.sandbox.calls() == []
        for words in (("plan", "nowhere"), ("backfill", "nowhere", "--since", "2026-01-01")):
            assert_refused(leads.type(*words), 78, "nowhere")

    @pytest.mark.parametrize(
        "words",
        [
            ("review", "show", "99"),
            ("review", "decide", "99", "convert"),
            ("dead-letters", "retry", "99"),
            ("dead-letters", "retry"),
            ("dead-letters", "discard", "99", "--why", "none"),
            ("explain", "nobody@nowhere.example"),
            ("journal", "show", "nobody@nowhere.example"),
            ("backfill", "salesforce", "--since", "last week"),
            ("backfill", "salesforce", "--since", "2026-02-30"),
            ("backfill", "salesforce", "--since", "2026-02-02", "--until", "2026-02-01"),
            ("backfill", "salesforce"),
            ("apply", "no-such-plan.json"),
            ("mapping", "lint", "no-such-folder"),
            ("mapping", "schema", "recipe"),
            ("sync", "--dryrun"),
            ("report", "stagnant", "--days", "99999999999"),
            ("snyc",),
        ],
        ids=" ".join,
    )
    def test_words_that_make_no_sense(self, folder: Folder, words: tuple[str, ...]) -> None:
        """Unknown ids, dates, files, options and verbs give 2 (a folder of mappings that is not there, 78)."""
        assert_refused(folder.type(*words), 78 if "no-such-folder" in words else 2)
        assert folder.sandbox.calls() == []

    @pytest.mark.parametrize(
        "words",
        [
            ("policy", "gate", "--reopen", "policy", "--why", "mended"),
            ("review", "sample", "1", "--answer", "convert"),
            ("dead-letters", "discard", "1", "--why", "none"),
        ],
        ids=" ".join,
    )
    def test_nobody_can_do_nothing(self, folder: Folder, words: tuple[str, ...]) -> None:
        """What is kept names somebody: a blank name is refused."""
        assert_refused(folder.type(*words, "--by", " "), 2, "names nobody")

    def test_review_answer_must_fit(self, leads: Folder) -> None:
        """An unknown reason or candidate gives 2 and the review stays open."""
        leads.load(
            {
                "LastName": "Vale",
                "Company": "Vale Works",
                "Email": "ann@vale.example",
                "Description": "Please send a quote",
            }
        )
        assert leads.type("sync", "salesforce").code == 0
        (number,) = leads.ask("SELECT min(id) FROM reviews WHERE state = 'open'")[0]
        for answer in (("disqualify", "because"), ("disqualify",), ("same", "003000000000000AAA"), ("same",)):
            assert_refused(leads.type("review", "decide", str(number), *answer), 2)
        assert leads.ask(f"SELECT state FROM reviews WHERE id = {number}") == [("open",)]
        assert leads.type("review", "decide", str(number), "nurture").code == 0
        again = leads.type("review", "decide", str(number), "nurture")
        assert (again.code, "nothing was changed" in again.out) == (0, True), again.said

    def test_plan_into_nowhere_is_refused(self, leads: Folder, tmp_path: Path) -> None:
        """A plan whose folder is not there is refused before any call; a backup that cannot be written gives 74."""
        nowhere = tmp_path / "file"
        nowhere.touch()
        assert_refused(leads.type("plan", "salesforce", "-o", str(nowhere / "plan.json")), 2, str(nowhere))
        assert leads.sandbox.calls() == []
        assert_refused(leads.type("state", "backup", str(nowhere / "copy.db")), 74)

    @pytest.mark.parametrize("kind", ["project", "file"])
    def test_init_never_overwrites(self, folder: Folder, tmp_path: Path, kind: str) -> None:
        """A folder in use, or a file of that name, gives 2 and stays as it was."""
        target = folder.path if kind == "project" else tmp_path / "taken"
        if kind == "file":
            target.write_text("mine", "utf-8")
        before = sorted(target.rglob("*"))
        assert_refused(type_command("init", str(target)), 2, "nothing was written")
        assert_refused(type_command("init", str(target), "--sandbox", folder.sandbox.base_url), 2)
        assert sorted(target.rglob("*")) == before


class TestTheSandboxDoor:
    """Serving, and wiring a project to it."""

    def test_taken_port_is_named(self) -> None:
        """A port in use gives 2 and the way to a free one."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            assert_refused(type_command("sandbox", "serve", "--port", port), 2, port, "--port 0")

    def test_unknown_world_is_refused(self) -> None:
        """A world that is not there gives 65."""
        answer = type_command("sandbox", "serve", "--world", "no-such-world.yaml")
        assert (answer.code, "no-such-world" in answer.err, "Traceback" in answer.said) == (65, True, False)

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("http://crm.example", 2),
            ("https://127.0.0.1:443", 2),
            ("http://127.0.0.1.evil.example:80", 2),
            ("http://127.0.0.1@evil.example:80", 2),
            ("file:///etc/passwd", 2),
            ("nonsense", 2),
            ("http://127.0.0.1:99999", 2),
            ("http://127.0.0.1:1", 69),
        ],
    )
    def test_foreign_sandbox_is_refused(self, tmp_path: Path, address: str, code: int) -> None:
        """Only a sandbox on loopback is asked; whatever else gives 2 or 69, and no folder is made."""
        assert_refused(type_command("init", str(tmp_path / "new"), "--sandbox", address), code)
        assert_refused(type_command("sandbox", "reset", address), code)
        assert list(tmp_path.iterdir()) == []

    def test_other_server_is_no_sandbox(self, tmp_path: Path) -> None:
        """A web server on loopback that is no sandbox gives 69."""
        with one_answer("200 OK", ["Content-Type: text/html"], b"<html></html>") as address:
            assert_refused(type_command("init", str(tmp_path / "new"), "--sandbox", address), 69, "no sandbox")
        with one_answer("200 OK", ["Content-Type: application/json"], b'{"hello": 1}') as address:
            answer = type_command("init", str(tmp_path / "new"), "--sandbox", address)
        assert answer.code in (2, 69), answer.said
        assert list(tmp_path.iterdir()) == []


def test_bug_shows_no_data(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error is told without its text and without a traceback: 70, and where it happened."""

    def broken(_context: object) -> int:
        raise ZeroDivisionError("ann@acme.example")

    invoke: Callable[..., int] = broken
    monkeypatch.setattr(cli, "invoke", invoke)
    answer = folder.type("status", "--json")
    assert (answer.code, answer.json["exit_code"], answer.json["error"]) == (70, 70, "Bug")
    assert "ann@acme.example" not in answer.said
    assert "Traceback" not in answer.said
