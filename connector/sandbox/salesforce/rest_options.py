"""Request headers that change how records are saved and queried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from connector.sandbox.salesforce.http_answers import RestCall
from connector.sandbox.salesforce.org import ApiError, DmlOptions

_USUAL_BATCH = 2000
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\Z")


def dml_options(call: RestCall, all_or_none: bool = False) -> DmlOptions:
    """The save options of `Sforce-Auto-Assign`, `Sforce-Duplicate-Rule-Header` and `If-Unmodified-Since`."""
    duplicates = header_pairs(call.header("sforce-duplicate-rule-header"))
    return DmlOptions(
        all_or_none=all_or_none,
        allow_save=_is_true(duplicates.get("allowsave")),
        include_record_details=_is_true(duplicates.get("includerecorddetails")),
        run_as_current_user=_is_true(duplicates.get("runascurrentuser"), default=not duplicates),
        auto_assign=auto_assign(call.header("sforce-auto-assign")),
        unmodified_since=http_date(call.header("if-unmodified-since")),
    )


def header_pairs(text: str) -> dict[str, str]:
    """`a=1; b=2` (commas too) as a mapping with lower-case names."""
    pairs = (part.partition("=") for part in re.split(r"[;,]", text) if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def auto_assign(value: str) -> bool | str:
    """Whether assignment rules run (the default), or the id of the rule that does.

    Source: REST API developer guide, "Auto Assign Header".
    """
    if value.lower() == "false":
        return False
    return value if _ID.match(value) else True


def batch_size(call: RestCall) -> int:
    """The page size that `Sforce-Query-Options` hints at; the org holds it between 200 and 2,000."""
    asked = header_pairs(call.header("sforce-query-options")).get("batchsize", "")
    return int(asked) if asked.isdigit() else _USUAL_BATCH


def http_date(text: str) -> datetime | None:
    """The moment of an HTTP date header; one that is not a date is ignored, as RFC 9110 asks."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def flag(body: Mapping[str, object], name: str, default: bool = False) -> bool:
    """A boolean member of a request body."""
    value = body.get(name, default)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ApiError("JSON_PARSER_ERROR", f"Cannot deserialize a boolean from the value of {name}")


def _is_true(value: str | None, default: bool = False) -> bool:
    return default if value is None else value.lower() == "true"
