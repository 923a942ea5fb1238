package iam

import (
	"io"
	"time"

	"umbel/internal/fault"
)

// Env is what a change needs from outside: the time it happens, a source of randomness, and the account's limits.
type Env struct {
	Now    time.Time
	Rand   io.Reader
	Quotas *Quotas
}

// within refuses to have n of what the quota's name counts when the limit is lower.
func within(n, limit int, quota string) error {
	if n > limit {
		return fault.New(fault.LimitExceeded, "Cannot exceed quota for %s: %d", quota, limit)
	}
	return nil
}

// rootPath is the path of what is made without one.
const rootPath = "/"

func orRoot(path string) string {
	if path == "" {
		return rootPath
	}
	return path
}

func noSuch(format string, args ...any) error { return fault.New(fault.NoSuchEntity, format, args...) }

func exists(format string, args ...any) error {
	return fault.New(fault.EntityAlreadyExists, format, args...)
}

func conflict(format string, args ...any) error {
	return fault.New(fault.DeleteConflict, format, args...)
}
