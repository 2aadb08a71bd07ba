"""The statements: blocking, what is counted beside the records, and scores. Plain SQL but for the dialect's words.

A lead is known by its place in its table, a contact, an account or another lead by its id. Kinds are the numbers of
`connector.engines.works`. The rules are those of `connector.model.lookup`, `connector.matching.scoring` and
`connector.matching.resolution`; a test holds every engine to the answers of the directory.
"""

from __future__ import annotations

from collections.abc import Iterator

from connector.engines.dialects import number
from connector.engines.engine import Dialect
from connector.engines.works import ACCOUNT, CONTACT, LEAD
from connector.matching import MatchingRules
from connector.matching.scoring import HIGHEST
from connector.model.lookup import ENOUGH, MOST, MOST_VOTES, OF_CONTACTS, RUNAWAY, VOTED, worth_of
from connector.model.records import Kind

Statement = tuple[str, str]
"""The name of a table, and the query that makes it."""

READ_ONCE = frozenset(
    ("telling", "weak", "domains", "sought", "terms", "told_terms", "told_keys", "told_votes", "through")
)
"""Tables that need not be kept: one query reads them, or they cost little."""

_TABLES = ((ACCOUNT, "accounts"), (CONTACT, "contacts"), (LEAD, "leads"))


def blocking(words: Dialect) -> Iterator[Statement]:
    """Which records share keys with which leads, as ``pairs (lead, kind, id)``."""
    yield "laid", _each(f"{{kind}} AS kind, id, {words.explode('keys')} AS hash")
    one = f"SELECT place AS lead, {words.explode('lookups')} AS one FROM leads"
    fields = ", ".join(f"one.{name} AS {name}" for name in ("hash", "place", "strong", "counted"))
    yield "asked", f"SELECT lead, {fields} FROM ({one}) AS listed"
    yield (
        "sharing",
        ("SELECT kind, hash, count(*) AS held FROM laid WHERE hash IN (SELECT hash FROM asked) GROUP BY kind, hash"),
    )
    worths = ", ".join(f"({held}, {worth_of(held)})" for held in range(1, RUNAWAY + 1))
    yield (
        "telling",
        (
            "SELECT s.kind, s.hash, w.worth FROM sharing AS s"
            f" JOIN (SELECT * FROM (VALUES {worths}) AS listed (held, worth)) AS w ON w.held = s.held"
        ),
    )
    yield "strong", _shared("a.strong")
    yield "rich", f"SELECT lead, kind FROM strong GROUP BY lead, kind HAVING count(*) >= {ENOUGH}"
    rich = " LEFT JOIN rich AS r ON r.lead = a.lead AND r.kind = t.kind"
    yield "weak", _shared("NOT a.strong AND r.lead IS NULL", rich)
    yield "candidates", _candidates()
    yield "domains", f"SELECT place AS lead, {words.explode('domains')} AS domain FROM leads"
    yield "votes", _votes()
    yield "pairs", _pairs()


def _each(columns: str) -> str:
    """The same columns of all three tables; ``{kind}`` stands for the number of each."""
    return " UNION ALL ".join(f"SELECT {columns.format(kind=kind)} FROM {name}" for kind, name in _TABLES)


def _shared(which: str, beside: str = "") -> str:
    """What the keys asked for bring, with the worth of each record."""
    return (
        "SELECT a.lead, t.kind, l.id, sum(t.worth - a.place) AS worth FROM asked AS a JOIN telling AS t"
        f" ON t.hash = a.hash{beside} JOIN laid AS l ON l.hash = t.hash AND l.kind = t.kind"
        f" WHERE {which} GROUP BY a.lead, t.kind, l.id"
    )


def _candidates() -> str:
    both = "SELECT * FROM strong UNION ALL SELECT * FROM weak"
    summed = f"SELECT lead, kind, id, sum(worth) AS worth FROM ({both}) AS brought GROUP BY lead, kind, id"
    nth = "row_number() OVER (PARTITION BY lead, kind ORDER BY worth DESC, id)"
    return (
        f"SELECT lead, kind, id FROM (SELECT lead, kind, id, {nth} AS nth FROM ({summed}) AS summed) AS ranked"
        f" WHERE nth <= {MOST}"
    )


def _votes() -> str:
    """The accounts for which the contacts that write from a domain speak, by their number."""
    counted = (
        "SELECT vote AS domain, account_id, count(*) AS votes FROM contacts WHERE vote <> '' AND account_id <> ''"
        " AND vote IN (SELECT domain FROM domains) GROUP BY vote, account_id"
    )
    nth = "row_number() OVER (PARTITION BY domain ORDER BY votes DESC, account_id)"
    return (
        f"SELECT * FROM (SELECT domain, account_id, votes, {nth} AS nth FROM ({counted}) AS counted) AS ranked"
        f" WHERE nth <= {MOST_VOTES}"
    )


