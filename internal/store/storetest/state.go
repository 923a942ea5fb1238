// Package storetest owns the contract that every engine of package store passes, two replicas included, and the small
// state it is written in. It tests through store's exported interface only.
package storetest

import (
	"fmt"
	"strings"

	"umbel/internal/store"
	"umbel/internal/table"
)

// State is the memory of one test partition.
type State struct {
	Counters *table.Table[Counter]
	Notes    *table.Table[Note]
	ByTopic  *table.Index[Note]
}

// Counter is a number by name.
type Counter struct {
	Name  string
	Value int64
}

// Note is a text about a topic.
type Note struct {
	ID    string
	Topic string
	Text  string
}

// NewState makes empty memory.
func NewState() *State {
	s := &State{
		Counters: table.New("counter", func(c *Counter) string { return c.Name }),
		Notes:    table.New("note", func(n *Note) string { return n.ID }),
	}
	s.ByTopic = s.Notes.Index(func(n *Note) []string { return []string{n.Topic} })
	return s
}

// Tables implements store.State.
func (s *State) Tables() []table.Any { return []table.Any{s.Counters, s.Notes} }

// Value gives a counter's value, 0 for one that is not there.
func (s *State) Value(name string) int64 {
	if c, ok := s.Counters.Get(name); ok {
		return c.Value
	}
	return 0
}

// Add adds to a counter, which must be of a partition that may be written.
func (s *State) Add(name string, n int64) {
	s.Counters.Put(&Counter{Name: name, Value: s.Value(name) + n})
}

// Schema makes the memory of any partition whose name has a prefix and a slash.
func Schema(p store.Partition) (store.State, error) {
	if !strings.Contains(string(p), "/") {
		return nil, fmt.Errorf("storetest: no such partition: %q", p)
	}
	return NewState(), nil
}
