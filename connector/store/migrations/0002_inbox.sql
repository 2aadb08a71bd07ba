CREATE TABLE watermarks (
    scope TEXT NOT NULL,
    object TEXT NOT NULL,
    position TEXT NOT NULL,
    last_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (scope, object)
) WITHOUT ROWID;

-- first_fields is NULL while the row still reads as it did when it was first seen.
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
CREATE UNIQUE INDEX inbox_by_record ON inbox (connection, record_id, object, route);
CREATE INDEX inbox_awake ON inbox (route, id) WHERE woken IS NOT NULL;
CREATE INDEX inbox_by_state ON inbox (route, state);
CREATE INDEX inbox_by_id ON inbox (record_id);
CREATE INDEX inbox_by_stamp ON inbox (route, object, modified);

CREATE TABLE inbox_emails (
    email TEXT NOT NULL,
    inbox_id INTEGER NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
    PRIMARY KEY (email, inbox_id)
) WITHOUT ROWID;
CREATE INDEX inbox_emails_by_row ON inbox_emails (inbox_id);

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
CREATE UNIQUE INDEX dead_letters_one_standing ON dead_letters (connection, record_id, object, route)
    WHERE state IN ('open', 'retried');
