"""The funnel of two real data sets, as the command tells it and as plain SQL computes it."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import type_command

COLUMNS = (
    *("lead_id", "source", "segment", "customer", "owner", "created_at", "mql_at", "srl_at", "sql_at", "won_at"),
    *("lost_at", "reason", "amount"),
)
# Median and 90th percentile between neighbours in proportion, of a query that yields one column `days`.
SPREAD = """
WITH ranked AS (SELECT days, row_number() OVER (ORDER BY days) - 1 AS place, count(*) OVER () AS n FROM ({query})),
cuts AS (SELECT p, (n - 1) * p AS at FROM (SELECT 0.5 AS p UNION ALL SELECT 0.9), (SELECT n FROM ranked LIMIT 1))
SELECT lower.days + (at - CAST(at AS INTEGER)) * (coalesce(upper.days, lower.days) - lower.days)
FROM cuts JOIN ranked lower ON lower.place = CAST(at AS INTEGER)
LEFT JOIN ranked upper ON upper.place = CAST(at AS INTEGER) + 1 ORDER BY p
"""


@lru_cache(maxsize=4096)
def iso(text: str, form: str) -> str:
    """A date or instant of a data set as ISO 8601; empty stays empty."""
    return datetime.strptime(f"{text} +0000", f"{form} %z").isoformat()[:19] if text else ""


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a file of a data set."""
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class Histories:
    """A history file, and the same rows in a database of their own."""

    def __init__(self, path: Path, rows: Iterable[dict[str, str]]) -> None:
        """Write the file and fill the table ``h``."""
        self.path = path
        self._told: dict[str, Any] = {}
        self.database = sqlite3.connect(":memory:")
        self.database.execute(f"CREATE TABLE h ({', '.join(COLUMNS)})")
        with path.open("w", encoding="utf-8", newline="") as sink:
            writer = csv.DictWriter(sink, COLUMNS, restval="")
            writer.writeheader()
            for row in rows:
                writer.writerow(row)
                self.database.execute(
                    f"INSERT INTO h VALUES ({', '.join('?' * len(COLUMNS))})", [row.get(name, "") for name in COLUMNS]
                )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.database.execute(query).fetchall()

    def spread(self, start: str, end: str) -> list[float]:
        """Median and 90th percentile of the days from one instant to another, those that cannot be left out."""
        days = f"julianday({end}) - julianday({start})"
        query = f"SELECT {days} AS days FROM h WHERE {start} <> '' AND {end} <> '' AND {days} >= 0"
        return [row[0] for row in self.ask(SPREAD.format(query=query))]

    def counts(self) -> dict[str, int]:
        """How many rows have each instant."""
        parts = ", ".join(f"sum({stage}_at <> '')" for stage in ("mql", "srl", "sql", "won", "lost"))
        found = self.ask(f"SELECT count(*), {parts} FROM h")[0]
        return dict(zip(("lead", "mql", "srl", "sql", "won", "lost"), found, strict=True))

    def told(self) -> dict[str, Any]:
        """What the command answers; asked once."""
        if self._told:
            return self._told
        answer = type_command("report", "funnel", "--history", str(self.path), "--json")
        assert answer.code == 0, answer.said
        self._told.update(answer.json)
        return self._told


