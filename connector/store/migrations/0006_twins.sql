-- agreed_* are canonical values as JSON; *_digest is the directory's digest of the record when it
-- was last looked at, '?' where it is to be looked at again; pending holds the writes under way.
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
CREATE UNIQUE INDEX twins_one_target ON twins (source_connection, source_id, source_object, target_connection)
    WHERE ended_at IS NULL;
CREATE UNIQUE INDEX twins_one_source ON twins (target_connection, target_id, target_object, source_connection)
    WHERE ended_at IS NULL;
CREATE INDEX twins_ended ON twins (source_connection, source_id, target_connection, target_id)
    WHERE ended_at IS NOT NULL;
