"""Reread: what was read under other files is read again, so that an edited file holds for all that stands."""

from __future__ import annotations

from connector.model.progress import InboxRow
from connector.model.records import RawRecord
from connector.pipeline.route import Route

ROWS = 1000  # awake leads looked at together: one call fetches as many


def reread_leads(route: Route) -> None:
    """Fetch again awake leads that were pulled before the mapping asked for all that it reads now.

    A file's rows are kept whole, so there is nothing to fetch for them.
    """
    mapping = route.lead_mapping
    shape = route.shape(route.source, mapping)
    if shape is None:
        return
    fields = mapping.read_fields(shape)
    for rows in route.store.inbox.awake(route.name, ROWS):
        lacking = [row for row in rows if not row.raw.deleted and not set(fields) <= row.raw.fields.keys()]
        if not lacking:
            continue
        found = route.source.fetch(mapping.object, [row.raw.ref.id for row in lacking], fields)
        with route.store.transaction():
            for row in lacking:
                if row.raw.ref.id in found:
                    _keep(route, row, found[row.raw.ref.id])
        route.checkpoint()


def _keep(route: Route, row: InboxRow, raw: RawRecord) -> None:
    """The row with the fields that it lacked; what it says besides is the next pull's news, not ours."""
    fields = {**raw.fields, **row.raw.fields}
    whole = RawRecord(row.raw.ref, fields, row.raw.modified)
    route.store.inbox.expect(route.name, row.raw.ref, fields, route.fingerprint(whole))
