"""`connector mapping lint`: which files it reads, and what it says of those that are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.config import load_config
from connector.errors import ConfigError
from connector.ports import Observer
from connector.sandbox import Sandbox
from connector.wiring import Silence, open_house, read_rules
from tests.cli.terminal import Folder


@pytest.fixture
def folder(tmp_path: Path, sandbox: Sandbox) -> Folder:
    """A fresh project wired to an empty sandbox."""
    return Folder.make(tmp_path / "project", sandbox)


def rules_and_paths(folder: Folder, *words: str) -> tuple[int, list[tuple[str, str]]]:
    """The exit code of a lint, and the rule and path of each finding."""
    answer = folder.type("mapping", "lint", "--json", *words)
    return answer.code, [(each["rule"], each["path"]) for each in answer.json["findings"]]


def test_shipped_files_fit_the_sandbox(folder: Folder) -> None:
    """A fresh project has no findings, held against each CRM's own description too, and every length fits both ways."""
    assert rules_and_paths(folder, "--online") == (0, [])


def test_files_that_routes_name_are_read(folder: Folder) -> None:
    """A policy and matching rules that lie elsewhere are linted where the route says they are."""
    for name in ("policy", "matching"):
        (folder.path / "mappings" / f"{name}.yaml").rename(folder.path / f"our-{name}.yaml")
    text = folder.config.read_text("utf-8")
    end = "    schedule: every 15 minutes\n"
    folder.config.write_text(text.replace(end, f"{end}    policy: our-policy.yaml\n    matching: our-matching.yaml\n"))
    assert rules_and_paths(folder) == (0, [])
    (folder.path / "our-policy.yaml").write_text("rules: 3\n", "utf-8")
    code, found = rules_and_paths(folder)
    assert code == 65
    assert {path for _, path in found} == {"our-policy.yaml"}


@pytest.mark.parametrize("name", ["policy.yaml", "matching.yaml"])
def test_missing_file_is_a_finding(folder: Folder, name: str) -> None:
    """A file that a route names, or that a folder should hold, is missed by name; never `no findings`."""
    (folder.path / "mappings" / name).unlink()
    missed = (65, [("missing-file", f"mappings/{name}")])
    assert rules_and_paths(folder) == missed
    assert rules_and_paths(folder, str(folder.path / "mappings")) == missed


def test_missing_folder_is_a_finding(folder: Folder) -> None:
    """Without the mapping folder all three are missed at once."""
    (folder.path / "mappings").rename(folder.path / "elsewhere")
    code, found = rules_and_paths(folder)
    assert code == 65
    assert found == [("missing-file", f"mappings{name}") for name in ("", "/matching.yaml", "/policy.yaml")]


def test_doctor_misses_the_file_too(folder: Folder) -> None:
    """The doctor counts a missing file as a failure, and sends to the lint."""
    (folder.path / "mappings" / "policy.yaml").unlink()
    answer = folder.type("doctor", "--json")
    assert answer.code == 78
    (check,) = (each for each in answer.json["checks"] if each["name"] == "mappings")
    assert check["level"] == "fail"
    assert "mappings/policy.yaml" in check["detail"]


def test_rules_tell_all_problems_at_once(folder: Folder) -> None:
    """A run is refused with the broken file and the missing one together."""
    (folder.path / "mappings" / "matching.yaml").unlink()
    (folder.path / "mappings" / "policy.yaml").write_text("rules: 3\n", "utf-8")
    config = load_config(folder.config)
    with pytest.raises(ConfigError) as caught:
        read_rules(config, next(iter(config.routes.values())))
    assert {f.path for f in caught.value.findings} == {"mappings/matching.yaml", "mappings/policy.yaml"}


def test_file_trouble_comes_before_login(folder: Folder) -> None:
    """A route whose files cannot be used is refused before any connection is made: even its secret is not read."""
    (folder.path / "mappings" / "policy.yaml").unlink()
    folder.edit("connector.yaml", "client_secret: ", 'client_secret: "file:not-there" # ')
    config = load_config(folder.config)
    observer: Observer = Silence()
    with open_house(config) as house, pytest.raises(ConfigError, match="1 problem in the files of the route"):
        house.route(next(iter(config.routes)), observer)


