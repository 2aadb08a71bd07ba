"""Size, names, documentation, and what never stands in the code; each guard is shown its fault once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .building import build
from .manners import FILE_LINES, FUNCTION_LINES, forbidden, impure, nameless, oversized, undocumented
from .reading import ROOT, Module, modules

Guard = Callable[[list[Module]], list[str]]
GUARDS: list[Guard] = [oversized, nameless, undocumented, forbidden, impure]

LONG_FUNCTION = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
GREEDY = "def f(a, /, b, c, d, *, e, f, g, h): ...\n"
GREEDY_METHOD = "class C:\n    async def f(self, a, b, c, d, e, f, g): ...\n"
BARE_METHOD = '"""M."""\nclass C:\n    """C."""\n    def shown(self):\n        return 1\n'


@pytest.fixture(scope="module")
def house() -> list[Module]:
    """The package as it stands."""
    return modules(ROOT)


@pytest.mark.parametrize("guard", GUARDS)
def test_package_keeps_its_manners(house: list[Module], guard: Guard) -> None:
    """The package as it stands gives the guard nothing to say."""
    assert guard(house) == []


@pytest.mark.parametrize("guard", GUARDS)
def test_sound_house_is_left_in_peace(tmp_path: Path, guard: Guard) -> None:
    """A house without a fault is not reported."""
    allowed = {
        "connector/cli/output.py": '"""Output."""\n\n\ndef say(text):\n    """Say it."""\n    print(text)\n',
        "connector/systems/wire.py": '"""W."""\n\nimport time\n\nNOW = time.time()\nX = open("f")\n',
        "connector/values/dates.py": '"""D."""\n\nimport re\nfrom datetime import time\n\nX = re.compile("a"), time\n',
        "connector/mapping/names.py": '"""N."""\n\nfrom pathlib import PurePosixPath\n\nX = PurePosixPath("a")\n',
        "connector/model/short.py": '"""S."""\n' + "x = 1\n" * (FILE_LINES - 1),
    }
    assert guard(modules(build(tmp_path, allowed))) == []


@pytest.mark.parametrize(
    ("guard", "path", "text", "named"),
    [
        (oversized, "connector/model/big.py", "x = 1\n" * (FILE_LINES + 1), "401 lines, at most 400"),
        (oversized, "connector/model/big.py", LONG_FUNCTION, "f has 51 lines, at most 50"),
        (oversized, "connector/model/big.py", GREEDY, "f has 8 parameters, at most 7"),
        (oversized, "connector/model/big.py", GREEDY_METHOD, "f has 8 parameters, at most 7"),
        (nameless, "connector/utils.py", "", "a room needs a subject"),
        (nameless, "connector/store/helpers/a.py", "", "a room needs a subject"),
        (nameless, "connector/common/__init__.py", "", "a room needs a subject"),
        (undocumented, "connector/model/bare.py", "x = 1\n", "bare.py:1: the module has no docstring"),
        (
            undocumented,
            "connector/model/bare.py",
            '"""M."""\ndef shown():\n    return 1\n',
            ":2: shown has no docstring",
        ),
        (undocumented, "connector/model/bare.py", '"""M."""\nclass Shown:\n    x = 1\n', ":2: Shown has no docstring"),
        (undocumented, "connector/model/bare.py", BARE_METHOD, "bare.py:4: shown has no docstring"),
        (forbidden, "connector/cli/bad.py", "eval('1')", "eval is never used"),
        (forbidden, "connector/cli/bad.py", "exec('1')", "exec is never used"),
        (forbidden, "connector/cli/bad.py", "print('1')", "print is never used"),
        (forbidden, "connector/cli/bad.py", "import pickle", "pickle is never used"),
        (forbidden, "connector/cli/bad.py", "from pickle import loads", "pickle.loads is never used"),
        (forbidden, "connector/cli/bad.py", "def f():\n    import yaml\n", "bad.py:2: yaml is never used"),
        (forbidden, "connector/cli/bad.py", "subprocess.run('x', shell=True)", "shell=True is never used"),
        (forbidden, "connector/systems/bad.py", "s.get('x', verify=False)", "verify=False is never used"),
        (forbidden, "connector/systems/bad.py", "session.verify = False", "verify=False is never used"),
        (forbidden, "connector/systems/bad.py", "context.mode = ssl.CERT_NONE", "CERT_NONE is never used"),
        (forbidden, "connector/model/bad.py", "YAML(typ='unsafe')", "typ='unsafe' is never used"),
        (forbidden, "connector/cli/bad.py", "import os\nos.system('x')", "bad.py:2: os.system is never used"),
        (impure, "connector/policy/bad.py", "import os", "policy is pure and may not use os"),
        (impure, "connector/matching/bad.py", "from pathlib import Path", "may not use pathlib.Path"),
        (impure, "connector/mapping/bad.py", "open('x')", "mapping is pure and may not call open"),
        (impure, "connector/values/bad.py", "datetime.now(UTC)", "values is pure and may not call datetime.now"),
        (impure, "connector/model/bad.py", "from time import time", "model is pure and may not use time.time"),
    ],
)
def test_fault_is_found(tmp_path: Path, guard: Guard, path: str, text: str, named: str) -> None:
    """The guard sees the planted fault, and says where it stands."""
    found = guard(modules(build(tmp_path, {path: text})))
    assert len(found) == 1
    assert named in found[0]
