"""What connector.yaml may say, and where its secrets come from."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from connector.config import SugarConnection, SuiteConnection, load_config
from connector.errors import ConfigError

CONFIG = """\
version: 1
connections:
  salesforce:
    type: salesforce
    address: https://acme.my.salesforce.com
    login: {grant: refresh_token, client_id: abc, refresh_token: "file:secrets/refresh"}
  inbox: {type: csv, path: inbox}
routes:
  salesforce: {source: salesforce, target: salesforce, schedule: every 15 minutes}
  again: {source: salesforce, target: salesforce, enabled: false}
"""


def written(folder: Path, text: str = CONFIG) -> Path:
    """A project file, and the secret it refers to."""
    (folder / "secrets").mkdir()
    (folder / "secrets" / "refresh").write_text("first-token\n")
    path = folder / "connector.yaml"
    path.write_text(text)
    return path


class TestSecrets:
    """Secrets are references, read when they are needed."""

    def test_file_is_relative_to_config(self, tmp_path: Path) -> None:
        """A file reference is found beside the configuration, wherever the command was typed."""
        config = load_config(written(tmp_path))
        assert config.secret("file:secrets/refresh") == "first-token"

    def test_literal_secret_is_refused(self, tmp_path: Path) -> None:
        """A secret written into the file is a finding that does not repeat it."""
        text = CONFIG.replace('"file:secrets/refresh"', "hunter2hunter2")
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path, text))
        told = " ".join(map(str, caught.value.findings))
        assert "`refresh_token`: must be a reference" in told
        assert "hunter2" not in told

    def test_missing_file_is_told_whole(self, tmp_path: Path) -> None:
        """A secret's file that is not there is told with its full path, where it can be made."""
        missing = tmp_path.resolve() / "secrets" / "none"
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path)).secret("file:secrets/none")
        assert str(caught.value) == f"cannot read the secret file:secrets/none: there is no such file: {missing}"

    def test_rotated_token_replaces_its_file(self, tmp_path: Path) -> None:
        """A refresh token that the CRM rotated is kept where the old one came from, for its owner's eyes only."""
        config = load_config(written(tmp_path))
        keep = config.keeper("file:secrets/refresh")
        assert keep is not None
        keep("second-token")
        assert config.secret("file:secrets/refresh") == "second-token"
        assert stat.S_IMODE((tmp_path / "secrets" / "refresh").stat().st_mode) == 0o600

    def test_environment_cannot_be_written(self, tmp_path: Path) -> None:
        """A secret from the environment or a command has no file to keep a new one in."""
        assert load_config(written(tmp_path)).keeper("${TOKEN}") is None

    def test_missing_variable_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A variable that is not set is named."""
        monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
        with pytest.raises(ConfigError, match="NO_SUCH_TOKEN"):
            load_config(written(tmp_path)).secret("${NO_SUCH_TOKEN}")

    @pytest.mark.parametrize("reference", ["${EMPTY_TOKEN}", "file:secrets/empty", "cmd:true"])
    def test_nothing_is_no_secret(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str) -> None:
        """An empty variable, file or output is told, before an empty password is sent and counted as a wrong one."""
        monkeypatch.setenv("EMPTY_TOKEN", " ")
        config = load_config(written(tmp_path))
        (tmp_path / "secrets" / "empty").write_text("\n")
        with pytest.raises(ConfigError, match=r"nothing|not set to anything"):
            config.secret(reference)

    @pytest.mark.parametrize(
        ("reference", "why"),
        [
            ("file:secrets", "Is a directory"),
            ("file:secrets/latin", "it is no UTF-8 text"),
            ("cmd:false", "false: exit code 1"),
            ("cmd:no-such-program-here x", "no-such-program-here: No such file or directory"),
        ],
    )
    def test_secret_that_cannot_be_read_says_why(self, tmp_path: Path, reference: str, why: str) -> None:
        """Why there is no secret is told in words, not by the name of an exception."""
        config = load_config(written(tmp_path))
        (tmp_path / "secrets" / "latin").write_bytes(b"pa\xdf")
        with pytest.raises(ConfigError) as caught:
            config.secret(reference)
        assert str(caught.value).endswith(f": {why}")

    def test_command_gives_its_output(self, tmp_path: Path) -> None:
        """A command's output is the secret; a failing one is named without its arguments."""
        config = load_config(written(tmp_path))
        assert config.secret("cmd:echo from-a-vault") == "from-a-vault"
        with pytest.raises(ConfigError, match="false"):
            config.secret("cmd:false --token hidden")

    @pytest.mark.parametrize(
        "reference",
        ["cmd: ", "cmd:echo 'open", r"cmd:printf \\377", "cmd:echo \0", "file:\0", "file:~nobody-of-this-name/x"],
    )
    def test_unusable_reference_is_refused(self, tmp_path: Path, reference: str) -> None:
        """No words, an open quote, output that is no text, a path that is none: the configuration's fault, no bug."""
        with pytest.raises(ConfigError):
            load_config(written(tmp_path)).secret(reference)


