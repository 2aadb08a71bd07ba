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
CREATE UNIQUE INDEX journal_one_open_conversion ON journal (connection, record_id)
    WHERE action = 'convert' AND state IN ('sent', 'unknown');
CREATE INDEX journal_unsettled ON journal (sent_at) WHERE state IN ('sent', 'unknown');
CREATE INDEX journal_never_sent ON journal (route) WHERE state = 'planned';
CREATE INDEX journal_by_lead ON journal (connection, record_id, object);
CREATE INDEX journal_by_plan ON journal (plan_id);

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
CREATE UNIQUE INDEX crosswalk_one_maker ON crosswalk (connection, record_id, object) WHERE created = 1;
CREATE INDEX crosswalk_by_record ON crosswalk (connection, record_id, object);
