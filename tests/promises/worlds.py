"""The ten leads, in the org or in a file that lands in it; three of them where a run writes many times."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from tests.builders import Row, as_csv_rows, ten_leads

from .project import Project

IN_PLACE = ("salesforce",)
LANDING = ("salesforce", "inbox-to-salesforce")


def set_up(project: Project, routes: Sequence[str]) -> Project:
    """The ten leads: in the org, or in a file that lands in it."""
    records = ten_leads()
    if routes == LANDING:
        leads = records.pop("Lead")
        leads[3]["Title"] = "Clerk"  # a file tells no time, so whose title is newer depends on who converts
        write_file(project, "inbox", leads)
    project.load(records)
    return project


def write_file(project: Project, inbox: str, leads: list[Row]) -> None:
    """Put leads into a file of the folder *inbox*."""
    rows = as_csv_rows(leads)
    with (project.folder / inbox / "leads.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def three_leads() -> dict[str, list[Row]]:
    """Three of the ten leads: of a new company, a known contact, one disqualified."""
    records = ten_leads()
    return {**records, "Lead": [records["Lead"][number] for number in (0, 3, 4)]}
