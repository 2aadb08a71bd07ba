"""What cannot be true together in a state file, asked in SQL and told in sentences.

Each question answers the places where the journal, the crosswalk or the indexes contradict themselves, so
that `journal verify` and `state verify` say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Ask = Callable[[str], Sequence[tuple[object, ...]]]
"""Carries out a query: SQL in, rows out."""

_WRITTEN_IN = (  # a route that gives records back converts its lead once in each of two CRMs
    "coalesce(nullif(json_extract(j.step, '$.connection'), ''),"
    " (SELECT c.name FROM connections c WHERE c.org_id = p.org), p.org)"
)
_JOURNAL = (
    (
        "step {0} of {1}:{2} was sent without an instant",
        "SELECT substr(key, 1, 12), connection, record_id FROM journal"
        " WHERE state IN ('sent', 'unknown') AND sent_at IS NULL",
    ),
    (
        "step {0} of {1}:{2} is {3} without a receipt",
        "SELECT substr(key, 1, 12), connection, record_id, state FROM journal"
        " WHERE state IN ('applied', 'already', 'rejected', 'unknown') AND receipt IS NULL",
    ),
    (
        "step {0} of {1}:{2} is {3} but its receipt says otherwise",
        "SELECT substr(key, 1, 12), connection, record_id, state FROM journal WHERE receipt IS NOT NULL"
        " AND state NOT IN ('planned', 'sent') AND instr(receipt, '\"outcome\":\"' ||"
        " CASE state WHEN 'already' THEN '' ELSE state || '\"' END) = 0",
    ),
    (
        "step {0} of {1}:{2} was applied but never sent",
        "SELECT substr(key, 1, 12), connection, record_id FROM journal WHERE state = 'applied' AND attempt = 0",
    ),
    (
        "{0}:{1} was converted {2} times",
        f"SELECT j.connection, j.record_id, count(*) FROM journal j JOIN plans p ON p.id = j.plan_id"
        f" WHERE j.action = 'convert' AND j.state = 'applied'"
        f" GROUP BY j.connection, j.record_id, {_WRITTEN_IN} HAVING count(*) > 1",
    ),
    (
        "{0}:{1} has {2} conversions under way",
        "SELECT connection, record_id, count(*) FROM journal WHERE action = 'convert' AND state IN ('sent', 'unknown')"
        " GROUP BY connection, record_id HAVING count(*) > 1",
    ),
    (
        "{0}:{1}:{2} was made for {3} keys",
        "SELECT connection, object, record_id, count(*) FROM crosswalk WHERE created = 1"
        " GROUP BY connection, object, record_id HAVING count(*) > 1",
    ),
)

_SHELVES = (
    (
        "{0} blocking keys name an identity that is not there",
        "SELECT count(*) FROM blocking_keys WHERE directory_id NOT IN (SELECT directory_id FROM identities)"
        " HAVING count(*) > 0",
    ),
    (
        "{0}:{1} on route {2} was done and its conversion is unsettled",
        "SELECT i.connection, i.record_id, i.route FROM inbox i JOIN journal j ON j.connection = i.connection"
        " AND j.record_id = i.record_id AND j.object = i.object AND j.route = i.route"
        " WHERE i.state = 'done' AND j.action = 'convert' AND j.state IN ('sent', 'unknown')",
    ),
)


def journal_contradictions(ask: Ask) -> list[str]:
    """Contradictions within the journal and the crosswalk."""
    return _sentences(ask, _JOURNAL)


def shelf_contradictions(ask: Ask) -> list[str]:
    """Contradictions between the other shelves."""
    return _sentences(ask, _SHELVES)


def _sentences(ask: Ask, questions: Sequence[tuple[str, str]]) -> list[str]:
    return [sentence.format(*row) for sentence, sql in questions for row in ask(sql)]
