package sqlstore

import (
	"sync"

	"umbel/internal/store"
)

// mostKnown is how many heads are known at once, some 100 bytes each. Beyond it all are asked for anew.
const mostKnown = 20000

// knownHeads are heads of a database that no other process writes: what this one has read of it stays true until it writes.
// A View then costs no statement. A nil *knownHeads knows nothing.
//
// A partition whose change is being committed is in doubt: SQLite alone knows whether the change is there yet.
type knownHeads struct {
	mu    sync.RWMutex
	heads map[store.Partition]knownHead
	// era counts the times that heads were forgotten: what was read from the database in an earlier one may be older than
	// what was forgotten, and is not learned.
	era uint64
	// suspended counts those who change the database in ways that heads do not tell.
	suspended int
}

type knownHead struct {
	rev   int64
	doubt bool
}

func newKnownHeads() *knownHeads { return &knownHeads{heads: map[store.Partition]knownHead{}} }

// look fills the revisions if all are known, and otherwise gives the era to learn them in.
func (k *knownHeads) look(parts []store.Partition, revs []int64) (era uint64, known bool) {
	if k == nil {
		return 0, false
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	if k.suspended > 0 {
		return k.era, false
	}
	for i, p := range parts {
		h, ok := k.heads[p]
		if !ok || h.doubt {
			return k.era, false
		}
		revs[i] = h.rev
	}
	return k.era, true
}

// learn takes in what was read from the database since look gave the era. Partitions that do not exist are not kept: anyone
// could name any number of them.
func (k *knownHeads) learn(era uint64, parts []store.Partition, revs []int64) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.era != era || k.suspended > 0 {
		return
	}
	for i, p := range parts {
		// A head that is known was committed since, or is the same.
		if _, ok := k.heads[p]; !ok && revs[i] > 0 {
			k.heads[p] = knownHead{rev: revs[i]}
		}
	}
	if len(k.heads) > mostKnown {
		k.forget()
	}
}

// doubt is called before a commit that may change the heads.
func (k *knownHeads) doubt(heads []store.Head) {
	if k == nil || len(heads) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range heads {
		k.heads[h.Partition] = knownHead{doubt: true}
	}
}

// settle ends the doubt: the heads are committed, or nobody knows.
func (k *knownHeads) settle(heads []store.Head, committed bool) {
	if k == nil || len(heads) == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, h := range heads {
		if committed {
			k.heads[h.Partition] = knownHead{rev: h.Rev}
		} else {
			delete(k.heads, h.Partition)
		}
	}
	if !committed {
		k.era++
	}
}

// suspend has nothing known until resume is called.
func (k *knownHeads) suspend() (resume func()) {
	if k == nil {
		return func() {}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.suspended++
	k.forget()
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.suspended--
	}
}

// forget drops all but the doubts. k.mu is held.
func (k *knownHeads) forget() {
	k.era++
	for p, h := range k.heads {
		if !h.doubt {
			delete(k.heads, p)
		}
	}
}
