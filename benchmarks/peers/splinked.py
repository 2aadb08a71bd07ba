"""Splink 5 on DuckDB: as its tutorial would set it up, and as somebody would who has labels and knows such data.

Three models each: leads to contacts, leads to accounts, leads among themselves. See
https://moj-analytical-services.github.io/splink/.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.columns import read
from benchmarks.peers.grading import Answer
from connector.matching.truth import Asked, Proposed, Truth

_PEOPLE_BLOCKS = (
    ("email",), ("last", "domain"), ("sound", "domain"), ("first", "last"), ("last", "substr(company, 1, 5)"),
    ("first", "substr(company, 1, 5)"), ("substr(first, 1, 4)", "domain"), ("mailbox", "domain"),
)  # fmt: skip
_FIRM_BLOCKS = (
    ("site",), ("company",), ("substr(company, 1, 7)",), ("tail",), ("stem",), ("replace(company, ' ', '')",),
)  # fmt: skip


def plain(folder: Path, _: Sequence[Truth]) -> Answer:
    """The comparisons of its own library; everything is learnt without labels."""
    return _answer(folder, _people(), _firms(), None)


def expert(folder: Path, dev: Sequence[Truth]) -> Answer:
    """Comparisons made for such data, learnt from the dev labels, and one level set to count against a link."""
    return _answer(folder, _expert_people(), _firms(), dev)


def _answer(folder: Path, people: list[Any], firms: list[Any], dev: Sequence[Truth] | None) -> Answer:
    contact, account, earlier = (
        _Model(folder, asked).links(firms if asked is Asked.ACCOUNT else people, dev) for asked in Asked
    )
    contacts = read(folder / "contacts.parquet")
    homes = dict(zip(contacts["id"].to_pylist(), contacts["account_id"].to_pylist(), strict=True))
    return Answer(contact, account, earlier, homes)


def _people() -> list[Any]:
    import splink.comparison_library as cl

    return [
        cl.NameComparison("first").configure(term_frequency_adjustments=True),
        cl.NameComparison("last").configure(term_frequency_adjustments=True),
        cl.EmailComparison("email").configure(term_frequency_adjustments=True),
        cl.ArrayIntersectAtSizes("phones", [1]),
        cl.JaroWinklerAtThresholds("company", [0.92, 0.8]).configure(term_frequency_adjustments=True),
    ]


def _firms() -> list[Any]:
    import splink.comparison_library as cl

    return [
        cl.JaroWinklerAtThresholds("company", [0.95, 0.88]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("company_full", [0.95]),
        cl.ExactMatch("site").configure(term_frequency_adjustments=True),
        cl.ExactMatch("tail").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("city", [0.9]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("country").configure(term_frequency_adjustments=True),
    ]


def _set(level: Any, m: float, u: float) -> Any:
    """A level whose weight is set by hand, for what the others take it for is counted twice."""
    return level.configure(m_probability=m, u_probability=u, fix_m_probability=True, fix_u_probability=True)


def _expert_people() -> list[Any]:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl

    digitless = "regexp_replace({0}, '[0-9]+$', '')"
    bare = f"{digitless.format('mailbox_l')} = {digitless.format('mailbox_r')}"
    digits = f"domain_l = domain_r and mailbox_l <> mailbox_r and {bare}"
    against = _set(cll.CustomLevel(digits, "other digits"), 0.0005, 0.5)
    elsewhere = "mailbox_l = mailbox_r and length(mailbox_l) > 3"
    placed = "(domain_l is null or domain_r is null or jaro_winkler_similarity(company_l, company_r) > 0.85)"
    mail = cl.CustomComparison(
        output_column_name="email",
        comparison_levels=[
            cll.NullLevel("email"),
            cll.ExactMatchLevel("email", term_frequency_adjustments=True),
            against,
            cll.CustomLevel(f"{elsewhere} and {placed}", "same mailbox elsewhere"),
            _set(cll.CustomLevel(elsewhere, "same mailbox of another firm"), 0.01, 0.01),
            cll.CustomLevel("domain_l = domain_r and jaro_winkler_similarity(mailbox_l, mailbox_r) > 0.85", "near"),
            _set(cll.CustomLevel("domain_l = domain_r", "other mailbox of the firm"), 0.03, 0.06),
            cll.ElseLevel(),
        ],
    )
    swapped = "first_l = last_r and last_l = first_r"
    names = cl.CustomComparison(
        output_column_name="last",
        comparison_levels=[
            cll.NullLevel("last"),
            cll.ExactMatchLevel("last", term_frequency_adjustments=True),
            cll.CustomLevel(swapped, "swapped"),
            cll.JaroWinklerLevel("last", 0.92),
            cll.CustomLevel("sound_l = sound_r", "same sound"),
            cll.JaroWinklerLevel("last", 0.8),
            cll.ElseLevel(),
        ],
    )
    first = cl.CustomComparison(
        output_column_name="first",
        comparison_levels=[
            cll.NullLevel("first"),
            cll.ExactMatchLevel("first", term_frequency_adjustments=True),
            cll.CustomLevel(swapped, "swapped"),
            cll.JaroWinklerLevel("first", 0.92),
            cll.CustomLevel(
                "substr(first_l, 1, 1) = substr(first_r, 1, 1) and least(length(first_l), length(first_r)) = 1",
                "initial",
            ),
            cll.JaroWinklerLevel("first", 0.8),
            cll.ElseLevel(),
        ],
    )
    rest = _people()[3:]
    return [first, names, mail, *rest]


class _Model:
    """One model over prepared tables, in a DuckDB of its own with two threads."""

    def __init__(self, folder: Path, asked: Asked) -> None:
        import duckdb
        from splink.backends.duckdb import DuckDBAPI

        logging.getLogger("splink").setLevel(logging.ERROR)
        self.asked = asked
        self.con = duckdb.connect(config={"threads": 2, "temp_directory": tempfile.gettempdir()})
        self.api = DuckDBAPI(self.con)
        other = {Asked.CONTACT: ["contacts"], Asked.ACCOUNT: ["accounts"], Asked.LEAD: []}[asked]
        self.frames = [self._frame(folder, name) for name in ("leads", *other)]

    def _frame(self, folder: Path, name: str) -> Any:
        names = _FIRM if self.asked is Asked.ACCOUNT else _PERSON
        columns = [f"nullif({column}, '') AS {column}" for column in names]
        if self.asked is Asked.ACCOUNT:
            columns.append("nullif(split_part(site, '.', 1), '') AS stem")
        else:
            columns.append(
                "CASE WHEN tail || tail2 <> '' THEN list_distinct([nullif(tail, ''), nullif(tail2, '')]) END AS phones"
            )
        self.con.execute(f"CREATE TABLE {name} AS SELECT id, {', '.join(columns)} FROM '{folder / name}.parquet'")
        return self.api.register(name, dataset_display_name=name)

    def links(self, comparisons: list[Any], dev: Sequence[Truth] | None) -> dict[str, Proposed]:
        """Learn, predict, and take the best for each lead."""
        from splink import Linker, SettingsCreator, block_on

        blocks = _FIRM_BLOCKS if self.asked is Asked.ACCOUNT else _PEOPLE_BLOCKS
        rules = [block_on(*names) for names in blocks]
        if self.asked is not Asked.ACCOUNT:
            rules.append(block_on("phones", arrays_to_explode=["phones"]))
        settings = SettingsCreator(
            link_type="link_only" if len(self.frames) > 1 else "dedupe_only",
            comparisons=comparisons,
            blocking_rules_to_generate_predictions=rules,
            unique_id_column_name="id",
            retain_matching_columns=False,
        )
        linker = Linker(self.frames if len(self.frames) > 1 else self.frames[0], settings, log_level=None)
        self._train(linker, dev)
        return self._best(linker.inference.predict(threshold_match_weight=-15))

    def _train(self, linker: Any, dev: Sequence[Truth] | None) -> None:
        from splink import block_on

        firms, train = self.asked is Asked.ACCOUNT, linker.training
        sure = [block_on("site", "company")] if firms else [block_on("email"), block_on("first", "last", "company")]
        train.estimate_probability_two_random_records_match(sure, recall=0.7)
        train.estimate_u_using_random_sampling(max_pairs=2e6, seed=17)
        if dev is not None:
            train.estimate_m_from_pairwise_labels(self._labels(dev))
            return
        for rule in (("company",), ("site",)) if firms else (("email",), ("first", "last"), ("domain", "first")):
            train.estimate_parameters_using_expectation_maximisation(block_on(*rule))

    def _labels(self, dev: Sequence[Truth]) -> Any:
        """The dev rows' true pairs as a table that Splink reads."""
        other = {Asked.CONTACT: "contacts", Asked.ACCOUNT: "accounts", Asked.LEAD: "leads"}[self.asked]
        pairs = [("leads", truth.lead, other, right) for truth in dev for right in sorted(truth.right[self.asked])]
        columns = "source_dataset_l VARCHAR, id_l VARCHAR, source_dataset_r VARCHAR, id_r VARCHAR"
        self.con.execute(f"CREATE TABLE labels ({columns})")
        self.con.executemany("INSERT INTO labels VALUES (?, ?, ?, ?)", pairs)
        return self.api.register("labels", dataset_display_name="labels")

    def _best(self, found: Any) -> dict[str, Proposed]:
        """The best record for each lead; among leads the best earlier one."""
        sides = "greatest(id_l, id_r) AS lead, least(id_l, id_r) AS other"  # ids of leads come after those of the rest
        sql = f"""SELECT lead, arg_max(other, (match_weight, other)), max(match_weight)
                  FROM (SELECT {sides}, match_weight FROM {found.physical_name}) GROUP BY lead"""
        return {lead: Proposed(other, weight) for lead, other, weight in self.con.execute(sql).fetchall()}


_PERSON = ("first", "last", "sound", "email", "mailbox", "domain", "company")
_FIRM = ("company", "company_full", "site", "tail", "city", "country")