def _pairs() -> str:
    """The candidates, the accounts of those that are contacts, and the accounts that the lead's domains bring."""
    homes = (
        f"SELECT c.lead, {ACCOUNT} AS kind, k.account_id AS id FROM candidates AS c"
        f" JOIN contacts AS k ON k.id = c.id WHERE c.kind = {CONTACT} AND k.account_id <> ''"
    )
    voted = (
        f"SELECT d.lead, {ACCOUNT} AS kind, v.account_id AS id FROM domains AS d"
        f" JOIN votes AS v ON v.domain = d.domain WHERE v.nth <= {VOTED}"
    )
    return f"SELECT lead, kind, id FROM candidates UNION {homes} UNION {voted}"


def beside(words: Dialect) -> Iterator[Statement]:
    """What is counted for each lead: holders of its terms and keys, votes of its domains."""
    yield "sought", f"SELECT place AS lead, {words.explode('sought')} AS term FROM leads"
    borne = " UNION ALL ".join(
        f"SELECT {words.explode('terms')} AS term FROM {name}" for name in ("accounts", "contacts")
    )
    yield (
        "terms",
        (
            f"SELECT term, count(*) AS held FROM ({borne}) AS borne"
            " WHERE term IN (SELECT term FROM sought) GROUP BY term"
        ),
    )
    yield (
        "told_terms",
        (
            f"SELECT s.lead, {words.gather(term='t.term', held='t.held')} AS counts FROM sought AS s"
            " JOIN terms AS t ON t.term = s.term GROUP BY s.lead"
        ),
    )
    counted = f"CASE WHEN a.counted LIKE '{OF_CONTACTS}%' THEN h.contacts ELSE h.held END"
    holders = (
        f"SELECT hash, sum(least(held, {RUNAWAY + 1})) AS held,"
        f" sum(CASE WHEN kind = {CONTACT} THEN least(held, {RUNAWAY + 1}) ELSE 0 END) AS contacts"
        " FROM sharing GROUP BY hash"
    )
    full = f"SELECT lead FROM rich GROUP BY lead HAVING count(*) = {len(_TABLES)}"
    yield (
        "told_keys",
        (
            f"SELECT a.lead, {words.gather(key='a.counted', held=f'CAST({counted} AS BIGINT)')} AS held FROM asked AS a"
            f" JOIN ({holders}) AS h ON h.hash = a.hash LEFT JOIN ({full}) AS f ON f.lead = a.lead"
            " WHERE a.counted <> '' AND (a.strong OR f.lead IS NULL) GROUP BY a.lead"
        ),
    )
    yield (
        "told_votes",
        (
            f"SELECT d.lead, {words.gather(domain='v.domain', account_id='v.account_id', votes='v.votes')} AS votes"
            " FROM domains AS d JOIN votes AS v ON v.domain = d.domain GROUP BY d.lead"
        ),
    )


def brought(words: Dialect, slice_of_leads: str) -> str:
    """Each lead of a slice with its candidates and what is counted beside; for `works.Compare`."""
    known = _each("{kind} AS kind, id, profile")
    others = words.gather(kind="p.kind", id="p.id", profile="k.profile")
    return (
        "SELECT l.place AS lead, l.id, l.profile, t.counts, h.held, v.votes, o.others FROM leads AS l"
        f" JOIN (SELECT p.lead, {others} AS others FROM pairs AS p JOIN ({known}) AS k"
        f" ON k.kind = p.kind AND k.id = p.id WHERE {slice_of_leads} GROUP BY p.lead) AS o ON o.lead = l.place"
        " LEFT JOIN told_terms AS t ON t.lead = l.place LEFT JOIN told_keys AS h ON h.lead = l.place"
        " LEFT JOIN told_votes AS v ON v.lead = l.place"
    )


def scoring(words: Dialect, rules: MatchingRules, weights: list[float]) -> Iterator[Statement]:
    """The sum of the points of each pair, and people ranked by their total."""
    facts = "lead, kind, id, account_id, mail, guarded, asked"
    yield "scored", f"SELECT {facts}, {words.points('found', weights)} AS points FROM compared"
    start = f"CASE kind WHEN {CONTACT} THEN {number(rules.people.start)} ELSE {number(rules.repeats.start)} END"
    yield (
        "people",
        (
            f"SELECT {facts}, total, {_NTH.format('lead, kind')} AS nth"
            f" FROM (SELECT {facts}, {start} + points AS total FROM scored WHERE kind <> {ACCOUNT}) AS summed"
        ),
    )


