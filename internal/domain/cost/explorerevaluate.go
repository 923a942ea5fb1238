package cost

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"umbel/internal/domain/billing"
	"umbel/internal/fault"
)

// Categories gives the lines of one month the values of the payer's cost categories. It is made once and used for many lines, by
// one goroutine at a time: Fork gives another goroutine its own.
type Categories struct {
	list   []compiledCategory // each after those it looks at
	known  map[string]bool    // names that this payer has ever defined
	fields []field            // of a line, all that rules look at
	memo   map[string]map[string]string
	key    []byte
}

// compiledCategory is a cost category as one month has it.
type compiledCategory struct {
	name     string
	rules    []compiledRule
	fallback string
}

type compiledRule struct {
	value   string
	holds   node
	inherit field // nil for a rule with a value of its own
}

// mostRemembered bounds the memory of Categories. What rules look at has few combinations beside the number of lines.
const mostRemembered = 1 << 16

// CategoriesOf compiles the payer's cost categories as they are in effect in a month: "2026-10". names are those of accounts by
// ID. Rules see tags that are active. An error is fault.ValidationFailed: no rule that was stored gives one.
func (e *Explorer) CategoriesOf(month string, names map[string]string) (*Categories, error) {
	defined := map[string]*CategoryVersion{}
	for c, v := range e.CategoriesIn(month) {
		defined[c.Name] = v
	}
	c := &Categories{known: map[string]bool{}, memo: map[string]map[string]string{}}
	for _, row := range e.Categories.All() {
		c.known[row.Name] = true
	}
	return c, c.compile(defined, Context{Names: names, Active: e.ActiveTags()})
}

func (c *Categories) compile(defined map[string]*CategoryVersion, context Context) error {
	k := compiler{context: context}
	compiled, needs := map[string]compiledCategory{}, map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(defined)) {
		k.categories = nil
		one := compiledCategory{name: name, fallback: defined[name].Default}
		for i := range defined[name].Rules {
			r, err := k.rule(&defined[name].Rules[i])
			if err != nil {
				return err
			}
			one.rules = append(one.rules, r)
		}
		compiled[name], needs[name] = one, k.categories
	}
	order, err := inOrder(needs)
	if err != nil {
		return err
	}
	for _, name := range order {
		c.list = append(c.list, compiled[name])
	}
	c.fields = k.fields
	return nil
}

func (k *compiler) rule(r *CategoryRule) (out compiledRule, err error) {
	out.value = r.Value
	if r.Inherit == nil {
		out.holds, err = k.node(r.Rule)
		return out, err
	}
	if r.Inherit.Dimension == "TAG" {
		out.inherit = k.tag(r.Inherit.Key)
		return out, nil
	}
	names := k.context.Names
	k.note("dimension LINKED_ACCOUNT", func(s *subject) string { return s.line.Account })
	out.inherit = func(s *subject) string { return names[s.line.Account] }
	return out, nil
}

// inOrder sorts names so that each comes after those it needs. Names that need each other are refused.
func inOrder(needs map[string][]string) ([]string, error) {
	var order []string
	state := map[string]int{} // 1 while a name is being visited, 2 after
	var visit func(name string, path []string) error
	visit = func(name string, path []string) error {
		switch state[name] {
		case 1:
			return fault.New(fault.ValidationFailed, "Cost categories depend on each other: %s", strings.Join(append(path, name), " -> "))
		case 2:
			return nil
		}
		state[name] = 1
		for _, other := range needs[name] {
			if _, defined := needs[other]; defined {
				if err := visit(other, append(path, name)); err != nil {
					return err
				}
			}
		}
		state[name] = 2
		order = append(order, name)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		if err := visit(name, nil); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// Fork gives the same categories to another goroutine.
func (c *Categories) Fork() *Categories {
	return &Categories{list: c.list, known: c.known, fields: c.fields, memo: map[string]map[string]string{}}
}

// Names lists the cost categories in effect, each after those its rules look at.
func (c *Categories) Names() []string {
	out := make([]string, len(c.list))
	for i := range c.list {
		out[i] = c.list[i].name
	}
	return out
}

// None tells that lines keep the cost categories they came with, whatever they are.
func (c *Categories) None() bool { return len(c.known) == 0 }

// Evaluate gives the cost categories of a line: those it came with that are none of this payer's, and the payer's own. The map is
// shared and must not be changed; nil if there are none. Evaluating a line that was evaluated before gives the same.
func (c *Categories) Evaluate(l *billing.Line) map[string]string {
	if c.None() {
		return l.Categories
	}
	if c.foreign(l) {
		return c.values(l)
	}
	c.key = c.key[:0]
	s := subject{line: l}
	for _, at := range c.fields {
		v := at(&s)
		c.key = append(binary.AppendUvarint(c.key, uint64(len(v))), v...)
	}
	values, ok := c.memo[string(c.key)]
	if !ok {
		if values = c.values(l); len(c.memo) >= mostRemembered {
			clear(c.memo)
		}
		c.memo[string(c.key)] = values
	}
	return values
}

// foreign tells whether a line has categories that are not this payer's.
func (c *Categories) foreign(l *billing.Line) bool {
	for name := range l.Categories {
		if !c.known[name] {
			return true
		}
	}
	return false
}

func (c *Categories) values(l *billing.Line) map[string]string {
	s := subject{line: l, computed: map[string]string{}}
	for name, value := range l.Categories {
		if !c.known[name] {
			s.computed[name] = value
		}
	}
	for i := range c.list {
		if v := c.list[i].value(&s); v != "" {
			s.computed[c.list[i].name] = v
		}
	}
	if len(s.computed) == 0 {
		return nil
	}
	return s.computed
}

// value is that of the first rule that fits.
func (c *compiledCategory) value(s *subject) string {
	for i := range c.rules {
		r := &c.rules[i]
		if r.inherit != nil {
			if v := r.inherit(s); v != "" {
				return v
			}
			continue
		}
		if r.holds.holds(s) {
			return r.value
		}
	}
	return c.fallback
}

// Acyclic tells whether the categories in effect in the months from one to another, both included, have an order; the error is
// fault.ValidationFailed.
func (e *Explorer) Acyclic(from, to string) error {
	for month := from; month <= to; {
		if _, err := e.CategoriesOf(month, nil); err != nil {
			return err
		}
		next, err := MonthAfter(month, 1)
		if err != nil {
			return fmt.Errorf("cost: categories: %w", err)
		}
		month = next
	}
	return nil
}
