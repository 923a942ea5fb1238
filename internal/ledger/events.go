package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"
)

var insertEvents = NewInsert(
	"INSERT INTO events(account, at, id, name, source, read_only, username, access_key, resources, body) VALUES ", 10, "")

// InsertEvents writes events within a transaction of the store.
func InsertEvents(ctx context.Context, tx Tx, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	args := make([]any, 0, len(events)*10)
	for i := range events {
		e := &events[i]
		args = append(args, e.Account, micros(e.Time), e.ID, e.Name, e.Source, b2i(e.ReadOnly),
			e.Username, e.AccessKeyID, packResources(e.Resources), e.Body)
	}
	if _, err := insertEvents.Run(ctx, tx, args); err != nil {
		return fmt.Errorf("ledger: insert events: %w", err)
	}
	return nil
}

// Append writes events that belong to no change of state: all of them or none.
func (l *Ledger) Append(ctx context.Context, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	return l.db.Append(ctx, func(tx Tx) error { return InsertEvents(ctx, tx, events) })
}

// packResources writes resources as "\ntype\tname\ntype\tname\n", which can be searched by exact type or name.
func packResources(rs []Resource) string {
	if len(rs) == 0 {
		return ""
	}
	size := 1
	for _, r := range rs {
		size += len(r.Type) + len(r.Name) + 2
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('\n')
	for _, r := range rs {
		b.WriteString(oneWord.Replace(r.Type))
		b.WriteByte('\t')
		b.WriteString(oneWord.Replace(r.Name))
		b.WriteByte('\n')
	}
	return b.String()
}

// oneWord keeps the separators out of types and names, in which AWS allows neither.
var oneWord = strings.NewReplacer("\n", " ", "\t", " ")

func unpackResources(s string) []Resource {
	var rs []Resource
	for line := range strings.SplitSeq(strings.Trim(s, "\n"), "\n") {
		if t, name, ok := strings.Cut(line, "\t"); ok {
			rs = append(rs, Resource{Type: t, Name: name})
		}
	}
	return rs
}

// pruneStep bounds how many events one transaction deletes, so that writers never wait long for a Prune.
const pruneStep = 2000

// Prune deletes the events before the time, and gives how many. CloudTrail's event history keeps 90 days.
func (l *Ledger) Prune(ctx context.Context, before time.Time) (int64, error) {
	var total int64
	for {
		var n int64
		err := l.db.Append(ctx, func(tx Tx) error {
			var err error
			// Events come nearly in order of time, so the oldest are among the first of the table.
			n, err = tx.Exec(ctx, "DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT $1) AND at < $2", pruneStep, micros(before))
			return err
		})
		total += n
		if err != nil {
			return total, fmt.Errorf("ledger: prune: %w", err)
		}
		if n == 0 {
			return total, nil
		}
	}
}
