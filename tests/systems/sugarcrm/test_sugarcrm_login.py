"""One login for all: kept in a private file, renewed under a lock, never made twice."""

from __future__ import annotations

import json
import random
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import requests
from filelock import FileLock

from connector.errors import ConfigError, Refused, SessionExpired, StateError, Unavailable, Unreadable
from connector.systems.secret import Secret
from connector.systems.sugarcrm import SugarCrmSystem, SugarOptions
from connector.systems.sugarcrm.tokens import TokenFile, Tokens
from tests.contracts.sandbox_subject import PatientClock
from tests.contracts.sugarcrm_subject import WRONG, SugarSubject, sugarcrm
from tests.systems.raw_server import RawServer, ok

from .conftest import Made

_WORKER = """
import random, sys, time
from datetime import UTC, datetime
from pathlib import Path
from connector.systems.secret import Secret
from connector.systems.sugarcrm import SugarCrmSystem, SugarOptions

class Clock:
    def now(self): return datetime.now(UTC)
    def sleep(self, seconds): time.sleep(min(seconds, 0.01))

address, user, password, path = sys.argv[1:5]
options = SugarOptions(address, user, Secret(password), Path(path), version="v11_24")
system = SugarCrmSystem("crm", options, Clock(), random.Random(7))
for _ in range(12):
    system.fetch("Leads", ["a", "b"], ("last_name",))
print(system.calls)
"""


def logins(crm: SugarSubject) -> list[int]:
    """The statuses of all token requests."""
    return [int(str(call["status"])) for call in crm.log() if call["kind"] == "login"]


def expire(crm: SugarSubject) -> None:
    """The next call finds its access token dead."""
    crm.faults({"operation": "read", "nth": 1, "action": "expire_session"})


def test_login_is_kept_private(crm: SugarSubject) -> None:
    """The shared login lies in a file for our user alone, in a folder for our user alone, without the password."""
    crm.system.identity()
    assert stat.S_IMODE(crm.token_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(crm.token_file.parent.stat().st_mode) == 0o700
    login = crm.sandbox.info["sugarcrm"]
    assert isinstance(login, dict)
    assert login["password"] not in crm.token_file.read_text()


def test_second_client_takes_the_login(crm: SugarSubject) -> None:
    """A client that finds a living login in the file makes none."""
    crm.system.identity()
    crm.fresh().identity()
    assert logins(crm) == [200]


def test_expired_token_is_refreshed(crm: SugarSubject) -> None:
    """A dead access token is renewed by the refresh token: the password is not needed."""
    crm.system.identity()
    expire(crm)
    without = sugarcrm(crm.sandbox, crm.token_file, password=Secret(WRONG))
    assert without.fetch("Leads", ["x"], ()) == {}
    assert logins(crm) == [200, 200]


def test_dead_login_is_made_anew_once(crm: SugarSubject) -> None:
    """When the refresh token is dead too, one login with the password follows, and the call is made again."""
    crm.system.identity()
    crm.sandbox.reset("empty")
    assert crm.system.fetch("Leads", ["x"], ()) == {}
    assert logins(crm) == [401, 200]


def test_renewed_login_is_taken_from_the_file(crm: SugarSubject) -> None:
    """A client whose token another one renewed reads the file again and logs in no more."""
    other = crm.fresh()
    for system in (crm.system, other):
        system.describe(["Leads"])
    expire(crm)
    other.fetch("Leads", ["x"], ())
    crm.faults()
    before = len(logins(crm))
    crm.system.fetch("Leads", ["x"], ())
    assert len(logins(crm)) == before == 2


def test_H20_our_platform_leaves_people_alone(crm: SugarSubject) -> None:  # noqa: N802
    """A person who logs in as the same user in the browser ends nothing of ours, nor we of theirs."""
    crm.system.identity()
    login = crm.sandbox.info["sugarcrm"]
    assert isinstance(login, dict)
    form = {"grant_type": "password", "client_secret": "", **login, "platform": "base"}
    root = f"{crm.sandbox.base_url}/rest/v11"
    person = requests.post(f"{root}/oauth2/token", json=form, timeout=20).json()["access_token"]
    before = len(logins(crm))
    crm.system.fetch("Leads", ["x"], ())
    assert len(logins(crm)) == before
    assert requests.get(f"{root}/me", headers={"OAuth-Token": person}, timeout=20).status_code == 200


def test_wrong_password_is_tried_once(crm: SugarSubject) -> None:
    """A refused password is not offered again: that could lock the user."""
    stranger = crm.stranger()
    for _ in range(3):
        with pytest.raises(Refused, match="check the user name and password"):
            stranger.describe(["Leads"])
    assert logins(crm) == [401]


def test_H20_unknown_platform_says_what_to_do(crm_with: Made) -> None:  # noqa: N802
    """A platform that nobody registered is refused with the step that registers it."""
    crm = crm_with({"registered_platforms": ["base", "mobile"]})
    with pytest.raises(
        Refused, match="register the platform lead_connector under Admin > Configure API Platforms"
    ) as caught:
        crm.system.identity()
    assert caught.value.exit_code == 77


@pytest.mark.parametrize("content", ["", "{", "[]", '{"owner": {}, "access_token": "x"}', '{"access_token": 7}'])
def test_useless_login_file_is_replaced(crm: SugarSubject, content: str) -> None:
    """A file that is half-written, or another user's, counts as no login."""
    crm.token_file.parent.mkdir(mode=0o700)
    crm.token_file.write_text(content)
    crm.system.identity()
    assert crm.system.calls == 2  # the login and one question: nobody else's token was tried
    assert json.loads(crm.token_file.read_text())["owner"]["platform"] == "lead_connector"
    assert logins(crm) == [200]


def test_login_without_a_place_is_a_state_error(crm: SugarSubject, tmp_path: Path) -> None:
    """A folder that cannot be made is told before anything is asked of the CRM."""
    (tmp_path / "file").write_text("")
    system = sugarcrm(crm.sandbox, tmp_path / "file" / "login.json")
    with pytest.raises(StateError):
        system.identity()
    assert logins(crm) == []


def test_held_lock_ends_in_unavailable(tmp_path: Path) -> None:
    """A process that keeps the login to itself makes the others give up, not wait for ever."""
    kept = TokenFile(tmp_path / "login.json", {}, longest_wait=0.01)
    with FileLock(tmp_path / "login.json.lock"), pytest.raises(Unavailable), kept.held():
        pass


def test_tokens_never_show(tmp_path: Path) -> None:
    """Neither the tokens in memory nor their keeper tell what they hold."""
    tokens = Tokens(Secret("an-access-token"), Secret("a-refresh-token"))
    kept = TokenFile(tmp_path / "login.json", {"username": "ann"})
    with kept.held():
        kept.write(tokens)
    shown = repr(tokens) + repr(kept) + repr(vars(kept))
    assert "an-access-token" not in shown
    assert "a-refresh-token" not in shown
    assert kept.read() == tokens
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".json"] == ["login.json"]