def test_missing_mapping_is_a_finding(folder: Folder) -> None:
    """A mapping that a route needs is missed by name with all such routes, the disabled ones too."""
    (folder.path / "mappings" / "sugarcrm" / "contact.yaml").unlink()
    for words in ((), (str(folder.path / "mappings"),)):
        answer = folder.type("mapping", "lint", *words)
        assert answer.code == 65
        said = (
            "mappings/sugarcrm/contact.yaml:0:0: missing-file: there is no mapping of contact for sugarcrm, and routes "
        )
        assert answer.out.startswith(f"{said}sugarcrm, sugarcrm-to-salesforce, salesforce-to-sugarcrm need it")
        assert answer.out.count("\n") == 1
    assert folder.type("sync", "sugarcrm").code == 78
    assert "mappings/sugarcrm/contact.yaml" in folder.type("doctor").out


def test_unused_mapping_may_be_missing(folder: Folder) -> None:
    """A source that is only read needs its leads; a broken mapping is told as broken, not as missing as well."""
    text = folder.config.read_text("utf-8")
    start = text.index("  suitecrm-to-salesforce:")
    routes = text[: text.index("routes:")] + "routes:\n" + text[start : text.index("  salesforce-to-sugarcrm:")]
    folder.config.write_text(routes.replace("push_back: records", "push_back: links"), "utf-8")
    for kind in ("account", "contact", "opportunity"):
        (folder.path / "mappings" / "suitecrm" / f"{kind}.yaml").unlink()
    assert rules_and_paths(folder) == (0, [])
    assert [each for each in folder.type("doctor", "--json").json["checks"] if each["level"] == "fail"] == []
    lead = folder.path / "mappings" / "suitecrm" / "lead.yaml"
    lead.write_text("oops: [unclosed\n", "utf-8")
    assert rules_and_paths(folder) == (65, [("yaml-syntax", "mappings/suitecrm/lead.yaml")])
    lead.unlink()
    assert rules_and_paths(folder) == (65, [("missing-file", "mappings/suitecrm/lead.yaml")])


def test_folder_is_linted_without_a_config(folder: Folder) -> None:
    """A folder alone is linted as it is; which files routes would need nobody knows then."""
    folder.config.unlink()
    (folder.path / "mappings" / "sugarcrm" / "contact.yaml").unlink()
    assert rules_and_paths(folder, str(folder.path / "mappings")) == (0, [])


def test_words_of_leads_must_be_sayable(folder: Folder) -> None:
    """A status that no table leads back from is found where it is written, per CRM that takes leads; others are not."""
    folder.edit("mappings/conversion.yaml", "status: Closed - Converted\n    converted: true", "status: Klosed")
    lines = (folder.path / "mappings" / "conversion.yaml").read_text("utf-8").split("\n")
    place = f"mappings/conversion.yaml:{lines.index('    status: Klosed') + 1}:5: unknown-word: mappings/"
    answer = folder.type("mapping", "lint")
    assert answer.code == 65
    assert [line.startswith(place) for line in answer.out.splitlines()] == [True, True]
    assert ["has no word of sugarcrm for `Klosed`" in answer.out, "suitecrm for `Klosed`" in answer.out] == [True, True]
    assert "(write one of `Open - Not Contacted`, `Working - Contacted`, " in answer.out
    text = folder.config.read_text("utf-8")
    routes = "routes:\n  salesforce: {source: salesforce, target: salesforce}\n"
    folder.config.write_text(text[: text.index("routes:")] + routes, "utf-8")
    assert rules_and_paths(folder) == (0, [])


def test_dropdowns_over_v8_are_no_length_risk(folder: Folder) -> None:
    """V8 tells a column's length for a dropdown and no words: that is no text that could be too long."""
    folder.edit("connector.yaml", "api: v4_1", "api: v8")
    assert rules_and_paths(folder, "--online") == (0, [])
