package store

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"umbel/internal/table"
)

// snapshot is the memory of a partition at one revision. It is never changed once published.
type snapshot struct {
	rev   int64
	state State
	// newer holds the versions of records written by a newer Umbel; nearly always nil.
	newer map[recordKey]int
	// average is the usual size of a record's body in bytes, for guessing at memory.
	average int64
}

type recordKey struct{ kind, id string }

// weight guesses the bytes of memory a snapshot takes: a row is its body unpacked, its place in the table and its entries
// in the indexes.
func (s *snapshot) weight() int64 {
	rows := int64(0)
	for _, t := range s.state.Tables() {
		rows += int64(t.Len())
	}
	return 6<<10 + rows*(300+2*s.average)
}

// partition is the place of one partition in memory.
type partition struct {
	id  Partition
	cur atomic.Pointer[snapshot] // nil: not in memory
	// mu is held while cur is replaced, and while its tables are forked, which marks them as shared.
	mu     sync.Mutex
	weight int64 // as counted in the budget; guarded by the clock's mutex
	placed bool  // in the clock's ring; guarded by the clock's mutex
	used   atomic.Bool
	// landing is closed when the commit under way has been published; nil if there is none.
	landing atomic.Pointer[chan struct{}]
}

// memory is the cache of all partitions.
type memory struct {
	schema Schema
	parts  sync.Map // Partition → *partition
	clocks map[string]*clock
	other  *clock // for prefixes without a budget of their own
}

func newMemory(schema Schema, budget map[string]int64) *memory {
	m := &memory{schema: schema, clocks: map[string]*clock{}, other: &clock{limit: DefaultBudget}}
	for prefix, bytes := range budget {
		m.clocks[prefix] = &clock{limit: bytes}
	}
	return m
}

// at gives the place of a partition, whether or not it is in memory.
func (m *memory) at(id Partition) *partition {
	if p, ok := m.parts.Load(id); ok {
		return p.(*partition)
	}
	p, _ := m.parts.LoadOrStore(id, &partition{id: id})
	return p.(*partition)
}

// peek gives the place of a partition only if it has one.
func (m *memory) peek(id Partition) *partition {
	if p, ok := m.parts.Load(id); ok {
		return p.(*partition)
	}
	return nil
}

func (m *memory) clock(id Partition) *clock {
	prefix, _, _ := strings.Cut(string(id), "/")
	if c, ok := m.clocks[prefix]; ok {
		return c
	}
	return m.other
}

// publish makes the snapshot the partition's memory, unless that is newer already.
func (m *memory) publish(p *partition, s *snapshot) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.publishLocked(p, s)
}

func (m *memory) publishLocked(p *partition, s *snapshot) {
	if cur := p.cur.Load(); cur != nil && cur.rev >= s.rev {
		return
	}
	p.cur.Store(s)
	p.used.Store(true)
	for _, victim := range m.clock(p.id).weigh(p, s.weight()) {
		m.parts.CompareAndDelete(victim.id, victim)
		victim.cur.Store(nil)
	}
}

// drop forgets a partition. Views that hold its memory keep it.
func (m *memory) drop(id Partition) {
	p := m.peek(id)
	if p == nil {
		return
	}
	m.parts.CompareAndDelete(id, p)
	p.cur.Store(nil)
	m.clock(id).forget(p)
}

// dropAll forgets everything.
func (m *memory) dropAll() {
	m.parts.Range(func(id, _ any) bool {
		m.drop(id.(Partition))
		return true
	})
}

// empty gives the memory of a partition that does not exist.
func (m *memory) empty(id Partition) (*snapshot, error) {
	state, err := m.schema(id)
	if err != nil {
		return nil, err
	}
	return &snapshot{state: state}, nil
}

// fork gives a writable copy of a state.
func (m *memory) fork(id Partition, from State) (State, error) {
	to, err := m.schema(id)
	if err != nil {
		return nil, err
	}
	source := from.Tables()
	for i, t := range to.Tables() {
		t.Fork(source[i])
	}
	return to, nil
}

// advance gives the snapshot that follows from base by the changes, which must continue it without a gap. The caller holds
// the partition's mutex if base was published.
func (m *memory) advance(id Partition, base *snapshot, version int, changes []Change) (*snapshot, error) {
	state, err := m.fork(id, base.state)
	if err != nil {
		return nil, err
	}
	next := &snapshot{rev: base.rev, state: state, newer: base.newer, average: base.average}
	kinds := byKind(state)
	for i := range changes {
		c := &changes[i]
		if c.Rev != next.rev && c.Rev != next.rev+1 {
			return nil, fmt.Errorf("store: partition %s: change of revision %d follows %d", id, c.Rev, next.rev)
		}
		next.rev = c.Rev
		next.newer = noteVersion(next.newer, c.Record, version)
		t := kinds[c.Kind]
		switch {
		case t == nil && c.V > version:
		case t == nil:
			return nil, fmt.Errorf("store: partition %s: no table of kind %q", id, c.Kind)
		case c.Body == nil:
			t.Unload(c.ID)
		default:
			if err := t.Load(c.ID, c.Body); err != nil {
				return nil, fmt.Errorf("store: partition %s: %w", id, err)
			}
		}
	}
	return next, nil
}

// noteVersion keeps in mind whether the record is of a newer version. The map is shared with older snapshots, so it is copied first.
func noteVersion(now map[recordKey]int, r Record, version int) map[recordKey]int {
	key := recordKey{r.Kind, r.ID}
	_, noted := now[key]
	newer := r.Body != nil && r.V > version
	if !noted && !newer {
		return now
	}
	next := make(map[recordKey]int, len(now)+1)
	for k, v := range now {
		next[k] = v
	}
	delete(next, key)
	if newer {
		next[key] = r.V
	}
	return next
}

func byKind(s State) map[string]table.Any {
	kinds := map[string]table.Any{}
	for _, t := range s.Tables() {
		kinds[t.Kind()] = t
	}
	return kinds
}
