"""Sorts orders into turns, so that one record never stands twice in one call."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from connector.model.plan import Order


def turns(orders: Sequence[Order], identity: Callable[[Order], Hashable]) -> list[list[Order]]:
    """The first order of each record, then the second of those that have one, and so on; order is kept."""
    found: list[list[Order]] = []
    seen: dict[Hashable, int] = {}
    for order in orders:
        name = identity(order)
        turn = seen.get(name, 0)
        seen[name] = turn + 1
        if turn == len(found):
            found.append([])
        found[turn].append(order)
    return found
