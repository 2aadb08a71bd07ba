-- asked is a fingerprint of what a person was asked: of the lead, the candidates and the question.
ALTER TABLE reviews ADD COLUMN asked TEXT NOT NULL DEFAULT '';
-- question_key names the route and the records offered: look-alikes share it. Empty until a review is asked anew.
ALTER TABLE reviews ADD COLUMN question_key TEXT NOT NULL DEFAULT '';
CREATE INDEX reviews_by_question ON reviews (question_key) WHERE state = 'open';
-- Every answer that was given; the one whose standing is 'settled' counts, and stands in reviews too.
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
CREATE INDEX review_answers_by_review ON review_answers (review_id, id);
CREATE UNIQUE INDEX review_answers_one_settles ON review_answers (review_id) WHERE standing = 'settled';
INSERT INTO review_answers (review_id, standing, word, said_by, said_at, answer, asked, group_name)
    SELECT id, 'settled', answer, answered_by, answered_at, answer_detail, '', ''
    FROM reviews WHERE answer_detail IS NOT NULL;
-- Who saw a review when, and as what.
CREATE TABLE review_looks (
    review_id INTEGER NOT NULL REFERENCES reviews (id) ON DELETE CASCADE,
    seen_by TEXT NOT NULL,
    asked TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (review_id, seen_by)
) WITHOUT ROWID;
