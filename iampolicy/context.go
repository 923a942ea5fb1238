package iampolicy

import "slices"

// Context holds the condition keys of a request. Keys are matched without regard to case. The zero value is empty and ready.
// It is not safe for concurrent use while Set is called.
type Context struct {
	entries []contextEntry
	values  []string // of all keys; one that was set again leaves its old values behind
}

type contextEntry struct {
	hash        uint32
	from, count int32
	key         string
}

// Set gives a key its values, in place of those it had; no values means present but empty.
func (c *Context) Set(key string, values ...string) {
	e := contextEntry{hash: hashKey(key), from: int32(len(c.values)), count: int32(len(values)), key: key}
	c.values = append(c.values, values...)
	for i := range c.entries {
		if c.entries[i].hash == e.hash && equalFold(c.entries[i].key, key) {
			c.entries[i] = e
			return
		}
	}
	c.entries = append(c.entries, e)
}

// Grow makes room for so many keys at once.
func (c *Context) Grow(keys int) {
	c.entries = slices.Grow(c.entries, keys)
	c.values = slices.Grow(c.values, keys)
}

// Get gives the values of a key, and whether it is present at all. The values must not be changed.
func (c *Context) Get(key string) (values []string, present bool) { return c.lookup(hashKey(key), key) }

// Reset empties the context and keeps its memory for the next request.
func (c *Context) Reset() {
	clear(c.values)
	c.entries, c.values = c.entries[:0], c.values[:0]
}

// Keys calls yield with every key as it was first written in Set, and its values, until yield returns false.
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

func (c *Context) lookup(hash uint32, key string) ([]string, bool) {
	if c == nil {
		return nil, false
	}
	for i := range c.entries {
		if e := &c.entries[i]; e.hash == hash && equalFold(e.key, key) {
			return c.values[e.from : e.from+e.count : e.from+e.count], true
		}
	}
	return nil, false
}

// hashKey is FNV-1a over the key in ASCII lower case.
func hashKey(key string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(key); i++ {
		h = (h ^ uint32(lower(key[i]))) * 16777619
	}
	return h
}

// equalFold compares without regard to ASCII case.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := 0; i < len(a); i++ {
		if a[i] != b[i] && lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}
