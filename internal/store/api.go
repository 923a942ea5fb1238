// Package store owns Umbel's state: partitions of records in SQL, which are the truth, and typed memory per partition,
// which is a checked cache of them. It offers one consistent View of the named partitions, and Update, which locks them,
// decides in memory, commits and only then publishes. It knows the SQL engine as an interface and no domain package.
package store

import (
	"context"
	"errors"
	"time"

	"umbel/internal/ledger"
	"umbel/internal/table"
)

// Partition names a unit of state that is locked, loaded and dropped as one: "org/o-…" or "iam/<account>".
type Partition string

// State is the typed memory of one partition. Tables gives its tables, always in the same order.
type State interface {
	Tables() []table.Any
}

// Schema makes the empty memory for a partition, by its prefix.
type Schema func(Partition) (State, error)

// ErrTaken tells that a locator key belongs to another partition already.
var ErrTaken = errors.New("store: key is taken")

// ErrFinished tells that a job was finished before.
var ErrFinished = errors.New("store: job is finished")

// ErrUnknownOutcome tells that a commit failed in a way that leaves open whether it happened.
var ErrUnknownOutcome = errors.New("store: outcome of the commit is unknown")

// ErrNewer tells that a record was written by a newer version of Umbel, which alone may change it.
var ErrNewer = errors.New("store: record was written by a newer version")

// ErrClosed tells that the store was closed.
var ErrClosed = errors.New("store: closed")

// Meta says who caused an Update and when; every change row carries it.
type Meta struct {
	RequestID string
	Actor     string // ARN of the principal, or the name of the job
	Action    string // "organizations:MoveAccount"
	At        time.Time
}

// Scope names the partitions of one View or Update. An Update locks Write exclusively and Read against change. A partition
// named in both counts as written. Either may name partitions that do not exist yet: their memory is empty.
type Scope struct {
	Write []Partition
	Read  []Partition
}

// Tx is what the function of a View or Update works on. It must not be kept after the function returns.
type Tx interface {
	// State gives the memory of a partition named in the scope; it panics for any other. In an Update the memory of
	// partitions in Scope.Write may be changed through its tables; all else is read-only.
	State(Partition) State
	// Locate finds the partition that claimed the key.
	Locate(key string) (Partition, bool, error)
	// Claim makes the key, unique over the whole store, point to the partition; ErrTaken if it points elsewhere.
	// The claim stands only if the Update commits. Update only.
	Claim(key string, p Partition) error
	// Release gives the key up. Update only.
	Release(key string) error
	// Enqueue puts a job on the ledger with the commit. Update only.
	Enqueue(ledger.Job)
	// Finish takes a job off the ledger with the commit; ErrFinished if it is not there any more, because another replica
	// has finished it. Update only.
	Finish(jobID string) error
	// Record puts an audit event on the ledger with the commit. Update only.
	Record(ledger.Event)
}

// Locator is a key that is unique over the whole store, and the partition that claimed it.
type Locator struct {
	Key       string
	Partition Partition
}

// Store is one process's door to the state. Open makes one.
type Store interface {
	// View runs fn on a view that is at least as new as every Update acknowledged, by any replica, before View was called.
	View(ctx context.Context, sc Scope, fn func(Tx) error) error
	// Update runs fn with sc.Write locked. If fn returns an error nothing is changed and that error is returned as it is.
	// fn may run more than once and must not act on anything but the Tx. When Update returns nil the change is durable.
	Update(ctx context.Context, m Meta, sc Scope, fn func(Tx) error) error
	// Locate finds the partition that claimed the key, looking in memory first if fresh is false: such an answer may be
	// out of date, and the partition's own records decide.
	Locate(ctx context.Context, key string, fresh bool) (Partition, bool, error)
	// Keys lists the locator keys that begin with the prefix, in order.
	Keys(ctx context.Context, prefix string) ([]Locator, error)
	// Peek gives the partition's memory as this process last knew it, loading it only if it is not in memory.
	Peek(ctx context.Context, p Partition) (State, error)
	// Secret is 32 random bytes made when the store was made, the same for every replica.
	Secret() []byte
	Close() error
}
