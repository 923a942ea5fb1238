package store

import (
	"context"
	"time"

	"umbel/internal/ledger"
)

// Engine is a SQL database as the store needs it. Package sqlstore has one for SQLite and one for PostgreSQL. Where a
// context is given, an engine may end early when it ends.
type Engine interface {
	// Heads fills revs with the revisions of the partitions, 0 for one that does not exist, all as of one moment after
	// the call. It is on the path of every View.
	Heads(ctx context.Context, parts []Partition, revs []int64) error
	// Read runs fn on one unchanging snapshot, taken no earlier than the first use of the Reader.
	Read(ctx context.Context, fn func(Reader) error) error
	// Begin starts a transaction in which the heads of write and read can be changed by nobody else, and the heads of
	// write read under lock by nobody else either. Both are sorted and have nothing in common.
	Begin(ctx context.Context, write, read []Partition) (Writer, error)
	// Locate finds the partition of a locator key.
	Locate(ctx context.Context, key string) (Partition, bool, error)
	// Lanes is how many transactions it pays to have open at once.
	Lanes() int
	// Retry reports whether a transaction that failed with err, other than in Commit, may well succeed when run again.
	Retry(err error) bool
	// Secret gives the 32 random bytes of the database.
	Secret(ctx context.Context) ([]byte, error)
	// Ledger gives the audit events and jobs of the same database.
	Ledger() *ledger.Ledger
	// Reset deletes everything but the secret.
	Reset(ctx context.Context) error
	Close() error
}

// Reader reads the tables of the state.
type Reader interface {
	// Heads is Engine.Heads as of the reader's snapshot.
	Heads(ctx context.Context, parts []Partition, revs []int64) error
	// Partitions gives the partitions and their revisions, in order of ID.
	Partitions(ctx context.Context) ([]Head, error)
	// Records walks the records of a partition in order of kind and ID. A body must not be kept.
	Records(ctx context.Context, p Partition, fn func(Record) error) error
	// Changes walks the changes of a partition after a revision, in order. A body must not be kept.
	Changes(ctx context.Context, p Partition, after int64, fn func(Change) error) error
	// Locate finds the partition of a locator key.
	Locate(ctx context.Context, key string) (Partition, bool, error)
	// Keys lists the locator keys that begin with the prefix, in order.
	Keys(ctx context.Context, prefix string) ([]Locator, error)
}

// Writer is a transaction that holds the locks it began with.
type Writer interface {
	Reader
	// LockJob keeps a job for this transaction and tells whether it is still on the ledger.
	LockJob(ctx context.Context, id string) (bool, error)
	// Write writes what the transaction shall change; an error that Engine.Retry knows tells that another transaction
	// claimed a locator in between.
	Write(ctx context.Context, b *Batch) error
	// Commit makes it durable. After an error the outcome is unknown.
	Commit(ctx context.Context) error
	// Rollback ends the transaction unless Commit did.
	Rollback()
}

// Head is a partition and its revision.
type Head struct {
	Partition Partition
	Rev       int64
}

// Record is one row of a partition's state. Rev is the partition's revision that wrote it, V the version of its form.
type Record struct {
	Kind string
	ID   string
	Rev  int64
	V    int
	Body []byte
}

// Change is one record put (Body not nil) or deleted, within revision Rev of its partition, as its Seq-th change.
type Change struct {
	Record
	Seq       int
	At        time.Time
	RequestID string
	Actor     string
	Action    string
}

// Batch is what one transaction writes.
type Batch struct {
	Heads    []Head         // new revisions, sorted
	Records  []BatchRecord  // the last state of every record changed; a nil Body deletes
	Changes  []BatchChange  // all changes, in order
	Locators []LocatorWrite // sorted by key
	Events   []ledger.Event
	Jobs     []ledger.Job
	Lease    ledger.Lease // of the jobs due by Now
	Now      time.Time
	Finished []string // IDs of jobs
}

// BatchRecord is a record and its partition.
type BatchRecord struct {
	Partition Partition
	Record
}

// BatchChange is a change and its partition.
type BatchChange struct {
	Partition Partition
	Change
}

// LocatorWrite moves a locator key from one partition to another; empty means that it has none.
type LocatorWrite struct {
	Key      string
	From, To Partition
}

func (b *Batch) empty() bool {
	return len(b.Heads) == 0 && len(b.Records) == 0 && len(b.Locators) == 0 && len(b.Events) == 0 && len(b.Jobs) == 0 && len(b.Finished) == 0
}
