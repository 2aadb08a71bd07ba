"""`POST /<module>/duplicateCheck`: records that look like the candidate in the body.

What counts as alike is configuration of each module; these are filters of the kind that Sugar ships.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.sandbox.sugar.words import Where
from connector.sandbox.sugarcrm.answers import Answer, ok
from connector.sandbox.sugarcrm.call import SugarCall, Values
from connector.sandbox.sugarcrm.listing import Listing, page_of

Template = Mapping[str, str]

# Any template that the candidate can fill matches; within one all fields have to fit.
_TEMPLATES: Mapping[str, Sequence[Template]] = {
    "Leads": ({"first_name": "$starts", "last_name": "$starts"}, {"phone_work": "$equals"}, {"email1": "$equals"}),
    "Contacts": ({"first_name": "$starts", "last_name": "$starts"}, {"email1": "$equals"}),
    "Accounts": ({"name": "$starts"},),
    "Opportunities": ({"name": "$starts"},),
}


def duplicate_check(call: SugarCall) -> Answer:
    """A page of likely duplicates, each with its rank; the candidate's own `id` is left out."""
    module = call.module(call.segments[0])
    candidate = {**call.body, "email1": _primary(call.body)}
    filters = [
        {"$and": [{name: {operator: candidate[name]}} for name, operator in template.items()]}
        for template in _TEMPLATES.get(module.name, ())
        if all(candidate.get(name) for name in template)
    ]
    if not filters:
        return ok({"next_offset": -1, "records": []})
    own = str(call.body.get("id") or "")
    asked = call.with_arguments(filter=[{"$or": filters}], fields=None, offset=0)
    page = page_of(asked, Listing(module, Where(f"{module.table}.id <> ?", (own,))))
    records = page["records"]
    for rank, record in enumerate(records if isinstance(records, list) else []):
        record["duplicate_check_rank"] = rank
    return ok(page)


def _primary(body: Values) -> object:
    addresses = body.get("email")
    if isinstance(addresses, list):
        for one in addresses:
            if isinstance(one, Mapping) and one.get("email_address"):
                return one["email_address"]
    return body.get("email1")