class TestSchedules:
    """Schedules are read when the file is."""

    @pytest.mark.parametrize(
        "schedule",
        ["a b c d e", "99 * * * *", "0 0 30 2 *", "every 0 minutes", "every 9999999 days", "every week", "* * *"],
    )
    def test_unreadable_schedule_is_refused(self, tmp_path: Path, schedule: str) -> None:
        """A schedule that the daemon could not follow is a finding on its line, with what one looks like."""
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path, CONFIG.replace("every 15 minutes", f'"{schedule}"')))
        (finding,) = caught.value.findings
        assert finding.line == 9
        assert "every 15 minutes" in finding.what

    @pytest.mark.parametrize("schedule", ["*/15 * * * *", "0 3 * * MON-FRI", "every hour", "every 2 days"])
    def test_readable_schedule_is_taken(self, tmp_path: Path, schedule: str) -> None:
        """Cron lines and intervals are both schedules."""
        config = load_config(written(tmp_path, CONFIG.replace("every 15 minutes", f'"{schedule}"')))
        assert config.routes["salesforce"].schedule == schedule


class TestRoutes:
    """Routes and the connections they name."""

    def test_all_problems_come_at_once(self, tmp_path: Path) -> None:
        """An unknown connection and a CSV target are both told, each on its line."""
        text = CONFIG.replace(
            "again: {source: salesforce, target: salesforce", "again: {source: nowhere, target: inbox"
        )
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path, text))
        assert [(f.line, f.rule) for f in caught.value.findings] == [(10, "unknown-connection"), (10, "bad-target")]

    def test_unknown_connection_is_told_beside_other_mistakes(self, tmp_path: Path) -> None:
        """A misspelt key elsewhere does not hide that a route names no connection."""
        text = CONFIG.replace("again: {source: salesforce", "again: {source: salesfrce, shedule: hourly")
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path, text))
        assert [f.rule for f in caught.value.findings] == ["unknown-connection", "unknown-key"]
        assert caught.value.findings[0].fix == "the connections are: salesforce, inbox"

    def test_routes_on_one_source_overlap(self, tmp_path: Path) -> None:
        """Two enabled routes that could take the same lead are found; a disabled one is no danger."""
        assert load_config(written(tmp_path)).findings == ()
        both = load_config(written(_fresh(tmp_path), CONFIG.replace("enabled: false", "enabled: true")))
        assert [(f.line, f.rule) for f in both.findings] == [(10, "overlapping-routes")]

    def test_one_crm_by_two_names_overlaps(self, tmp_path: Path) -> None:
        """Two connections to one address are one CRM: their routes could take the same lead."""
        found = load_config(written(tmp_path, FAMILY + both("suite", "again", target="sugar"))).findings
        assert [(f.rule, "second" in f.what) for f in found] == [("overlapping-routes", True)]

    def test_routes_in_a_circle_are_found(self, tmp_path: Path) -> None:
        """Routes that land every lead and lead back to where the first one reads are told, once."""
        found = load_config(written(tmp_path, FAMILY + both("suite", "sugar", land="all"))).findings
        assert [(f.rule, f.what) for f in found] == [
            ("routes-in-a-circle", "routes first, second feed each other: what one lands, the next one reads")
        ]

    def test_two_way_routes_that_convert_are_fine(self, tmp_path: Path) -> None:
        """Routes both ways that carry over only what converts feed nothing to each other."""
        assert load_config(written(tmp_path, FAMILY + both("suite", "sugar", land="converted"))).findings == ()

    def test_push_back_needs_another_crm(self, tmp_path: Path) -> None:
        """Within one CRM there is nothing to give back to: saying so is a finding."""
        text = CONFIG.replace("target: salesforce, enabled", "target: salesforce, push_back: links, enabled")
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path, text))
        assert [(f.line, f.rule) for f in caught.value.findings] == [(10, "bad-push-back")]

    def test_push_back_in_place_is_pointed_at(self, tmp_path: Path) -> None:
        """The finding stands at the key itself, not at its route."""
        text = (
            FAMILY + "routes:\n  one:\n    source: sugar\n    target: sugar\n    push_back: links\n    enabled: true\n"
        )
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path, text))
        line = text.split("\n").index("    push_back: links") + 1
        assert [(f.line, f.column) for f in caught.value.findings] == [(line, 5)]

    def test_push_back_is_links_across(self, tmp_path: Path) -> None:
        """A route between CRMs gives links back unless it says otherwise; one within a CRM gives nothing."""
        config = load_config(written(tmp_path, FAMILY + both("suite", "sugar", land="converted")))
        assert config.push_back("first") == "links"
        assert load_config(written(_fresh(tmp_path))).push_back("salesforce") == "none"


