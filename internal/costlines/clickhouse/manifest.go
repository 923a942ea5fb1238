package clickhouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"umbel/internal/costlines"
)

// manifestVersion is the newest form of manifests this program knows.
const manifestVersion = 1

// errUnknown tells that a manifest may or may not have been written.
var errUnknown = errors.New("clickhouse: it is not known whether the change counts")

// manifest says what counts of a payer's lines. Its number is that of its row: each has the next.
type manifest struct {
	Version int
	Places  []place
	Retired []retired
	Imports map[string]int64 // lines by identity
	number  uint64
}

// place is what a change brought for a month.
type place struct {
	ID     string
	Month  costlines.Month
	Origin string `json:",omitempty"`
	Lines  int64
	First  int64 // microseconds: the first and the last start of usage
	Last   int64
}

// retired is a place that does not count any more.
type retired struct {
	ID    string
	Month costlines.Month
	Since int64 // by the server's clock, in seconds
}

// load reads a payer's manifest; a payer without one has no lines.
func (e *Engine) load(ctx context.Context, payer string) (*manifest, error) {
	if err := validPayer(payer); err != nil {
		return nil, err
	}
	m := &manifest{Version: manifestVersion}
	rows, err := e.conn.Query(ctx, "SELECT number, body FROM "+manifestsTable+" WHERE payer = "+quote(payer)+" ORDER BY number DESC LIMIT 1")
	if err != nil {
		return nil, broken(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var body string
		if err := rows.Scan(&m.number, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), m); err != nil {
			return nil, fmt.Errorf("%w: manifest %d of payer %s: %w", costlines.ErrDamaged, m.number, payer, err)
		}
	}
	if m.Version > manifestVersion {
		return nil, fmt.Errorf("clickhouse: the manifest of payer %s is of version %d, and only %d is known: it was written by a newer program", payer, m.Version, manifestVersion)
	}
	return m, broken(ctx, rows.Err())
}

// save writes the manifest that comes after. Errors that do not wrap errUnknown leave the old one.
func (e *Engine) save(ctx context.Context, payer string, m *manifest) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	batch, err := e.conn.PrepareBatch(ctx, "INSERT INTO "+manifestsTable+" (payer, number, body)")
	if err != nil {
		return err
	}
	defer batch.Close() //nolint:errcheck // Send tells
	if err := batch.Append(payer, m.number+1, string(body)); err != nil {
		return err
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("%w: %w", errUnknown, err)
	}
	return nil
}

// retire takes places away at a time of the server.
func (m *manifest) retire(ids map[string]bool, now int64) error {
	kept := m.Places[:0:0]
	for _, p := range m.Places {
		if ids[p.ID] {
			m.Retired = append(m.Retired, retired{p.ID, p.Month, now})
		} else {
			kept = append(kept, p)
		}
	}
	if len(m.Places)-len(kept) != len(ids) {
		return costlines.ErrChanged
	}
	m.Places = kept
	return nil
}

// of gives the places of some months and an origin.
func (m *manifest) of(months []costlines.Month, origin string) map[string]bool {
	ids := map[string]bool{}
	for _, p := range m.Places {
		if p.Origin == origin && slices.Contains(months, p.Month) {
			ids[p.ID] = true
		}
	}
	return ids
}

// months gives the months that have lines.
func (m *manifest) months() []costlines.Month {
	seen := map[costlines.Month]bool{}
	for _, p := range m.Places {
		seen[p.Month] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// now is the server's time, in seconds.
func (e *Engine) now(ctx context.Context) (int64, error) {
	var now uint32
	err := e.conn.QueryRow(ctx, "SELECT toUInt32(now())").Scan(&now)
	return int64(now), broken(ctx, err)
}

// retention is how long the lines of a retired place stay: longer than any query takes.
const retention = time.Hour

// Forget has none of a payer's lines count any more, and its files may be imported again.
func (e *Engine) Forget(ctx context.Context, payer string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	m, err := e.load(ctx, payer)
	if err != nil {
		return err
	}
	now, err := e.now(ctx)
	if err != nil {
		return err
	}
	for _, p := range m.Places {
		m.Retired = append(m.Retired, retired{p.ID, p.Month, now})
	}
	m.Places, m.Imports = nil, nil
	return e.save(ctx, payer, m)
}
