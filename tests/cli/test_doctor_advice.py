"""What the doctor says to do next fits what it found."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.client import control

from .terminal import Folder, one_answer
from .test_doctor import failures

SUGAR = "type: sugarcrm\n    address: {}"
DEAD = SUGAR.format("http://127.0.0.1:1")
SUITE = "type: suitecrm\n    address: {}"


def test_a_key_that_is_not_written_is_told(folder: Folder) -> None:
    """A mapping without our key is told where the CRM has the field for it; what is created could not be found."""
    path = folder.path / "mappings" / "sugarcrm" / "contact.yaml"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "external_key:" not in line), "utf-8")
    (found,) = failures(folder)
    assert found["name"] == "sugarcrm Contacts"
    assert "contact.yaml: external_key is not written, but key_field is `connector_key_c`" in found["detail"]
    assert found["next"] == "add `external_key: { from: connector_key_c, optional: true }` to its fields"


def test_fields_closed_to_the_login_are_named(folder: Folder) -> None:
    """Fields that a mapping writes and the login may not are a warning that names them, once per object."""
    folder.edit("mappings/sugarcrm/lead.yaml", "{ from: date_entered, direction: read }", "date_entered")
    folder.edit("mappings/sugarcrm/lead.yaml", "title: { from: title, cut: true }", "title: modified_user_id")
    folder.edit("mappings/sugarcrm/lead.yaml", "modified_user_id: who changed it last plays no part", "title: unused")
    answer = folder.type("doctor", "--json")
    (check,) = (each for each in answer.json["checks"] if each["level"] == "warn" and "sugarcrm L" in each["name"])
    assert check["name"] == "sugarcrm Leads"
    assert "the mapping writes fields that the login may not: modified_user_id, date_entered;" in check["detail"]
    assert (answer.code, failures(folder)) == (0, [])


def failure(folder: Folder) -> tuple[str, str]:
    """The name and the next step of the one check that failed."""
    (found,) = failures(folder)
    return found["name"], found["next"]


def test_unknown_platform_sends_to_its_page(folder: Folder) -> None:
    """A platform that the CRM does not know is registered there; nothing is to be edited here."""
    folder.sandbox.reset({"sugarcrm": {"settings": {"registered_platforms": ["base"]}}})
    name, following = failure(folder)
    assert name == "sugarcrm"
    assert following.startswith("as an admin, open Admin > Configure API Platforms, add `")


def test_maintenance_is_waited_for(folder: Folder) -> None:
    """A CRM that says it is away is asked again later; its address and login are right."""
    folder.sandbox.reset({"sugarcrm": {"settings": {"maintenance": True}}})
    name, following = failure(folder)
    assert (name, following) == ("sugarcrm", "wait until the CRM is back, then run `connector doctor` again")


def test_wrong_version_is_named(folder: Folder) -> None:
    """A REST version that the CRM does not offer is told with its own key."""
    folder.edit("connector.yaml", "type: sugarcrm\n", "type: sugarcrm\n    version: v99\n")
    name, following = failure(folder)
    assert (name, following) == ("sugarcrm", f"edit {folder.config} (connections.sugarcrm: version, address)")


def test_refused_login_is_named(folder: Folder) -> None:
    """A wrong password is a matter of the login alone."""
    (folder.path / "secrets" / "sugarcrm_password").write_text("wrong", "utf-8")
    assert failure(folder) == ("sugarcrm", f"edit {folder.config} (connections.sugarcrm: login)")


def test_missing_secret_names_the_file_to_write(folder: Folder) -> None:
    """The file of a secret that is not there is the one to write."""
    path = folder.path / "secrets" / "sugarcrm_password"
    path.unlink()
    assert failure(folder) == ("sugarcrm", f"write the secret into {path}, readable for its owner only")


def test_all_lacking_secrets_come_at_once(folder: Folder) -> None:
    """Every secret that is not there is told, an empty file like a missing one, and nothing was asked of the CRM."""
    missing, empty = (folder.path / "secrets" / f"suitecrm_{name}" for name in ("client_secret", "password"))
    missing.unlink()
    empty.write_text("\n", "utf-8")
    found = failures(folder)
    steps = [f"write the secret into {path}, readable for its owner only" for path in (empty, missing)]
    assert [(each["name"], each["next"]) for each in found] == [("suitecrm", step) for step in steps]
    calls: Any = control(folder.sandbox.base_url, "calls")
    assert "suitecrm" not in {call["dialect"] for call in calls}


def test_command_of_a_secret_is_a_matter_of_the_login(folder: Folder) -> None:
    """A command that gives no secret is mended in the login; the address has no part in it."""
    folder.edit("connector.yaml", "file:secrets/sugarcrm_password", "cmd:false")
    assert failure(folder) == ("sugarcrm", f"edit {folder.config} (connections.sugarcrm: login)")


def test_secret_that_others_can_read_is_told(folder: Folder) -> None:
    """A secret's file that is open to others is a warning with the command that closes it."""
    path = folder.path / "secrets" / "sugarcrm_password"
    path.chmod(0o644)
    answer = folder.type("doctor", "--json")
    (found,) = (each for each in answer.json["checks"] if "others on this machine" in each["detail"])
    assert (found["name"], found["level"], found["next"]) == ("sugarcrm", "warn", f"chmod 600 {path}")
    assert answer.code == 0


