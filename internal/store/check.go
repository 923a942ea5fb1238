package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Report is what Check found.
type Report struct {
	Partitions  int          `json:"partitions"`
	Records     int          `json:"records"`
	Changes     int          `json:"changes"`
	Locators    int          `json:"locators"`
	Differences []Difference `json:"differences"`
}

// Clean reports whether nothing is wrong.
func (r *Report) Clean() bool { return len(r.Differences) == 0 }

// Difference is one thing that is wrong.
type Difference struct {
	Partition Partition `json:"partition,omitempty"`
	What      string    `json:"what"`
}

// String gives the difference as a line of text.
func (d Difference) String() string {
	if d.Partition == "" {
		return d.What
	}
	return string(d.Partition) + ": " + d.What
}

// CheckOptions are what a check needs to know of the domain.
type CheckOptions struct {
	// Locators gives the locator keys that a partition's state must have; nil leaves that unchecked. A key stored without
	// being claimed is a difference if others with its prefix, up to the first slash, are claimed.
	Locators func(Partition, State) []string
	// Version is the newest record version known; 0 means RecordVersion.
	Version int
}

// Check rebuilds the memory of every partition from the records and again by folding the changes from the first, and
// compares the two, the revisions and the locators, on one unchanging snapshot: it may run beside a server.
func Check(ctx context.Context, engine Engine, schema Schema, opt CheckOptions) (Report, error) {
	if opt.Version == 0 {
		opt.Version = RecordVersion
	}
	c := checker{mem: newMemory(schema, nil), opt: opt, expected: map[string]Partition{}, report: Report{Differences: []Difference{}}}
	err := engine.Read(ctx, func(r Reader) error {
		parts, err := r.Partitions(ctx)
		if err != nil {
			return err
		}
		for _, h := range parts {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.report.Partitions++
			if err := c.partition(ctx, r, h); err != nil {
				return err
			}
		}
		return c.locators(ctx, r, parts)
	})
	return c.report, err
}

type checker struct {
	mem      *memory
	opt      CheckOptions
	report   Report
	expected map[string]Partition
}

func (c *checker) found(p Partition, format string, args ...any) {
	c.report.Differences = append(c.report.Differences, Difference{p, fmt.Sprintf(format, args...)})
}

func (c *checker) partition(ctx context.Context, r Reader, h Head) error {
	records := map[recordKey]Record{}
	err := r.Records(ctx, h.Partition, func(rec Record) error {
		rec.Body = slices.Clone(rec.Body)
		records[recordKey{rec.Kind, rec.ID}] = rec
		return nil
	})
	if err != nil {
		return err
	}
	folded, err := c.fold(ctx, r, h)
	if err != nil {
		return err
	}
	c.report.Records += len(records)
	c.compare(h.Partition, records, folded)
	fromRecords := c.rebuild(h.Partition, "records", records)
	fromChanges := c.rebuild(h.Partition, "changes", folded)
	if fromRecords == nil || fromChanges == nil {
		return nil
	}
	c.compareMemory(h.Partition, fromRecords, fromChanges)
	if c.opt.Locators != nil {
		for _, key := range c.opt.Locators(h.Partition, fromRecords) {
			if other, ok := c.expected[key]; ok && other != h.Partition {
				c.found(h.Partition, "claims the locator %q, and so does %s", key, other)
			}
			c.expected[key] = h.Partition
		}
	}
	return nil
}

// fold plays the changes of a partition from the first to the last.
func (c *checker) fold(ctx context.Context, r Reader, h Head) (map[recordKey]Record, error) {
	folded := map[recordKey]Record{}
	var rev int64
	var seq int
	err := r.Changes(ctx, h.Partition, 0, func(ch Change) error {
		c.report.Changes++
		switch {
		case ch.Rev == rev && rev > 0:
			seq++
		case ch.Rev == rev+1:
			rev, seq = ch.Rev, 0
		default:
			c.found(h.Partition, "after revision %d comes revision %d", rev, ch.Rev)
			rev, seq = ch.Rev, ch.Seq
		}
		if ch.Seq != seq {
			c.found(h.Partition, "in revision %d the change %d is number %d", ch.Rev, seq, ch.Seq)
			seq = ch.Seq
		}
		key := recordKey{ch.Kind, ch.ID}
		if ch.Body == nil {
			delete(folded, key)
			return nil
		}
		ch.Record.Body = slices.Clone(ch.Body)
		folded[key] = ch.Record
		return nil
	})
	if err == nil && rev != h.Rev {
		c.found(h.Partition, "the head is at revision %d and the last change at %d", h.Rev, rev)
	}
	return folded, err
}

