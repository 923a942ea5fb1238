// Package sqlstore owns the SQL of the state: the tables, their migrations, and one engine of package store for SQLite and
// one for PostgreSQL. Statements are the same text for both; only locking and opening differ. It never knows what a record
// holds.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"umbel/internal/store"
)

// errTaken tells that another transaction moved a locator key that this one was to move.
var errTaken = errors.New("sqlstore: a locator key was claimed in between")

var errReadOnly = errors.New("sqlstore: opened for reading only")

// Open opens the database, a postgres:// URL or else the path of a SQLite file, and brings its tables up to date.
func Open(ctx context.Context, database string) (store.Engine, error) {
	return open(ctx, database, false)
}

// OpenReadOnly opens a database as it is, beside whatever else uses it; its tables must be of this Umbel's version.
func OpenReadOnly(ctx context.Context, database string) (store.Engine, error) {
	return open(ctx, database, true)
}

func open(ctx context.Context, database string, readOnly bool) (store.Engine, error) {
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		e, err := openPostgres(ctx, database, readOnly)
		if err != nil {
			return nil, err
		}
		return e, nil
	}
	e, err := openSQLite(ctx, database, readOnly)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// querier is what can be asked: a pool or a transaction.
type querier interface {
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// pool is a sql.DB as a querier.
type pool struct{ *sql.DB }

func (p pool) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.DB.QueryContext(ctx, query, args...)
}

// transaction is a sql.Tx as a ledger.Tx.
type transaction struct{ *sql.Tx }

func (t transaction) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.Tx.QueryContext(ctx, query, args...)
}

func (t transaction) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	return affected(t.Tx.ExecContext(ctx, query, args...))
}

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
