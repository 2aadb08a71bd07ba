"""SuiteCRM over its legacy REST service (v4_1) or its JSON:API (V8)."""

from connector.systems.suitecrm.line import chosen_id
from connector.systems.suitecrm.options import SuiteOptions
from connector.systems.suitecrm.system import SuiteCrmSystem

__all__ = ["SuiteCrmSystem", "SuiteOptions", "chosen_id"]
