-- kept_at is when the word came into this file (said_at is when it was said); weighed_at, when what leaned on
-- the pair was last stopped; carried_from names the word on a record that was merged into one of this pair.
ALTER TABLE judgements ADD COLUMN kept_at TEXT NOT NULL DEFAULT '';
ALTER TABLE judgements ADD COLUMN weighed_at TEXT;
ALTER TABLE judgements ADD COLUMN carried_from INTEGER;
UPDATE judgements SET kept_at = said_at, weighed_at = said_at;
CREATE INDEX judgements_to_weigh ON judgements (id) WHERE weighed_at IS NULL;
CREATE INDEX judgements_carried ON judgements (carried_from) WHERE carried_from IS NOT NULL;

-- Leads whose plans lean on a pair that a person has spoken of since: no write of a plan made until `since` goes
-- out. released_at is when the lead was decided anew.
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
CREATE UNIQUE INDEX frozen_once ON frozen (connection, record_id, object, judgement_id);
CREATE INDEX frozen_since ON frozen (since);
CREATE INDEX frozen_still ON frozen (connection, record_id, object) WHERE released_at IS NULL;