def test_failed_keeping_leaves_no_draft(tmp_path: Path) -> None:
    """Where the login cannot be put in its place, no draft with living tokens is left beside it."""
    (tmp_path / "login.json").mkdir()
    with pytest.raises(StateError, match="cannot be written"):
        TokenFile(tmp_path / "login.json", {}).write(Tokens(Secret("an-access-token"), Secret()))
    assert [path.name for path in tmp_path.iterdir()] == ["login.json"]


def test_lost_login_answer_is_asked_again(crm: SugarSubject) -> None:
    """A login by password whose answer is lost is made again; no write of ours hangs on the first."""
    crm.faults({"operation": "login", "nth": 1, "action": "drop_after_apply"})
    assert crm.system.fetch("Leads", ["x"], ()) == {}


@pytest.mark.parametrize("loss", [{"action": "drop_after_apply"}, {"action": "drop_before_apply"}, {"action": "cut"}])
def test_lost_renewal_is_made_good(crm: SugarSubject, loss: dict[str, str]) -> None:
    """A renewal whose answer is lost has spent its token: the password is used once, and the call goes through."""
    crm.system.identity()
    ended = {"operation": "read", "nth": 1, "action": "expire_session"}
    crm.faults(ended, {"operation": "login", "nth": 1, **loss})
    assert crm.system.fetch("Leads", ["x"], ()) == {}
    assert crm.logins == 3


