"""The table of dialects that stand on the sandbox's port. A further one is one module and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connector.sandbox.dialect import Dialect, DialectSetup
from connector.sandbox.salesforce.dialect import SalesforceDialect
from connector.sandbox.sugarcrm.dialect import SugarCrmDialect
from connector.sandbox.suitecrm.dialect import SuiteCrmDialect

DIALECTS: Mapping[str, Callable[[DialectSetup], Dialect]] = {
    "salesforce": SalesforceDialect,
    "sugarcrm": SugarCrmDialect,
    "suitecrm": SuiteCrmDialect,
}
