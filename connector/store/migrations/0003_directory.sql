-- keys holds the row's blocking-key hashes, eight bytes each, so that they can be taken out again.
CREATE TABLE directory (
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
    merged_into TEXT,
    keys BLOB NOT NULL
);
CREATE UNIQUE INDEX directory_by_record ON directory (connection, record_id, object);
CREATE INDEX directory_live ON directory (kind) WHERE gone = 0;

-- hash is a 64-bit BLAKE2b of connection, kind and key.
CREATE TABLE blocking_keys (
    hash INTEGER NOT NULL,
    directory_id INTEGER NOT NULL,
    PRIMARY KEY (hash, directory_id)
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
CREATE UNIQUE INDEX matches_by_lead ON matches (connection, record_id, object, route);

CREATE TABLE match_refs (
    connection TEXT NOT NULL,
    record_id TEXT NOT NULL,
    object TEXT NOT NULL,
    match_id INTEGER NOT NULL REFERENCES matches (id) ON DELETE CASCADE,
    PRIMARY KEY (connection, record_id, object, match_id)
) WITHOUT ROWID;
CREATE INDEX match_refs_by_match ON match_refs (match_id);
