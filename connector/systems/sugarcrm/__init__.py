"""SugarCRM over REST v10/v11: the same rooms as Salesforce has, in SugarCRM's own words."""

from connector.systems.sugarcrm.options import SugarOptions
from connector.systems.sugarcrm.system import SugarCrmSystem

__all__ = ["SugarCrmSystem", "SugarOptions"]
