// Package metering owns usage before it has a price: the records that were put in, kept per payer and month in immutable files,
// so that a month can be rated again at any time. It knows no price, no SQL and no wire; which files count its caller knows.
package metering

// Store keeps usage records in a directory.
type Store struct{ dir string }

// Open opens the store in a directory, which is made if there is none.
func Open(dir string) (*Store, error) { return &Store{dir: dir}, nil }
