-- pair names both records in one order; standing is 1 for the latest word on the pair.
CREATE TABLE judgements (
    id INTEGER PRIMARY KEY,
    pair TEXT NOT NULL,
    left_connection TEXT NOT NULL,
    left_object TEXT NOT NULL,
    left_id TEXT NOT NULL,
    right_connection TEXT NOT NULL,
    right_object TEXT NOT NULL,
    right_id TEXT NOT NULL,
    word TEXT NOT NULL CHECK (word IN ('same', 'different', 'unsure')),
    said_by TEXT NOT NULL,
    said_at TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    standing INTEGER NOT NULL
);
CREATE UNIQUE INDEX judgements_one_standing ON judgements (pair) WHERE standing = 1;
CREATE INDEX judgements_by_left ON judgements (left_connection, left_id, left_object) WHERE standing = 1;
CREATE INDEX judgements_by_right ON judgements (right_connection, right_id, right_object) WHERE standing = 1;

CREATE TABLE rulings (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    ruled_by TEXT NOT NULL,
    ruled_at TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX rulings_by_lead ON rulings (connection, record_id, object, ruled_at);

CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    route TEXT NOT NULL,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    verdict TEXT NOT NULL,
    stage TEXT NOT NULL,
    motion TEXT NOT NULL,
    rule TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    mapping_version TEXT NOT NULL,
    matching_version TEXT NOT NULL,
    decided_at TEXT NOT NULL,
    look_again_at TEXT,
    run_id TEXT NOT NULL,
    decision TEXT NOT NULL,
    inputs TEXT NOT NULL,
    standing INTEGER NOT NULL
);
CREATE UNIQUE INDEX decisions_one_standing ON decisions (connection, record_id, object, route) WHERE standing = 1;
CREATE INDEX decisions_by_lead ON decisions (connection, record_id, object);
CREATE INDEX decisions_by_verdict ON decisions (route, verdict) WHERE standing = 1;
CREATE INDEX decisions_to_look_again ON decisions (route, look_again_at) WHERE standing = 1;
CREATE INDEX decisions_by_versions ON decisions (route, policy_version, mapping_version, matching_version)
    WHERE standing = 1;

CREATE TABLE reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    route TEXT NOT NULL,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
    question TEXT NOT NULL,
    candidates TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    answer TEXT,
    answered_by TEXT,
    answered_at TEXT,
    answer_detail TEXT,
    closed_at TEXT
);
CREATE UNIQUE INDEX reviews_one_open ON reviews (connection, record_id, object, route) WHERE state = 'open';
CREATE INDEX reviews_by_lead ON reviews (connection, record_id, object);