def test_plain_http_is_a_matter_of_the_address(folder: Folder) -> None:
    """Where TLS is missing the address is to be mended, and not the login."""
    folder.edit("connector.yaml", SUGAR.format(folder.sandbox.base_url), SUGAR.format("http://crm.example"))
    assert failure(folder) == ("sugarcrm", f"edit {folder.config} (connections.sugarcrm: address)")


@pytest.mark.parametrize(("status", "keys"), [("404 Not Found", "address"), ("403 Forbidden", "address, login")])
def test_shut_service_names_the_other_interface(folder: Folder, status: str, keys: str) -> None:
    """Where a web server answers instead of SuiteCRM's legacy service, V8 and SuiteCRM 8's folder are pointed at."""
    with one_answer(status, ["Content-Type: text/html"], b"<html>no</html>") as other:
        folder.edit("connector.yaml", SUITE.format(folder.sandbox.base_url), SUITE.format(other))
        name, following = failure(folder)
    hint = "; of SuiteCRM 8 it ends in /legacy; or `api: v8`, where v4_1 is switched off"
    assert (name, following) == ("suitecrm", f"edit {folder.config} (connections.suitecrm: {keys}{hint})")


def test_token_file_is_named(folder: Folder) -> None:
    """A file of the login that cannot be read is told by its path; a sync sends to the doctor, not to the state."""
    path = folder.path / "secrets" / "sugarcrm.tokens"
    path.mkdir()
    name, following = failure(folder)
    assert name == "sugarcrm"
    assert following == f"let this user read and write {path}, or name another file (connections.sugarcrm.token_file)"
    answer = folder.type("sync", "sugarcrm")
    assert (answer.code, "next: connector doctor\n" in answer.err) == (74, True)


def test_dead_port_names_host_and_port(folder: Folder) -> None:
    """Where nothing listens the host and port are told, in doctor and in a run, which says nothing else."""
    folder.edit("connector.yaml", f"type: sugarcrm\n    address: {folder.sandbox.base_url}", DEAD)
    said = "the CRM cannot be reached: nothing listens at 127.0.0.1:1"
    (found,) = failures(folder)
    assert (found["detail"], found["next"]) == (said, f"edit {folder.config} (connections.sugarcrm: address)")
    answer = folder.type("sync", "sugarcrm")
    assert (answer.code, answer.out) == (69, "")
    assert answer.err.startswith(f"connector: route sugarcrm: {said}\n")
