"""Merging duplicates: what belonged to the losers belongs to the survivor, and the losers are deleted.

As in `modules/MergeRecords/SaveMerge.php` of SuiteCRM 7.14.6: a merged record is a deleted one that points nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from connector.sandbox.sugar.instance import SugarInstance
from connector.sandbox.sugar.people import ADMIN_ID


def merge(instance: SugarInstance, module: str, into: str, losers: Sequence[str]) -> None:
    """Merge records into a survivor. Raises NoSuchRecord, NoSuchModule."""
    instance.require(module, into)
    known = instance.module(module)
    with instance.transaction():
        for loser in losers:
            instance.require(module, loser)
            for link in known.links.values():
                if link.module == "Users" or link.name.endswith("_primary"):
                    continue
                relation = instance.schema.relations[link.relationship]
                if link.left or relation.table:
                    _move(instance, module, (loser, into), link.name)
            instance.delete(module, loser, ADMIN_ID)
        instance.save(module, {"id": into}, user_id=ADMIN_ID, create=False)


def _move(instance: SugarInstance, module: str, ends: tuple[str, str], link: str) -> None:
    loser, into = ends
    present = set(instance.related_ids(module, into, link))
    columns = instance.relation_columns(module, loser, link)
    for other in instance.related_ids(module, loser, link):
        if other not in present and other != into:
            moved = {**columns.get(other, {})}
            if "primary_address" in moved and present:
                moved["primary_address"] = "0"
            instance.relate(module, into, link, other, moved)
