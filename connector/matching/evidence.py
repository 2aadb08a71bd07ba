"""What comparisons speak of: a piece of evidence, and what the directory knows beside the two records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.model.records import Kind

Found = tuple[str, str, float]
"""Comparison, level, and how many times its points count: 1 but for frequencies."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What the directory knows beside the two records; see `Candidates` for the shapes."""

    counts: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    votes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    size: Mapping[Kind, int] = field(default_factory=dict)


NOTHING = Beside()
