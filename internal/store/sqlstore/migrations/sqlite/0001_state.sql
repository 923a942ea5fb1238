-- The state (section "State" of docs/architecture.md) and the ledger, on SQLite. Times are microseconds since 1970, UTC.

-- A partition is one organization ('org/o-…') or one account's identities ('iam/<account>'). rev counts its revisions: every
-- committed update that changed something makes the next one.
CREATE TABLE partitions (
  id  TEXT NOT NULL PRIMARY KEY,
  rev INTEGER NOT NULL
) WITHOUT ROWID;

-- The truth: the current state of everything, a JSON object each. rev is the partition's revision that wrote it last, v the
-- version of the body's form.
CREATE TABLE records (
  part TEXT NOT NULL,
  kind TEXT NOT NULL,
  id   TEXT NOT NULL,
  rev  INTEGER NOT NULL,
  v    INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (part, kind, id)
) WITHOUT ROWID;

-- What changed, in order and without gaps: rev runs 1, 2, 3 … within a partition, seq 0, 1, 2 … within a revision. body is the
-- record after the change, NULL when it was deleted; the body before is in the last earlier change of the same record.
-- Nothing is ever deleted here.
CREATE TABLE changes (
  part       TEXT NOT NULL,
  rev        INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  actor      TEXT NOT NULL,
  action     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  v          INTEGER NOT NULL,
  body       TEXT,
  PRIMARY KEY (part, rev, seq)
) WITHOUT ROWID;

-- Where a globally unique key lives: access key ID, root e-mail address, membership of an account.
CREATE TABLE locators (
  key  TEXT NOT NULL PRIMARY KEY,
  part TEXT NOT NULL
) WITHOUT ROWID;

-- The audit trail: CloudTrail records, by account. resources is "\ntype\tname\n…", so that a type or name can be searched.
CREATE TABLE events (
  seq        INTEGER PRIMARY KEY,
  account    TEXT NOT NULL,
  at         INTEGER NOT NULL,
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  source     TEXT NOT NULL,
  read_only  INTEGER NOT NULL,
  username   TEXT NOT NULL,
  access_key TEXT NOT NULL,
  resources  TEXT NOT NULL,
  body       BLOB NOT NULL
);
CREATE INDEX events_by_account ON events (account, at);

-- Background work. A job is free when lease, the end of the time that owner has it, is past.
CREATE TABLE jobs (
  id       TEXT NOT NULL PRIMARY KEY,
  kind     TEXT NOT NULL,
  body     TEXT NOT NULL,
  due      INTEGER NOT NULL,
  owner    TEXT NOT NULL,
  lease    INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  error    TEXT NOT NULL
) WITHOUT ROWID;
