"""The REST routes: which path and method is which operation, and who answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connector.sandbox.exchange import Call, Kind
from connector.sandbox.sugarcrm import (
    audit,
    auth_routes,
    convert,
    duplicates,
    links,
    listing,
    metadata,
    records,
    sync_keys,
)
from connector.sandbox.sugarcrm.answers import Answer
from connector.sandbox.sugarcrm.call import SugarCall

Handler = Callable[[SugarCall], Answer]
ANY = "*"


@dataclass(frozen=True, slots=True)
class Operation:
    """What one method on one path does. `open` needs no token."""

    name: str
    kind: Kind
    handler: Handler
    open: bool = False

    @property
    def call(self) -> Call:
        """The operation as access log and fault plan know it."""
        return Call(self.name, self.kind)


Methods = Mapping[str, Operation]


def _read(name: str, handler: Handler) -> Operation:
    return Operation(name, Kind.READ, handler)


def _write(name: str, handler: Handler) -> Operation:
    return Operation(name, Kind.WRITE, handler)


def _login(name: str, handler: Handler, is_open: bool = False) -> Operation:
    return Operation(name, Kind.LOGIN, handler, is_open)


_FILTER = _read("filter", listing.list_records)
_COUNT = _read("count", listing.count_records)
_RELATED = _read("related", links.related)
_RELATED_COUNT = _read("related_count", links.related_count)
_UPSERT = _write("upsert", sync_keys.upsert)
_UPSERT_BY_SYNC_KEY = _write("upsert", sync_keys.upsert_by_sync_key)
_STAMP = _write("stamp_key", sync_keys.stamp)
_LINK = _write("link", links.relate_one)

# The first fitting pattern counts. `bulk` is answered by the dialect, which runs its parts.
ROUTES: tuple[tuple[tuple[str, ...], Methods], ...] = (
    (("oauth2", "token"), {"POST": _login("token", auth_routes.token, is_open=True)}),
    (("oauth2", "logout"), {"POST": _login("logout", auth_routes.logout)}),
    (("oauth2", "sudo", ANY), {"POST": _login("sudo", auth_routes.sudo)}),
    (("ping",), {"GET": _read("ping", metadata.ping)}),
    (("ping", "whattimeisit"), {"GET": _read("ping", metadata.what_time)}),
    (("me",), {"GET": _read("me", metadata.me)}),
    (("metadata",), {"GET": _read("metadata", metadata.metadata)}),
    (("metadata", ANY, ANY), {"GET": _read("metadata", metadata.module_metadata)}),
    (
        ("integrate", ANY, ANY, ANY),
        {
            "GET": _read("retrieve_by_key", sync_keys.retrieve_by_key),
            "PATCH": _UPSERT,
            "PUT": _UPSERT,
            "DELETE": _write("delete_by_key", sync_keys.delete_by_key),
        },
    ),
    (("integrate", ANY, ANY, ANY, ANY), {"PUT": _STAMP, "PATCH": _STAMP}),
    ((ANY,), {"GET": _FILTER, "POST": _write("create", records.create)}),
    ((ANY, "filter"), {"GET": _FILTER, "POST": _FILTER}),
    ((ANY, "filter", "count"), {"GET": _COUNT, "POST": _COUNT}),
    ((ANY, "count"), {"GET": _COUNT}),
    ((ANY, "duplicateCheck"), {"POST": _read("duplicate_check", duplicates.duplicate_check)}),
    ((ANY, "enum", ANY), {"GET": _read("enum", metadata.enum)}),
    ((ANY, "sync_key", ANY), {"PATCH": _UPSERT_BY_SYNC_KEY, "PUT": _UPSERT_BY_SYNC_KEY}),
    (("Leads", ANY, "convert"), {"POST": _write("convert", convert.convert)}),
    (
        (ANY, ANY),
        {
            "GET": _read("retrieve", records.retrieve),
            "PUT": _write("update", records.update),
            "DELETE": _write("delete", records.delete),
        },
    ),
    ((ANY, ANY, "audit"), {"GET": _read("audit", audit.audit_log)}),
    ((ANY, ANY, "link"), {"POST": _write("link", links.relate_many)}),
    ((ANY, ANY, "link", ANY), {"GET": _RELATED, "POST": _write("create_related", links.create_behind)}),
    ((ANY, ANY, "link", ANY, "filter"), {"GET": _RELATED}),
    ((ANY, ANY, "link", ANY, "count"), {"GET": _RELATED_COUNT}),
    ((ANY, ANY, "link", ANY, "filter", "count"), {"GET": _RELATED_COUNT}),
    (
        (ANY, ANY, "link", ANY, ANY),
        {
            "GET": _read("retrieve_related", links.related_record),
            "POST": _LINK,
            "PUT": _LINK,
            "DELETE": _write("unlink", links.unrelate),
        },
    ),
)

OPERATIONS = frozenset(one.name for _, methods in ROUTES for one in methods.values())


def find_operation(method: str, segments: tuple[str, ...]) -> Operation | None:
    """The operation of a method on a path behind the version; None when there is no such route."""
    for pattern, methods in ROUTES:
        if len(pattern) == len(segments) and all(p in (ANY, s) for p, s in zip(pattern, segments, strict=True)):
            found = methods.get(method)
            if found is not None:
                return found
    return None
