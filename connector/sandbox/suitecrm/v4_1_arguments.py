"""Which arguments a method takes, and how PHP hands them over.

`rest_data` is decoded and passed to `call_user_func_array`: PHP 8 binds a JSON object by name and PHP 7 by position;
a JSON array is positional on both. Signatures: `service/v4_1/SugarWebServiceImplv4_1.php` and the classes below it,
SuiteCRM 7.14.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.exchange import Call, Kind
from connector.sandbox.suitecrm.v4_1_transport import Fatal

Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Signature:
    """A method: its kind, its arguments in order, and how many of them must be given."""

    kind: Kind
    names: tuple[str, ...]
    required: int


def _reads(required: int, *names: str) -> Signature:
    return Signature(Kind.READ, names, required)


def _writes(required: int, *names: str) -> Signature:
    return Signature(Kind.WRITE, names, required)


SIGNATURES: Mapping[str, Signature] = {
    "login": Signature(Kind.LOGIN, ("user_auth", "application", "name_value_list"), 1),
    "logout": Signature(Kind.LOGIN, ("session",), 1),
    "seamless_login": _reads(1, "session"),
    "get_user_id": _reads(1, "session"),
    "get_server_info": _reads(0),
    "get_available_modules": _reads(1, "session", "filter"),
    "get_module_fields": _reads(2, "session", "module_name", "fields"),
    "get_module_fields_md5": _reads(2, "session", "module_name"),
    "get_entry_list": _reads(
        2, "session", "module_name", "query", "order_by", "offset", "select_fields", "link_name_to_fields_array",
        "max_results", "deleted", "favorites",
    ),
    "get_entries_count": _reads(4, "session", "module_name", "query", "deleted"),
    "get_entry": _reads(
        3, "session", "module_name", "id", "select_fields", "link_name_to_fields_array", "track_view"
    ),
    "get_entries": _reads(
        3, "session", "module_name", "ids", "select_fields", "link_name_to_fields_array", "track_view"
    ),
    "set_entry": _writes(3, "session", "module_name", "name_value_list", "track_view"),
    "set_entries": _writes(3, "session", "module_name", "name_value_lists"),
    "set_relationship": _writes(
        7, "session", "module_name", "module_id", "link_field_name", "related_ids", "name_value_list", "delete"
    ),
    "set_relationships": _writes(
        7, "session", "module_names", "module_ids", "link_field_names", "related_ids", "name_value_lists",
        "delete_array",
    ),
    "get_relationships": _reads(
        8, "session", "module_name", "module_id", "link_field_name", "related_module_query", "related_fields",
        "related_module_link_name_to_fields_array", "deleted", "order_by", "offset", "limit",
    ),
    "get_modified_relationships": _reads(
        7, "session", "module_name", "related_module", "from_date", "to_date", "offset", "max_results", "deleted",
        "module_user_id", "select_fields", "relationship_name", "deletion_date",
    ),
    "search_by_module": _reads(
        5, "session", "search_string", "modules", "offset", "max_results", "assigned_user_id", "select_fields",
        "unified_search_only", "favorites",
    ),
}  # fmt: skip

# From 7.13.4 on the second argument of `login` may be given under its documented name too.
_SYNONYMS = {"application_name": "application"}
CALLS = {name: Call(name, signature.kind) for name, signature in SIGNATURES.items()}


def bind(method: str, given: object, *, named: bool) -> Arguments:
    """Arguments by name; those left out are absent. Raises Fatal where PHP would end with a fatal error."""
    signature = SIGNATURES[method]
    if given is None:
        # No JSON becomes a single null, and a missing session is noticed before anything else is.
        return dict.fromkeys(signature.names[: signature.required])
    if isinstance(given, list):
        bound = dict(zip(signature.names, given, strict=False))
    elif isinstance(given, dict) and named:
        bound = _by_name(method, signature, given)
    elif isinstance(given, dict):
        bound = dict(zip(signature.names, given.values(), strict=False))
    else:
        # PHP makes anything else an array of one.
        bound = dict(zip(signature.names[:1], [given], strict=False))
    if any(name not in bound for name in signature.names[: signature.required]):
        raise Fatal(f"Too few arguments to function {method}()")
    return bound


def _by_name(method: str, signature: Signature, given: Mapping[str, object]) -> dict[str, object]:
    synonyms = _SYNONYMS if method == "login" else {}
    bound = {synonyms.get(name, name): value for name, value in given.items()}
    unknown = [name for name in bound if name not in signature.names]
    if unknown:
        raise Fatal(f"Unknown named parameter ${unknown[0]}")
    return bound
