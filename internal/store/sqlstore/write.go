package sqlstore

import (
	"context"
	"fmt"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

var (
	upsertHeads = ledger.NewInsert("INSERT INTO partitions(id, rev) VALUES ", 2,
		" ON CONFLICT (id) DO UPDATE SET rev = excluded.rev")
	upsertRecords = ledger.NewInsert("INSERT INTO records(part, kind, id, rev, v, body) VALUES ", 6,
		" ON CONFLICT (part, kind, id) DO UPDATE SET rev = excluded.rev, v = excluded.v, body = excluded.body")
	insertChanges = ledger.NewInsert("INSERT INTO changes(part, rev, seq, at, request_id, actor, action, kind, id, v, body) VALUES ", 11, "")
)

// write writes a batch within a transaction.
func write(ctx context.Context, tx ledger.Tx, b *store.Batch) error {
	steps := []func(context.Context, ledger.Tx, *store.Batch) error{writeHeads, writeRecords, writeChanges, writeLocators, writeLedger}
	for _, step := range steps {
		if err := step(ctx, tx, b); err != nil {
			return err
		}
	}
	return nil
}

func writeHeads(ctx context.Context, tx ledger.Tx, b *store.Batch) error {
	args := make([]any, 0, 2*len(b.Heads))
	for _, h := range b.Heads {
		args = append(args, string(h.Partition), h.Rev)
	}
	if _, err := upsertHeads.Run(ctx, tx, args); err != nil {
		return fmt.Errorf("sqlstore: write heads: %w", err)
	}
	return nil
}

func writeRecords(ctx context.Context, tx ledger.Tx, b *store.Batch) error {
	args := make([]any, 0, 6*len(b.Records))
	for i := range b.Records {
		r := &b.Records[i]
		if r.Body != nil {
			args = append(args, string(r.Partition), r.Kind, r.ID, r.Rev, r.V, string(r.Body))
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM records WHERE part = $1 AND kind = $2 AND id = $3", string(r.Partition), r.Kind, r.ID); err != nil {
			return fmt.Errorf("sqlstore: delete record: %w", err)
		}
	}
	if _, err := upsertRecords.Run(ctx, tx, args); err != nil {
		return fmt.Errorf("sqlstore: write records: %w", err)
	}
	return nil
}

func writeChanges(ctx context.Context, tx ledger.Tx, b *store.Batch) error {
	args := make([]any, 0, 11*len(b.Changes))
	for i := range b.Changes {
		c := &b.Changes[i]
		var body any
		if c.Body != nil {
			body = string(c.Body)
		}
		args = append(args, string(c.Partition), c.Rev, c.Seq, c.At.UnixMicro(), c.RequestID, c.Actor, c.Action, c.Kind, c.ID, c.V, body)
	}
	if _, err := insertChanges.Run(ctx, tx, args); err != nil {
		return fmt.Errorf("sqlstore: write changes: %w", err)
	}
	return nil
}

// writeLocators moves the keys, each only if it still is where this transaction saw it.
func writeLocators(ctx context.Context, tx ledger.Tx, b *store.Batch) error {
	for _, l := range b.Locators {
		var n int64
		var err error
		switch {
		case l.From == "":
			n, err = tx.Exec(ctx, "INSERT INTO locators(key, part) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", l.Key, string(l.To))
		case l.To == "":
			n, err = tx.Exec(ctx, "DELETE FROM locators WHERE key = $1 AND part = $2", l.Key, string(l.From))
		default:
			n, err = tx.Exec(ctx, "UPDATE locators SET part = $1 WHERE key = $2 AND part = $3", string(l.To), l.Key, string(l.From))
		}
		if err != nil {
			return fmt.Errorf("sqlstore: write locators: %w", err)
		}
		if n != 1 {
			return errTaken
		}
	}
	return nil
}

func writeLedger(ctx context.Context, tx ledger.Tx, b *store.Batch) error {
	if err := ledger.InsertEvents(ctx, tx, b.Events); err != nil {
		return err
	}
	if err := ledger.DeleteJobs(ctx, tx, b.Finished); err != nil {
		return err
	}
	return ledger.InsertJobs(ctx, tx, b.Jobs, b.Now, b.Lease)
}

// reset deletes everything but the secret.
func reset(ctx context.Context, tx ledger.Tx) error {
	for _, t := range []string{"records", "changes", "locators", "events", "jobs", "partitions"} {
		if _, err := tx.Exec(ctx, "DELETE FROM "+t); err != nil {
			return fmt.Errorf("sqlstore: reset: %w", err)
		}
	}
	return nil
}
