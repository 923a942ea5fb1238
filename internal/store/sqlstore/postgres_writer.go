package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"umbel/internal/ledger"
	"umbel/internal/store"
)

// postgresWriter is a transaction that holds row locks on its heads.
type postgresWriter struct {
	reader
	tx *sql.Tx
	// made are the heads of partitions that did not exist: rows with revision 0, there to be locked.
	made []store.Partition
}

var _ store.Writer = (*postgresWriter)(nil)

// lock is the row lock a head gets.
type lock struct {
	part  store.Partition
	write bool
}

// lockOrder gives the locks in the one order in which every transaction takes them, so that none waits in a circle.
func lockOrder(write, read []store.Partition) []lock {
	locks := make([]lock, 0, len(write)+len(read))
	for _, p := range write {
		locks = append(locks, lock{p, true})
	}
	for _, p := range read {
		locks = append(locks, lock{p, false})
	}
	slices.SortFunc(locks, func(a, b lock) int {
		switch {
		case a.part < b.part:
			return -1
		case a.part > b.part:
			return 1
		}
		return 0
	})
	return locks
}

// Begin implements store.Engine.
func (e *Postgres) Begin(ctx context.Context, write, read []store.Partition) (store.Writer, error) {
	if e.readOnly {
		return nil, errReadOnly
	}
	locks := lockOrder(write, read)
	w, missing, err := e.lockAll(ctx, locks, nil)
	if err == nil && len(missing) > 0 {
		// To make rows after having locked others would break the order. So begin again and make them first.
		w.Rollback()
		w, missing, err = e.lockAll(ctx, locks, missing)
		if err == nil && len(missing) > 0 {
			w.Rollback()
			return nil, fmt.Errorf("sqlstore: heads of %v cannot be locked", missing)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: begin: %w", err)
	}
	return w, nil
}

// lockAll begins a transaction, makes the heads named in make and locks all; it gives those that do not exist.
func (e *Postgres) lockAll(ctx context.Context, locks []lock, make []store.Partition) (*postgresWriter, []store.Partition, error) {
	tx, err := e.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	w := &postgresWriter{reader: reader{transaction{tx}}, tx: tx}
	missing, err := w.lockAll(ctx, locks, make)
	if err != nil {
		w.Rollback()
		return nil, nil, err
	}
	return w, missing, nil
}

func (w *postgresWriter) lockAll(ctx context.Context, locks []lock, make []store.Partition) (missing []store.Partition, err error) {
	for _, p := range make {
		n, err := affected(w.tx.ExecContext(ctx, "INSERT INTO partitions(id, rev) VALUES ($1, 0) ON CONFLICT (id) DO NOTHING", string(p)))
		if err != nil {
			return nil, err
		}
		if n == 1 {
			w.made = append(w.made, p)
		}
	}
	for len(locks) > 0 {
		n := 1 // one statement takes the locks of one kind that follow each other
		for n < len(locks) && n < headStep && locks[n].write == locks[0].write {
			n++
		}
		absent, err := w.lock(ctx, locks[:n])
		if err != nil {
			return nil, err
		}
		missing, locks = append(missing, absent...), locks[n:]
	}
	return missing, nil
}

// lock locks heads of one kind, in order, and gives those that do not exist.
func (w *postgresWriter) lock(ctx context.Context, locks []lock) (missing []store.Partition, err error) {
	text := "SELECT id FROM partitions WHERE id = ANY($1) ORDER BY id FOR SHARE"
	if locks[0].write {
		text = "SELECT id FROM partitions WHERE id = ANY($1) ORDER BY id FOR UPDATE"
	}
	ids := make([]string, len(locks))
	for i, l := range locks {
		ids[i] = string(l.part)
	}
	there := map[string]bool{}
	err = w.each(ctx, "lock heads", func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		there[id] = true
		return err
	}, text, ids)
	for _, id := range ids {
		if !there[id] {
			missing = append(missing, store.Partition(id))
		}
	}
	return missing, err
}

// LockJob implements store.Writer.
func (w *postgresWriter) LockJob(ctx context.Context, id string) (bool, error) {
	return ledger.LockJob(ctx, transaction{w.tx}, id)
}

// Write implements store.Writer.
func (w *postgresWriter) Write(ctx context.Context, b *store.Batch) error {
	for _, p := range w.made {
		if slices.ContainsFunc(b.Heads, func(h store.Head) bool { return h.Partition == p }) {
			continue
		}
		if _, err := w.tx.ExecContext(ctx, "DELETE FROM partitions WHERE id = $1 AND rev = 0", string(p)); err != nil {
			return fmt.Errorf("sqlstore: take a head back: %w", err)
		}
	}
	return write(ctx, transaction{w.tx}, b)
}

// Commit implements store.Writer.
func (w *postgresWriter) Commit(context.Context) error {
	if err := w.tx.Commit(); err != nil {
		return fmt.Errorf("sqlstore: commit: %w", err)
	}
	return nil
}

// Rollback implements store.Writer.
func (w *postgresWriter) Rollback() {
	// An error says that the transaction is over already, or its connection lost: nothing stands in either case.
	_ = w.tx.Rollback()
}
