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

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    run_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts TEXT NOT NULL,
    digest TEXT NOT NULL
);

CREATE TABLE blocking_keys (
    hash INTEGER NOT NULL,
    directory_id INTEGER NOT NULL,
    PRIMARY KEY (hash, directory_id)
) WITHOUT ROWID;

CREATE TABLE budget_readings (
    connection TEXT NOT NULL,
    at TEXT NOT NULL,
    used INTEGER NOT NULL,
    allowed INTEGER NOT NULL,
    PRIMARY KEY (connection, at)
) WITHOUT ROWID;

CREATE TABLE connection_facts (
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    PRIMARY KEY (connection, name)
);

CREATE TABLE connections (
    name TEXT PRIMARY KEY,
    org_id TEXT NOT NULL,
    pinned_at TEXT NOT NULL
);

CREATE TABLE crosswalk (
    key TEXT NOT NULL,
    role TEXT NOT NULL,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    linked_at TEXT NOT NULL,
    PRIMARY KEY (key, role, connection)
) WITHOUT ROWID;

CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    route TEXT NOT NULL,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'retried', 'discarded', 'cleared')),
    problems TEXT NOT NULL,
    raw TEXT NOT NULL,
    parked_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    closed_at TEXT,
    closed_by TEXT NOT NULL DEFAULT '',
    why TEXT NOT NULL DEFAULT ''
);

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

CREATE TABLE "directory" (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('lead', 'account', 'contact', 'opportunity')),
    fields TEXT NOT NULL,
    digest TEXT NOT NULL,
    modified TEXT,
    account_id TEXT NOT NULL DEFAULT '',
    gone INTEGER NOT NULL DEFAULT 0,
    merged_into TEXT
);

CREATE TABLE directory_layout (made_by TEXT NOT NULL);

CREATE TABLE directory_sizes (
    connection TEXT NOT NULL,
    kind TEXT NOT NULL,
    live INTEGER NOT NULL,
    PRIMARY KEY (connection, kind)
) WITHOUT ROWID;

CREATE TABLE directory_terms (
    hash INTEGER PRIMARY KEY,
    accounts INTEGER NOT NULL,
    contacts INTEGER NOT NULL,
    leads INTEGER NOT NULL
);

CREATE TABLE directory_votes (
    domain INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    votes INTEGER NOT NULL,
    PRIMARY KEY (domain, account_id)
) WITHOUT ROWID;

CREATE TABLE frozen (
    id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    judgement_id INTEGER NOT NULL REFERENCES judgements (id),
    why TEXT NOT NULL,
    since TEXT NOT NULL,
    released_at TEXT
);

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

CREATE TABLE identities (
    directory_id INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    profile TEXT NOT NULL,
    keys BLOB NOT NULL,
    terms BLOB NOT NULL,
    vote INTEGER
);

CREATE TABLE inbox (
    id INTEGER PRIMARY KEY,
    route TEXT NOT NULL,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'decided', 'waiting', 'dead', 'done', 'gone')),
    woken TEXT,
    fields TEXT NOT NULL,
    first_fields TEXT,
    fingerprint TEXT NOT NULL,
    modified TEXT,
    deleted INTEGER NOT NULL DEFAULT 0,
    merged_into TEXT,
    origin TEXT NOT NULL DEFAULT '',
    received_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    run_id TEXT NOT NULL
);

CREATE TABLE inbox_emails (
    email TEXT NOT NULL,
    inbox_id INTEGER NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
    PRIMARY KEY (email, inbox_id)
) WITHOUT ROWID;

CREATE TABLE journal (
    key TEXT PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plans (id),
    route TEXT NOT NULL,
    run_id TEXT NOT NULL DEFAULT '',
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    action TEXT NOT NULL,
    target_object TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('planned', 'sent', 'applied', 'already', 'rejected', 'unknown')),
    attempt INTEGER NOT NULL DEFAULT 0,
    planned_at TEXT NOT NULL,
    sent_at TEXT,
    settled_at TEXT,
    step TEXT NOT NULL,
    ids TEXT NOT NULL,
    receipt TEXT,
    policy_version TEXT NOT NULL,
    mapping_version TEXT NOT NULL
);

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
, kept_at TEXT NOT NULL DEFAULT '', weighed_at TEXT, carried_from INTEGER);

CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    holder TEXT NOT NULL,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    taken_at TEXT NOT NULL
);

