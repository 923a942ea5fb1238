package usage

// remembered is how many rows a file's rows are compared with, at least: those that came last. Memory for more would be without
// bound; a file that comes twice is known by its digest.
const remembered = 1 << 20

// late remembers the rows that came last, in two halves: the older is forgotten when the newer is full.
type late struct{ now, before keySet }

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
		l.now.count = 0
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

func (s *keySet) place(key rowKey) (at uint64) {
	mask := uint64(len(s.slots) - 1)
	for at = (key[0] ^ key[1]) & mask; s.slots[at] != key && s.slots[at] != (rowKey{}); at = (at + 1) & mask {
	}
	return at
}

func (s *keySet) has(key rowKey) bool { return s.count > 0 && s.slots[s.place(key)] == key }

func (s *keySet) add(key rowKey) {
	if 2*s.count >= len(s.slots) {
		old := s.slots
		s.slots = make([]rowKey, max(1<<10, 2*len(old)))
		for _, k := range old {
			if k != (rowKey{}) {
				s.slots[s.place(k)] = k
			}
		}
	}
	s.slots[s.place(key)] = key
	s.count++
}
