package metering

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"umbel/internal/domain/billing"
)

// merge gives the records of sorted files hour by hour. A file is open from its first hour to its last.
func merge(paths []string) (billing.Hours, error) {
	files, err := headers(paths)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(files, func(a, b header) int { return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.path, b.path)) })
	return func(yield func([]billing.UsageRecord, error) bool) {
		m := &merging{waiting: files, pool: newPool()}
		ahead := newAhead()
		go ahead.read(m)
		defer ahead.end()
		for b := range ahead.full {
			if b.panic != nil {
				panic(b.panic)
			}
			if !yield(b.records, b.err) || b.err != nil {
				return
			}
			ahead.free <- b.records
		}
	}, nil
}

// widest tells over how many files one hour is spread at most.
func widest(files []header) (most int) {
	for _, f := range files {
		n := 0
		for _, g := range files {
			if !g.first.After(f.first) && !g.last.Before(f.first) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// merging is a merge under way.
type merging struct {
	waiting []header // files not yet open, by first hour
	open    inputs
	pool    *pool
	batch   []billing.UsageRecord
}

// hour gathers the records of the next hour that has some.
func (m *merging) hour(room []billing.UsageRecord) (bool, error) {
	m.batch = room[:0]
	at, ok := m.next()
	if !ok {
		return false, nil
	}
	for len(m.waiting) > 0 && !m.waiting[0].first.After(at) {
		in, err := openInput(m.waiting[0].path, m.pool)
		if err != nil {
			return false, err
		}
		m.waiting = m.waiting[1:]
		if err := in.turn(); err != nil || in.ready == 0 {
			in.close()
			if err != nil {
				return false, err
			}
			continue
		}
		heap.Push(&m.open, in)
	}
	end := at.Add(time.Hour).UnixNano()
	for len(m.open) > 0 && m.open[0].head < end {
		if err := m.take(end); err != nil {
			return false, err
		}
	}
	return true, nil
}

// next gives the hour that is next.
func (m *merging) next() (at time.Time, ok bool) {
	if len(m.open) > 0 {
		at, ok = time.Unix(0, m.open[0].head).UTC().Truncate(time.Hour), true
	}
	if len(m.waiting) > 0 && (!ok || m.waiting[0].first.Before(at)) {
		at, ok = m.waiting[0].first, true
	}
	return at, ok
}

// take moves the records of an hour, which has an end, from the first file to the batch.
func (m *merging) take(end int64) error {
	in := m.open[0]
	for in.ready > 0 {
		n := in.before(end)
		if n == 0 {
			heap.Fix(&m.open, 0)
			return nil
		}
		had := len(m.batch)
		m.batch = slices.Grow(m.batch, n)[:had+n]
		if err := in.take(m.batch[had:]); err != nil {
			return err
		}
	}
	heap.Pop(&m.open)
	in.close()
	return nil
}

func (m *merging) close() {
	for _, in := range m.open {
		in.close()
	}
}

// inputs are open files, the one with the earliest record first.
type inputs []*input

func (h inputs) Len() int           { return len(h) }
func (h inputs) Less(i, k int) bool { return h[i].head < h[k].head }
func (h inputs) Swap(i, k int)      { h[i], h[k] = h[k], h[i] }
func (h *inputs) Push(x any)        { *h = append(*h, x.(*input)) }
func (h *inputs) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
