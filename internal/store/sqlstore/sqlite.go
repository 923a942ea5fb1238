package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

// SQLite is the embedded engine: one file, one writer at a time, readers beside it.
type SQLite struct {
	read *sql.DB
	// heads are prepared for one, two, … partitions.
	heads    [4]*sql.Stmt
	known    *knownHeads // nil if other processes may write too
	readOnly bool
	// mu is SQLite's one writer within this process: two connections that wait for each other in SQLite poll, here they queue.
	mu     sync.Mutex
	write  *connection // one, since each would have to forget all it knows of the file whenever another has written
	sweep  *checkpointer
	ledger *ledger.Ledger
}

var _ store.Engine = (*SQLite)(nil)
var _ ledger.Database = (*SQLite)(nil)

// OpenSQLite opens or makes the database file and brings its tables up to date.
func OpenSQLite(ctx context.Context, path string) (*SQLite, error) {
	return openSQLite(ctx, path, false)
}

// OpenSQLiteAlone is OpenSQLite for a caller who knows that no other engine, of this process or another, writes the file while
// this one is open, as who holds the lock of a data directory does. Others may read it.
func OpenSQLiteAlone(ctx context.Context, path string) (*SQLite, error) {
	e, err := OpenSQLite(ctx, path)
	if err == nil {
		e.known = newKnownHeads()
	}
	return e, err
}

// Pragmas of every connection, with their reasons: LIKE must tell upper from lower case as PostgreSQL does; another
// process on the same file is waited for; a checkpoint leaves no large log behind.
var everyConnection = []string{"busy_timeout(10000)", "case_sensitive_like(1)", "journal_size_limit(67108864)", "temp_store(2)"}

// Pragmas of the writing connection: 8 MB of pages, and a checkpoint of its own only if the checkpointer does not get to it.
var writing = []string{"journal_mode(wal)", "cache_size(-8000)", "wal_autocheckpoint(16000)"}

func openSQLite(ctx context.Context, path string, readOnly bool) (*SQLite, error) {
	if err := prepareFile(path, readOnly); err != nil {
		return nil, err
	}
	e := &SQLite{readOnly: readOnly}
	e.ledger = ledger.New(e)
	if err := e.connect(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlstore: open %s: %w", path, err), e.Close())
	}
	return e, nil
}

// prepareFile makes the file readable by its owner only, before SQLite would make it otherwise: it holds secret keys.
func prepareFile(path string, readOnly bool) error {
	if readOnly {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("sqlstore: %w", err)
		}
		return nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	return f.Close()
}

func (e *SQLite) connect(ctx context.Context, path string) error {
	var err error
	if !e.readOnly {
		if e.write, err = connectSQLite(ctx, path, writing...); err != nil {
			return err
		}
		if err := e.Write(ctx, func(tx ledger.Tx) error { return migrate(ctx, tx, "sqlite") }); err != nil {
			return err
		}
		if e.sweep, err = startCheckpointer(ctx, e, path); err != nil {
			return err
		}
	}
	if e.read, err = sql.Open("sqlite", dsn(path, "query_only(1)")); err != nil {
		return err
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	e.read.SetMaxOpenConns(readers)
	e.read.SetMaxIdleConns(readers)
	if err := current(ctx, pool{e.read}, "sqlite"); err != nil {
		return err
	}
	for i := range e.heads {
		if e.heads[i], err = e.read.PrepareContext(ctx, headsRow(i+1)); err != nil {
			return err
		}
	}
	return nil
}

func dsn(path string, pragmas ...string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path // no working directory: SQLite will say what is wrong with the path
	}
	q := url.Values{"_pragma": append(append([]string{}, everyConnection...), pragmas...)}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs), RawQuery: q.Encode()}).String()
}

// Heads implements store.Engine.
func (e *SQLite) Heads(_ context.Context, parts []store.Partition, revs []int64) error {
	era, known := e.known.look(parts, revs)
	if known {
		return nil
	}
	if err := e.readHeads(parts, revs); err != nil {
		return err
	}
	e.known.learn(era, parts, revs)
	return nil
}

func (e *SQLite) readHeads(parts []store.Partition, revs []int64) error {
	// A context that can end costs SQLite's driver a goroutine each time, and this takes microseconds.
	ctx := context.Background()
	if len(parts) == 0 || len(parts) > len(e.heads) {
		return reader{pool{e.read}}.Heads(ctx, parts, revs)
	}
	into := make([]any, len(parts))
	for i := range parts {
		into[i] = &revs[i]
	}
	if err := e.heads[len(parts)-1].QueryRowContext(ctx, partitionArgs(parts)...).Scan(into...); err != nil {
		return fmt.Errorf("sqlstore: heads: %w", err)
	}
	return nil
}

// Read implements store.Engine.
func (e *SQLite) Read(ctx context.Context, fn func(store.Reader) error) error {
	tx, err := e.read.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("sqlstore: begin to read: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(reader{transaction{tx}})
}

// Locate implements store.Engine.
func (e *SQLite) Locate(_ context.Context, key string) (store.Partition, bool, error) {
	return reader{pool{e.read}}.Locate(context.Background(), key)
}

// Lanes implements store.Engine: SQLite has one writer.
func (e *SQLite) Lanes() int { return 1 }

// Retry implements store.Engine.
func (e *SQLite) Retry(err error) bool {
	if errors.Is(err, errTaken) {
		return true
	}
	var failed *sqlite.Error
	return errors.As(err, &failed) && (failed.Code()&0xff == sqlite3.SQLITE_BUSY || failed.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// Secret implements store.Engine.
func (e *SQLite) Secret(ctx context.Context) ([]byte, error) { return secret(ctx, pool{e.read}, e) }

// Ledger implements store.Engine.
func (e *SQLite) Ledger() *ledger.Ledger { return e.ledger }

// Reset implements store.Engine.
func (e *SQLite) Reset(ctx context.Context) error {
	defer e.known.suspend()()
	return e.Append(ctx, func(tx ledger.Tx) error { return reset(ctx, tx) })
}

// Close implements store.Engine.
func (e *SQLite) Close() error {
	e.known.suspend()
	var errs []error
	if e.sweep != nil {
		errs = append(errs, e.sweep.close())
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.read != nil {
		errs = append(errs, e.read.Close())
	}
	if e.write != nil {
		errs = append(errs, e.write.close())
	}
	return errors.Join(errs...)
}

// Query implements ledger.Database.
func (e *SQLite) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return e.read.QueryContext(ctx, query, args...)
}

// Write implements ledger.Database.
func (e *SQLite) Write(ctx context.Context, fn func(ledger.Tx) error) error {
	return e.transact(ctx, onDisk, fn)
}

// Append implements ledger.Database.
func (e *SQLite) Append(ctx context.Context, fn func(ledger.Tx) error) error {
	return e.transact(ctx, handedOver, fn)
}

func (e *SQLite) transact(ctx context.Context, d durability, fn func(ledger.Tx) error) error {
	w, err := e.begin(ctx, d)
	if err != nil {
		return err
	}
	defer w.Rollback()
	if err := fn(e.write); err != nil {
		return err
	}
	return w.Commit(ctx)
}
