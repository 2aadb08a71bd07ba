-- What the directory holds of a CRM (directory) is apart from what matching made of it (identities,
-- blocking_keys, directory_terms, directory_votes), so that other rules are laid without reading a CRM again.
-- Numbers tell the kind: accounts below 2^29, then contacts below 3 * 2^29, leads below 2^31, opportunities.
CREATE TABLE directory_records (
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
INSERT INTO directory_records
    SELECT id + CASE kind WHEN 'account' THEN 0 WHEN 'contact' THEN 536870912 WHEN 'lead' THEN 1610612736
        ELSE 2147483648 END,
        connection, object, record_id, kind, fields, digest, modified, account_id, gone, merged_into
    FROM directory;
DROP TABLE directory;
ALTER TABLE directory_records RENAME TO directory;
CREATE UNIQUE INDEX directory_by_record ON directory (connection, record_id, object);

DELETE FROM blocking_keys;

-- keys and terms are hashes, eight bytes each, and vote is one: what to take out again when the record changes.
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

-- How many records of each kind hold a term; hash is a 64-bit BLAKE2b of connection and term.
CREATE TABLE directory_terms (
    hash INTEGER PRIMARY KEY,
    accounts INTEGER NOT NULL,
    contacts INTEGER NOT NULL,
    leads INTEGER NOT NULL
);

-- How many contacts of an account write from a domain; domain is a 64-bit BLAKE2b of connection and domain.
CREATE TABLE directory_votes (
    domain INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    votes INTEGER NOT NULL,
    PRIMARY KEY (domain, account_id)
) WITHOUT ROWID;

CREATE TABLE directory_sizes (
    connection TEXT NOT NULL,
    kind TEXT NOT NULL,
    live INTEGER NOT NULL,
    PRIMARY KEY (connection, kind)
) WITHOUT ROWID;
INSERT INTO directory_sizes SELECT connection, kind, count(*) FROM directory WHERE gone = 0 GROUP BY connection, kind;

-- One row: the rules and the layout that the identities were made with, empty when they are to be made anew.
CREATE TABLE directory_layout (made_by TEXT NOT NULL);
INSERT INTO directory_layout VALUES ('');
