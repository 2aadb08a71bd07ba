-- What people did, as the CRMs tell it. source_id is <object>:<id>; object and record_id name the lead or contact.
CREATE TABLE activities (
    connection TEXT NOT NULL,
    source_id TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    account_id TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (connection, source_id)
) WITHOUT ROWID;
CREATE INDEX activities_by_record ON activities (connection, record_id, object, at);
CREATE INDEX activities_by_time ON activities (connection, at);
CREATE INDEX activities_by_account ON activities (connection, account_id, at) WHERE account_id <> '';

-- How opportunities moved: told by the CRM's own history, or seen when we looked.
CREATE TABLE opportunity_stages (
    connection TEXT NOT NULL,
    opportunity_id TEXT NOT NULL,
    at TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('history', 'snapshot')),
    object TEXT NOT NULL,
    stage TEXT NOT NULL,
    amount REAL,
    close_date TEXT NOT NULL DEFAULT '',
    probability REAL,
    forecast TEXT NOT NULL DEFAULT '',
    closed INTEGER NOT NULL DEFAULT 0,
    won INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (connection, opportunity_id, at, origin)
) WITHOUT ROWID;

-- Automatic verdicts that a person reviews without being told them.
CREATE TABLE samples (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    route TEXT NOT NULL,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    policy TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    verdict TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    answer TEXT,
    answered_by TEXT NOT NULL DEFAULT '',
    answered_at TEXT
);
CREATE UNIQUE INDEX samples_once ON samples (connection, record_id, object, route, policy_version);
CREATE INDEX samples_open ON samples (id) WHERE answer IS NULL;
CREATE INDEX samples_answered ON samples (policy, policy_version, answered_at) WHERE answer IS NOT NULL;

-- Where the error budget of each version of a policy stands. What was decided before evidence_from does not count;
-- decides_under lists [route, policy_version of its decisions].
CREATE TABLE gates (
    policy TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'probation', 'closed')),
    since TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    reviewed INTEGER NOT NULL DEFAULT 0,
    reviewed_right INTEGER NOT NULL DEFAULT 0,
    outcomes INTEGER NOT NULL DEFAULT 0,
    outcomes_good INTEGER NOT NULL DEFAULT 0,
    alerted_at TEXT,
    reopened_by TEXT NOT NULL DEFAULT '',
    evidence_from TEXT,
    decides_under TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (policy, policy_version)
) WITHOUT ROWID;

-- Whose turn it was, for each lead, where owners take turns.
CREATE TABLE owner_turns (
    pool TEXT NOT NULL,
    connection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    object TEXT NOT NULL,
    turn INTEGER NOT NULL,
    PRIMARY KEY (pool, connection, record_id, object)
) WITHOUT ROWID;
CREATE UNIQUE INDEX owner_turns_once ON owner_turns (pool, turn);

CREATE INDEX decisions_by_time ON decisions (route, decided_at, id);
CREATE INDEX journal_conversions ON journal (route, sent_at) WHERE action = 'convert' AND sent_at IS NOT NULL;
