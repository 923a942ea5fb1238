package costlines

import (
	"container/heap"
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"

	"umbel/internal/lineblock"
)

// fanIn is how many runs are merged at a time; as many segments are in memory.
const fanIn = 12

// Compact merges the segments of a month and an origin into one run: sorted one after another, and all but the last full. It does
// nothing if there is one run. Tags that are promoted in one of the segments are in all.
func (s *Store) Compact(ctx context.Context, payer string, month Month) error {
	held, err := s.hold(payer)
	if err != nil {
		return err
	}
	defer held.release()
	for _, origin := range held.origins(month) {
		if err := held.compact(ctx, place{month, origin}, s.lines, &s.rooms); err != nil {
			return err
		}
	}
	return nil
}

// compact is Compact for what lies in one place.
func (s *state) compact(ctx context.Context, at place, lines int, rooms *rooms) error {
	p := s.payer
	c := &compaction{payer: p, at: at, lines: lines, rooms: rooms}
	runs := s.runs(at)
	if len(runs) < 2 {
		return nil
	}
	before := s.of([]Month{at.month}, at.origin)
	if err := c.promotion(before); err != nil {
		return err
	}
	for len(runs) > 1 {
		var merged [][]entry
		for part := range slices.Chunk(runs, fanIn) {
			run := part[0]
			if len(part) > 1 {
				var err error
				if run, err = c.merge(ctx, part); err != nil {
					c.discard(nil)
					return err
				}
				c.drop(part, before)
			}
			merged = append(merged, run)
		}
		runs = merged
	}
	err := p.commit(edit{remove: before, add: runs[0]})
	if err != nil && !errors.Is(err, errUnknown) {
		c.discard(nil)
	}
	return err
}

// runs gives the sorted runs of a place.
func (m *manifest) runs(at place) [][]entry {
	byRun := map[int][]entry{}
	for _, e := range m.Segments {
		if e.Month == at.month && e.Origin == at.origin {
			byRun[e.Run] = append(byRun[e.Run], e)
		}
	}
	var runs [][]entry
	for _, run := range slices.Sorted(maps.Keys(byRun)) {
		runs = append(runs, byRun[run])
	}
	return runs
}

// compaction is a Compact under way.
type compaction struct {
	payer    *payer
	at       place
	lines    int
	rooms    *rooms
	promoted map[string]bool
	made     []string
}

// promotion finds the tags that are promoted in a segment.
func (c *compaction) promotion(names map[string]bool) error {
	c.promoted = map[string]bool{}
	for name := range names {
		err := c.payer.withSegment(name, func(s *segment) error {
			for column := range s.columns {
				if len(column) > len(tagPrefix) && column[:len(tagPrefix)] == tagPrefix {
					c.promoted[column[len(tagPrefix):]] = true
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// merge merges some runs into one.
func (c *compaction) merge(ctx context.Context, runs [][]entry) ([]entry, error) {
	h := &cursors{}
	for _, run := range runs {
		cursor := &cursor{payer: c.payer, rest: run}
		if err := cursor.advance(); err != nil {
			return nil, err
		}
		*h = append(*h, cursor)
	}
	heap.Init(h)
	var out []entry
	number, batch, builder := 0, c.rooms.table(), lineblock.NewBuilder()
	flush := func() error {
		batch.add(builder.Block(), nil)
		made, err := c.payer.run(c.rooms, c.at, batch, c.lines, func(key string) bool { return c.promoted[key] })
		if err != nil {
			return err
		}
		for _, e := range made {
			if number == 0 {
				number = e.Run
			}
			e.Run = number
			out = append(out, e)
			c.made = append(c.made, e.Name)
		}
		batch = c.rooms.table()
		return ctx.Err()
	}
	for h.Len() > 0 {
		first := (*h)[0]
		if builder.Add(first.line); builder.Rows() == builtLines {
			batch.add(builder.Block(), nil)
		}
		if err := first.advance(); err != nil {
			return nil, err
		}
		if first.line == nil {
			heap.Pop(h)
		} else {
			heap.Fix(h, 0)
		}
		if batch.rows+builder.Rows() == c.lines || h.Len() == 0 {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// drop removes the segments of runs that were only made on the way.
func (c *compaction) drop(runs [][]entry, before map[string]bool) {
	gone := map[string]bool{}
	for _, run := range runs {
		for _, e := range run {
			gone[e.Name] = !before[e.Name]
		}
	}
	c.discard(gone)
}

// discard removes segments that were made, and never counted; nil for all.
func (c *compaction) discard(names map[string]bool) {
	c.made = slices.DeleteFunc(c.made, func(name string) bool {
		if names != nil && !names[name] {
			return false
		}
		_ = c.payer.files.Remove(filepath.Join(c.payer.dir, name)) // else at the next start
		return true
	})
}

// cursor is a place in a run; its line is nil at the end.
type cursor struct {
	payer *payer
	rest  []entry
	lines *lines
	line  *line
}

func (c *cursor) advance() (err error) {
	for {
		if c.lines != nil {
			if c.line, err = c.lines.next(); c.line != nil || err != nil {
				return err
			}
			c.lines = nil
		}
		if len(c.rest) == 0 {
			return nil
		}
		name := c.rest[0].Name
		c.rest = c.rest[1:]
		if err := c.payer.withSegment(name, func(s *segment) (err error) { c.lines, err = s.lines(); return err }); err != nil {
			return err
		}
	}
}

// cursors is a heap by line.
type cursors []*cursor

func (h cursors) Len() int           { return len(h) }
func (h cursors) Less(i, j int) bool { return compareLines(h[i].line, h[j].line) < 0 }
func (h cursors) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *cursors) Push(x any)        { *h = append(*h, x.(*cursor)) }
func (h *cursors) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}
