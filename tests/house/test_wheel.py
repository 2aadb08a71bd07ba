"""What people install is what stands here: the wheel, by both ways, and the command that it brings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest

from .reading import PACKAGE, ROOT
from .tracked import files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

BUILD_SECONDS = 240
INSTALL_SECONDS = 280
_NO_ANSWER = re.compile(
    r"(?i)NewConnectionError|ConnectTimeout|ReadTimeout|Name or service not known|name resolution|ProxyError|"
    r"Max retries exceeded|No matching distribution found for setuptools"
)


def _run(command: Sequence[str], cwd: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=seconds, env=_bare(), check=False)


def _bare() -> dict[str, str]:
    """The environment without what would let the source tree, or this environment, shine through."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def _online(done: subprocess.CompletedProcess[str]) -> None:
    """Go on after success; skip where no package index answers; fail otherwise."""
    said = done.stdout + done.stderr
    if done.returncode and _NO_ANSWER.search(said):
        pytest.skip("no package index answers")
    assert done.returncode == 0, said[-4000:]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a commit would carry, links kept: no stale build folder of the work tree can help or harm."""
    copy = tmp_path_factory.mktemp("source")
    for path in [*files(ROOT), ROOT / PACKAGE / "starter"]:
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target, follow_symlinks=False)
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    """The wheel as pip builds it from a checkout."""
    command = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--wheel-dir", "direct"]
    _online(_run(command, source, BUILD_SECONDS))
    return next((source / "direct").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in a fresh environment that holds the wheel, its dependencies and nothing else."""
    place = tmp_path_factory.mktemp("elsewhere")
    assert _run([sys.executable, "-m", "venv", "--without-pip", "env"], place, BUILD_SECONDS).returncode == 0
    pip = [sys.executable, "-m", "pip", "--python", str(place / "env" / "bin" / "python")]
    _online(_run([*pip, "install", "--quiet", "--no-compile", str(wheel)], place, INSTALL_SECONDS))
    return place / "env" / "bin" / PACKAGE


def _payload(path: Path) -> set[str]:
    with ZipFile(path) as archive:
        return {name for name in archive.namelist() if name.startswith(f"{PACKAGE}/")}


def _expected(source: Path) -> set[str]:
    """Every file of the package, and the starter mappings under the name they have inside it."""
    package = {p.relative_to(source).as_posix() for p in (source / PACKAGE).rglob("*") if p.is_file()}
    starters = {p.relative_to(source / "mappings").as_posix() for p in (source / "mappings").rglob("*") if p.is_file()}
    return {name for name in package if "/starter/" not in name} | {f"{PACKAGE}/starter/{name}" for name in starters}


def test_wheel_carries_the_whole_package(wheel: Path, source: Path) -> None:
    """Code, migrations, worlds, grammar, schemas and starter mappings are all in it, and nothing more."""
    assert _payload(wheel) ^ _expected(source) == set()


@pytest.mark.parametrize(
    "pattern",
    [
        r"starter/policy\.yaml",
        r"starter/matching\.yaml",
        r"starter/conversion\.yaml",
        r"starter/salesforce/lead\.yaml",
        r"starter/csv/lead\.yaml",
        r"store/migrations/\d+\w*\.sql",
        r"store/schema\.sql",
        r"sandbox/worlds/demo/salesforce\.yaml",
        r"sandbox/worlds/demo/sugar\.yaml",
        r"sandbox/worlds/empty\.yaml",
        r"sandbox/salesforce/\w+\.lark",
        r"cli/schemas/\w[\w.-]*\.json",
        r"py\.typed",
    ],
)
def test_wheel_carries_data_of_each_kind(wheel: Path, pattern: str) -> None:
    """Each kind of data that the installed command opens is there."""
    assert [name for name in _payload(wheel) if re.fullmatch(f"{PACKAGE}/{pattern}", name)]


def test_wheel_by_way_of_the_sdist_is_the_same(wheel: Path, source: Path) -> None:
    """Who builds from the source archive gets the same files as who builds from a checkout."""
    _online(_run([sys.executable, "-m", "build", "--outdir", "by-sdist", "."], source, BUILD_SECONDS))
    assert _payload(next((source / "by-sdist").glob("*.whl"))) == _payload(wheel)


def test_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    """The command of a fresh environment starts, and knows its version."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    done = _run([str(installed), "--version"], tmp_path, 60)
    assert done.returncode == 0, done.stderr
    assert config["metadata"]["version"] in done.stdout


def test_installed_command_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    """The whole journey runs away from the repository, without any of the test tools."""
    done = _run([str(installed), "demo"], tmp_path, 240)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert "Traceback" not in done.stdout + done.stderr
