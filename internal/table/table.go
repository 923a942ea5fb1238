// Package table owns typed copy-on-write tables: rows of one kind, ordered by ID, with secondary indexes, and a record of
// what changed since the table was forked. A partition's memory is a handful of them. It knows neither SQL nor the
// domain's rules, and rows are immutable once put: a change puts a new row.
package table

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"unique"

	"github.com/tidwall/btree"
)

// Any is a table seen without its row type, as the store sees it.
type Any interface {
	Kind() string // the record kind, such as "account"
	Len() int
	// Load puts the row decoded from a record without noting a change.
	Load(id string, body []byte) error
	// Unload removes a row without noting a change.
	Unload(id string)
	// Fork makes this empty table a writable copy of from, which must not be changed afterwards. It costs O(1).
	Fork(from Any)
	// Changes lists what was put and deleted since the fork, in order of ID.
	Changes() []Change
	// Each walks all rows in order of ID.
	Each(func(id string, row any) bool)
	// Decode decodes records into rows for Place. It touches no table and may run beside anything.
	Decode(id string, body []byte) (row any, err error)
	// Place puts a row that Decode gave, without noting a change.
	Place(id string, row any)
}

// Change is one row put (Row not nil) or deleted (Row nil) since the fork.
type Change struct {
	Kind string
	ID   string
	Row  any // encodes to the record's JSON body
}

// Table holds rows of type V by ID. The zero value is not usable: see New.
type Table[V any] struct {
	kind    string
	key     func(*V) string
	rows    *btree.Map[string, *V]
	indexes []*Index[V]
	dirty   map[string]*V
	stamp   atomic.Pointer[Stamp] // nil until asked for
}

// Stamp stands for what is in a table at one moment. Two stamps that are the same pointer stand for the same rows.
type Stamp struct{ _ byte }

// Index finds the IDs of rows by another string. An entry sorts by index key, then by row ID.
type Index[V any] struct {
	table *Table[V]
	keys  func(*V) []string
	at    *btree.Map[string, struct{}]
}

// New makes an empty table of the given record kind, whose rows tell their ID by key.
func New[V any](kind string, key func(*V) string) *Table[V] {
	return &Table[V]{kind: kind, key: key, rows: new(btree.Map[string, *V])}
}

// Index adds an index to a table that is still empty. keys gives the index keys of a row: none, one or several.
func (t *Table[V]) Index(keys func(*V) []string) *Index[V] {
	if t.rows.Len() != 0 {
		panic("table: index added to a table that has rows: " + t.kind)
	}
	ix := &Index[V]{table: t, keys: keys, at: new(btree.Map[string, struct{}])}
	t.indexes = append(t.indexes, ix)
	return ix
}

// Kind gives the record kind.
func (t *Table[V]) Kind() string { return t.kind }

// Len gives the number of rows.
func (t *Table[V]) Len() int { return t.rows.Len() }

// Stamp gives the stamp of the table's rows as they are. Every change of a row gives the table another one; a fork has that
// of what it was forked from until it is changed.
func (t *Table[V]) Stamp() *Stamp {
	if s := t.stamp.Load(); s != nil {
		return s
	}
	t.stamp.CompareAndSwap(nil, new(Stamp))
	return t.stamp.Load()
}

// Get finds a row by ID. The row must not be changed: copy it, change the copy and Put that.
func (t *Table[V]) Get(id string) (*V, bool) { return t.rows.Get(id) }

// Put inserts or replaces the row and notes the change.
func (t *Table[V]) Put(row *V) {
	id := t.key(row)
	t.set(id, row)
	t.note(id, row)
}

// Delete removes the row, if it is there, and notes the change.
func (t *Table[V]) Delete(id string) {
	if _, ok := t.rows.Get(id); !ok {
		return
	}
	t.Unload(id)
	t.note(id, nil)
}

// note remembers the change. Most forks change few tables, so the map is made late.
func (t *Table[V]) note(id string, row *V) {
	if t.dirty == nil {
		t.dirty = map[string]*V{}
	}
	t.dirty[id] = row
}

// All walks the rows in order of ID.
func (t *Table[V]) All() iter.Seq2[string, *V] { return t.After("") }

// After walks the rows whose ID is greater than id, in order. It is how a list resumes at a page token.
func (t *Table[V]) After(id string) iter.Seq2[string, *V] {
	return func(yield func(string, *V) bool) {
		t.rows.Ascend(id, func(k string, row *V) bool {
			if k == id && id != "" {
				return true
			}
			return yield(k, row)
		})
	}
}

