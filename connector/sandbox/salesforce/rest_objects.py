"""What the org holds: versions, resources, describes, and what was changed or deleted in a window.

Sources: REST API developer guide, "Describe Global", "sObject Describe", "Get Updated", "Get Deleted".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime

from connector.sandbox.salesforce.http_answers import Answer, RestCall
from connector.sandbox.salesforce.org import ApiError
from connector.sandbox.salesforce.rest_options import http_date

_RESOURCES = (
    "sobjects",
    "query",
    "queryAll",
    "search",
    "parameterizedSearch",
    "limits",
    "composite",
    "actions",
)


def resources(call: RestCall, base_url: str) -> Answer:
    """The body of `GET /services/data/v<version>`; `identity` must be an absolute address."""
    table = {name: call.url(name) for name in _RESOURCES}
    return Answer(200, {**table, "identity": f"{base_url}/id/{call.org.org_id}/{call.org.user_id}"})


def describe_global(call: RestCall) -> Answer:
    """`GET /sobjects`."""
    return Answer(200, call.org.describe_global(call.version))


def object_basic(call: RestCall) -> Answer:
    """`GET /sobjects/<Object>`."""
    return Answer(200, call.org.object_basic(call.segments[1], call.version))


def describe(call: RestCall, changed: datetime) -> Answer:
    """`GET /sobjects/<Object>/describe`; 304 when the fields did not change since the client looked."""
    described = call.org.describe(call.segments[1], call.version)
    since = http_date(call.header("if-modified-since"))
    # HTTP dates have whole seconds, so a change within the client's second counts as unseen.
    moment = changed.replace(microsecond=0) + timedelta(seconds=1)
    if since is not None and moment <= since:
        return Answer(304)
    return Answer(200, described, {"Last-Modified": format_datetime(moment, usegmt=True)})


def updated(call: RestCall) -> Answer:
    """`GET /sobjects/<Object>/updated/?start=&end=`."""
    start, end = _window(call)
    answer = call.org.updated(call.segments[1], start, end)
    call.trace.records += len(answer["ids"])
    return Answer(200, answer)


def deleted(call: RestCall) -> Answer:
    """`GET /sobjects/<Object>/deleted/?start=&end=`."""
    start, end = _window(call)
    answer = call.org.deleted(call.segments[1], start, end)
    call.trace.records += len(answer["deletedRecords"])
    return Answer(200, answer)


def actions(_: RestCall) -> Answer:
    """`GET /actions/standard`: nothing there converts leads, and this org deploys no actions of its own."""
    return Answer(200, {"actions": []})


def _window(call: RestCall) -> tuple[datetime, datetime]:
    return _moment(call, "start"), _moment(call, "end")


def _moment(call: RestCall, name: str) -> datetime:
    text = call.query.get(name)
    if not text:
        raise ApiError("MISSING_ARGUMENT", f"{name} is required")
    try:
        # An unescaped plus sign arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as error:
        raise ApiError("INVALID_REPLICATION_DATE", f"{name} is not a valid date: {text}") from error
    if moment.tzinfo is None:
        raise ApiError("INVALID_REPLICATION_DATE", f"{name} needs a time zone: {text}")
    return moment
