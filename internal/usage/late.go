package usage

import "math/bits"

// remembered is how many rows a file's rows are compared with, at least: those that came last. Memory for more would be without
// bound; a file that comes twice is known by its digest.
const remembered = 1 << 20

// late remembers the rows that came last, in two halves: the older is forgotten when the newer is full.
type late struct {
	now, before keySet
	brought     uint64
}

// expect makes room for so many rows at once.
func (l *late) expect(rows int64) {
	l.now.slots = make([]rowKey, max(fewest, 1<<bits.Len64(uint64(2*min(rows, remembered)-1))))
}

// bring has the processor fetch what again is about to look at, for many rows at a time: each one by itself would wait for memory.
func (l *late) bring(keys []rowKey) {
	for _, s := range []*keySet{&l.now, &l.before} {
		if s.count == 0 {
			continue
		}
		mask := uint64(len(s.slots) - 1)
		for _, key := range keys {
			l.brought ^= s.slots[key.home()&mask][0]
		}
	}
}

// again remembers a row, and tells whether it was met before. What stands for a row without an identity never was.
func (l *late) again(key rowKey) bool {
	if key == (rowKey{}) {
		return false
	}
	if l.now.has(key) || l.before.has(key) {
		return true
	}
	if l.now.count >= remembered {
		l.now, l.before = l.before, l.now
		if l.now.count = 0; l.now.slots == nil {
			l.now.slots = make([]rowKey, len(l.before.slots))
		}
		clear(l.now.slots)
	}
	l.now.add(key)
	return false
}

// keySet is a set of keys, each at the first free place from where it belongs. The zero key is none.
type keySet struct {
	slots []rowKey // a power of two, at most half of them taken
	count int
}

// home tells where a key belongs.
func (k rowKey) home() uint64 { return k[0] ^ k[1] }

// fewest is how many slots a set has at least.
const fewest = 1 << 10

func (s *keySet) place(key rowKey) (at uint64) {
	mask := uint64(len(s.slots) - 1)
	for at = key.home() & mask; s.slots[at] != key && s.slots[at] != (rowKey{}); at = (at + 1) & mask {
	}
	return at
}

func (s *keySet) has(key rowKey) bool { return s.count > 0 && s.slots[s.place(key)] == key }

func (s *keySet) add(key rowKey) {
	if 2*s.count >= len(s.slots) {
		old := s.slots
		s.slots = make([]rowKey, max(fewest, 2*len(old)))
		for _, k := range old {
			if k != (rowKey{}) {
				s.slots[s.place(k)] = k
			}
		}
	}
	s.slots[s.place(key)] = key
	s.count++
}
