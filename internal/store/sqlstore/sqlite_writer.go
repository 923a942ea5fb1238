package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

// durability says what a commit waits for, in words of SQLite's PRAGMA synchronous.
type durability string

const (
	onDisk     durability = "FULL"
	handedOver durability = "NORMAL" // to the operating system
)

// connection is one SQLite connection that keeps its prepared statements.
type connection struct {
	db      *sql.DB
	conn    *sql.Conn
	stmts   map[string]*sql.Stmt
	commits durability // what its commits wait for; empty: not set yet
}

func connectSQLite(ctx context.Context, path string, pragmas ...string) (*connection, error) {
	db, err := sql.Open("sqlite", dsn(path, pragmas...))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &connection{db: db, conn: conn, stmts: map[string]*sql.Stmt{}}, nil
}

// close closes the statements too: database/sql does not, and SQLite would keep the file open for them.
func (c *connection) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.conn.Close(), c.db.Close())...)
}

// prepare keeps the statement: the texts are few.
func (c *connection) prepare(query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.conn.PrepareContext(context.Background(), nameless(query))
	if err == nil {
		c.stmts[query] = s
	}
	return s, err
}

// commit sets what the commits to come wait for.
func (c *connection) commit(d durability) error {
	if c.commits == d {
		return nil
	}
	if _, err := c.conn.ExecContext(context.Background(), "PRAGMA synchronous = "+string(d)); err != nil {
		return err
	}
	c.commits = d
	return nil
}

// Exec implements ledger.Tx. It does not end with the context: what has begun is over in moments.
func (c *connection) Exec(_ context.Context, query string, args ...any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	return affected(s.ExecContext(context.Background(), args...))
}

// Query implements ledger.Tx.
func (c *connection) Query(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(context.Background(), args...)
}

// sqliteWriter is a transaction that has SQLite's write lock.
type sqliteWriter struct {
	reader
	e     *SQLite
	heads []store.Head // that the transaction changes
	over  bool
}

var _ store.Writer = (*sqliteWriter)(nil)

// Begin implements store.Engine. The one write lock locks all heads.
func (e *SQLite) Begin(ctx context.Context, _, _ []store.Partition) (store.Writer, error) {
	w, err := e.begin(ctx, onDisk)
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (e *SQLite) begin(ctx context.Context, d durability) (*sqliteWriter, error) {
	if e.readOnly {
		return nil, errReadOnly
	}
	e.mu.Lock()
	err := e.write.commit(d)
	if err == nil {
		_, err = e.write.Exec(ctx, "BEGIN IMMEDIATE")
	}
	if err != nil {
		e.mu.Unlock()
		return nil, fmt.Errorf("sqlstore: begin: %w", err)
	}
	return &sqliteWriter{reader: reader{e.write}, e: e}, nil
}

// LockJob implements store.Writer.
func (w *sqliteWriter) LockJob(ctx context.Context, id string) (bool, error) {
	return ledger.LockJob(ctx, w.e.write, id)
}

// Write implements store.Writer.
func (w *sqliteWriter) Write(ctx context.Context, b *store.Batch) error {
	w.heads = append(w.heads, b.Heads...)
	return write(ctx, w.e.write, b)
}

// Commit implements store.Writer.
func (w *sqliteWriter) Commit(ctx context.Context) error {
	w.e.known.doubt(w.heads)
	_, err := w.e.write.Exec(ctx, "COMMIT")
	w.e.known.settle(w.heads, err == nil)
	if err != nil {
		return fmt.Errorf("sqlstore: commit: %w", err)
	}
	w.over = true
	w.e.mu.Unlock()
	w.e.sweep.wake()
	return nil
}

// Rollback implements store.Writer.
func (w *sqliteWriter) Rollback() {
	if w.over {
		return
	}
	w.over = true
	// An error here says that SQLite has rolled back by itself.
	_, _ = w.e.write.Exec(context.Background(), "ROLLBACK")
	w.e.mu.Unlock()
}
