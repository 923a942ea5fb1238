package clickhouse

import (
	"context"
	"slices"
	"strconv"
	"time"

	"umbel/internal/costlines"
)

// Compact has the server merge the parts of a month, which are every payer's, and removes the month's lines that have not counted
// for a while.
func (e *Engine) Compact(ctx context.Context, payer string, month costlines.Month) error {
	if _, err := month.Start(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	m, err := e.load(ctx, payer)
	if err != nil {
		return err
	}
	if err := e.bury(ctx, payer, m, month); err != nil {
		return err
	}
	var parts uint64
	err = e.conn.QueryRow(ctx, "SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = "+
		quote(linesTable)+" AND partition = "+quote(string(month))).Scan(&parts)
	if err != nil || parts < 2 {
		return broken(ctx, err)
	}
	return broken(ctx, e.conn.Exec(ctx, "OPTIMIZE TABLE "+linesTable+" PARTITION "+quote(string(month))+" FINAL"))
}

// kept is how many manifests of a payer stay, to be looked at.
const kept = 100

// bury removes what was retired long ago, and old manifests.
func (e *Engine) bury(ctx context.Context, payer string, m *manifest, month costlines.Month) error {
	now, err := e.now(ctx)
	if err != nil {
		return err
	}
	var ids []string
	m.Retired = slices.DeleteFunc(m.Retired, func(r retired) bool {
		gone := r.Month == month && now-r.Since > int64(retention/time.Second)
		if gone {
			ids = append(ids, r.ID)
		}
		return gone
	})
	if len(ids) == 0 {
		return nil
	}
	if err := e.remove(ctx, ids); err != nil {
		return err
	}
	if err := e.save(context.WithoutCancel(ctx), payer, m); err != nil {
		return err
	}
	return broken(ctx, e.forget(ctx, payer, m.number))
}

// forget removes the manifests of a payer that are older than the last ones.
func (e *Engine) forget(ctx context.Context, payer string, number uint64) error {
	if number <= kept {
		return nil
	}
	return e.conn.Exec(ctx, "ALTER TABLE "+manifestsTable+" DELETE WHERE payer = "+quote(payer)+" AND number <= "+strconv.FormatUint(number-kept, 10))
}
