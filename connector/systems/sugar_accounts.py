"""What an account takes over from its lead in CRMs of the Sugar family.

The stock conversion form has no address among the account's fields (SuiteCRM 7.14.6,
modules/Leads/metadata/convertdefs.php), and an address that is not posted comes from the person: billing from the
primary one, shipping from the alternative one (modules/Leads/views/view.convertlead.php).
"""

from __future__ import annotations

from collections.abc import Mapping

ADDRESS_PARTS = ("street", "city", "state", "postalcode", "country")
ACCOUNT_FROM_LEAD: Mapping[str, str] = (
    {"name": "account_name", "phone_office": "phone_work"}
    | {f"billing_address_{part}": f"primary_address_{part}" for part in ADDRESS_PARTS}
    | {f"shipping_address_{part}": f"alt_address_{part}" for part in ADDRESS_PARTS}
)
"""By field of the account: the lead's field of another name that it is filled from."""