_NTH = "row_number() OVER (PARTITION BY {} ORDER BY total DESC, id)"


def alike(words: Dialect) -> str:
    """Each lead's best contact with those that may be the same person kept twice; for `works.Twins`."""
    others = words.gather(id="o.id", profile="c.profile")
    return (
        f"SELECT b.lead, min(k.profile) AS profile, min(h.profile) AS firm, {others} AS others FROM people AS b"
        f" JOIN people AS o ON o.lead = b.lead JOIN contacts AS c ON c.id = o.id JOIN contacts AS k ON k.id = b.id"
        f" LEFT JOIN accounts AS h ON h.id = b.account_id WHERE b.kind = {CONTACT} AND o.kind = {CONTACT}"
        " AND b.nth = 1 AND o.nth > 1 AND (o.account_id = b.account_id OR (b.mail <> '' AND o.mail = b.mail))"
        " GROUP BY b.lead"
    )


def linking(rules: MatchingRules) -> Iterator[Statement]:
    """Rivals taken off, the contact's word on accounts, the best of each kind as ``best (lead, kind, id, score)``."""
    yield (
        "best_people",
        (
            "SELECT b.lead, b.kind, b.id, b.account_id, b.guarded, b.asked, b.total - coalesce(r.off, 0) AS score"
            f" FROM people AS b LEFT JOIN ({_rivals('people', CONTACT, 'twins')}) AS r"
            f" ON r.lead = b.lead AND b.kind = {CONTACT} WHERE b.nth = 1"
        ),
    )
    link_at, ask_at = number(rules.people.link_at), number(rules.people.ask_at)
    yield (
        "through",
        (
            f"SELECT lead, account_id, CASE WHEN score >= {link_at} AND NOT guarded THEN 'linked'"
            f" WHEN score >= {ask_at} OR asked THEN 'likely' ELSE '' END AS level"
            f" FROM best_people WHERE kind = {CONTACT} AND account_id <> ''"
        ),
    )
    total = f"{number(rules.companies.start)} + (s.points + {_contact_says(rules)})"
    summed = (
        f"SELECT s.lead, s.kind, s.id, {total} AS total FROM scored AS s LEFT JOIN through AS t ON t.lead = s.lead"
        f" WHERE s.kind = {ACCOUNT}"
    )
    yield "firms", f"SELECT lead, kind, id, total, {_NTH.format('lead')} AS nth FROM ({summed}) AS summed"
    yield (
        "best",
        (
            "SELECT lead, kind, id, score FROM best_people UNION ALL"
            " SELECT b.lead, b.kind, b.id, b.total - coalesce(r.off, 0) AS score FROM firms AS b"
            f" LEFT JOIN ({_rivals('firms', ACCOUNT, '')}) AS r ON r.lead = b.lead WHERE b.nth = 1"
        ),
    )


def _rivals(table: str, kind: int, twins: str) -> str:
    """What the others take off the best one of each lead; the same person kept twice is no rival. Leads have none."""
    apart = f" LEFT JOIN {twins} AS t ON t.lead = o.lead AND t.id = o.id" if twins else ""
    odds = f"sum(exp(least(o.total, {number(HIGHEST)})))"
    return (
        f"SELECT o.lead, ln(1 + {odds}) AS off FROM {table} AS o{apart} WHERE o.kind = {kind} AND o.nth > 1"
        f"{' AND t.lead IS NULL' if twins else ''} GROUP BY o.lead"
    )


def _contact_says(rules: MatchingRules) -> str:
    """The points that the lead's contact brings an account, or takes from it."""
    weights = rules.of(Kind.ACCOUNT)[1]
    linked, likely, elsewhere = (number(weights["contact", level][0]) for level in ("linked", "likely", "elsewhere"))
    return (
        f"CASE WHEN s.id = t.account_id AND t.level = 'linked' THEN {linked}"
        f" WHEN s.id = t.account_id AND t.level = 'likely' THEN {likely}"
        f" WHEN s.id <> t.account_id AND t.level = 'linked' THEN {elsewhere} ELSE {number(0)} END"
    )


def links() -> str:
    """Each lead with its best contact, account and other lead, in the order of the table."""
    joined = " ".join(
        f"LEFT JOIN best AS {name} ON {name}.lead = l.place AND {name}.kind = {kind}"
        for name, kind in (("c", CONTACT), ("a", ACCOUNT), ("r", LEAD))
    )
    return (
        f"SELECT l.id, l.created, c.id, c.score, a.id, a.score, r.id, r.score FROM leads AS l {joined} ORDER BY l.place"
    )
