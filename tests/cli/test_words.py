"""What the commands say to people: nothing that was decided goes unsaid, and nothing is said that did not happen."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from .terminal import Folder, type_command

LEE = {"FirstName": "Ann", "LastName": "Lee", "Company": "Acme Mills", "Email": "ann@acme-mills.example"}
CLOSED = {"LastName": "Foe", "Company": "Foe Works", "Email": "foe@competitor.example"}

BUYER = {
    "FirstName": "Ann",
    "LastName": "Alder",
    "Title": "VP Operations",
    "Company": "Alder Tools",
    "Email": "ann@aldertools.com",
    "Industry": "Manufacturing",
    "NumberOfEmployees": 900,
    "Description": "We would like to see a demo",
}


@pytest.fixture
def leads(folder: Folder) -> Folder:
    """A project whose CRM holds one lead to leave alone and one to close."""
    folder.load(LEE, CLOSED)
    return folder


class TestRuns:
    """Sync, plan, apply and backfill."""

    def test_redecided_leads_are_told(self, leads: Folder) -> None:
        """After an edit of the policy a dry run says how many leads it decided anew, and which otherwise."""
        assert "decided anew" not in leads.type("sync", "salesforce").out
        leads.edit("mappings/policy.yaml", "weak: 0}", "weak: -1}")
        told = leads.type("sync", "salesforce", "--dry-run").out
        assert "  decided anew: 2, of which 0 otherwise than before\n" in told

    def test_other_verdicts_are_named(self, leads: Folder) -> None:
        """A verdict that an edit turned is named with the one before it, in words and in JSON."""
        assert leads.type("sync", "salesforce").code == 0
        policy = leads.path / "mappings" / "policy.yaml"
        lines = policy.read_text("utf-8").splitlines()
        rule = next(at for at, line in enumerate(lines) if line.strip().startswith("- name: not-yet"))
        at = next(at for at in range(rule, len(lines)) if "verdict: nurture" in lines[at])
        lines[at] = lines[at].replace("verdict: nurture", "verdict: review")
        policy.write_text("\n".join(lines) + "\n", "utf-8")
        answer = leads.type("sync", "salesforce", "--dry-run", "--json")
        assert answer.json["routes"][0]["changed"] == {"nurture -> review": 1}
        lines[at] = lines[at].replace("verdict: review", "verdict: nurture")
        policy.write_text("\n".join(lines) + "\n", "utf-8")
        answer = leads.type("sync", "salesforce", "--dry-run")
        assert "  decided anew: 2, of which 1 otherwise than before: 1 review -> nurture\n" in answer.out, answer.said

    def test_plan_hides_what_is_left(self, leads: Folder) -> None:
        """A plan shows what it changes and counts the rest; --all shows the rest too."""
        short, full = leads.type("plan", "salesforce").out, leads.type("plan", "salesforce", "--all").out
        assert short.endswith("1 lead is left as it is (--all shows them)\n")
        assert "  leave " not in short
        assert "  leave " in full
        assert "calls to write, besides logging in and reading" in full

    def test_apply_speaks_of_its_steps(self, leads: Folder, tmp_path: Path) -> None:
        """Applying a plan tells its steps, and a second time that nothing is left to do."""
        plan = str(tmp_path / "plan.json")
        assert leads.type("plan", "salesforce", "-o", plan).code == 0
        assert "salesforce: 1 step of the plan: 1 disqualify\n" in leads.type("apply", plan).out
        assert "salesforce: 1 step of the plan: nothing left to do\n" in leads.type("apply", plan).out

    def test_mass_change_names_the_typed(self, leads: Folder, tmp_path: Path) -> None:
        """A refused mass change names the command that was typed as the way to allow it."""
        leads.load({**CLOSED, "LastName": "Fie", "Email": "fie@competitor.example"})
        plan = tmp_path / "the plan.json"
        assert leads.type("plan", "salesforce", "-o", str(plan)).code == 0
        leads.edit("connector.yaml", "    enabled: true\n", "    limits: {max_changes: 1}\n    enabled: true\n")
        backfill = ("backfill", "salesforce", "--since", "2020-01-01")
        for words in (backfill, ("apply", str(plan)), ("sync", "salesforce")):
            answer = leads.type(*words)
            assert answer.code == 76, answer.said
            assert f"next: connector {shlex.join(words)} --accept-mass-change\n" in answer.err

    def test_dry_run_looks_not_done(self, leads: Folder) -> None:
        """Status tells what was decided from what was carried out."""
        leads.load(BUYER)
        assert leads.type("sync", "salesforce", "--dry-run").code == 0
        assert (
            "salesforce: decided: 1 convert, 1 disqualify, 1 nurture; carried out: 0, waiting for a sync: 3\n"
            in leads.type("status").out
        )
        assert leads.type("sync", "salesforce").code == 0
        assert (
            "salesforce: decided: 1 convert, 1 disqualify, 1 nurture; carried out: 1, open still: 2\n"
            in leads.type("status").out
        )


class TestDemo:
    """`demo --into`: what it leaves, and what it refuses to touch."""

    @pytest.mark.parametrize("name", ["mine-sandbox.db", "mine-sandbox.db.logins.json"])
    def test_sandbox_files_are_not_touched(self, tmp_path: Path, name: str) -> None:
        """A sandbox that stands beside the folder already is refused with 2 and keeps every byte."""
        (tmp_path / name).write_text("mine", "utf-8")
        answer = type_command("demo", "--into", str(tmp_path / "mine"))
        assert answer.code == 2, answer.said
        assert name in answer.err
        assert [path.name for path in tmp_path.iterdir()] == [name]
        assert (tmp_path / name).read_text("utf-8") == "mine"

    def test_unusable_path_is_told(self, tmp_path: Path) -> None:
        """A path below a file gives 2 and the reason, not a bug."""
        (tmp_path / "file").touch()
        answer = type_command("demo", "--into", str(tmp_path / "file" / "mine"))
        assert (answer.code, "cannot be used" in answer.err) == (2, True), answer.said

    def test_parents_are_made_and_quoted(self, tmp_path: Path) -> None:
        """Missing parents are made, and the next commands can be typed as they stand."""
        into = tmp_path / "some where" / "mine"
        answer = type_command("demo", "--into", str(into))
        assert answer.code == 0, answer.said
        following = [shlex.split(line) for line in answer.out.split("Next:\n")[1].splitlines()]
        state = f"{into}-sandbox.db"
        assert following[0][-5:] == ["--state", state, ">", f"{state}.json", "&"]
        assert following[1:3] == [["cd", str(into)], ["connector", "review", "list"]]
        assert following[3][:2] == ["connector", "explain"]
        assert Path(state).exists()
        assert "open leads" in answer.out
        assert " points: enough to link" in answer.out


class TestDoctor:
    """Each failure names something that helps."""

    def next_of(self, folder: Folder, name: str) -> str:
        """What doctor says to do about one check that failed."""
        checks = json.loads(folder.type("doctor", "--json").out)["checks"]
        return next(str(check["next"]) for check in checks if check["name"] == name and check["level"] == "fail")

    def test_unset_variable_is_exported(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        """A secret from a variable that is not set says which one to export."""
        monkeypatch.delenv("THE_SECRET", raising=False)
        folder.edit("connector.yaml", "file:secrets/salesforce_client_secret", "${THE_SECRET}")
        assert self.next_of(folder, "salesforce") == "export THE_SECRET=..."

    def test_wrong_login_leads_to_the_file(self, folder: Folder) -> None:
        """A login that is refused, or an address where nobody answers, leads to that key in the file."""
        secret = folder.path / "secrets" / "salesforce_client_secret"
        secret.write_text("wrong", "utf-8")
        wanted = f"edit {folder.config} (connections.salesforce: {{}})"
        assert self.next_of(folder, "salesforce") == wanted.format("login")
        folder.edit("connector.yaml", f"address: {folder.sandbox.base_url}", "address: http://127.0.0.1:1")
        assert self.next_of(folder, "salesforce") == wanted.format("address")

    def test_missing_inbox_is_told(self, folder: Folder) -> None:
        """A folder of CSV files that is not there is named, with the command that makes it."""
        (folder.path / "inbox").rmdir()
        answer = folder.type("doctor")
        assert answer.code == 78, answer.said
        assert f"the CSV folder {folder.path / 'inbox'} does not exist" in answer.out
        assert f"next: mkdir -p {folder.path / 'inbox'}\n" in answer.out

    def test_doctor_never_names_itself(self, folder: Folder) -> None:
        """A configuration that cannot be read leads on to something else than the doctor."""
        folder.config.write_text("version: 7\n", "utf-8")
        answer = folder.type("doctor")
        assert answer.code == 78, answer.said
        assert "next: connector doctor" not in answer.said


class TestSmallDoors:
    """Reviews and backups."""

    def test_idle_word_is_refused(self, leads: Folder) -> None:
        """A word that an answer does not take gives 2, and the review stays open."""
        leads.load({**LEE, "LastName": "Vale", "Company": "Vale", "Email": "v@vale.example", "Description": "a quote"})
        assert leads.type("sync", "salesforce").code == 0
        (number,) = leads.ask("SELECT min(id) FROM reviews WHERE state = 'open'")[0]
        answer = leads.type("review", "decide", str(number), "nurture", "junk")
        assert (answer.code, "takes no further word" in answer.err) == (2, True), answer.said
        assert leads.ask(f"SELECT state FROM reviews WHERE id = {number}") == [("open",)]

    def test_backup_makes_no_folders(self, folder: Folder, tmp_path: Path) -> None:
        """A backup into a folder that is not there gives 2, names it, and does not make it."""
        assert folder.type("status").code == 0
        answer = folder.type("state", "backup", str(tmp_path / "absent" / "x.db"))
        assert (answer.code, str(tmp_path / "absent") in answer.err) == (2, True), answer.said
        assert not (tmp_path / "absent").exists()
        assert folder.type("state", "backup").code == 0

    def test_row_still_broken_is_told(self, folder: Folder) -> None:
        """A row given back as broken as it was is parked again: the sync says so and ends with 1."""
        (folder.path / "inbox" / "list.csv").write_text("First Name,Last Name,Company\nTom,,Oak\n", "utf-8")
        first = folder.type("sync", "inbox-to-salesforce")
        assert (first.code, "1 row could not walk on" in first.out) == (1, True), first.said
        assert folder.type("sync", "inbox-to-salesforce").code == 0
        assert folder.type("dead-letters", "retry", "--all").out == "1 row waits for the next `connector sync`\n"
        again = folder.type("sync", "inbox-to-salesforce")
        assert (again.code, "1 row could not walk on" in again.out) == (1, True), again.said