FAMILY = """\
version: 1
connections:
  suite:
    type: suitecrm
    address: https://crm.example.com/legacy
    login: {username: connector, password: "${SUITE_PASSWORD}"}
  again:
    type: suitecrm
    address: https://crm.example.com/legacy/
    api: v8
    login: {grant: client_credentials, client_id: abc, client_secret: "${SUITE_SECRET}"}
  sugar:
    type: sugarcrm
    address: https://acme.sugarondemand.com
    login: {username: connector, password: "file:secrets/sugar"}
"""


def both(one: str, other: str, target: str = "", land: str = "converted") -> str:
    """Routes from one connection to the other, and from that one back (or to *target*)."""
    return (
        f"routes:\n  first: {{source: {one}, target: {target or other}, land: {land}}}\n"
        f"  second: {{source: {other}, target: {target or one}, land: {land}}}\n"
    )


class TestFamily:
    """Connections to SugarCRM and SuiteCRM."""

    def test_defaults_suit_a_real_instance(self, tmp_path: Path) -> None:
        """What is left out is what a real instance wants; tokens are kept beside the secrets."""
        config = load_config(written(tmp_path, FAMILY + both("suite", "sugar")))
        sugar, suite = config.connections["sugar"], config.connections["suite"]
        assert isinstance(sugar, SugarConnection)
        assert isinstance(suite, SuiteConnection)
        assert (sugar.login.client_id, sugar.login.platform, sugar.key_field) == (
            "sugar",
            "lead_connector",
            "connector_key_c",
        )
        assert (sugar.convert, sugar.settle_after, suite.settle_after, suite.api) == ("endpoint", 600, 600, "v4_1")
        assert config.token_file("sugar") == (tmp_path / "secrets" / "sugar.tokens").resolve()

    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("https://acme.sugarondemand.com", "acme.sugarondemand.com", "no web address"),
            ('"file:secrets/sugar"', "hunter2hunter2", "`password`: must be a reference"),
            ("grant: client_credentials, ", "", "username, password missing"),
            (
                '{username: connector, password: "${SUITE_PASSWORD}"}',
                "{grant: client_credentials}",
                "take `grant` out, or say `api: v8`",
            ),
            ('username: connector, password: "file:secrets/sugar"', 'password: "${X}"', "`username` is missing"),
            ("type: sugarcrm", "type: sugarcrm\n    convert: somehow", "'endpoint' or 'steps'"),
            ("type: suitecrm\n    address: https://crm.example.com/legacy/", "type: vtiger\n    address: x", "vtiger"),
            ("type: sugarcrm\n    ", "", "`type` is missing"),
            ("sugarondemand.com", "sugarondemand.com/rest/v11_24/", "write `https://acme.sugarondemand.com`"),
            ("legacy\n", "legacy/service/v4_1/rest.php\n", "write `https://crm.example.com/legacy`"),
            ("https://acme", "https://me:hunter2@acme", "holds a login"),
            ("sugarondemand.com", "sugarondemand.com:99999", "is no web address"),
            ("sugarondemand.com", "sugarondemand.com:o443", "is no web address"),
            ('password: "file:secrets/sugar"', "password: 4711", "`password`: must be a reference"),
            ('"file:secrets/sugar"', '""', "`password`: is empty"),
            ('connector, password: "file', ', password: "file', "`username`: Input should be a valid string"),
            ("type: sugarcrm", "type: sugarcrm\n    version: 11", "`11` is no version of SugarCRM's REST interface"),
            ("type: sugarcrm", "type: sugarcrm\n    key_field: our key", "`our key` is no name of a field"),
            ('"file:secrets/sugar"', '"file:secrets/sugar", platform: our own', "`our own` is no platform's name"),
        ],
    )
    def test_wrong_connection_is_told(self, tmp_path: Path, old: str, new: str, told: str) -> None:
        """An address that is none, a secret in the file, a login that does not fit: each with what to write instead."""
        text = FAMILY + both("suite", "sugar")
        assert old in text
        with pytest.raises(ConfigError) as caught:
            load_config(written(tmp_path, text.replace(old, new)))
        (finding,) = caught.value.findings
        assert told in finding.what
        assert "hunter2" not in str(finding)


