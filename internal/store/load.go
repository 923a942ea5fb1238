package store

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"umbel/internal/table"
)

// chunk is how many records one goroutine decodes at a time.
const chunk = 512

// loaded is a record on its way into memory.
type loaded struct {
	table table.Any
	id    string
	body  []byte
	row   any
}

// load builds the memory of a partition at a revision from its records.
func load(ctx context.Context, m *memory, r Reader, id Partition, rev int64, version int) (*snapshot, error) {
	s, err := m.empty(id)
	if err != nil || rev == 0 {
		return s, err
	}
	s.rev = rev
	kinds := byKind(s.state)
	var all [][]loaded
	var part []loaded
	var bytes, rows int64
	decoding := errgroup.Group{}
	decoding.SetLimit(runtime.GOMAXPROCS(0))
	flush := func() {
		full := part
		all, part = append(all, full), nil
		decoding.Go(func() error { return decode(full) })
	}
	err = r.Records(ctx, id, func(rec Record) error {
		s.newer = noteVersion(s.newer, rec, version)
		t := kinds[rec.Kind]
		if t == nil {
			if rec.V > version {
				return nil
			}
			return fmt.Errorf("no table of kind %q", rec.Kind)
		}
		part = append(part, loaded{table: t, id: rec.ID, body: slices.Clone(rec.Body)})
		bytes += int64(len(rec.Body))
		rows++
		if len(part) == chunk {
			flush()
		}
		return nil
	})
	flush()
	if failed := decoding.Wait(); err == nil {
		err = failed
	}
	if err != nil {
		return nil, fmt.Errorf("store: load partition %s: %w", id, err)
	}
	for _, part := range all {
		for _, l := range part {
			l.table.Place(l.id, l.row)
		}
	}
	if rows > 0 {
		s.average = bytes / rows
	}
	return s, nil
}

func decode(part []loaded) error {
	for i := range part {
		l := &part[i]
		row, err := l.table.Decode(l.id, l.body)
		if err != nil {
			return err
		}
		l.row, l.body = row, nil
	}
	return nil
}

// changesAfter collects the changes of a partition after a revision.
func changesAfter(ctx context.Context, r Reader, id Partition, after int64) ([]Change, error) {
	var out []Change
	err := r.Changes(ctx, id, after, func(c Change) error {
		c.Body = slices.Clone(c.Body)
		out = append(out, c)
		return nil
	})
	return out, err
}

// catchUp gives the partition's memory at exactly rev, its revision in the reader's snapshot, from base if that helps, and
// publishes it.
func (db *DB) catchUp(ctx context.Context, r Reader, id Partition, rev int64) (*snapshot, error) {
	if rev == 0 {
		return db.mem.empty(id) // it gets no place in memory: anyone can name partitions that do not exist
	}
	p := db.mem.at(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	base := p.cur.Load()
	if base != nil && base.rev == rev {
		return base, nil
	}
	s, err := db.build(ctx, r, id, base, rev)
	if err != nil {
		return nil, err
	}
	if base != nil && base.rev > rev {
		return s, nil // another goroutine is ahead of this reader's snapshot
	}
	db.mem.publishLocked(p, s)
	return s, nil
}

// build makes the snapshot of a partition at rev.
func (db *DB) build(ctx context.Context, r Reader, id Partition, base *snapshot, rev int64) (*snapshot, error) {
	if base != nil && base.rev < rev {
		changes, err := changesAfter(ctx, r, id, base.rev)
		if err != nil {
			return nil, err
		}
		s, err := db.mem.advance(id, base, db.opt.Version, changes)
		if err == nil && s.rev == rev {
			return s, nil
		}
		db.opt.Log.Warn("the changes of a partition do not continue its memory: loading it", "partition", id, "from", base.rev, "to", rev, "error", err)
	}
	return load(ctx, db.mem, r, id, rev, db.opt.Version)
}
