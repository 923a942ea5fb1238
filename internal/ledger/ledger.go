package ledger

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// Tx is a SQL transaction as the ledger needs it. Statements are written with $1, $2 …, which both engines understand.
type Tx interface {
	// Exec runs a statement and gives the number of rows it changed.
	Exec(ctx context.Context, query string, args ...any) (int64, error)
	// Query runs a query; the rows must be closed before the next statement.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Database is what an engine of the store offers the ledger.
type Database interface {
	// Query reads outside any transaction.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// Write runs fn in a transaction that survives the loss of power once Write returned nil.
	Write(ctx context.Context, fn func(Tx) error) error
	// Append runs fn in a transaction that survives the end of the process once Append returned nil, and the loss of
	// power soon after. It is for events of reads, which nothing else depends on.
	Append(ctx context.Context, fn func(Tx) error) error
}

// Ledger is the audit trail and the jobs of one database. It is safe for concurrent use.
type Ledger struct{ db Database }

// New gives the ledger of a database whose tables exist.
func New(db Database) *Ledger { return &Ledger{db: db} }

// Insert is an INSERT of many rows, sent in few statements that can each be prepared once.
type Insert struct {
	columns int
	sizes   []int
	text    []string
}

// NewInsert prepares the texts: head is "INSERT INTO t(a, b) VALUES ", tail what follows the rows, such as ON CONFLICT.
func NewInsert(head string, columns int, tail string) *Insert {
	in := &Insert{columns: columns, sizes: []int{64, 16, 4, 1}}
	for _, rows := range in.sizes {
		var b strings.Builder
		b.WriteString(head)
		for r := range rows {
			if r > 0 {
				b.WriteByte(',')
			}
			for c := range columns {
				b.WriteByte(",("[b2i(c == 0)])
				fmt.Fprintf(&b, "$%d", r*columns+c+1)
			}
			b.WriteByte(')')
		}
		b.WriteString(tail)
		in.text = append(in.text, b.String())
	}
	return in
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Run inserts the rows whose values args holds one after another, and gives the number of rows changed.
func (in *Insert) Run(ctx context.Context, tx Tx, args []any) (int64, error) {
	var total int64
	for i, size := range in.sizes {
		for n := size * in.columns; len(args) >= n; args = args[n:] {
			changed, err := tx.Exec(ctx, in.text[i], args[:n]...)
			if err != nil {
				return total, err
			}
			total += changed
		}
	}
	return total, nil
}

// micros is how times are kept: microseconds since 1970, UTC.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }
