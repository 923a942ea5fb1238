package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"umbel/internal/store"
)

// reader reads the state's tables.
type reader struct{ q querier }

var _ store.Reader = reader{}

// headsQuery asks for n partitions' heads.
func headsQuery(n int) string {
	return "SELECT id, rev FROM partitions WHERE id IN (" + placeholders(n) + ")"
}

func placeholders(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String()
}

// headStep is how many heads one statement asks for at most.
const headStep = 500

// Heads implements store.Reader.
func (r reader) Heads(ctx context.Context, parts []store.Partition, revs []int64) error {
	for len(parts) > 0 {
		n := min(len(parts), headStep)
		rows, err := r.q.Query(ctx, headsQuery(n), partitionArgs(parts[:n])...)
		if err == nil {
			err = scanHeads(rows, parts[:n], revs[:n])
		}
		if err != nil {
			return fmt.Errorf("sqlstore: heads: %w", err)
		}
		parts, revs = parts[n:], revs[n:]
	}
	return nil
}

func partitionArgs(parts []store.Partition) []any {
	args := make([]any, len(parts))
	for i, p := range parts {
		args[i] = string(p)
	}
	return args
}

// scanHeads fills the revisions and closes the rows.
func scanHeads(rows *sql.Rows, parts []store.Partition, revs []int64) error {
	defer rows.Close()
	clear(revs)
	for rows.Next() {
		var id sql.RawBytes
		var rev int64
		if err := rows.Scan(&id, &rev); err != nil {
			return err
		}
		for i, p := range parts {
			if string(p) == string(id) {
				revs[i] = rev
			}
		}
	}
	return rows.Err()
}

// each runs a query and fn on each of its rows.
func (r reader) each(ctx context.Context, what string, fn func(*sql.Rows) error, query string, args ...any) error {
	rows, err := r.q.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return fmt.Errorf("sqlstore: %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("sqlstore: %s: %w", what, err)
	}
	return nil
}

// Partitions implements store.Reader.
func (r reader) Partitions(ctx context.Context) (heads []store.Head, err error) {
	err = r.each(ctx, "partitions", func(rows *sql.Rows) error {
		var h store.Head
		err := rows.Scan(&h.Partition, &h.Rev)
		heads = append(heads, h)
		return err
	}, "SELECT id, rev FROM partitions ORDER BY id")
	return heads, err
}

// Records implements store.Reader.
func (r reader) Records(ctx context.Context, p store.Partition, fn func(store.Record) error) error {
	var kind, id, body sql.RawBytes
	last := ""
	return r.each(ctx, "records", func(rows *sql.Rows) error {
		var rec store.Record
		if err := rows.Scan(&kind, &id, &rec.Rev, &rec.V, &body); err != nil {
			return err
		}
		if string(kind) != last {
			last = string(kind)
		}
		rec.Kind, rec.ID, rec.Body = last, string(id), body
		return fn(rec)
	}, "SELECT kind, id, rev, v, body FROM records WHERE part = $1 ORDER BY kind, id", string(p))
}

// Changes implements store.Reader.
func (r reader) Changes(ctx context.Context, p store.Partition, after int64, fn func(store.Change) error) error {
	var body sql.RawBytes
	return r.each(ctx, "changes", func(rows *sql.Rows) error {
		var c store.Change
		var at int64
		if err := rows.Scan(&c.Rev, &c.Seq, &at, &c.RequestID, &c.Actor, &c.Action, &c.Kind, &c.ID, &c.V, &body); err != nil {
			return err
		}
		c.At, c.Body = time.UnixMicro(at).UTC(), body
		return fn(c)
	}, "SELECT rev, seq, at, request_id, actor, action, kind, id, v, body FROM changes WHERE part = $1 AND rev > $2 ORDER BY rev, seq", string(p), after)
}

// Locate implements store.Reader.
func (r reader) Locate(ctx context.Context, key string) (p store.Partition, found bool, err error) {
	err = r.each(ctx, "locate", func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&p)
	}, "SELECT part FROM locators WHERE key = $1", key)
	return p, found, err
}

// Keys implements store.Reader.
func (r reader) Keys(ctx context.Context, prefix string) (found []store.Locator, err error) {
	err = r.each(ctx, "keys", func(rows *sql.Rows) error {
		var l store.Locator
		err := rows.Scan(&l.Key, &l.Partition)
		if strings.HasPrefix(l.Key, prefix) {
			found = append(found, l)
		}
		return err
	}, "SELECT key, part FROM locators WHERE key >= $1 AND key < $2 ORDER BY key", prefix, after(prefix))
	return found, err
}

// after gives a text that sorts behind all that begin with the prefix: behind U+10FFFF nothing follows.
func after(prefix string) string { return prefix + "\U0010FFFF" }
