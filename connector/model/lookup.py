"""Which records a look-up by keys brings: one rule for the directory and for every engine that works in bulk.

The worth of a record is the sum, over the keys that it shares, of `worth_of` less the place of the key among those
asked for. The records worth most come, those of equal worth in the order of their ids.
"""

from __future__ import annotations

from math import log2

RUNAWAY = 200
"""A key that more records of a kind share than this says nothing and brings none of them."""

ENOUGH = 3
"""Weak keys bring records only of a kind of which the strong ones brought fewer."""

MOST = 30
"""Records of a kind that one look-up brings, beside the accounts that contacts and votes bring along."""

VOTED = 5
"""Accounts that a domain brings: those that most contacts speak for."""

MOST_VOTES = 50
"""Accounts told of one domain."""

OF_CONTACTS = "phone="
"""Keys whose sharing is counted among contacts alone: open leads that repeat each other share no line with others."""


def worth_of(sharing: int) -> int:
    """What a key says that so many records of a kind share: the fewer they are, the more it says."""
    return int(4096 * log2(1 + RUNAWAY / sharing))
