package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

// Postgres is the engine for PostgreSQL: any number of replicas share one database.
type Postgres struct {
	db       *sql.DB
	readOnly bool
	ledger   *ledger.Ledger
}

var _ store.Engine = (*Postgres)(nil)
var _ ledger.Database = (*Postgres)(nil)

// lanesPostgres is how many transactions a replica has open at once; each may wait for the disk or for a lock.
const lanesPostgres = 8

// connectionsPostgres leaves room for reads beside the lanes.
const connectionsPostgres = lanesPostgres + 16

// migrationLock is the advisory lock under which replicas bring the tables up to date ("umbel" in ASCII).
const migrationLock = 0x756d62656c

// OpenPostgres opens the database of a postgres:// URL and brings its tables up to date.
func OpenPostgres(ctx context.Context, url string) (*Postgres, error) {
	return openPostgres(ctx, url, false)
}

func openPostgres(ctx context.Context, url string, readOnly bool) (*Postgres, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: database URL: %w", err)
	}
	if _, ok := cfg.RuntimeParams["application_name"]; !ok {
		cfg.RuntimeParams["application_name"] = "umbel"
	}
	e := &Postgres{db: stdlib.OpenDB(*cfg), readOnly: readOnly}
	e.db.SetMaxOpenConns(connectionsPostgres)
	e.db.SetMaxIdleConns(connectionsPostgres)
	e.ledger = ledger.New(e)
	if err := e.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlstore: open PostgreSQL: %w", err), e.Close())
	}
	return e, nil
}

func (e *Postgres) prepare(ctx context.Context) error {
	if e.readOnly {
		return current(ctx, pool{e.db}, "postgres")
	}
	return e.Write(ctx, func(tx ledger.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return err
		}
		return migrate(ctx, tx, "postgres")
	})
}

// Heads implements store.Engine.
func (e *Postgres) Heads(ctx context.Context, parts []store.Partition, revs []int64) error {
	return reader{pool{e.db}}.Heads(ctx, parts, revs)
}

// Read implements store.Engine.
func (e *Postgres) Read(ctx context.Context, fn func(store.Reader) error) error {
	tx, err := e.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("sqlstore: begin to read: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(reader{transaction{tx}})
}

// Locate implements store.Engine.
func (e *Postgres) Locate(ctx context.Context, key string) (store.Partition, bool, error) {
	return reader{pool{e.db}}.Locate(ctx, key)
}

// Lanes implements store.Engine.
func (e *Postgres) Lanes() int { return lanesPostgres }

// SQLSTATE codes of failures that pass (PostgreSQL documentation, appendix A).
var passing = []string{
	"40001", // serialization_failure
	"40P01", // deadlock_detected
	"55P03", // lock_not_available
	"57P01", // admin_shutdown: the next connection may be to the next server
	"57P02", // crash_shutdown
	"57P03", // cannot_connect_now
	"53300", // too_many_connections
}

// Retry implements store.Engine. A connection lost before Commit has changed nothing.
func (e *Postgres) Retry(err error) bool {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return slices.Contains(passing, refused.Code)
	}
	var network net.Error
	return errors.Is(err, errTaken) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) || pgconn.SafeToRetry(err)
}

// Secret implements store.Engine.
func (e *Postgres) Secret(ctx context.Context) ([]byte, error) { return secret(ctx, pool{e.db}, e) }

// Ledger implements store.Engine.
func (e *Postgres) Ledger() *ledger.Ledger { return e.ledger }

// Reset implements store.Engine.
func (e *Postgres) Reset(ctx context.Context) error {
	return e.Write(ctx, func(tx ledger.Tx) error { return reset(ctx, tx) })
}

// Close implements store.Engine.
func (e *Postgres) Close() error { return e.db.Close() }

// Query implements ledger.Database.
func (e *Postgres) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return e.db.QueryContext(ctx, query, args...)
}

// Write implements ledger.Database.
func (e *Postgres) Write(ctx context.Context, fn func(ledger.Tx) error) error {
	return e.transact(ctx, "", fn)
}

// Append implements ledger.Database.
func (e *Postgres) Append(ctx context.Context, fn func(ledger.Tx) error) error {
	return e.transact(ctx, "SET LOCAL synchronous_commit = off", fn)
}

func (e *Postgres) transact(ctx context.Context, first string, fn func(ledger.Tx) error) error {
	if e.readOnly {
		return errReadOnly
	}
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("sqlstore: begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // it is over already, or fails with what failed before
	if first != "" {
		if _, err := tx.ExecContext(ctx, first); err != nil {
			return fmt.Errorf("sqlstore: begin: %w", err)
		}
	}
	if err := fn(transaction{tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("sqlstore: commit: %w", err)
	}
	return nil
}