def test_processes_share_one_login(crm: SugarSubject) -> None:
    """Four processes with one file: each dead token costs one renewal in all, and none throws another out."""
    login = crm.sandbox.info["sugarcrm"]
    assert isinstance(login, dict)
    crm.faults({"operation": "read", "every": 9, "action": "expire_session"})
    command = [sys.executable, "-c", _WORKER, crm.sandbox.base_url, login["username"], login["password"]]
    workers = [
        subprocess.Popen([*command, str(crm.token_file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ends = [worker.communicate(timeout=120) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0, 0], [said for _, said in ends]
    struck = sum(1 for call in crm.log() if call["fault"])
    made = logins(crm)
    assert struck > 3
    assert set(made) == {200}
    assert len(made) <= struck + 1


def test_login_that_ends_again_and_again_is_renewed(crm: SugarSubject) -> None:
    """Others may end the login that was just renewed, several times over: the call is still made."""
    crm.faults({"operation": "read", "nth": [1, 2, 3, 4], "action": "expire_session"})
    assert crm.system.fetch("Leads", ["x"], ()) == {}
    assert len([call for call in crm.log() if call["fault"]]) == 4


def test_login_that_always_ends_gives_up(crm: SugarSubject) -> None:
    """A server that ends every login at once is not asked for ever."""
    crm.faults({"operation": "read", "action": "expire_session"})
    with pytest.raises(SessionExpired):
        crm.system.fetch("Leads", ["x"], ())


def test_301_is_a_configuration_error(crm: SugarSubject) -> None:
    """A version that the server does not know is told at once, and asked for once."""
    system = sugarcrm(crm.sandbox, crm.token_file, version="v99_1")
    with pytest.raises(ConfigError, match="version"):
        system.identity()
    assert system.calls == 1


def test_301_to_another_place_is_a_wrong_address(crm: SugarSubject) -> None:
    """A site that moved says where to: that is told as a redirect, not as a version that is not offered."""
    crm.faults({"operation": "login", "action": "redirect", "status": 301, "location": "https://crm.example/"})
    with pytest.raises(Unreadable, match="redirect") as told:
        crm.system.identity()
    assert told.value.code == "redirect"


def test_readable_login_file_is_closed(crm: SugarSubject) -> None:
    """A login file that others may read, copied or restored by somebody, is closed to them when it is opened."""
    crm.system.identity()
    crm.token_file.chmod(0o644)
    crm.fresh().fetch("Leads", ["x"], ())
    assert stat.S_IMODE(crm.token_file.stat().st_mode) == 0o600
    assert logins(crm) == [200]


HTML = b"<html>Not Found</html>"
JSON_404 = b'{"error": "not_found", "error_message": "Could not find a route"}'
TOKENS = b'{"access_token": "one", "refresh_token": "two"}'
NEED_LOGIN = b'{"error": "need_login", "error_message": "..."}'


def answering(folder: Path, answers: Sequence[bytes]) -> SugarCrmSystem:
    """A system whose server gives these answers one after the other."""
    server = RawServer(answers)
    options = SugarOptions(server.address, "api", Secret("x"), folder / "login.json", attempts=2)
    return SugarCrmSystem("crm", options, PatientClock(), random.Random(7))


@pytest.mark.parametrize("body", [HTML, JSON_404])
def test_404_on_login_is_no_sugarcrm(tmp_path: Path, body: bytes) -> None:
    """A 404 of the token address, well-formed or not, means a wrong address: there is no org behind it to keep."""
    system = answering(tmp_path, [ok(body, status=b"404 Not Found")])
    with pytest.raises(Unreadable, match="no SugarCRM answers at this address"):
        system.identity()


@pytest.mark.parametrize(("status", "error"), [(b"403 Forbidden", Refused), (b"404 Not Found", Unreadable)])
def test_unlabelled_refusal_tells_no_org(tmp_path: Path, status: bytes, error: type[Exception]) -> None:
    """A page of another program where the first user was asked for is not taken for hidden rights."""
    with pytest.raises(error):
        answering(tmp_path, [ok(TOKENS), ok(HTML, status=status)]).identity()


def test_unlabelled_renewal_ends_in_a_login(tmp_path: Path) -> None:
    """A refresh token that a proxy refuses with a page of its own costs one login with the password."""
    refusals = [ok(NEED_LOGIN, status=b"401 Unauthorized"), ok(HTML, status=b"401 Unauthorized")]
    answers = [ok(TOKENS), *refusals, ok(TOKENS), ok(b'{"modules": {}}')]
    system = answering(tmp_path, answers)
    assert system.describe(["Leads"]) == {}
    assert system.calls == len(answers)


def test_unlabelled_login_is_tried_once(tmp_path: Path) -> None:
    """A login that is refused without a label is not tried again by the same process: it could lock the user."""
    system = answering(tmp_path, [ok(HTML, status=b"401 Unauthorized")])
    for _ in range(2):
        with pytest.raises(Unreadable):
            system.fetch("Leads", ["x"], ())
    assert system.calls == 1


def test_refused_renewal_tells_no_org(tmp_path: Path) -> None:
    """A login that is refused while the first user is asked for is a refused login, not hidden rights."""
    refusal = ok(b'{"error": "not_authorized"}', status=b"403 Forbidden")
    with pytest.raises(Refused, match="refuses the login"):
        answering(tmp_path, [ok(TOKENS), ok(NEED_LOGIN, status=b"401 Unauthorized"), refusal, refusal]).identity()


def test_hidden_users_make_a_partial_identity(crm_with: Made) -> None:
    """Where our user may not see users, the installation is told by its place alone."""
    assert crm_with({"acl_denied_modules": ["Users"]}).system.identity().org_id == "127.0.0.1#"


def test_wrong_client_is_named(tmp_path: Path) -> None:
    """A refused client points at client_id and client_secret, not at the password."""
    system = answering(tmp_path, [ok(b'{"error": "invalid_client"}', status=b"400 Bad Request")])
    with pytest.raises(Refused, match="check client_id and client_secret"):
        system.identity()
