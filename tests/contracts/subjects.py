"""The systems that the contracts are run against: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.contracts.csv_subject import CsvSubject
from tests.contracts.memory_subject import MemoryGivenSubject, MemoryStepsSubject, MemorySubject
from tests.contracts.salesforce_subject import SalesforceSubject, salesforce
from tests.contracts.sandbox_subject import PatientClock
from tests.contracts.sugarcrm_subject import SugarStepsSubject, SugarSubject, SugarSyncKeySubject
from tests.contracts.suitecrm_subject import SuiteSubject, SuiteV8Subject

__all__ = ["SOURCES", "TARGETS", "PatientClock", "SalesforceSubject", "salesforce"]

# Each is a class with `traits`, made from the fixture that its `made_from` names.
TARGETS: Mapping[str, Any] = {
    "memory": MemorySubject,
    "memory-given": MemoryGivenSubject,
    "memory-steps": MemoryStepsSubject,
    "salesforce": SalesforceSubject,
    "sugarcrm": SugarSubject,
    "sugarcrm-steps": SugarStepsSubject,
    "sugarcrm-sync-key": SugarSyncKeySubject,
    "suitecrm": SuiteSubject,
    "suitecrm-v8": SuiteV8Subject,
}
SOURCES: Mapping[str, Any] = {"csv": CsvSubject, **TARGETS}
