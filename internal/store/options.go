package store

import (
	"log/slog"
	"maps"
	"time"
)

// RecordVersion is the version of the form in which this Umbel writes records. It grows when an older Umbel would lose
// something by rewriting a record.
const RecordVersion = 1

// Options are what a process decides about its door to the state. The zero value is good.
type Options struct {
	// Now is the clock; nil means time.Now. It stamps leases only: what changes say is in Meta.
	Now func() time.Time
	// Budget bounds the bytes of memory kept for the partitions of each prefix ("org", "iam"), roughly; a prefix not
	// named gets DefaultBudget, and "org" 32 times that: organizations are few, large and always needed.
	Budget map[string]int64
	// Version is the record version written and known; 0 means RecordVersion.
	Version int
	// Owner names this process in leases; empty means a random name.
	Owner string
	// Lease is how long a job enqueued here is ours before others may take it over; 0 means DefaultLease.
	Lease time.Duration
	// Log gets what no caller is told; nil discards it.
	Log *slog.Logger
}

// DefaultBudget is the memory kept for the partitions of one prefix. Twice that showed in every call's 99th percentile: what lives is
// looked through for garbage.
const DefaultBudget = 16 << 20

// DefaultLease is how long a job is its owner's.
const DefaultLease = 10 * time.Second

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Version == 0 {
		o.Version = RecordVersion
	}
	if o.Lease == 0 {
		o.Lease = DefaultLease
	}
	if _, ok := o.Budget["org"]; !ok {
		o.Budget = maps.Clone(o.Budget)
		if o.Budget == nil {
			o.Budget = map[string]int64{}
		}
		o.Budget["org"] = 32 * DefaultBudget
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
