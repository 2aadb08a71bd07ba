"""Clusters: records that are one, found from links between two of them, unless something speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from connector.model.records import Record, RecordRef

T = TypeVar("T", bound=Hashable)
Pair = tuple[T, T]
Links = Iterable[tuple[T, T, float]]
Rank = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Clustering:
    """The *survivor* of every record that any link names, and links that were left out.

    *contested*: the two of each link that would have joined records which must not be together, strongest first.
    """

    survivor: Mapping[Any, Any]
    contested: tuple[tuple[Any, Any], ...] = ()


def clusters(
    pairs: Iterable[tuple[T, T, float]], apart: Iterable[Pair[T]] = (), rank: Rank = lambda one: one
) -> Mapping[T, T]:
    """The survivor of each record that *pairs* name; see `clustering`."""
    return clustering(pairs, apart, rank).survivor


def clustering(
    pairs: Iterable[tuple[T, T, float]], apart: Iterable[Pair[T]] = (), rank: Rank = lambda one: one
) -> Clustering:
    """Join records link by link, the best score first, and never two that stand *apart*.

    A link is left out where it would bring together two records that must not be one, however many links lead
    from one to the other. The survivor of a cluster is its first record in the order of *rank*. The answer does not
    depend on the order of the links, nor on which way round each is told.
    """
    groups: dict[Any, _Group] = {}
    links = sorted(_told_once(pairs, rank).items(), key=lambda item: (-item[1], rank(item[0][0]), rank(item[0][1])))
    for (left, right), _ in links:
        for one in (left, right):
            groups.setdefault(one, _Group({one}, set()))
    for left, right in apart:
        if left in groups and right in groups and left != right:
            groups[left].against.add(right)
            groups[right].against.add(left)
    contested = [pair for pair, _ in links if not _joined(groups, *pair)]
    return Clustering({one: min(group.members, key=rank) for one, group in groups.items()}, tuple(contested))


@dataclass(slots=True)
class _Group:
    """Records that are one, and those that none of them may be."""

    members: set[Any]
    against: set[Any]


def _told_once(pairs: Links[T], rank: Rank) -> dict[Pair[T], float]:
    """The best score of each two records, the senior of the two first."""
    best: dict[Pair[T], float] = {}
    for left, right, score in pairs:
        pair = (left, right) if rank(left) <= rank(right) else (right, left)
        if left != right:
            best[pair] = max(score, best.get(pair, score))
    return best


def _joined(groups: dict[Any, _Group], left: Any, right: Any) -> bool:
    """Make one group of two; False where they must stay apart."""
    one, other = groups[left], groups[right]
    if one is other:
        return True
    if not one.against.isdisjoint(other.members):
        return False
    larger, smaller = (one, other) if len(one.members) >= len(other.members) else (other, one)
    larger.members |= smaller.members
    larger.against |= smaller.against
    for member in smaller.members:
        groups[member] = larger
    return True


def seniority(lead: Record) -> tuple[bool, str, RecordRef]:
    """The order of survivors among leads: landed by us first, then created earlier, then the smaller id."""
    return (not lead.text("external_key"), lead.text("created_at") or "~", lead.ref)
