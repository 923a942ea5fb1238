package table_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"umbel/internal/table"
)

type row struct {
	ID   string
	Tags []string
}

type state struct {
	rows  *table.Table[row]
	byTag *table.Index[row]
}

func newState() *state {
	s := &state{rows: table.New("row", func(r *row) string { return r.ID })}
	s.byTag = s.rows.Index(func(r *row) []string { return r.Tags })
	return s
}

func (s *state) fork() *state {
	f := newState()
	f.rows.Fork(s.rows)
	return f
}

// model is a table as a map, with what changed since the fork.
type model struct {
	rows    map[string]row
	changed map[string]bool
}

func (m *model) fork() *model { return &model{maps.Clone(m.rows), map[string]bool{}} }

func tagged(m *model, tag, after string) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(m.rows)) {
		if slices.Contains(m.rows[id].Tags, tag) && (after == "" || id > after) {
			ids = append(ids, id)
		}
	}
	return ids
}

// TestAgainstMap drives a table and a map through the same changes, forking now and then, and wants them to agree; what
// was forked from must stay as it was.
func TestAgainstMap(t *testing.T) {
	// NUL and its escape are in the alphabet: no key or ID may be taken for another's beginning.
	text := rapid.StringOfN(rapid.SampledFrom([]rune{'a', 'b', 0, 1, 0xff}), 1, 3, -1)
	rapid.Check(t, func(t *rapid.T) {
		s, m := newState(), &model{map[string]row{}, map[string]bool{}}
		type version struct {
			s *state
			m *model
		}
		var past []version
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				r := row{text.Draw(t, "id"), rapid.SliceOfNDistinct(text, 0, 3, rapid.ID).Draw(t, "tags")}
				s.rows.Put(&r)
				m.rows[r.ID], m.changed[r.ID] = r, true
			},
			"delete": func(t *rapid.T) {
				id := text.Draw(t, "id")
				s.rows.Delete(id)
				if _, ok := m.rows[id]; ok {
					delete(m.rows, id)
					m.changed[id] = true
				}
			},
			"load": func(t *rapid.T) {
				id := rapid.StringMatching(`[ab]{1,2}`).Draw(t, "id")
				if m.changed[id] {
					t.Skip("the store never loads over a change")
				}
				if err := s.rows.Load(id, fmt.Appendf(nil, `{"ID":%q,"Tags":["a"]}`, id)); err != nil {
					t.Fatal(err)
				}
				m.rows[id] = row{id, []string{"a"}}
			},
			"fork": func(*rapid.T) {
				past = append(past, version{s, m})
				s, m = s.fork(), m.fork()
			},
			"": func(t *rapid.T) {
				same(t, s, m, text.Draw(t, "tag"), text.Draw(t, "after"))
			},
		})
		for _, v := range past {
			same(t, v.s, v.m, "a", "")
		}
	})
}

func same(t *rapid.T, s *state, m *model, tag, after string) {
	got := map[string]row{}
	last := ""
	for id, r := range s.rows.All() {
		if id < last {
			t.Fatalf("%q comes after %q", id, last)
		}
		got[id], last = *r, id
	}
	if diff := cmp.Diff(m.rows, got); diff != "" || s.rows.Len() != len(m.rows) {
		t.Fatalf("%d rows, want %d (-want +got):\n%s", s.rows.Len(), len(m.rows), diff)
	}
	var ids []string
	for id := range s.byTag.FindAfter(tag, after) {
		ids = append(ids, id)
	}
	if want := tagged(m, tag, after); !slices.Equal(ids, want) {
		t.Fatalf("rows tagged %q after %q: %q, want %q", tag, after, ids, want)
	}
	changed := map[string]bool{}
	for _, c := range s.rows.Changes() {
		if _, there := m.rows[c.ID]; there != (c.Row != nil) || c.Kind != "row" {
			t.Fatalf("change %+v", c)
		}
		changed[c.ID] = true
	}
	if !maps.Equal(changed, m.changed) {
		t.Fatalf("changed %v, want %v", changed, m.changed)
	}
}

func TestRefuses(t *testing.T) {
	s := newState()
	for _, c := range []struct{ body, want string }{
		{`{"ID":"b"}`, `body carries ID "b"`},
		{`{`, "unexpected end"},
	} {
		if err := s.rows.Load("a", []byte(c.body)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Load(%s): %v", c.body, err)
		}
	}
	panics := func(what string, fn func()) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s did not panic", what)
			}
		}()
		fn()
	}
	panics("a fork of another kind", func() {
		table.New("other", func(r *row) string { return r.ID }).Fork(s.rows)
	})
	s.rows.Put(&row{ID: "a"})
	panics("an index on a table with rows", func() { s.rows.Index(func(*row) []string { return nil }) })
}

// TestStamp: the same stamp means the same rows.
func TestStamp(t *testing.T) {
	s := newState()
	empty := s.rows.Stamp()
	if empty != s.rows.Stamp() || empty == newState().rows.Stamp() {
		t.Error("a stamp is of one table's rows, and stays while they do")
	}
	seen := map[*table.Stamp]string{empty: "empty"}
	changed := func(what string, rows *table.Table[row]) {
		t.Helper()
		if before, ok := seen[rows.Stamp()]; ok {
			t.Errorf("%s: the stamp is that of %s", what, before)
		}
		seen[rows.Stamp()] = what
	}
	s.rows.Put(&row{ID: "a"})
	changed("put", s.rows)
	s.rows.Put(&row{ID: "a"})
	changed("put again", s.rows)
	f := s.fork()
	if f.rows.Stamp() != s.rows.Stamp() {
		t.Error("a fork that was not changed has another stamp")
	}
	f.rows.Delete("none")
	if f.rows.Stamp() != s.rows.Stamp() {
		t.Error("deleting nothing changes the stamp")
	}
	f.rows.Delete("a")
	changed("deleted in the fork", f.rows)
	if err := s.rows.Load("b", []byte(`{"ID":"b"}`)); err != nil {
		t.Fatal(err)
	}
	changed("loaded", s.rows)
	s.rows.Place("c", &row{ID: "c"})
	changed("placed", s.rows)
	s.rows.Unload("c")
	changed("unloaded", s.rows)
}

func BenchmarkFork(b *testing.B) {
	s := newState()
	for i := range 100_000 {
		s.rows.Put(&row{ID: fmt.Sprint(i), Tags: []string{"x"}})
	}
	b.ReportAllocs()
	for b.Loop() {
		s.fork().rows.Put(&row{ID: "5", Tags: []string{"y"}})
	}
}