// compare compares records with the folded changes as they are stored.
func (c *checker) compare(p Partition, records, folded map[recordKey]Record) {
	for _, key := range sortedKeys(records, folded) {
		rec, stored := records[key]
		want, changed := folded[key]
		switch {
		case !stored:
			c.found(p, "%s %s: the changes have it, the records do not", key.kind, key.id)
		case !changed:
			c.found(p, "%s %s: the records have it, the changes do not", key.kind, key.id)
		case !bytes.Equal(rec.Body, want.Body):
			c.found(p, "%s %s: the record and its last change differ", key.kind, key.id)
		case rec.Rev != want.Rev || rec.V != want.V:
			c.found(p, "%s %s: the record is of revision %d, version %d; its last change of %d, %d", key.kind, key.id, rec.Rev, rec.V, want.Rev, want.V)
		}
	}
}

func sortedKeys(sets ...map[recordKey]Record) []recordKey {
	all := map[recordKey]bool{}
	for _, m := range sets {
		for k := range m {
			all[k] = true
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b recordKey) int {
		if a.kind != b.kind {
			return strings.Compare(a.kind, b.kind)
		}
		return strings.Compare(a.id, b.id)
	})
}

// rebuild makes memory of records; nil after a failure, which it has noted.
func (c *checker) rebuild(p Partition, from string, records map[recordKey]Record) State {
	s, err := c.mem.empty(p)
	if err != nil {
		c.found(p, "%v", err)
		return nil
	}
	kinds := byKind(s.state)
	for _, key := range sortedKeys(records) {
		t := kinds[key.kind]
		if t == nil {
			if records[key].V <= c.opt.Version {
				c.found(p, "%s: no table of kind %q", from, key.kind)
			}
			continue
		}
		if err := t.Load(key.id, records[key].Body); err != nil {
			c.found(p, "%s: %v", from, err)
			return nil
		}
	}
	return s.state
}

// compareMemory compares what two states mean.
func (c *checker) compareMemory(p Partition, a, b State) {
	theirs := byKind(b)
	for _, t := range a.Tables() {
		other := theirs[t.Kind()]
		if t.Len() != other.Len() {
			c.found(p, "%s: %d rows in memory from records, %d from changes", t.Kind(), t.Len(), other.Len())
			continue
		}
		rows := map[string]any{}
		other.Each(func(id string, row any) bool {
			rows[id] = row
			return true
		})
		t.Each(func(id string, row any) bool {
			if err := sameRow(row, rows[id]); err != nil {
				c.found(p, "%s %s: %v", t.Kind(), id, err)
			}
			return true
		})
	}
}

var errRowsDiffer = errors.New("memory from records and memory from changes differ")

func sameRow(a, b any) error {
	x, err := json.Marshal(a)
	if err != nil {
		return err
	}
	y, err := json.Marshal(b)
	if err != nil {
		return err
	}
	if !bytes.Equal(x, y) {
		return errRowsDiffer
	}
	return nil
}

func keyPrefix(key string) string {
	prefix, _, _ := strings.Cut(key, "/")
	return prefix
}

// locators compares the locators with the partitions there are and, if the domain tells, with what their states claim.
func (c *checker) locators(ctx context.Context, r Reader, parts []Head) error {
	there := make(map[Partition]bool, len(parts))
	for _, h := range parts {
		there[h.Partition] = true
	}
	stored, err := r.Keys(ctx, "")
	if err != nil {
		return err
	}
	c.report.Locators = len(stored)
	kinds := map[string]bool{}
	for key := range c.expected {
		kinds[keyPrefix(key)] = true
	}
	for _, l := range stored {
		want, claimed := c.expected[l.Key]
		switch {
		case !there[l.Partition]:
			c.found(l.Partition, "the locator %q points to this partition, which does not exist", l.Key)
		case !claimed && kinds[keyPrefix(l.Key)]:
			c.found(l.Partition, "the locator %q points here and nothing claims it", l.Key)
		case claimed && want != l.Partition:
			c.found(want, "the locator %q points to %s instead", l.Key, l.Partition)
		}
		delete(c.expected, l.Key)
	}
	for _, key := range slices.Sorted(maps.Keys(c.expected)) {
		c.found(c.expected[key], "the locator %q is missing", key)
	}
	return nil
}
