"""Made-up pasts of leads, drawn with a seed: what is known of each, and what became of it by rules we know."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from connector.policy.calibration.columns import History
from connector.policy.calibration.fitting import Wanted
from connector.policy.calibration.levels import Aims
from connector.policy.calibration.proposing import Request
from connector.policy.calibration.reading import Declared, read_history
from tests.policy.making import PATH, SMALL

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
HEADINGS = (
    "Lead No",
    "Channel",
    "Visits",
    "Score",
    "Region",
    "Came On",
    "Remark",
    "Call Verdict",
    "Lost Because",
    "Won",
)
CHANNELS = {"Referral": 1.6, "Web Form": 0.0, "Fair": 0.1, "Cold List": -1.4}
LEAKS = ("Call Verdict", "Lost Because")


@dataclass(frozen=True, slots=True)
class Past:
    """Rows under headings, as a file has them."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def only(self, *names: str) -> Past:
        """Some columns of it."""
        places = [self.headings.index(name) for name in names]
        return Past(names, tuple(tuple(row[place] for place in places) for row in self.rows))

    def renamed(self, old: str, new: str) -> Past:
        """The same under another heading."""
        return Past(tuple(new if name == old else name for name in self.headings), self.rows)

    def history(self, outcome: str = "Won", declared: Declared | None = None) -> History:
        """It as the calibration reads it."""
        return read_history(self.headings, self.rows, outcome, declared or Declared())[0]


def past(leads: int = 900, seed: int = 7) -> Past:
    """Leads whose outcome hangs on channel, visits and score, with two columns that sales filled in afterwards."""
    chance = random.Random(seed)
    return Past(HEADINGS, tuple(_lead(number, chance) for number in range(leads)))


def _lead(number: int, chance: random.Random) -> tuple[str, ...]:
    channel = chance.choice(list(CHANNELS))
    visits = chance.choice([0, 0, 1, 2, 3, 5, 8, 13])
    score = "" if chance.random() < 0.1 else f"{chance.uniform(-5, 5):.2f}"
    odds = -0.8 + CHANNELS[channel] + 0.25 * visits + 0.3 * float(score or -2)
    won = chance.random() < 1 / (1 + math.exp(-odds))
    verdict = chance.choice(["hot", "hot", "", "open"] if won else ["cold", "cold", "", "open"])
    because = "" if won or chance.random() < 0.2 else chance.choice(["price", "timing"])
    day = f"2025-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    remark = " ".join(chance.choices(["asked", "for", "a", "price", "list", "soon"], k=5)) + f" {number}"
    region = chance.choice(["North", "South", "Élan", ""])
    return (f"{70000 + 3 * number}", channel, str(visits), score, region, day, remark, verdict, because, str(int(won)))


def asked(text: str = SMALL, keep_groups: Iterable[str] = (), wanted: Wanted | None = None) -> Request:
    """A request for a proposal on the small policy."""
    return Request(text, PATH, "leads.csv", wanted or Wanted(), Aims(), tuple(keep_groups), NOW)


def cells(column: Sequence[object]) -> list[str]:
    """Values as a file has them."""
    return ["" if value is None else str(value) for value in column]
