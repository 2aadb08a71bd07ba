"""How many rows a census counts over the legacy service: those that our user may list."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.model.progress import Window
from tests.contracts.suitecrm_subject import SuiteSubject

from .crm import limited, operations

_EVER = [Window(datetime(1970, 1, 2, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC))]


def test_census_counts_what_may_be_listed(suite: SuiteSubject) -> None:
    """Rows that a role hides from lists are no gap in a pull, so they are not counted."""
    system = limited(suite, "list=owner")
    (user,) = [row["id"] for row in suite.dump("Users") if row["user_name"] == "limited"]
    suite.load("Leads", [{"last_name": "Other"}, {"last_name": "Mine", "assigned_user_id": user}])
    assert list(system.census("Leads", _EVER)) == [1]
    assert list(suite.system.census("Leads", _EVER)) == [2]
    assert list(suite.system.census("Accounts", _EVER)) == [0]


def test_census_without_counted_lists(suite: SuiteSubject) -> None:
    """Where an installation does not count its lists (-1), the rows are counted by the call that does nothing else."""
    suite.load("Leads", [{"last_name": "A"}, {"last_name": "B"}])
    suite.system.identity()
    uncounted = {"result_count": 1, "total_count": -1, "next_offset": 1, "entry_list": [], "relationship_list": []}
    suite.faults({"operation": "get_entry_list", "action": "replace_body", "body": uncounted})
    before = len(operations(suite))
    assert list(suite.system.census("Leads", _EVER)) == [2]
    assert operations(suite)[before:] == ["get_entry_list", "get_entries_count"]
