"""A pull of many pages holds few of them at a time, and asks for each once."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.model.records import RawRecord
from connector.ports import Source
from connector.sandbox import Sandbox
from connector.systems.suitecrm.line import Row

from .sugarcrm_subject import SugarSubject, sugarcrm
from .suitecrm_subject import SuiteSubject, SuiteV8Subject, suitecrm

PAGES = 25
ROWS = 20  # of a page


@dataclass(frozen=True)
class Long:
    """One system with small pages: how many of them it may hold at a time, and calls it may make beside one each."""

    subject: Any
    client: Callable[[Sandbox, Path], Source]
    held: int = 4
    more: int = 1


SYSTEMS = {
    "sugarcrm": Long(SugarSubject, lambda box, folder: sugarcrm(box, folder / "login.json", page_size=ROWS)),
    "suitecrm": Long(SuiteSubject, lambda box, _: suitecrm(box, page_size=ROWS)),
    # The JSON:API sorts by one field only, so that stretches of up to twenty pages are put in order here;
    # each halving of the time on the way to such a stretch is one call.
    "suitecrm-v8": Long(SuiteV8Subject, lambda box, _: suitecrm(box, page_size=ROWS, api="v8"), held=22, more=20),
}


def alive() -> int:
    """Rows in memory, as they were read and as they are handed on."""
    gc.collect()
    return sum(1 for thing in gc.get_objects() if type(thing) in (RawRecord, Row))


@pytest.mark.slow
@pytest.mark.parametrize("name", SYSTEMS)
def test_long_pull_holds_few_pages(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """Every row comes once, at one call per page, while only a few pages are in memory."""
    chosen = SYSTEMS[name]
    subject, source = chosen.subject(sandbox), chosen.client(sandbox, tmp_path)
    base = subject.system.now().replace(microsecond=0) - timedelta(days=30)
    known = [lead for hour in range(PAGES) for lead in subject.leads(ROWS, base + timedelta(hours=hour))]
    source.identity()
    source.describe([subject.lead_object])
    calls, before, most, ids = source.calls, alive(), 0, list[str]()
    for number, page in enumerate(source.changes(subject.lead_object, subject.fields, None)):
        ids += [record.ref.id for record in page.records]
        most = max(most, alive() - before) if number % 3 == 0 else most
    assert sorted(ids) == sorted(known)
    assert PAGES <= source.calls - calls <= PAGES + chosen.more
    assert 0 < most <= chosen.held * ROWS
