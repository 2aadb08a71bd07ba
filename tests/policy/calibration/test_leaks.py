"""Columns that tell the outcome are named from evidence; clean ones, however good, are left in peace."""

from __future__ import annotations

import random
from pathlib import Path

from connector.policy.calibration.columns import Aside
from connector.policy.calibration.fitting import Wanted, calibrate
from connector.policy.calibration.leaks import Evidence, Leak, find
from connector.policy.calibration.reading import Declared, read_history
from connector.systems.tables import open_table

from .pasts import LEAKS, Past, past

README = {
    *("Tags", "Lead Quality", "Lead Profile", "Last Notable Activity", "Asymmetrique Activity Index"),
    *("Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score"),
}
"""What the description of the public set says was filled in after sales worked the lead."""


def named(made: Past, rest: float = 0.5) -> dict[str, Leak]:
    """The leaks found in a past; *rest* is what other columns reach together."""
    history = made.history()
    return {leak.column: leak for leak in find(history.columns, history.outcomes, lambda _: rest)[0]}


def test_columns_filled_by_sales_are_named() -> None:
    """A judgement that marks both sides and a reason given for losses alone are found, and nothing else."""
    found = named(past())
    assert set(found) == set(LEAKS)
    assert found["Call Verdict"].evidence is Evidence.BOTH_SIDES
    assert found["Lost Because"].evidence is Evidence.ONE_SIDE
    assert "% of all losers" in found["Lost Because"].says


def test_copy_of_the_outcome_is_named() -> None:
    """A column that says won and lost in other words is a copy; so is a date that winners alone have."""
    rows = [(*row, "customer" if row[-1] == "1" else "archived") for row in past().rows]
    days = [(*row, f"2025-03-{1 + number % 28:02}" if row[-2] == "1" else "") for number, row in enumerate(rows)]
    found = named(Past((*past().headings, "State", "Contract Day"), tuple(days)))
    assert found["State"].evidence is found["Contract Day"].evidence is Evidence.COPY


def test_winners_alone_have_it() -> None:
    """A column that a few winners have and no loser has is named, however few they are; losers' may be clean."""
    chance = random.Random(5)
    rows = [(*row, "yes" if row[-1] == "1" and chance.random() < 0.2 else "") for row in past().rows]
    assert "Onboarded" in named(Past((*past().headings, "Onboarded"), tuple(rows)))
    rows = [(*row, "abroad" if row[-1] == "0" and chance.random() < 0.1 else "") for row in past().rows]
    assert "Place" not in named(Past((*past().headings, "Place"), tuple(rows)))


def test_column_better_than_all_others_is_named() -> None:
    """A number that orders leads far better than the rest together looks like a result, not a cause."""
    chance = random.Random(6)
    rows = [(*row, str(round(100 + 30 * int(row[-1]) + chance.gauss(0, 12)))) for row in past().rows]
    made = Past((*past().headings, "Minutes"), tuple(rows))
    assert named(made, rest=0.8)["Minutes"].evidence is Evidence.OUTWEIGHS
    assert "Minutes" not in named(made, rest=0.99)


def test_strong_clean_column_is_left_in() -> None:
    """A referral that nearly always wins marks one side only, and stays."""
    rows = [(*row[:-1], "partner" if number % 9 == 0 else "other", row[-1]) for number, row in enumerate(past().rows)]
    won = [(*row[:-1], "1" if row[-2] == "partner" and number % 90 else row[-1]) for number, row in enumerate(rows)]
    assert "Sent By" not in named(Past((*past().headings[:-1], "Sent By", "Won"), tuple(won)))


def test_leaks_are_left_out_unless_kept() -> None:
    """What is named takes no part, both figures are told, and a person can keep it."""
    found = calibrate(past(400).history(), Wanted())
    assert found.left_out == LEAKS
    assert found.with_leaks is not None
    assert found.with_leaks.table.auc > found.measured.table.auc + 0.1
    kept = calibrate(past(400).history(), Wanted(keep=frozenset(LEAKS)))
    assert (kept.left_out, kept.with_leaks) == ((), None)
    assert kept.measured.table.auc == found.with_leaks.table.auc


def test_declared_columns_take_no_part() -> None:
    """What is excluded or known late is set aside before anything is looked at; what is known early is not doubted."""
    known = {"Call Verdict": "worked", "x_lost_because": "created"}
    declared = Declared(exclude=["x_region"], known_at=known)
    history = past().history(declared=declared)
    aside = dict(history.aside)
    assert (aside["Region"], aside["Call Verdict"]) == (Aside.EXCLUDED, Aside.WORKED)
    assert declared.kept("Lost Because", "x_lost_because")


def test_what_says_nothing_of_the_next_lead_is_set_aside() -> None:
    """Numbers that count leads, days of the past, personal data and free text make no rules."""
    made = past().renamed("Region", "Last Name").renamed("Remark", "Description")
    aside = dict(made.history().aside)
    assert aside["Lead No"] is Aside.IDENTIFIER
    assert aside["Came On"] is Aside.DAY
    assert aside["Last Name"] is aside["Description"] is Aside.PERSONAL


def test_leaks_of_the_public_set_are_named(shared_data: Path) -> None:
    """On either half of real leads the two worst leaks are named, and no clean column with them."""
    opened = open_table(shared_data / "x-education-leads" / "leads.csv")
    rows = [cells for _, cells in opened.numbered()]
    for part in (rows[::2], rows[1::2]):
        history, _ = read_history(opened.columns, part, "Converted", Declared())
        found = {leak.column for leak in find(history.columns, history.outcomes, lambda _: 0.9)[0]}
        assert {"Tags", "Lead Quality"} <= found
        assert found <= README