@pytest.fixture(scope="module")
def olist(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Histories:
    """The Olist marketing funnel: every MQL with its first contact, joined with the deals that were won."""
    folder = shared_data / "olist-funnel"
    deals = {deal["mql_id"]: deal for deal in table(folder, "closed_deals.csv")}

    def row(lead: dict[str, str]) -> dict[str, str]:
        first = iso(lead["first_contact_date"], "%d-%m-%Y")[:10]
        made = {"lead_id": lead["mql_id"], "source": lead["origin"], "created_at": first, "mql_at": first}
        deal = deals.get(lead["mql_id"])
        if deal is None:
            return made
        won = iso(deal["won_date"], "%d-%m-%Y %H:%M")
        sold = {"segment": deal["business_segment"], "owner": deal["sr_id"], "won_at": won}
        return {**made, **sold, "amount": deal["declared_monthly_revenue"]}

    path = tmp_path_factory.mktemp("olist") / "olist.csv"
    return Histories(path, map(row, table(folder, "marketing_qualified_leads.csv")))


@pytest.fixture(scope="module")
def maven(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Histories:
    """A sales pipeline: what is prospected is in the first stage, what is engaged is qualified."""
    folder = shared_data / "maven-crm"
    sectors = {account["account"]: account["sector"] for account in table(folder, "accounts.csv")}

    def row(deal: dict[str, str]) -> dict[str, str]:
        engaged, closed = iso(deal["engage_date"], "%m/%d/%Y")[:10], iso(deal["close_date"], "%m/%d/%Y")[:10]
        made = {"lead_id": deal["opportunity_id"], "owner": deal["sales_agent"], "amount": deal["close_value"]}
        ends = {"Won": {"won_at": closed}, "Lost": {"lost_at": closed, "reason": deal["product"]}}
        times = dict.fromkeys(("created_at", "mql_at", "srl_at", "sql_at"), engaged)
        return {**made, **times, "segment": sectors.get(deal["account"], ""), **ends.get(deal["deal_stage"], {})}

    return Histories(tmp_path_factory.mktemp("maven") / "maven.csv", map(row, table(folder, "sales_pipeline.csv")))


@pytest.fixture(params=["olist", "maven"])
def told(request: pytest.FixtureRequest) -> tuple[Histories, dict[str, Any]]:
    """Each data set with what the command answers of it."""
    histories: Histories = request.getfixturevalue(request.param)
    return histories, histories.told()


def test_counts_and_days_agree_with_sql(told: tuple[Histories, dict[str, Any]]) -> None:
    """Counts of every stage, median and p90 of the days to won, and the amount won are those of plain SQL."""
    histories, answer = told
    assert answer["counts"] == histories.counts()
    velocity = answer["velocity_days"]["created_to_won"]
    assert [velocity["median"], velocity["p90"]] == pytest.approx(histories.spread("created_at", "won_at"))
    ((value,),) = histories.ask("SELECT sum(CAST(amount AS REAL)) FROM h WHERE won_at <> ''")
    assert answer["value"] == pytest.approx(value)


@pytest.mark.parametrize("dimension", ["segment", "source", "owner"])
def test_groups_agree_with_sql(told: tuple[Histories, dict[str, Any]], dimension: str) -> None:
    """Every group has the leads, the wins and the value that plain SQL counts for it, and none is left out."""
    histories, answer = told
    found = {
        name: (group["counts"]["lead"], group["counts"]["won"], group["value"])
        for name, group in answer["by"][dimension].items()
    }
    rows = histories.ask(
        f"SELECT iif({dimension} = '', '(none)', {dimension}), count(*), sum(won_at <> ''),"
        f" sum(iif(won_at <> '', CAST(amount AS REAL), 0)) FROM h GROUP BY 1"
    )
    assert found == {name: (leads, won, pytest.approx(value)) for name, leads, won, value in rows}


def test_cohorts_agree_with_sql(told: tuple[Histories, dict[str, Any]]) -> None:
    """Each month of creation has the leads and wins that plain SQL counts for it."""
    histories, answer = told
    found = {name: (g["counts"]["lead"], g["counts"]["won"]) for name, g in answer["by"]["cohort"].items()}
    query = "SELECT iif(created_at = '', '(none)', substr(created_at, 1, 7)), count(*), sum(won_at <> '') FROM h"
    assert found == {name: (leads, won) for name, leads, won in histories.ask(f"{query} GROUP BY 1")}


def test_win_before_first_contact_is_reported(olist: Histories) -> None:
    """The one deal that was won before its first contact is named, counted, and left out of the days."""
    answer = olist.told()
    ((lead, won),) = olist.ask("SELECT lead_id, won_at FROM h WHERE won_at <> '' AND won_at < created_at")
    assert [anomaly["lead_id"] for anomaly in answer["anomalies"]] == [lead]
    assert won[:10] in answer["anomalies"][0]["what"]
    assert answer["counts"]["won"] == 842
    assert (answer["velocity_days"]["created_to_won"]["count"], answer["durations_left_out"]) == (841, 1)


def test_unrecorded_stages_get_no_rates(olist: Histories) -> None:
    """Stages that no row has an instant of are said to be unknown, and rates to and from them are not told."""
    answer = olist.told()
    assert answer["rates"]["mql_to_srl"]["value"] is None
    assert answer["rates"]["mql_to_srl"]["healthy"] == "unknown"
    assert answer["rates"]["mql_to_won"]["value"] == pytest.approx(842 / 8000)
    assert any("became SRL" in note for note in answer["notes"])


def test_win_rates_agree_with_sql(maven: Histories) -> None:
    """Won of what was won or lost after SQL, in all and per segment; the open pipeline is what is left."""
    answer = maven.told()
    rate = "1.0 * sum(won_at <> '') / sum(won_at <> '' OR lost_at <> '')"
    ((won, opened),) = maven.ask(f"SELECT {rate}, sum(sql_at <> '' AND won_at = '' AND lost_at = '') FROM h")
    assert answer["win_rate"]["all"] == pytest.approx(won)
    assert answer["rates"]["win_all"]["low"] < won < answer["rates"]["win_all"]["high"]
    assert answer["pipeline"]["volume"] == opened
    found = {name: group["win_rate"]["all"] for name, group in answer["by"]["segment"].items()}
    rows: Sequence[tuple[Any, ...]] = maven.ask(
        f"SELECT iif(segment = '', '(none)', segment), {rate} FROM h GROUP BY 1"
    )
    assert found == {name: pytest.approx(share) for name, share in rows}


def test_reasons_agree_with_sql(maven: Histories) -> None:
    """What was lost is told by reason."""
    rows = maven.ask("SELECT reason, count(*) FROM h WHERE lost_at <> '' GROUP BY 1")
    assert maven.told()["reasons"]["lost"] == dict(rows)


def test_rows_without_creation_are_reported(maven: Histories) -> None:
    """Deals that were never engaged have no date of creation: each is named, and none is lost from the counts."""
    answer = maven.told()
    lacking = {row[0] for row in maven.ask("SELECT lead_id FROM h WHERE created_at = ''")}
    assert {anomaly["lead_id"] for anomaly in answer["anomalies"]} == lacking
    assert answer["by"]["cohort"]["(none)"]["counts"]["lead"] == len(lacking)