CREATE TABLE match_refs (
    connection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    object TEXT NOT NULL,
    match_id INTEGER NOT NULL REFERENCES matches (id) ON DELETE CASCADE,
    PRIMARY KEY (connection, record_id, object, match_id)
) WITHOUT ROWID;

CREATE TABLE matches (
    id INTEGER PRIMARY KEY,
    route TEXT NOT NULL,
    connection TEXT NOT NULL,
    object TEXT NOT NULL,
    record_id TEXT NOT NULL,
    linkage TEXT NOT NULL,
    gap REAL,
    because TEXT NOT NULL,
    resolution TEXT NOT NULL,
    saved_at TEXT NOT NULL
);

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

CREATE TABLE owner_turns (
    pool TEXT NOT NULL,
    connection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    object TEXT NOT NULL,
    turn INTEGER NOT NULL,
    PRIMARY KEY (pool, connection, record_id, object)
) WITHOUT ROWID;

CREATE TABLE plans (
    id TEXT PRIMARY KEY,
    route TEXT NOT NULL,
    org TEXT NOT NULL,
    created_at TEXT NOT NULL,
    policy_version TEXT NOT NULL,
    mapping_version TEXT NOT NULL,
    matching_version TEXT NOT NULL,
    leads INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    calls INTEGER NOT NULL
);

CREATE TABLE review_answers (
    id INTEGER PRIMARY KEY,
    review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    standing TEXT NOT NULL CHECK (standing IN ('settled', 'agreed', 'conflict', 'unsure')),
    word TEXT NOT NULL,
    said_by TEXT NOT NULL,
    said_at TEXT NOT NULL,
    answer TEXT NOT NULL,
    asked TEXT NOT NULL,
    group_name TEXT NOT NULL
);

CREATE TABLE review_looks (
    review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    seen_by TEXT NOT NULL,
    asked TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (review_id, seen_by)
) WITHOUT ROWID;

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
, asked TEXT NOT NULL DEFAULT '', question_key TEXT NOT NULL DEFAULT '');

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

CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    verb TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    status TEXT NOT NULL DEFAULT 'running',
    summary TEXT NOT NULL DEFAULT '{}'
);

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

CREATE TABLE schema_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    applied_at TEXT NOT NULL
);

CREATE TABLE twins (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'contact', 'opportunity')),
    key TEXT NOT NULL,
    source_connection TEXT NOT NULL,
    source_object TEXT NOT NULL,
    source_id TEXT NOT NULL,
    target_connection TEXT NOT NULL,
    target_object TEXT NOT NULL,
    target_id TEXT NOT NULL,
    agreed_source TEXT NOT NULL,
    agreed_target TEXT NOT NULL,
    source_digest TEXT NOT NULL DEFAULT '?',
    target_digest TEXT NOT NULL DEFAULT '?',
    words TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    pending TEXT NOT NULL DEFAULT '[]',
    paired_at TEXT NOT NULL,
    ended_at TEXT,
    ended_why TEXT NOT NULL DEFAULT ''
);

CREATE TABLE watermarks (
    scope TEXT NOT NULL,
    object TEXT NOT NULL,
    position TEXT NOT NULL,
    last_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (scope, object)
) WITHOUT ROWID;

CREATE INDEX activities_by_account ON activities (connection, account_id, at) WHERE account_id <> '';

CREATE INDEX activities_by_record ON activities (connection, record_id, object, at);

CREATE INDEX activities_by_time ON activities (connection, at);

CREATE INDEX audit_by_subject ON audit (subject, id);

CREATE INDEX crosswalk_by_record ON crosswalk (connection, record_id, object);

CREATE UNIQUE INDEX crosswalk_one_maker ON crosswalk (connection, record_id, object) WHERE created = 1;

CREATE UNIQUE INDEX dead_letters_one_standing ON dead_letters (connection, record_id, object, route)
    WHERE state IN ('open', 'retried');

CREATE INDEX decisions_by_lead ON decisions (connection, record_id, object);

CREATE INDEX decisions_by_time ON decisions (route, decided_at, id);

CREATE INDEX decisions_by_verdict ON decisions (route, verdict) WHERE standing = 1;

CREATE INDEX decisions_by_versions ON decisions (route, policy_version, mapping_version, matching_version)
    WHERE standing = 1;

