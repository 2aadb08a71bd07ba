"""What connector.yaml may say, and where its secrets come from."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from connector.config import load_config, overlapping_routes
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
        assert "refresh_token must be a reference" in told
        assert "hunter2" not in told

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

    def test_routes_on_one_source_overlap(self, tmp_path: Path) -> None:
        """Two enabled routes that could take the same lead are found; a disabled one is no danger."""
        assert overlapping_routes(load_config(written(tmp_path))) == []
        both = load_config(written(_fresh(tmp_path), CONFIG.replace("enabled: false", "enabled: true")))
        assert overlapping_routes(both) == [("salesforce", "again")]


def _fresh(folder: Path) -> Path:
    made = folder / "other"
    made.mkdir()
    return made