// Load implements Any.
func (t *Table[V]) Load(id string, body []byte) error {
	row, err := t.decode(id, body)
	if err != nil {
		return err
	}
	t.set(t.key(row), row)
	return nil
}

// Decode implements Any.
func (t *Table[V]) Decode(id string, body []byte) (any, error) { return t.decode(id, body) }

// Place implements Any. The ID that is kept is the row's own, which often shares the row's memory.
func (t *Table[V]) Place(_ string, row any) {
	v := row.(*V)
	t.set(t.key(v), v)
}

// Sharer is a row that has texts in common with others of its table. ShareTexts, called on a row that was decoded and nobody has
// seen yet, puts Shared texts in their place, so that each is in memory once.
type Sharer interface{ ShareTexts() }

// Shared gives a text equal to s that all who ask for it share.
func Shared[S ~string](s S) S { return S(unique.Make(string(s)).Value()) }

func (t *Table[V]) decode(id string, body []byte) (*V, error) {
	row := new(V)
	if err := json.Unmarshal(body, row); err != nil {
		return nil, fmt.Errorf("record %s/%s: %w", t.kind, id, err)
	}
	if r, ok := any(row).(Sharer); ok {
		r.ShareTexts()
	}
	if got := t.key(row); got != id {
		return nil, fmt.Errorf("record %s/%s: body carries ID %q", t.kind, id, got)
	}
	return row, nil
}

// Unload implements Any.
func (t *Table[V]) Unload(id string) {
	old, ok := t.rows.Delete(id)
	if !ok {
		return
	}
	t.stamp.Store(nil)
	for _, ix := range t.indexes {
		ix.remove(id, old)
	}
}

// Fork implements Any.
func (t *Table[V]) Fork(from Any) {
	f, ok := from.(*Table[V])
	if !ok || f.kind != t.kind || len(f.indexes) != len(t.indexes) {
		panic("table: fork of a table of another kind: " + t.kind)
	}
	t.rows = f.rows.Copy()
	for i, ix := range t.indexes {
		ix.at = f.indexes[i].at.Copy()
	}
	t.dirty = nil
	t.stamp.Store(f.Stamp())
}

// Changes implements Any.
func (t *Table[V]) Changes() []Change {
	if len(t.dirty) == 0 {
		return nil
	}
	out := make([]Change, 0, len(t.dirty))
	for id, row := range t.dirty {
		c := Change{Kind: t.kind, ID: id}
		if row != nil {
			c.Row = row
		}
		out = append(out, c)
	}
	sortChanges(out)
	return out
}

// Each implements Any.
func (t *Table[V]) Each(fn func(id string, row any) bool) {
	t.rows.Scan(func(id string, row *V) bool { return fn(id, row) })
}

func (t *Table[V]) set(id string, row *V) {
	t.stamp.Store(nil)
	old, replaced := t.rows.Set(id, row)
	for _, ix := range t.indexes {
		if replaced {
			ix.remove(id, old)
		}
		for _, k := range ix.keys(row) {
			ix.at.Set(entry(k, id), struct{}{})
		}
	}
}

func (ix *Index[V]) remove(id string, row *V) {
	for _, k := range ix.keys(row) {
		ix.at.Delete(entry(k, id))
	}
}

// Find walks the rows whose index key is key, in order of row ID.
func (ix *Index[V]) Find(key string) iter.Seq2[string, *V] { return ix.FindAfter(key, "") }

// FindAfter walks the rows whose index key is key and whose ID is greater than id.
func (ix *Index[V]) FindAfter(key, id string) iter.Seq2[string, *V] {
	prefix := entry(key, "")
	return func(yield func(string, *V) bool) {
		ix.at.Ascend(prefix+id, func(e string, _ struct{}) bool {
			rowID, ok := strings.CutPrefix(e, prefix)
			if !ok {
				return false
			}
			if id != "" && rowID == id {
				return true
			}
			row, ok := ix.table.rows.Get(rowID)
			if !ok {
				panic("table: index of " + ix.table.kind + " names a missing row " + rowID)
			}
			return yield(rowID, row)
		})
	}
}

// First gives the first row with the index key.
func (ix *Index[V]) First(key string) (*V, bool) {
	for _, row := range ix.Find(key) {
		return row, true
	}
	return nil, false
}

// entry joins an index key and a row ID so that no key is the beginning of another key's entries: a NUL inside a key, which
// a client may well send in a name, is escaped.
func entry(key, id string) string {
	if strings.IndexByte(key, 0) >= 0 {
		key = strings.ReplaceAll(key, "\x00", "\x00\xff")
	}
	return key + "\x00\x01" + id
}
