// Package recent owns a bounded memory of what was asked for lately, for what can be worked out again at a price. It knows
// nothing of what it holds, and never tells whether that is still true: the key has to.
package recent

import "sync"

// Cache remembers values by key. It holds at most twice its size, and forgets what was not asked for while as many others
// were. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	size        int
	mu          sync.RWMutex
	young, aged map[K]V
}

// New makes a cache that remembers at least so many values, at least one.
func New[K comparable, V any](size int) *Cache[K, V] {
	return &Cache[K, V]{size: max(size, 1), young: map[K]V{}}
}

// Get gives the value remembered for a key.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.RLock()
	v, young := c.young[key]
	aged := false
	if !young {
		v, aged = c.aged[key]
	}
	c.mu.RUnlock()
	if aged {
		c.Put(key, v)
	}
	return v, young || aged
}

// Put remembers a value.
func (c *Cache[K, V]) Put(key K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.size {
		c.aged, c.young = c.young, make(map[K]V)
	}
	c.young[key] = v
}

// Len gives how many values are held.
func (c *Cache[K, V]) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.young) + len(c.aged)
}
