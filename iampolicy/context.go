package iampolicy

import (
	"math/bits"
	"slices"
)

// Context holds the condition keys of a request. Keys are matched without regard to case. The zero value is empty and ready.
// It is not safe for concurrent use while Set is called. One that is Reset and filled again allocates nothing.
type Context struct {
	entries []contextEntry
	values  []string // of all keys; one that was set again leaves its old values behind
	// slots finds entries by hash: the number of the entry plus one, 0 for free. Their number is a power of two and at least
	// twice that of the entries.
	slots []uint32
}

type contextEntry struct {
	hash        uint32
	from, count int32
	key         string
}

// Set gives a key its values, in place of those it had; no values means present but empty.
func (c *Context) Set(key string, values ...string) {
	if 2*len(c.entries) >= len(c.slots) {
		c.widen(len(c.entries) + 1)
	}
	e := contextEntry{hash: hashKey(key), from: int32(len(c.values)), count: int32(len(values)), key: key}
	if len(values) == 1 { // nearly always, and faster so
		c.values = append(c.values, values[0])
	} else {
		c.values = append(c.values, values...)
	}
	slot := e.hash & uint32(len(c.slots)-1)
	if c.slots[slot] != 0 {
		slot = c.find(e.hash, key)
		if n := c.slots[slot]; n != 0 {
			c.entries[n-1] = e
			return
		}
	}
	c.entries = append(c.entries, e)
	c.slots[slot] = uint32(len(c.entries))
}

// Grow makes room for so many keys at once.
func (c *Context) Grow(keys int) {
	c.entries = slices.Grow(c.entries, keys)
	c.values = slices.Grow(c.values, keys)
	if n := len(c.entries) + keys; 2*n > len(c.slots) {
		c.widen(n)
	}
}

// Get gives the values of a key, and whether it is present at all. The values must not be changed.
func (c *Context) Get(key string) (values []string, present bool) { return c.lookup(hashKey(key), key) }

// Reset empties the context and keeps its memory for the next request.
func (c *Context) Reset() {
	clear(c.values)
	clear(c.slots)
	c.entries, c.values = c.entries[:0], c.values[:0]
}

// Keys calls yield with every key as it was last written in Set, and its values, until yield returns false.
func (c *Context) Keys(yield func(key string, values []string) bool) {
	if c == nil {
		return
	}
	for _, e := range c.entries {
		if !yield(e.key, c.values[e.from:e.from+e.count]) {
			return
		}
	}
}

// widen makes the slots fit for n entries and puts those there are in them.
func (c *Context) widen(n int) {
	c.slots = make([]uint32, 2<<bits.Len(uint(max(n, 8))))
	for i := range c.entries {
		c.slots[c.find(c.entries[i].hash, c.entries[i].key)] = uint32(i + 1)
	}
}

// find gives the slot of a key, or the free one where it would be.
func (c *Context) find(hash uint32, key string) (slot uint32) {
	last := uint32(len(c.slots) - 1)
	for slot = hash & last; ; slot = (slot + 1) & last {
		n := c.slots[slot]
		if n == 0 {
			return slot
		}
		if e := &c.entries[n-1]; e.hash == hash && equalFold(e.key, key) {
			return slot
		}
	}
}

func (c *Context) lookup(hash uint32, key string) ([]string, bool) {
	if c == nil || len(c.slots) == 0 {
		return nil, false
	}
	n := c.slots[c.find(hash, key)]
	if n == 0 {
		return nil, false
	}
	e := &c.entries[n-1]
	return c.values[e.from : e.from+e.count : e.from+e.count], true
}
