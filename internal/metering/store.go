// Package metering owns usage before it has a price: the records that were put in, kept per payer and month in immutable files,
// so that a month can be rated again at any time. It knows no price, no SQL and no wire; which files count its caller knows.
//
// A file is DIR/<payer>/<month>/<identity>-<number>.parquet: records of one import and month, each within one hour, sorted by
// the hour they start in. Within an hour what was put in together is in the order that it is rated in, on which nothing but
// speed depends. Quantities are exact, in 128 bits; times are kept to the nanosecond. Several files of a month are read hour by
// hour, merged; a file is open only while the merge is within its hours.
package metering

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"umbel/internal/domain/billing"
)

// ErrDamaged tells of a file that is not what was written.
var ErrDamaged = errors.New("metering: damaged file")

// Buffered is how many records a Writer holds in memory at most, and a file at least if an import is larger: the more, the fewer
// dictionaries are read with a month, and the more memory an import takes (300 bytes a record).
const Buffered = 500_000

// Store keeps usage records in a directory. One process at a time may have it open; who owns the directory sees to that.
type Store struct {
	dir      string
	buffered int // records of a Writer in memory
	fanIn    int // files of one import that one hour may be spread over
}

// Open opens the store in a directory, which is made if there is none. What interrupted imports left half-written is removed.
func Open(dir string) (*Store, error) {
	s := &Store{dir: dir, buffered: Buffered, fanIn: 16}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("metering: %w", err)
	}
	drafts, err := filepath.Glob(filepath.Join(dir, "*", draftPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("metering: %w", err)
	}
	for _, d := range drafts {
		if err := os.RemoveAll(d); err != nil {
			return nil, fmt.Errorf("metering: %w", err)
		}
	}
	return s, nil
}

// payers are names of directories that are safe.
var payers = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

func (s *Store) payer(id string) (string, error) {
	if !payers.MatchString(id) {
		return "", fmt.Errorf("metering: %q is no payer", id)
	}
	return filepath.Join(s.dir, id), nil
}

// Keep removes the files of a payer that do not count: whole files that an interrupted import left. names are those that do.
func (s *Store) Keep(payer string, names []string) error {
	dir, err := s.payer(payer)
	if err != nil {
		return err
	}
	count := map[string]bool{}
	for _, n := range names {
		count[n] = true
	}
	found, err := filepath.Glob(filepath.Join(dir, "*", "*"+suffix))
	if err != nil {
		return fmt.Errorf("metering: %w", err)
	}
	for _, path := range found {
		name := filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))
		if count[name] || strings.HasPrefix(name, draftPrefix) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("metering: %w", err)
		}
	}
	return nil
}

// Forget removes all records of a payer.
func (s *Store) Forget(payer string) error {
	dir, err := s.payer(payer)
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("metering: %w", err)
	}
	return nil
}

// Hours gives the records in the files of a payer, as Compute wants them: hour by hour, one hour in memory at a time. names are
// as a Writer gave them; only those of the month are read.
func (s *Store) Hours(payer string, month billing.Month, names []string) (billing.Hours, error) {
	dir, err := s.payer(payer)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, n := range names {
		if strings.HasPrefix(n, month.String()+"/") {
			paths = append(paths, filepath.Join(dir, filepath.FromSlash(n)))
		}
	}
	return merge(paths)
}

const (
	suffix      = ".parquet"
	draftPrefix = ".draft-"
)