SPREAD = """\
version: 1
connections:
  suite:
    type: suitecrm
    address: https://crm.example.com
    api: v8
    login:
      username: connector
      password: file:secrets/suite
      client_id: abc
      client_secret: file:secrets/client
routes:
  suite: {source: suite, target: suite}
"""


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("file:secrets/client", "hunter2hunter2", (11, 7)),
        ("      client_id: abc\n", "", (7, 5)),
        ("api: v8\n    login:\n", "api: v4_1\n    login:\n      grant: client_credentials\n", (8, 7)),
        ("https://crm.example.com", "crm.example.com", (5, 5)),
    ],
)
def test_each_mistake_has_its_own_place(tmp_path: Path, old: str, new: str, place: tuple[int, int]) -> None:
    """What is wrong is pointed at where it stands: secret, login that lacks something, grant, address."""
    assert old in SPREAD
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, SPREAD.replace(old, new)))
    assert [(f.line, f.column) for f in caught.value.findings] == [place]


def test_unknown_key_names_its_schema(tmp_path: Path) -> None:
    """A key that is none sends to the schema of this very kind of file."""
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, SPREAD.replace("api: v8", "api: v8\n    apis: v8")))
    assert [f.fix for f in caught.value.findings] == ["see `connector mapping schema config`"]


def test_file_of_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    """A file saved in an encoding of its own is pointed at where that shows."""
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"client_id: abc", b"client_id: M\xfcller"))
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert [(f.line, f.fix) for f in caught.value.findings] == [(6, "save the file as UTF-8")]


def _fresh(folder: Path) -> Path:
    made = folder / "other"
    made.mkdir()
    return made