CREATE UNIQUE INDEX decisions_one_standing ON decisions (connection, record_id, object, route) WHERE standing = 1;

CREATE INDEX decisions_to_look_again ON decisions (route, look_again_at) WHERE standing = 1;

CREATE UNIQUE INDEX directory_by_record ON directory (connection, record_id, object);

CREATE UNIQUE INDEX frozen_once ON frozen (connection, record_id, object, judgement_id);

CREATE INDEX frozen_since ON frozen (since);

CREATE INDEX frozen_still ON frozen (connection, record_id, object) WHERE released_at IS NULL;

CREATE INDEX inbox_awake ON inbox (route, id) WHERE woken IS NOT NULL;

CREATE INDEX inbox_by_id ON inbox (record_id);

CREATE UNIQUE INDEX inbox_by_record ON inbox (connection, record_id, object, route);

CREATE INDEX inbox_by_stamp ON inbox (route, object, modified);

CREATE INDEX inbox_by_state ON inbox (route, state);

CREATE INDEX inbox_emails_by_row ON inbox_emails (inbox_id);

CREATE INDEX journal_by_lead ON journal (connection, record_id, object);

CREATE INDEX journal_by_plan ON journal (plan_id);

CREATE INDEX journal_conversions ON journal (route, sent_at) WHERE action = 'convert' AND sent_at IS NOT NULL;

CREATE INDEX journal_never_sent ON journal (route) WHERE state = 'planned';

CREATE UNIQUE INDEX journal_one_open_conversion ON journal (connection, record_id)
    WHERE action = 'convert' AND state IN ('sent', 'unknown');

CREATE INDEX journal_unsettled ON journal (sent_at) WHERE state IN ('sent', 'unknown');

CREATE TRIGGER journal_applied_for_ever BEFORE UPDATE ON journal
WHEN OLD.state IN ('applied', 'already') AND NEW.state NOT IN ('applied', 'already')
BEGIN
    SELECT RAISE(ABORT, 'an applied step stays applied');
END;

CREATE TRIGGER journal_unsettled_stays BEFORE DELETE ON journal
WHEN OLD.state IN ('sent', 'unknown')
BEGIN
    SELECT RAISE(ABORT, 'an unsettled step must be settled first');
END;

CREATE INDEX judgements_by_left ON judgements (left_connection, left_id, left_object) WHERE standing = 1;

CREATE INDEX judgements_by_right ON judgements (right_connection, right_id, right_object) WHERE standing = 1;

CREATE INDEX judgements_carried ON judgements (carried_from) WHERE carried_from IS NOT NULL;

CREATE UNIQUE INDEX judgements_one_standing ON judgements (pair) WHERE standing = 1;

CREATE INDEX judgements_to_weigh ON judgements (id) WHERE weighed_at IS NULL;

CREATE INDEX match_refs_by_match ON match_refs (match_id);

CREATE UNIQUE INDEX matches_by_lead ON matches (connection, record_id, object, route);

CREATE UNIQUE INDEX owner_turns_once ON owner_turns (pool, turn);

CREATE INDEX review_answers_by_review ON review_answers (review_id, id);

CREATE UNIQUE INDEX review_answers_one_settles ON review_answers (review_id) WHERE standing = 'settled';

CREATE INDEX reviews_by_lead ON reviews (connection, record_id, object);

CREATE INDEX reviews_by_question ON reviews (question_key) WHERE state = 'open';

CREATE UNIQUE INDEX reviews_one_open ON reviews (connection, record_id, object, route) WHERE state = 'open';

CREATE INDEX rulings_by_lead ON rulings (connection, record_id, object, ruled_at);

CREATE INDEX runs_by_start ON runs (started_at);

CREATE INDEX samples_answered ON samples (policy, policy_version, answered_at) WHERE answer IS NOT NULL;

CREATE UNIQUE INDEX samples_once ON samples (connection, record_id, object, route, policy_version);

CREATE INDEX samples_open ON samples (id) WHERE answer IS NULL;

CREATE INDEX twins_ended ON twins (source_connection, source_id, target_connection, target_id)
    WHERE ended_at IS NOT NULL;

CREATE UNIQUE INDEX twins_one_source ON twins (target_connection, target_id, target_object, source_connection)
    WHERE ended_at IS NULL;

CREATE UNIQUE INDEX twins_one_target ON twins (source_connection, source_id, source_object, target_connection)
    WHERE ended_at IS NULL;

