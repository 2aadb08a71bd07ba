"""What stands still, as one page."""

from __future__ import annotations

from collections.abc import Iterator

from connector.model.records import iso
from connector.reports.markup import Html
from connector.reports.page import Section, facts, figure, note, page, table
from connector.reports.stagnant import StagnantReport, stagnant_tables
from connector.reports.svg import Bar, bars


def stagnant_page(report: StagnantReport) -> str:
    """The whole page."""
    sections = [Section("At a glance", tuple(_glance(report)))]
    for told in list(stagnant_tables(report))[1:]:
        sections.append(Section(told.title, (table(told.columns, told.rows),)))
    lead = f"From the state file, as of {iso(report.as_of)[:16].replace('T', ' ')} UTC"
    foot = "Lists show what has waited longest; the counts are of all."
    return page("What stands still", sections, lead, foot)


def _glance(report: StagnantReport) -> Iterator[Html]:
    counts = [("leads past an SLA", report.late.count)]
    counts += [(f"{kind.value}s quiet for {report.days} days", found.count) for kind, found in report.quiet.items()]
    counts.append(("opportunities stuck", report.stuck.count))
    yield facts([(name, f"{count:,}") for name, count in counts])
    if report.late_by:
        yield figure(
            bars("Leads past each SLA", [Bar(name, count, f"{count:,}") for name, count in report.late_by.items()])
        )
    if report.stuck_by:
        rows = [Bar(stage, count, f"{count:,}") for stage, count in report.stuck_by.items()]
        yield figure(bars("Opportunities stuck in each stage", rows))
    measured = [f"{stage}: {limit.days:.0f} days" for stage, limit in report.limits.items() if limit.measured]
    if measured:
        yield note(f"Stuck is what stays longer than nine in ten did ({'; '.join(measured)}).")
    yield note(f"Where too few stays are known, {report.days} days are the limit.")
