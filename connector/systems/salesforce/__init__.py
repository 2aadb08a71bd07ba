"""Salesforce: REST, composite and SOAP convertLead behind the ports `Source` and `Target`."""

from connector.systems.salesforce.options import Grant, SalesforceOptions
from connector.systems.salesforce.system import SalesforceSystem

__all__ = ["Grant", "SalesforceOptions", "SalesforceSystem"]
