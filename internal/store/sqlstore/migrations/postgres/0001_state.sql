-- The state (section "State" of docs/architecture.md) and the ledger, on PostgreSQL. Times are microseconds since 1970, UTC.

-- A partition is one organization ('org/o-…') or one account's identities ('iam/<account>'). rev counts its revisions: every
-- committed update that changed something makes the next one.
CREATE TABLE partitions (
  id  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  rev BIGINT NOT NULL
);

-- The truth: the current state of everything, a JSON object each (JSON, not JSONB: the text comes back as it was written). rev is the partition's revision that wrote it last, v the
-- version of the body's form.
CREATE TABLE records (
  part TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  id   TEXT COLLATE "C" NOT NULL,
  rev  BIGINT NOT NULL,
  v    BIGINT NOT NULL,
  body JSON NOT NULL,
  PRIMARY KEY (part, kind, id)
);

-- What changed, in order and without gaps: rev runs 1, 2, 3 … within a partition, seq 0, 1, 2 … within a revision. body is the
-- record after the change, NULL when it was deleted; the body before is in the last earlier change of the same record.
-- Nothing is ever deleted here.
CREATE TABLE changes (
  part       TEXT COLLATE "C" NOT NULL,
  rev        BIGINT NOT NULL,
  seq        BIGINT NOT NULL,
  at         BIGINT NOT NULL,
  request_id TEXT NOT NULL,
  actor      TEXT NOT NULL,
  action     TEXT NOT NULL,
  kind       TEXT COLLATE "C" NOT NULL,
  id         TEXT COLLATE "C" NOT NULL,
  v          BIGINT NOT NULL,
  body       JSON,
  PRIMARY KEY (part, rev, seq)
);

-- Where a globally unique key lives: access key ID, root e-mail address, membership of an account.
CREATE TABLE locators (
  key  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  part TEXT COLLATE "C" NOT NULL
);

-- The audit trail: CloudTrail records, by account. resources is "\ntype\tname\n…", so that a type or name can be searched.
CREATE TABLE events (
  seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account    TEXT COLLATE "C" NOT NULL,
  at         BIGINT NOT NULL,
  id         TEXT COLLATE "C" NOT NULL,
  name       TEXT NOT NULL,
  source     TEXT NOT NULL,
  read_only  BIGINT NOT NULL,
  username   TEXT NOT NULL,
  access_key TEXT NOT NULL,
  resources  TEXT NOT NULL,
  body       BYTEA NOT NULL
);
CREATE INDEX events_by_account ON events (account, at);

-- Background work. A job is free when lease, the end of the time that owner has it, is past.
CREATE TABLE jobs (
  id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  kind     TEXT COLLATE "C" NOT NULL,
  body     JSON NOT NULL,
  due      BIGINT NOT NULL,
  owner    TEXT NOT NULL,
  lease    BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  error    TEXT NOT NULL
);
